import threading

from textual.message import Message

from core.services.session import Server
from tests.tui.fakes import GONE, FakeSource, StillClock
from tui.runtime.first_read import FirstRead
from tui.runtime.poller import FIRST_RETRY, Poller, Progressed, Refreshed, RefreshFailed
from tui.runtime.source import OnProgress


class Slow(FakeSource):
    """Says how it goes, then waits."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.goes_on = threading.Event(), threading.Event()
        self.opened = 0

    def open(self, progress: OnProgress) -> Server:
        self.opened += 1
        progress("starting the server")
        self.begun.set()
        self.goes_on.wait(10)
        progress("connecting")
        return super().open(progress)


def test_what_was_asked_before_the_screen_stood_is_the_first_refresh_and_tells_how_it_goes() -> None:
    source, told = Slow(), list[Message]()
    first = FirstRead(source)
    assert source.begun.wait(10)

    def post(message: Message) -> None:
        told.append(message)
        source.goes_on.set()

    watch = Poller(source, post, StillClock(), first)
    assert watch.has_begun
    assert not watch.ended(0.01)
    watch.painted()
    watch._refresh()
    assert [each.line for each in told if isinstance(each, Progressed)] == ["starting the server", "connecting"]
    assert len([each for each in told if isinstance(each, Refreshed)]) == 1
    assert source.opened == 1
    assert watch.ended(1)
    watch._refresh()
    assert source.opened == 2, "only the first refresh was read before"


def test_where_that_fails_it_is_told_once_and_the_next_refresh_asks_anew() -> None:
    source, told = FakeSource(), list[Message]()
    source.failure = GONE
    watch = Poller(source, told.append, StillClock(), FirstRead(source))
    assert watch._refresh() == FIRST_RETRY
    assert [each.error for each in told if isinstance(each, RefreshFailed)] == [GONE]
    source.failure = None
    watch.painted()
    watch._refresh()
    assert [type(each) for each in told if not isinstance(each, Progressed)][:2] == [RefreshFailed, Refreshed]

"""The application: what is on the screen, and which message reaches which part of it."""

import asyncio
import gc
import signal
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widget import AwaitMount
from textual.widgets import ContentSwitcher

from core.profiles import Keymap
from tui.console.app_actions import Console
from tui.readiness.pane import ReadinessPane
from tui.runtime.background import Finished, while_running
from tui.runtime.first_read import FirstRead
from tui.runtime.poller import Clock, MatrixRead, Poller, Progressed, Refreshed, RefreshFailed
from tui.runtime.row_counter import Counted, RowCounter
from tui.runtime.source import Source
from tui.widgets.key_line import KeyLine
from tui.widgets.notice import Notice
from tui.widgets.status_bar import StatusBar

if TYPE_CHECKING:
    from core.domain.overview.matrix import MatrixRow
    from tui.matrix.pane import MatrixPane
    from tui.widgets.rows import Rows


TALLY_SECONDS = 3.0
ENDED_BY = 128  # and the signal's number: what a shell says of a program that it ended


def collect_garbage() -> None:
    """From the first refresh on, also a failed one; objects that exist by then stay."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


class ConsoleApp(Console):
    """Shows figures as soon as they are read, a frame without any until then.

    Threads only post messages; the handlers own what is shown.

    The first pane comes first: the others are loaded and mounted when it shows figures, or at the first key.
    """

    CSS_PATH: ClassVar[list[str]] = ["app.tcss", "readiness/readiness.tcss"]  # type: ignore[assignment]
    HORIZONTAL_BREAKPOINTS: ClassVar[list[tuple[int, str]]] = [(0, "-narrow"), (110, "-wide")]  # type: ignore[misc]
    TITLE = "birth-console"

    def __init__(
        self,
        source: Source,
        clock: Clock | None = None,
        keymap: Keymap | None = None,
        first: FirstRead | None = None,
    ) -> None:
        super().__init__(source, Poller(source, self.post_message, clock or Clock(), first), keymap or {})
        self.counter = RowCounter(source, self.post_message)
        self.is_complete = False
        self._completing = asyncio.Lock()
        self._rows: list[MatrixRow] | None = None
        self._counts_at_once = False
        self._tallied = 0.0

    def get_default_screen(self) -> Screen[object]:
        """The screen, with the layout for its width from the first frame on: Textual would draw another one first."""
        return self._laid_out(super().get_default_screen())

    def push_screen(self, screen: Screen[Any], *rest: object, **more: object) -> AwaitMount:  # type: ignore[override]
        """Open a dialog, also with the layout for its width from its first frame on."""
        opening: AwaitMount = super().push_screen(self._laid_out(screen), *rest, **more)  # type: ignore[call-overload]
        return opening

    def _laid_out(self, screen: Screen[Any]) -> Screen[Any]:
        width = self.size.width
        screen.add_class(next(name for least, name in reversed(self.HORIZONTAL_BREAKPOINTS) if width >= least))
        return screen

    def compose(self) -> ComposeResult:
        """The frame; it needs no connection."""
        yield StatusBar()
        yield Notice()
        with ContentSwitcher(initial="readiness", id="panes"):
            yield ReadinessPane()
        yield KeyLine()

    async def complete(self) -> None:
        """Mount the panes that are hidden at first; the second time there is nothing to do."""
        async with self._completing:
            if self.is_complete:
                return
            from tui import deferred_panes  # noqa: PLC0415 - the first figures do not wait for it

            others = deferred_panes.panes()
            self.stylesheet.read_all([deferred_panes.stylesheet(pane) for pane in others])
            await self.screen_stack[0].query_one(ContentSwitcher).mount(*others)
            self.is_complete = True
            for pane in others:
                pane.show(self.state)
            if self._rows is not None:
                self._load(self._rows)
            if self._counts_at_once:
                self.matrix.begin_to_count()

    async def on_event(self, event: events.Event) -> None:
        """No key finds a pane missing."""
        if isinstance(event, events.InputEvent) and not self.is_complete and self._is_framed():
            await self.complete()
        await super().on_event(event)

    def _is_framed(self) -> bool:
        return bool(self.screen_stack and self.screen_stack[0].query(ReadinessPane))

    def on_mount(self) -> None:
        """Refresh for the first time once the frame is painted, or at once where that has begun."""
        # Without a handler the terminal would stay as it is: on its other screen, telling of every move of the mouse.
        with suppress(NotImplementedError, RuntimeError, ValueError):  # no signals here, or not the main thread
            for ending in (signal.SIGTERM, signal.SIGHUP):  # with a lost line, an embedded server must end as well
                asyncio.get_running_loop().add_signal_handler(ending, self._terminate, ending)
        self.app_resume_signal.subscribe(self, lambda _: self.redraw())
        self.show_pane("readiness")
        for problem in self.misfits:
            self.say(problem)
        if self.poller.has_begun:
            self.poller.start()
        else:
            self.call_after_refresh(self.poller.start)

    def _terminate(self, ending: signal.Signals) -> None:
        self.exit(return_code=ENDED_BY + ending)

    def on_unmount(self) -> None:
        """Let the threads end, whatever ended the console."""
        self.poller.stop()
        self.counter.stop()

    @on(Finished)
    @while_running
    def _finished(self, message: Finished) -> None:
        message.deliver()

    @on(Progressed)
    @while_running
    def _progressed(self, message: Progressed) -> None:
        self.state.progress = message.line
        self.show_state()

    @on(Refreshed)
    @while_running
    def _refreshed(self, message: Refreshed) -> None:
        collect_garbage()
        self.state.refreshed(message)
        self.show_state()
        self.age()
        self.call_after_refresh(self._painted)

    async def _painted(self) -> None:
        self.poller.painted()
        await self.complete()

    @on(RefreshFailed)
    @while_running
    def _refresh_failed(self, message: RefreshFailed) -> None:
        collect_garbage()
        self.state.failed(message)
        self.show_state()
        self.call_after_refresh(self.complete)

    @on(MatrixRead)
    @while_running
    def _matrix_read(self, message: MatrixRead) -> None:
        self._rows = message.rows
        if self.is_complete:
            self._load(message.rows)

    def _load(self, rows: "list[MatrixRow]") -> None:
        self.matrix.load(rows)
        self.show_keys()

    @on(Counted)
    @while_running
    def _counted(self, message: Counted) -> None:
        self.matrix.counted(message.counts, message.left)
        found = self.matrix.tally()
        now = self.clock.monotonic()
        # A dashboard that is repainted at each count would cost a slow line more than the matrix does.
        if not found.left or now - self._tallied > TALLY_SECONDS:
            self._tallied, self.state.tally = now, found
            readiness = self.screen_stack[0].query_one(ReadinessPane)
            readiness.show(self.state)
            readiness.look_beside()
            if self.pane.id == "ledger":
                self.pane.show(self.state)

    def on_readiness_pane_counts_wanted(self) -> None:
        """Count on, whichever pane is shown."""
        self._counts_at_once, self._tallied = True, self.clock.monotonic()
        if self.is_complete:
            self.matrix.begin_to_count()

    # What panes send is named by their classes: to name these here would be to load them.

    def on_matrix_pane_counts_wanted(self, message: "MatrixPane.CountsWanted") -> None:
        """Count what the matrix shows."""
        self.counter.count(message.collections)

    def on_matrix_pane_handed(self, message: "MatrixPane.Handed") -> None:
        """Open a pane with collections that were chosen in another."""
        self.show_pane(message.pane)
        self.pane.take(message.collections)

    def on_rows_changed(self, _: "Rows.Changed") -> None:
        """Another row, another set of keys that work."""
        self.show_keys()

"""What a wide screen shows beside a list: all that is known of the row under the cursor."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

if TYPE_CHECKING:
    from textual.timer import Timer

REST_SECONDS = 0.3  # a key that is held, or pressed again and again, must not repaint a third of the screen
PATIENCE_SECONDS = 1.0  # then it shows what is known
NARROWEST = 20


class SidePanel(VerticalScroll, can_focus=False):
    """Asks `text` for a width when the cursor rests. Hidden, it does nothing.

    `rested` hears of it before, and says whether all that `text` tells is known; else it calls `show` once it is. So
    that what comes soon after is not drawn twice, the panel waits for that a little.
    """

    DEFAULT_CSS = """
    SidePanel {
        height: 100%;
        padding: 0 1;
        border-left: solid $border;
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
        scrollbar-color: $border;
        scrollbar-background: $background;
    }
    SidePanel Static { height: auto; }
    """

    def __init__(
        self,
        text: Callable[[int], Content],
        rested: Callable[[], bool] = lambda: True,
        *,
        id: str,  # noqa: A002 - as every widget names it
        rest_seconds: float = REST_SECONDS,
    ) -> None:
        super().__init__(id=id)
        self._text, self._rested, self._rest_seconds = text, rested, rest_seconds
        self._resting: Timer | None = None
        self._is_waiting = False  # for what is read

    def compose(self) -> ComposeResult:
        """A text that may be longer than the panel."""
        yield Static(markup=False)

    def on_resize(self) -> None:
        """Lay it out again."""
        self.follow()

    def follow(self) -> None:
        """Show another text once the cursor rests."""
        if self._resting is not None:
            self._resting.stop()
        self._is_waiting = False
        self._resting = self.set_timer(self._rest_seconds, self._rest)

    @property
    def is_at_rest(self) -> bool:
        """Whether it shows the row under the cursor."""
        return self._resting is None

    @property
    def is_seen(self) -> bool:
        """Whether the screen is wide enough for it, and its pane is shown."""
        return self.is_running and all(each.display for each in self.ancestors_with_self if hasattr(each, "display"))

    def _rest(self) -> None:
        self._resting = None
        if self.is_seen:
            if self._rested():
                self.show()
            else:
                self._resting = self.set_timer(PATIENCE_SECONDS, self.show)
                self._is_waiting = True

    def show(self) -> None:
        """Show what is known now."""
        if self._is_waiting and self._resting is not None:
            self._resting.stop()
            self._resting = None
        self._is_waiting = False
        if not self.is_seen:
            return
        line = self.query_one(Static)
        found = self._text(max(self.scrollable_content_region.width, NARROWEST))
        if line.content != found:
            line.update(found)
            self.scroll_home(animate=False)

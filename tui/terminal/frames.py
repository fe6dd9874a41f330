"""One frame at a time: it is drawn when the terminal has taken the one before. What came between is never sent."""

from typing import TYPE_CHECKING, Protocol, cast

from textual import events

from tui.terminal.key_queue import KeyQueueApp
from tui.terminal.slow_line import LITTLE, QUESTION, SlowLine

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.screen import Screen

LOOK_SECONDS = 0.1


class Diffing(Protocol):
    """A driver that writes to a terminal what differs."""

    sent: int

    def write(self, data: str) -> None:
        """Write something."""

    @property
    def is_blocked(self) -> bool:
        """Whether what was written before waits for the terminal."""


class FrameApp(KeyQueueApp, inherit_bindings=False):
    """An application that never lets frames queue up. Its driver diffs: only what the terminal shows counts."""

    def __init__(self, *, ansi_color: bool | None) -> None:
        super().__init__(ansi_color=ansi_color)
        self.line = SlowLine()
        self._is_behind = False

    async def on_event(self, event: events.Event) -> None:
        """Hear the terminal's answers."""
        if isinstance(event, events.CursorPosition):
            self.line.answered()
            self._catch_up()
            return
        if isinstance(event, events.Key):
            self.line.typed()
        await super().on_event(event)

    @property
    def _diffing(self) -> Diffing | None:
        """The driver; None in memory."""
        return cast("Diffing", self._driver) if hasattr(self._driver, "sent") else None

    def _display(self, screen: "Screen[object]", renderable: "RenderableType | None") -> None:
        driver = self._diffing
        if driver is None:
            super()._display(screen, renderable)
            return
        if self.line.is_busy or driver.is_blocked:
            if not self._is_behind:
                self._is_behind = True
                self.set_timer(LOOK_SECONDS, self._look_again)
            return
        before = driver.sent
        super()._display(screen, renderable)
        if driver.sent - before > LITTLE:
            driver.write(QUESTION)
            self.line.ask()

    def _look_again(self) -> None:
        """Where no answer comes, time tells."""
        self._catch_up()
        if self._is_behind:
            self.set_timer(LOOK_SECONDS, self._look_again)

    def _catch_up(self) -> None:
        """Draw the screen as it is now; the diff against what the terminal shows is all that is sent."""
        driver = self._diffing
        if self._is_behind and not self.line.is_busy and not (driver is not None and driver.is_blocked):
            self._is_behind = False
            self.screen.refresh()

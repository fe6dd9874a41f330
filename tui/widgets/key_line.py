"""The bottom line: the most wanted keys of this pane, or an answer to the last key."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Static

from core.domain.visible import visible
from tui.actions import WhyNot, at

if TYPE_CHECKING:
    from textual.timer import Timer

ANSWER_SECONDS = 6.0
NARROWEST = 80


class KeyLine(Static):
    """Keys that can do nothing now are dimmed, but stay."""

    def __init__(self) -> None:
        super().__init__(markup=False, id="keys")
        self._keys = Content("")
        self._shown = Content("")
        self._timer: Timer | None = None

    def show(self, places: Sequence[str], why_not: WhyNot) -> None:
        """Show the keys of a pane."""
        parts: list[tuple[str, str]] = [(" ", "")]
        used = 1
        for action in at(*places, "console"):
            if action.footer:
                off = bool(why_not(action))
                key = action.key_label.split(" ", 1)[0]
                text = f" {action.footer}  "
                if used + len(key) + len(text.rstrip()) >= (self.size.width or NARROWEST):
                    break  # half a word reads like another word; help has them all
                used += len(key) + len(text)
                parts += [(key, "$text-muted" if off else "bold $accent"), (text, "$text-muted")]
        self._keys = Content.assemble(*parts)
        if self._timer is None:
            self._paint(self._keys)

    def say(self, text: str) -> None:
        """Show an answer for a few seconds."""
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(ANSWER_SECONDS, self.hush)
        self._paint(Content.assemble(" ", (visible(text), "bold $warning")))

    def hush(self) -> None:
        """Show the keys again."""
        if self._timer is not None:
            self._timer.stop()
        self._timer = None
        self._paint(self._keys)

    def _paint(self, content: Content) -> None:
        if content != self._shown or content.spans != self._shown.spans:
            self._shown = content
            self.update(content, layout=False)

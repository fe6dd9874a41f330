"""The bottom line: the most wanted keys of this pane, or an answer to the last key."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from textual.content import Content
from textual.widgets import Static

from core.domain.text import visible
from tui.actions import Action, WhyNot, actions_at

if TYPE_CHECKING:
    from textual.timer import Timer

ANSWER_SECONDS = 6.0
NARROWEST = 80
BETWEEN = "  "
MARGINS = 2
MORE = "… @"
ALWAYS = ("help", "quit")


class KeyLine(Static):
    """Keys that can do nothing now are dimmed, but stay."""

    def __init__(self) -> None:
        super().__init__(markup=False, id="keys")
        self._keys = Content("")
        self._shown = Content("")
        self._timer: Timer | None = None
        self._show_again: Callable[[], None] = lambda: None

    def show(self, places: Sequence[str], why_not: WhyNot) -> None:
        """Show the keys of a pane: as many as there is room for, and always those that lead on from everywhere."""
        self._show_again = partial(self.show, places, why_not)
        wanted = [action for action in actions_at(*places, "console") if action.footer]
        last = [action for action in wanted if action.id in ALWAYS]
        room = (self.size.width or NARROWEST) - MARGINS + len(BETWEEN) - sum(map(_width, last))
        shown = []
        for action in (each for each in wanted if each.id not in ALWAYS):
            room -= _width(action)
            if room < 0:
                break  # half a word reads like another word; help has them all
            shown.append(action)
        parts: list[tuple[str, str]] = [(" ", "")]
        for action in (*shown, *last):
            colour = "$text-muted" if why_not(action) else "bold $accent"
            parts += [(_key(action), colour), (f" {action.footer}{BETWEEN}", "$text-muted")]
        self._keys = Content.assemble(*parts)
        if self._timer is None:
            self._paint(self._keys)

    def on_resize(self) -> None:
        """Show as many keys as there is room for."""
        self._show_again()

    def say(self, text: str, *, has_more: bool = False) -> None:
        """Show an answer for a few seconds; where it ends in `… @`, that key shows the rest."""
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(ANSWER_SECONDS, self.hush)
        said = visible(text)
        room = (self.size.width or NARROWEST) - MARGINS
        # What does not fit is in the log: that it was cut must show.
        if has_more or cell_len(said) > room:
            fits = cell_len(said) <= room - cell_len(MORE)
            said = (said if fits else set_cell_size(said, room - cell_len(MORE)).rstrip()) + MORE
        self._paint(Content.assemble(" ", (said, "bold $warning")))

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


def _key(action: Action) -> str:
    return action.key_label.split(" ", 1)[0]


def _width(action: Action) -> int:
    return cell_len(f"{_key(action)} {action.footer}{BETWEEN}")

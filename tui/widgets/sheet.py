"""The box of a dialog that is only read: short at first, as large as its text after `+`."""

from typing import ClassVar, TypeVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.screen import ModalScreen

Answer = TypeVar("Answer")
KEPT = 1  # line of a page that the next one shows again
FAR = 10_000  # lines: beyond every text


class Sheet(VerticalScroll, can_focus=False):
    """A box with a title; below it stands how much more there is, and what its keys do.

    Who enlarged one reads the next ones large, too, as long as the console runs. What is about to be written is
    `whole` at once.
    """

    are_large: ClassVar[bool] = False

    def __init__(self, title: str, keys: str, *, whole: bool = False) -> None:
        super().__init__(classes="dialog reading -whole" if whole or Sheet.are_large else "dialog reading")
        self.border_title = Content(f" {title} ")  # a str would be parsed as markup
        self._keys, self._is_whole, self._told = keys, whole, ""

    def on_mount(self) -> None:
        """Say what the keys do."""
        self._tell()

    def watch_virtual_size(self, _: Size) -> None:
        """Another text, another size."""
        self.call_after_refresh(self._tell)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Say how much more there is from here."""
        super().watch_scroll_y(old_value, new_value)
        self._tell()

    def enlarge(self) -> None:
        """Take the room that the text needs, or go back to little."""
        self.toggle_class("-whole")
        Sheet.are_large = self.has_class("-whole")
        self.call_after_refresh(self._tell)

    @property
    def page(self) -> int:
        """How far a page goes."""
        return max(self.scrollable_content_region.height - KEPT, 1)

    @property
    def is_at_rest(self) -> bool:
        """Whether the last line tells of the text that is shown now."""
        return self._told == self._telling()

    def _tell(self) -> None:
        self._told = self._telling()
        self.border_subtitle = Content(self._told)

    def _telling(self) -> str:
        below = round(self.max_scroll_y - self.scroll_y)
        more = f"▼ {below} more · " if below > 0 else "▲ end · " if self.max_scroll_y else ""
        more += "j k: scroll · " if self.max_scroll_y else ""
        return f" {more}{self._size_key}{self._keys} "

    @property
    def _size_key(self) -> str:
        if self._is_whole or not self.is_attached:
            return ""
        if self.has_class("-whole"):
            return "+: smaller · "
        return "+: all · " if self.max_scroll_y else ""


class Reading(ModalScreen[Answer]):
    """A dialog with a sheet: the keys that scroll it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "scroll(1)", show=False),
        Binding("k,up", "scroll(-1)", show=False),
        Binding("pagedown,ctrl+d,space", "page(1)", show=False),
        Binding("pageup,ctrl+u", "page(-1)", show=False),
        Binding("g,home", f"scroll(-{FAR})", show=False),
        Binding("G,end", f"scroll({FAR})", show=False),
        Binding("plus", "enlarge", show=False),
    ]

    def action_scroll(self, lines: int) -> None:
        """Scroll by some lines."""
        self.query_one(Sheet).scroll_relative(y=lines, animate=False)

    def action_page(self, pages: int) -> None:
        """Scroll by pages: no line is passed over."""
        self.action_scroll(pages * self.query_one(Sheet).page)

    def action_enlarge(self) -> None:
        """Show as much as the screen holds, or less again."""
        self.query_one(Sheet).enlarge()

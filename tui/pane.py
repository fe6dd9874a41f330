"""What every pane has in common."""

from abc import ABCMeta
from collections.abc import Callable, Collection
from typing import Any, ClassVar

from textual.message_pump import _MessagePumpMeta
from textual.widget import Widget

from tui.actors import Actor
from tui.export import Export
from tui.runtime.state import ConsoleState
from tui.widgets.grid import Grid


class Unfinished(ABCMeta, _MessagePumpMeta):
    """Of a pane that leaves something open: it cannot be built before a subclass defines it."""


class Pane(Actor, Widget, inherit_bindings=False):
    """A pane of the console: it is shown by the action that opens it, and reads the application's state."""

    TITLE: ClassVar[str] = ""
    NOTES: ClassVar[str] = ""
    ALLOW_SELECT = False

    def actors(self) -> tuple[Actor, ...]:
        """The pane, and those of its parts that have actions of their own."""
        return (self, *(each for each in self.walk_children() if isinstance(each, Actor)))

    @property
    def places(self) -> tuple[str, ...]:
        """The places of everything that acts in this pane."""
        return tuple(dict.fromkeys(place for actor in self.actors() for place in actor.PLACES))

    def unsaved(self) -> str:
        """What would be lost if the console were quit now, or nothing."""
        return ""

    def drop_unsaved(self) -> None:
        """Let go of it for good: the operator quits."""

    def take(self, collections: Collection[str]) -> None:
        """Go on with collections that were marked in another pane: mark them here, and begin with the first."""
        grid = self._grid()
        if grid is not None:
            grid.mark_only(collections)
            places = [index for name in collections if (index := grid.table.index(name)) is not None]
            if places:
                grid.move_to(min(places))

    def relogin(self) -> None:
        """Another login goes on: forget what this one could see and do."""

    def copied(self) -> dict[str, str]:
        """What `y` offers, by what it is: the row under the cursor, its name, and all rows that are shown."""
        grid = self._grid()
        row = None if grid is None else grid.row_at_cursor()
        if grid is None or row is None:
            return {}
        cells = [column.text(row) for column in grid.table.columns]
        return {"row": "\t".join(cells), "cell": cells[0], "all": self.exported().text("md")}

    def exported(self) -> Export:
        """What `E` writes: all rows that are shown, with every column."""
        grid = self._grid()
        if grid is None:
            return Export(self.id or "pane", (), ())
        columns = grid.table.columns
        rows = [[column.text(row) for column in columns] for row in map(grid.table.row, range(len(grid.table)))]
        return Export(self.id or "pane", [column.title or column.id for column in columns], rows)

    @property
    def is_partial(self) -> bool:
        """Whether there are more rows than those that are held: `whole` reads them."""
        return False

    def whole(self, then: Callable[[Export], None]) -> None:
        """Call `then` with every row that there is to export, once it is read."""
        then(self.exported())

    def _grid(self) -> Grid[Any] | None:
        focused = self.screen.focused
        found = [each for each in self.walk_children() if isinstance(each, Grid)]
        return focused if isinstance(focused, Grid) and focused in found else next(iter(found), None)

    def show(self, state: ConsoleState) -> None:
        """Show another state."""

    def enter(self) -> None:
        """Take the focus."""
        self.take_focus(self)

    def take_focus(self, widget: Widget) -> None:
        """Focus `widget` at once: `Widget.focus` waits for its turn, and keys that are typed fast overtake it."""
        self.screen.set_focus(widget)

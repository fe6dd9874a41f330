"""The grid of a diff: its window holds some of the rows, and is told where the cursor wants to go."""

from collections.abc import Callable

from core.domain.backfill.diff import DiffRow
from tui.ledger.list import SwitchableGrid
from tui.widgets.window import Window


class DiffGrid(SwitchableGrid[DiffRow]):
    """A grid that says when the cursor moves, and asks for the far ends of what its window does not hold."""

    def __init__(self, window: Window, moved: Callable[[], None], far: Callable[[bool], None]) -> None:
        super().__init__(window, id="diff-rows")
        self._tell, self._far = moved, far

    def move_to(self, index: int) -> None:
        """Move, then see whether more rows are needed."""
        super().move_to(index)
        self._tell()

    def move_first(self) -> None:
        """To the first row of all."""
        self._far(False)  # noqa: FBT003 - which of the two ends

    def move_last(self) -> None:
        """To the last row of all."""
        self._far(True)  # noqa: FBT003 - which of the two ends

"""Text that takes exactly so many cells of the screen."""

from rich.cells import cell_len, set_cell_size

from core.domain.cut import middle

MORE = "…"
SHORTEST = 8  # cells: below, both halves say nothing


def fit_middle(text: str, width: int) -> str:
    """Make `text` exactly `width` cells wide; what does not fit is cut in the middle: names differ at their ends."""
    if cell_len(text) <= width or width < SHORTEST:
        return fit(text, width)
    return fit(middle(text, width), width)


def fit(text: str, width: int, *, right: bool = False) -> str:
    """Make `text` exactly `width` cells wide; what does not fit ends in an ellipsis."""
    size = cell_len(text)
    if size > width:
        return set_cell_size(text, width - 1) + MORE
    return " " * (width - size) + text if right else text + " " * (width - size)

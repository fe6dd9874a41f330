"""Texts cut to a width in cells."""

from rich.cells import cell_len


def middle(text: str, room: int) -> str:
    """A text that is at most so many cells wide: it is cut in the middle, since names differ at their ends."""
    if cell_len(text) <= room:
        return text
    tail = (room - 1) // 2
    end = text[-tail:] if tail else ""
    while cell_len(end) > tail:
        end = end[1:]
    head = room - 1 - cell_len(end)
    start = text[:head]
    while cell_len(start) > head:
        start = start[:-1]
    return f"{start}…{end}"

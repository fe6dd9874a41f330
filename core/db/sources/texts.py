"""The texts of a table's columns as one text, as sample.gathered() reads them, and how they are taken apart again."""

from collections.abc import Sequence

# What separates the texts of a column, the columns, and stands for NULL: no keyboard writes them, and a text that holds
# one of them all the same is found out.
TEXT_END, NULL_MARK, UNIT_END = "\x1f", "\x1e", "\x1d"


def taken_apart(
    texts: str | None, *, rows: int, filled: int, doubtful: Sequence[bool]
) -> list[tuple[str | None, ...]] | None:
    """The texts of each column; None where one of them holds what marks the end of a text, or a NULL.

    `doubtful` says of each column whether it may hold any text at all, `filled` how many values of these are set.
    """
    if not rows:
        return [() for _ in doubtful]
    columns = (texts or "").split(UNIT_END)
    if len(columns) != len(doubtful):
        return None
    found: list[tuple[str | None, ...]] = []
    seen = 0
    for column, any_text in zip(columns, doubtful, strict=True):
        own: list[str | None] = [*column.split(TEXT_END)]
        if len(own) != rows:
            return None
        if NULL_MARK in column:
            own = [None if text == NULL_MARK else text for text in own]
        seen += (len(own) - own.count(None)) if any_text else 0
        found.append(tuple(own))
    return found if seen == filled else None

"""The row-level diff of a run: what is to register, registered, vanished, quarantined, or late."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from core.domain.filter import Filter
from core.errors import Json, UsageError

TO_REGISTER, REGISTERED, VANISHED, QUARANTINED, LATE = "+", "=", "-", "!", "~"
# What the signs mean in a run that takes another one back.
WITHDRAWN = {TO_REGISTER: "to withdraw", REGISTERED: "withdrawn", VANISHED: "left"}
KINDS = (TO_REGISTER, REGISTERED, VANISHED, QUARANTINED, LATE)


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page ends, to ask for the next: positions in one entry of a run, or of two that are compared.

    `entry` is the entry's ledger_id, or the place of the collection when two runs are compared.
    """

    entry: int = 0
    seq: int = 0
    other_seq: int = 0

    def __str__(self) -> str:
        return f"{self.entry}:{self.seq}:{self.other_seq}"

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Read what `str` wrote. Raises UsageError for anything else."""
        parts = text.split(":")
        if len(parts) != 3 or not all(part.isdecimal() and len(part) < 19 for part in parts):  # noqa: PLR2004 - its fields
            raise UsageError(f"invalid cursor {text!r}", code="bad_cursor", hint="Use `next` of the previous page.")
        return cls(*map(int, parts))


@dataclass(frozen=True, slots=True)
class DiffRow:
    """One row of a diff. `source_key` are the values by which the row is found in its source.

    `at` is the cursor after the row: what follows it is asked for with that. `withdraws`: its run takes rows back.
    """

    kind: str
    collection: str
    code: str
    source_key: tuple[str, ...]
    note: str | None = None
    at: Cursor = field(default=Cursor(), compare=False)
    withdraws: bool = False

    def as_json(self) -> dict[str, Json]:
        """The row as the command line prints it."""
        return {
            "kind": self.kind,
            "collection": self.collection,
            "code": self.code,
            "source_key": list(self.source_key),
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a diff, and where the next page begins; None at the end."""

    rows: tuple[DiffRow, ...]
    next: Cursor | None


@dataclass(frozen=True, slots=True)
class View:
    """What of a run is looked at: its items, of one kind or all, or how its plan differs from an earlier run's.

    `codes` keeps the rows whose code passes.
    """

    run: int
    only: str | None = None
    before: int | None = None
    codes: Filter = field(default_factory=Filter)

    @property
    def is_whole(self) -> bool:
        """Whether every row is shown."""
        return self.only is None and not self.codes


class Outline:
    """Where the items of a run lie: each has a position, 1 to `total`, in the order of entries and codes."""

    def __init__(self, entries: Sequence[tuple[int, int]]) -> None:
        """Take each entry's ledger_id and rows, in order."""
        self._entries = [entry for entry, _ in entries]
        self._begins = [0, *accumulate(rows for _, rows in entries)]

    @property
    def total(self) -> int:
        """How many items there are."""
        return self._begins[-1]

    def position(self, cursor: Cursor) -> int:
        """How many items lie before what follows a cursor."""
        if cursor.entry not in self._entries:
            return self.total if self._entries and cursor.entry > self._entries[-1] else 0
        return self._begins[self._entries.index(cursor.entry)] + cursor.seq

    def cursor(self, position: int) -> Cursor:
        """The cursor after so many items."""
        if not 0 < position < self.total:
            return Cursor() if position <= 0 or not self._entries else Cursor(self._entries[-1] + 1)
        # The last entry that begins at or before it: of several that begin there, all but one are empty.
        place = bisect_right(self._begins, position) - 1
        return Cursor(self._entries[place], position - self._begins[place])

"""The row-level diff of a run: what is to register, registered, vanished, quarantined, or late."""

from dataclasses import dataclass

from core.errors import Json, UsageError

TO_REGISTER, REGISTERED, VANISHED, QUARANTINED, LATE = "+", "=", "-", "!", "~"
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
            raise UsageError(f"{text!r} is no cursor", code="bad_cursor", hint="Use the `next` of the page before.")
        return cls(*map(int, parts))


@dataclass(frozen=True, slots=True)
class DiffRow:
    """One row of a diff. `source_key` are the values by which the row is found in its source."""

    kind: str
    collection: str
    code: str
    source_key: tuple[str, ...]
    note: str | None = None

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

"""A table as it was read, before its texts are taken apart: cheap to hold, and to hand to another process."""

from dataclasses import dataclass, replace

from core.db.sources.texts import taken_apart
from core.domain.classify.column_statistics import SampledTable

# Texts of tables that are held until all others were looked at, and letters of those that are held unsplit then.
_SPLIT, _UNSPLIT = 2_000_000, 100_000_000


@dataclass(frozen=True, slots=True)
class Unsplit:
    """`table` lacks its sample only. The rest is what texts.taken_apart() needs for the texts of `columns`."""

    table: SampledTable
    columns: tuple[str, ...]
    texts: str | None
    rows: int
    filled: int
    doubtful: tuple[bool, ...]

    @property
    def size(self) -> int:
        """How many texts there are."""
        return self.rows * len(self.columns)

    @property
    def letters(self) -> int:
        """How long they are together."""
        return len(self.texts or "")

    def split(self) -> SampledTable | None:
        """The table with its sample; None where its texts cannot be told apart."""
        found = taken_apart(self.texts, rows=self.rows, filled=self.filled, doubtful=self.doubtful)
        return None if found is None else replace(self.table, sample=dict(zip(self.columns, found, strict=True)))


@dataclass(slots=True)
class Room:
    """How many tables are held until all others were looked at: first as they are, then unsplit."""

    _texts: int = 0
    _letters: int = 0

    def kept(self, table: SampledTable, one: Unsplit | None) -> SampledTable | Unsplit | None:
        """What is held of a table; None where there is no room, and it is to be read again."""
        self._texts += table.size * len(table.columns)
        if self._texts <= _SPLIT:
            return table
        self._letters += one.letters if one is not None else 0
        return one if self._letters <= _UNSPLIT else None

"""A table as it was read, before its texts are taken apart: cheap to hold, and to hand to another process."""

from dataclasses import dataclass, replace

from core.db.sources.texts import taken_apart
from core.domain.classify.column_statistics import SampledTable


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

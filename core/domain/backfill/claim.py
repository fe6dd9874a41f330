"""A claim: a range of a run's items that one worker works on, fenced off by its epoch."""

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Claim:
    """A range of items that is ours under an epoch."""

    ledger_id: int
    epoch: int
    seq_from: int
    seq_to: int

    @property
    def rows(self) -> int:
        """How many items it holds."""
        return self.seq_to - self.seq_from + 1

    @property
    def key(self) -> dict[str, int]:
        """What names it to the database."""
        return {"ledger_id": self.ledger_id, "epoch": self.epoch}

    def halves(self, rows: int, epoch: int | None) -> tuple[Self, Self | None]:
        """Its first `rows` items, and the rest under an epoch of its own; no rest where that has none."""
        first = type(self)(self.ledger_id, self.epoch, self.seq_from, self.seq_from + rows - 1)
        rest = None if epoch is None else type(self)(self.ledger_id, epoch, self.seq_from + rows, self.seq_to)
        return first, rest

"""The queue of the Classify pane: the blockers, the clearest first."""

from dataclasses import dataclass

from core.domain.classify.blocker import Blocker, CandidateEvidence
from core.domain.classify.staged import StagedDecision
from core.domain.classify.suggestion import LIKELY, SAFE, Candidate
from core.domain.text import visible
from tui.widgets.table import GridColumn


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One blocker as the queue shows it. `fault` says why it could not be saved, `unsampled` why not sampled.

    `overtaken`: another session decided it; it stays for as long as the decision that is staged for it.
    """

    blocker: Blocker
    evidence: CandidateEvidence | None = None
    choice: StagedDecision | None = None
    fault: str = ""
    unsampled: str = ""
    overtaken: bool = False

    @property
    def name(self) -> str:
        """The collection."""
        return self.blocker.collection

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """What could identify its rows, best first; nothing until it is sampled."""
        return () if self.evidence is None else self.evidence.suggestion.candidates

    @property
    def tier(self) -> str:
        """A, B or C; a dash where there is no table, an ellipsis until it is sampled, `!` where that failed."""
        if not self.blocker.has_table:
            return "-"
        if self.evidence is None:
            return "!" if self.unsampled else "…"
        return self.evidence.suggestion.tier

    @property
    def place(self) -> str:
        """Where it stands in the queue: bulk-safe, then groups of one shape, then hard, then without a table."""
        if not self.blocker.has_table:
            return "9"
        if self.evidence is None:
            return "8"
        first = self.evidence.suggestion.first
        if first is None:
            return "7"
        shape = f"{first.identity.strategy}{len(first.identity.columns)}"
        return {SAFE: f"1{shape}", LIKELY: f"2{shape}"}.get(self.evidence.suggestion.tier, f"3{shape}")

    @property
    def state(self) -> str:
        """A glyph and a word: what became of it."""
        if self.fault:
            return "! refused"
        if self.choice is not None:
            return "● exempt" if self.choice.identity is None else "● staged"
        return _STATES.get(self.tier, self.tier)

    @property
    def tone(self) -> str:
        """What asks for attention has one."""
        if self.fault or self.tier == "!":
            return "bad"
        return "good" if self.choice is not None else ""

    @property
    def would_be(self) -> str:
        """The identity that is staged, or the first candidate."""
        if self.choice is not None:
            return self.choice.text
        first = None if self.evidence is None else self.evidence.suggestion.first
        return "" if first is None else first.identity.text

    @property
    def would_be_shown(self) -> str:
        """The same without the collection's name, which stands beside it."""
        return self.would_be.removeprefix(f"{self.name}:")


_STATES = {"-": "✗ no table", "…": "… sampling", "!": "! failed", "A": "A safe", "B": "B likely", "C": "C open"}
NAME: GridColumn[QueueRow] = GridColumn(
    "collection", "collection", lambda row: visible(row.name), lambda row: row.name, 0
)
STATE: GridColumn[QueueRow] = GridColumn(
    "state", "state", lambda row: row.state, lambda row: row.place, 1, width=10, tone=lambda row: row.tone
)
IDENTITY: GridColumn[QueueRow] = GridColumn(
    "identity", "identity", lambda row: visible(row.would_be_shown), lambda row: row.would_be, 2, width=22, grows=True
)
COLUMNS = (NAME, STATE, IDENTITY)

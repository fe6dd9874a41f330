"""The decisions so far, those that are possible, and why one is not. Pure: the Classify pane shows it."""

from collections.abc import Callable, Collection, Iterable
from shlex import join
from typing import TYPE_CHECKING

from core.domain.classify.identity import COLUMN, Identity, column_identity, synthetic_identity
from core.domain.classify.staged import StagedDecision
from core.domain.classify.suggestion import SAFE, Candidate
from tui.classify.queue_rows import QueueRow
from tui.classify.staged import StagedDecisions
from tui.widgets.signs import count_of

if TYPE_CHECKING:
    from core.domain.classify.blocker import Rights

ROW_NEEDED = frozenset(
    {"accept", "candidate_next", "candidate_before", "candidate_jump", "template", "reject", "exempt", "history"}
    | {"evidence", "take"}
)
DECIDES = frozenset({"accept", "template", "reject", "exempt"})
PROGRAM = ("birth-console", "classify")


class Decisions:
    """The staged choices, the rejected candidates, and the rights of the login."""

    def __init__(self) -> None:
        self.staging = StagedDecisions()
        self.rights: Rights | None = None
        self._rejected: dict[str, frozenset[Identity]] = {}
        self._looked_at: dict[str, Identity] = {}

    def rejected(self, row: QueueRow) -> frozenset[Identity]:
        """The candidates of a row that were set aside."""
        return self._rejected.get(row.name, frozenset())

    def reject(self, row: QueueRow, candidate: Candidate) -> None:
        """Set a candidate aside; a choice of it is dropped."""
        self.look_at(row, None)
        self._rejected[row.name] = self.rejected(row) | {candidate.identity}
        if row.choice is not None and row.choice.identity == candidate.identity:
            self.staging.stage({row.name: None})

    def best(self, row: QueueRow) -> Candidate | None:
        """The first candidate that is not set aside."""
        rejected = self.rejected(row)
        return next((each for each in row.candidates if each.identity not in rejected), None)

    def candidate(self, row: QueueRow) -> Candidate | None:
        """The candidate under the second cursor: the one that was gone to, else the staged one, else the best."""
        staged = None if row.choice is None else row.choice.identity
        wanted = (self._looked_at.get(row.name), staged)
        found = (each for identity in wanted if identity for each in row.candidates if each.identity == identity)
        return next(found, None) or (self.best(row) if row.choice is None else None)

    def look_at(self, row: QueueRow, candidate: Candidate | None) -> None:
        """Put the second cursor on a candidate; None: where it is by itself."""
        if candidate is None:
            self._looked_at.pop(row.name, None)
        else:
            self._looked_at[row.name] = candidate.identity

    def is_walked(self, row: QueueRow) -> bool:
        """Whether the second cursor was put on a candidate."""
        return row.name in self._looked_at

    def walk(self, row: QueueRow, step: int) -> None:
        """Go to another candidate, from the last to the first."""
        here = self.candidate(row)
        place = (row.candidates.index(here) + step) if here is not None else 0
        self.look_at(row, row.candidates[place % len(row.candidates)])

    def identity(self, row: QueueRow) -> Identity | None:
        """The identity under the second cursor, or the staged one that is no candidate."""
        here = self.candidate(row)
        if here is not None:
            return here.identity
        return None if row.choice is None else row.choice.identity

    def chosen(self, row: QueueRow, candidate: Candidate) -> StagedDecision:
        """The choice of a candidate, with what the suggester said of it."""
        told = None if row.evidence is None else row.evidence.suggestion.told(candidate)
        return StagedDecision(row.name, candidate.identity, row.blocker.version, None, told)

    def accepted(self, rows: Iterable[QueueRow]) -> list[StagedDecision]:
        """The choice of the first candidate that is not set aside, for each row that has one."""
        return [self.chosen(row, best) for row in rows if (best := self.best(row)) is not None]

    def same(self, row: QueueRow, others: Iterable[QueueRow]) -> list[StagedDecision]:
        """What is staged for a row, for each of the others that has a candidate of the same columns."""
        if row.choice is None or row.choice.identity is None:
            return []
        wanted = row.choice.identity.columns
        open_ = [each for each in others if not each.overtaken]
        found = [(other, each) for other in open_ for each in other.candidates if each.identity.columns == wanted]
        return [self.chosen(other, candidate) for other, candidate in found]

    def why_not(self, action_id: str, row: QueueRow | None, rows: Collection[QueueRow], marked: Collection[str]) -> str:
        """Why an action is not possible on `row`, the one under the cursor of `rows`."""
        kind = action_id
        if kind in ROW_NEEDED and row is None:
            return "no collection is under the cursor" if rows else "nothing is left to decide"
        if kind in DECIDES and row is not None and row.overtaken:
            return "another session decided it. u: discard your decision"
        checks: dict[str, Callable[[], str]] = {
            "accept": lambda: self._no_candidate(row),
            "reject": lambda: self._no_candidate(row),
            **dict.fromkeys(("candidate_next", "candidate_before", "candidate_jump"), lambda: _none_to_walk(row)),
            "template": lambda: _no_table(row) or self.no_right("classify"),
            "exempt": lambda: self.no_right("exempt"),
            "accept_safe": lambda: (
                _still_sampling(rows) or ("" if self.safe(rows) else "tier A has no undecided collection")
            ),
            "same": lambda: _nothing_to_copy(row, marked),
            "undo": lambda: "" if self.staging.can_undo else self.no_right("classify"),
            "save": self._nothing_to_save,
        }
        return checks[kind]() if kind in checks else ""

    def twin(self, action_id: str, row: QueueRow | None) -> str:
        """The command that does the same as an action on `row`."""
        fixed = {
            "accept_safe": join([*PROGRAM, "--accept-suggestions"]),
            "save": join([*PROGRAM, "--from", "decisions.csv", "--keep-going"]),
            "undo": join([*PROGRAM, "--undo"]),
        }
        if action_id in fixed or row is None:
            return fixed.get(action_id, "")
        identity = self.identity(row)
        option = "--column" if identity is not None and identity.strategy == COLUMN else "--synthetic"
        decided = "" if identity is None else join([*PROGRAM, row.name, option, identity.text])
        return {
            "accept": decided,
            "template": decided,
            "exempt": join([*PROGRAM, row.name, "--exempt", "--reason", "why"]),
            "history": join([*PROGRAM, "--history", row.name]),
            "evidence": join(["birth-console", "suggest", row.name, "--explain"]),
        }.get(action_id, "")

    @staticmethod
    def safe(rows: Collection[QueueRow]) -> list[QueueRow]:
        """The undecided rows of tier A."""
        return [row for row in rows if row.tier == SAFE and row.choice is None and not row.fault]

    def no_right(self, name: str) -> str:
        """The group that this login lacks for a kind of decision, or nothing."""
        if self.rights is None or getattr(self.rights, name):
            return ""
        return "needs birth_gatekeeper" if name == "exempt" else "needs birth_operator"

    def _no_candidate(self, row: QueueRow | None) -> str:
        if row is None or _no_table(row):
            return _no_table(row)
        if row.evidence is None:
            return "its evidence is not read yet"
        return self.no_right("classify") or ("" if self.candidate(row) else "no candidate is left. t: edit a template")

    def _nothing_to_save(self) -> str:
        if not self.staging.choices:
            return "nothing is staged"
        kinds = {"exempt" if each.identity is None else "classify" for each in self.staging.choices.values()}
        return next((reason for kind in sorted(kinds) if (reason := self.no_right(kind))), "")


def read_identity(collection: str, text: str) -> Identity:
    """The identity that was typed: a column's name, or a template. Raises GateClosed where it can be neither."""
    return (synthetic_identity if ":" in text or "{" in text else column_identity)(collection, text)


def _no_table(row: QueueRow | None) -> str:
    return "it has no table. e: exempt it" if row is not None and not row.blocker.has_table else ""


def _none_to_walk(row: QueueRow | None) -> str:
    return "" if row is not None and row.candidates else _no_table(row) or "it has no candidates"


def _still_sampling(rows: Collection[QueueRow]) -> str:
    count = sum(row.blocker.has_table and row.evidence is None for row in rows)
    return f"{count_of(count, 'collection')} not sampled yet" if count else ""


def _nothing_to_copy(row: QueueRow | None, marked: Collection[str]) -> str:
    if row is None or row.choice is None or row.choice.identity is None:
        return "the collection under the cursor has no staged identity"
    return "" if marked else "no collection is marked"

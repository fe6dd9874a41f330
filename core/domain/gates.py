"""Gates are data: a named condition over facts, with a verdict, evidence and a hint. Unknown blocks like failed."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from core.errors import ConsoleError, GateClosed, Json, Stale

Facts = TypeVar("Facts")
# Covariant reading would buy nothing: a gate is always judged on exactly the facts it was written for.


class GateState(StrEnum):
    """What a gate says of the facts."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A state with what it rests on."""

    state: GateState
    evidence: Json = None


@dataclass(frozen=True, slots=True)
class Gate(Generic[Facts]):
    """A condition with a stable id. `stale` marks what a new plan cures, rather than a person's decision."""

    id: str
    title: str
    predicate: Callable[[Facts], Verdict]
    hint: str = ""
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """A gate's verdict on some facts, ready to be shown."""

    id: str
    title: str
    verdict: GateState
    evidence: Json
    hint: str
    stale: bool

    @property
    def passed(self) -> bool:
        """Whether the gate is open. Unknown is not open."""
        return self.verdict is GateState.PASSED


def when(condition: bool | None, evidence: Json = None) -> Verdict:  # noqa: FBT001 - the condition is the point
    """PASSED or FAILED by `condition`, UNKNOWN where it is None."""
    if condition is None:
        return Verdict(GateState.UNKNOWN, evidence)
    return Verdict(GateState.PASSED if condition else GateState.FAILED, evidence)


def judge(gates: Sequence[Gate[Facts]], facts: Facts) -> tuple[Judgement, ...]:
    """Ask every gate, in order; none hides another."""
    return tuple(_judgement(gate, gate.predicate(facts)) for gate in gates)


def _judgement(gate: Gate[Facts], verdict: Verdict) -> Judgement:
    return Judgement(gate.id, gate.title, verdict.state, verdict.evidence, gate.hint, gate.stale)


def insist(judgements: Iterable[Judgement], subject: str) -> None:
    """Raise for the gates that are not open: GateClosed, or Stale where only a new plan is needed."""
    closed = [each for each in judgements if not each.passed]
    if not closed:
        return
    stale = all(each.stale for each in closed)
    kind: type[ConsoleError] = Stale if stale else GateClosed
    raise kind(
        f"{subject}: {len(closed)} gate{'s are' if len(closed) > 1 else ' is'} closed",
        code="plan_stale" if stale else "gate_closed",
        evidence={"gates": [{"gate": each.id, "title": each.title, "evidence": each.evidence} for each in closed]},
        hint=" ".join(dict.fromkeys(each.hint for each in closed if each.hint)),
    )

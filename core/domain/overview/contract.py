"""The contract of one collection: what must hold before its missing rows are registered. all_ok: every gate passed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.domain.classify import identity
from core.domain.classify.identity import Proof
from core.domain.gates import Gate, GateState, Judgement, Verdict, judge, when
from core.domain.overview.matrix import REQUIRED, Facts

if TYPE_CHECKING:
    from core.errors import Json


@dataclass(frozen=True, slots=True)
class Terms:
    """What one look says of a collection. Without a `proof`, `unproven` says why its rows were not looked at."""

    facts: Facts
    register_function: bool
    bound: bool
    gateway_code: str | None = None  # the column from which the company's gateway takes codes, where it was told one
    gateway_agrees: bool = True
    proof: Proof | None = None
    unproven: str = ""

    @property
    def is_provable(self) -> bool:
        """Whether there are rows, and an identity to look at them by."""
        facts = self.facts
        return facts.table is not None and facts.identity is not None and not facts.missing_columns


@dataclass(frozen=True, slots=True)
class ReadableSql:
    """SQL for people to read: what it does, and its text."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Contract:
    """The gates of a collection with their verdicts, and the SQL that its rows are counted and registered by."""

    collection: str
    gates: tuple[Judgement, ...]
    statements: tuple[ReadableSql, ...]

    @property
    def all_ok(self) -> bool:
        """Whether every gate passed. Unknown is not passed."""
        return all(gate.passed for gate in self.gates)


def contract(terms: Terms, statements: tuple[ReadableSql, ...] = ()) -> Contract:
    """Judge what a look found."""
    return Contract(terms.facts.collection, judge(CONTRACT, terms), statements)


def _of_proof(predicate: Callable[[Proof], Verdict]) -> Callable[[Terms], Verdict]:
    def asked(terms: Terms) -> Verdict:
        return Verdict(GateState.UNKNOWN, terms.unproven) if terms.proof is None else predicate(terms.proof)

    return asked


def _if_required(predicate: Callable[[Terms], Verdict]) -> Callable[[Terms], Verdict]:
    """Of what is not REQUIRED nothing is asked: there is nothing to do about it, and it is no promise either."""

    def asked(terms: Terms) -> Verdict:
        found, requirement = predicate(terms), terms.facts.requirement
        if requirement == REQUIRED or found.state is GateState.PASSED:
            return found
        return Verdict(GateState.UNKNOWN, f"not needed: it is {requirement or 'without a policy'}")

    return asked


def _columns(terms: Terms) -> Verdict:
    if terms.facts.identity is None:
        return Verdict(GateState.UNKNOWN, "no identity names a column")
    if terms.facts.table is None:
        return Verdict(GateState.UNKNOWN, "no table")
    gone: list[Json] = list(terms.facts.missing_columns)
    return when(not gone, {"gone": gone} if gone else terms.facts.identity)


def _gateway_code(terms: Terms) -> Verdict:
    if terms.gateway_code is None:
        return when(terms.facts.identity is not None or None, "the gateway is not told a column")
    evidence: Json = {"gateway": terms.gateway_code, "identity": terms.facts.identity}
    return when(terms.gateway_agrees if terms.facts.identity is not None else None, evidence)


CONTRACT: tuple[Gate[Terms], ...] = (
    Gate(
        "table_present",
        "its table exists",
        _if_required(lambda terms: when(terms.facts.table is not None, terms.facts.table)),
        "Ask the collection's owner. A gatekeeper can exempt it.",
    ),
    Gate(
        "policy_required",
        "its policy is REQUIRED",
        lambda terms: when(terms.facts.requirement == REQUIRED, terms.facts.requirement),
        "Only REQUIRED collections are backfilled.",
    ),
    Gate(
        "identity_classified",
        "its identity is classified",
        _if_required(lambda terms: when(terms.facts.identity is not None, terms.facts.identity)),
        "Classify it.",
    ),
    Gate(
        "columns_present",
        "the table has every identity column",
        _columns,
        "Classify it again; if rows are registered, retire the identity first: classify … --retire.",
    ),
    *(Gate(gate.id, gate.title, _of_proof(gate.predicate), gate.hint) for gate in identity.CONTRACT),
    Gate(
        "register_function",
        "the shared register function is present",
        lambda terms: when(terms.register_function),
        "Ask the gateway's owner to restore it.",
    ),
    Gate(
        "register_bound",
        "the register function matches its binding",
        lambda terms: when(terms.bound if terms.register_function else None),
        "Bind it again: `birth-console init --bind …`.",
    ),
    Gate(
        "trigger_enabled",
        "its birth trigger is enabled",
        _if_required(lambda terms: when(terms.facts.trigger == "enabled", terms.facts.trigger)),
        "Ask the gateway's owner to enable it, or to create a missing one. Until then, new rows go missing.",
    ),
    Gate(
        "gateway_code",
        "the gateway registers new rows by the same code",
        _if_required(_gateway_code),
        "Classify it by the column that the gateway takes, or ask the gateway's owner to change the trigger.",
    ),
)

"""The acceptance gates of a run, in the packet's order, with some of our own. The database judges them: one list."""

from collections.abc import Sequence
from typing import NamedTuple

from core.domain.gates import GateState, Judgement
from core.errors import Json


class Judged(NamedTuple):
    """A gate as the database judged it; `passed` is None where it cannot be judged."""

    gate: str
    passed: bool | None
    evidence: Json


class _Words(NamedTuple):
    title: str
    hint: str


class Known(NamedTuple):
    """An acceptance gate of this version, without a verdict."""

    id: str
    title: str
    hint: str


_WORDS = {
    "dry_run_plan": _Words("dry-run plan", "Plan again."),
    "reconciled": _Words("the plan is reconciled with the source", "Reconcile the run."),
    "batched_apply": _Words("applied in bounded batches", "Apply the run completely."),
    "rerun_delta": _Words("a rerun finds no missing rows", "Plan again: rows of this plan are still missing."),
    "identity_holds": _Words(
        "every source row still has its own code",
        "Correct the source rows, or classify the collection again.",
    ),
    "no_self_certify": _Words("an independent reviewer can certify", "Add a reviewer who took no part in the run."),
    "birth_neutral": _Words("only planned rows were registered", "Compare the registry with the run's items."),
    "born_alike": _Words(
        "rows are filled like the gateway's",
        "Ask the owner of the registry to fill in the columns, as the gateway would have.",
    ),
    "tga_unchanged": _Words(
        "every trigger alert since the plan is acknowledged by a reviewer",
        "See each alert for the login that changed a trigger. A reviewer may acknowledge it: `certify --acknowledge`.",
    ),
    "gateway_unchanged": _Words("the gateway matches the plan", "Ask the gateway's owner about the change."),
    "triggers_unchanged": _Words(
        "the triggers match the plan",
        "Ask the tables' owners about the change. If they renamed a table, move it back until the run is certified.",
    ),
    "within_limits": _Words(
        "vanished rows are within the limit of the run",
        "See `birth-console ledger diff RUN --only -`, then plan again.",
    ),
    "history_whole": _Words(
        "the server's history is that of the run",
        "Compare the ledger with an anchor: `birth-console audit --anchor FILE`."
        " Then a gatekeeper accepts the change: `birth-console audit --accept-history REASON`.",
    ),
    "accounting_closes": _Words(
        "planned = registered + existing + vanished + quarantined", "Apply the run completely."
    ),
}


def known() -> tuple[Known, ...]:
    """The gates in their order, for people to read about."""
    return tuple(Known(gate, words.title, words.hint) for gate, words in _WORDS.items())


def judgements(found: Sequence[Judged]) -> tuple[Judgement, ...]:
    """The gates with their titles and hints, in the database's order. What cannot be judged is unknown."""
    return tuple(_judgement(*each) for each in found)


def _judgement(gate: str, passed: bool | None, evidence: Json) -> Judgement:  # noqa: FBT001 - three states
    words = _WORDS.get(gate, _Words(gate.replace("_", " "), ""))
    state = GateState.UNKNOWN if passed is None else GateState.PASSED if passed else GateState.FAILED
    return Judgement(gate, words.title, state, evidence, words.hint, stale=False)

"""Why a step is not possible: each reason, in the words that people read."""

import pytest

from core.domain.backfill import next_actions
from core.domain.backfill.next_actions import Login, Standing, reasons
from core.domain.backfill.progress import Effort
from core.domain.gates import GateState, Judgement
from core.errors import UsageError

OPERATOR = Login(frozenset({"birth_operator"}), "Olga")
REVIEWER = Login(frozenset({"birth_reviewer"}), "Rita")
STEPS = (
    next_actions.PLAN,
    next_actions.RECONCILE,
    next_actions.APPLY,
    next_actions.PAUSE,
    next_actions.CANCEL,
    next_actions.RESIZE,
    next_actions.REHEARSE,
    next_actions.WITHDRAW,
    next_actions.CERTIFY,
)


def gate(name: str, verdict: GateState = GateState.FAILED, *, stale: bool = False) -> Judgement:
    return Judgement(name, name, verdict, None, "", stale)


def test_a_login_outside_the_groups_is_told_which_one_it_needs() -> None:
    viewer = reasons(Login(frozenset({"birth_reader"}), "Vera"), Standing("reconciled", "run", "x"))
    assert {viewer[step] for step in STEPS[:-1]} == {"needs birth_operator"}
    assert viewer[next_actions.CERTIFY] == "needs birth_reviewer"


def test_a_read_only_session_and_an_unknown_person_may_do_nothing() -> None:
    still = reasons(Login(OPERATOR.groups, "Olga", read_only=True), Standing("reconciled", "run", "x"))
    assert {still[step] for step in STEPS[:-1]} == {"this session is read-only"}
    nobody = reasons(Login(OPERATOR.groups, None), Standing("reconciled", "run", "x"))
    assert nobody[next_actions.APPLY] == "this login is not mapped to a person"


def test_without_a_run_only_a_plan_is_possible() -> None:
    found = reasons(OPERATOR, None)
    assert [step for step in STEPS if not found[step]] == [next_actions.PLAN]
    assert found[next_actions.APPLY] == "there is no run"


@pytest.mark.parametrize(
    ("standing", "possible"),
    [
        (Standing("planned", "run", "x", gates=(gate("reconciled"),)), "plan reconcile cancel resize rehearse"),
        (Standing("reconciled", "run", "x"), "plan reconcile apply cancel resize rehearse"),
        (Standing("applying", "run", "x"), "plan apply pause cancel resize rehearse"),
        (Standing("applying", "pause", "x"), "plan pause cancel resize rehearse"),
        (Standing("reconciled", "cancel", "x"), "plan reconcile pause resize rehearse"),
        (Standing("applied", "run", "x"), "plan"),
        (Standing("certified", "run", "x"), "plan"),
        (Standing("applied", "run", "x", may_be_withdrawn=True), "plan withdraw"),
        (Standing("applied", "run", "x", withdraws=1, may_be_withdrawn=True), "plan"),
        (Standing("reconciled", "run", "x", withdraws=1), "plan reconcile apply cancel resize"),
        (Standing("superseded", "run", "x"), "plan"),
    ],
    ids=lambda value: f"{value.status}-{value.command}" if isinstance(value, Standing) else "",
)
def test_an_operator_may_do_what_the_state_of_the_run_allows(standing: Standing, possible: str) -> None:
    found = reasons(OPERATOR, standing)
    assert " ".join(step for step in STEPS if not found[step]) == possible


@pytest.mark.parametrize(
    ("standing", "verified", "reason"),
    [
        (Standing("applied", "run", "x"), None, "verify the run first"),
        (Standing("applied", "run", "x"), False, "an acceptance gate is not passed"),
        (Standing("applied", "run", "x"), True, ""),
        (Standing("applying", "run", "x"), True, "not completely applied"),
        (Standing("certified", "run", "x"), True, "already certified"),
        (Standing("applied", "run", "x", ("planned",)), True, "you planned this run"),
        (Standing("applied", "run", "x", ("began", "applied")), True, "you started this run, you applied this run"),
        (Standing("applied", "run", "x", ("permitted",)), True, "you opened its permit"),
        (Standing("applied", "run", "x", ("applied", "ended")), True, "you applied this run"),
    ],
)
def test_a_reviewer_certifies_what_was_verified_and_others_did(
    standing: Standing, *, verified: bool | None, reason: str
) -> None:
    assert reasons(REVIEWER, standing, verified=verified)[next_actions.CERTIFY] == reason


def test_the_closed_gates_are_named_in_short() -> None:
    closed = (gate("qt001_open"), gate("permit_in_scope"), gate("gateway_unchanged", stale=True))
    assert next_actions.closed(closed) == "no open permit covers it; the QT-001 gate is blocked"
    assert next_actions.closed(closed[2:]) == "the plan is stale: plan again"
    assert next_actions.closed([gate("qt001_open", GateState.PASSED)]) == ""
    assert next_actions.closed([gate("trusted", GateState.UNKNOWN)]) != ""
    held = reasons(OPERATOR, Standing("applying", "cancel", "operator2"))
    assert held[next_actions.APPLY] == "cancelled by operator2: resume it first"


def test_a_gate_without_short_words_still_forbids() -> None:
    assert reasons(OPERATOR, Standing("reconciled", "run", "x", gates=(gate("new_gate"),)))[next_actions.APPLY]


@pytest.mark.parametrize("text", ["1", " 2 500 ", "64 10000"])
def test_effort_is_workers_and_then_rows(text: str) -> None:
    numbers = [int(part) for part in text.split()]
    assert Effort.parse(text) == Effort(numbers[0], numbers[1] if len(numbers) > 1 else None)
    assert (Effort.parse("auto"), Effort.parse(" auto 500")) == (Effort(None), Effort(None, 500))


@pytest.mark.parametrize("text", ["", "0", "65", "1 0", "1 10001", "one", "1,2", "-1", "1 2 3", "٣"])
def test_effort_is_refused_where_it_is_something_else(text: str) -> None:
    with pytest.raises(UsageError, match="workers"):
        Effort.parse(text)

"""Gates are data: unknown blocks, none hides another, and only a plan that is merely stale is called so."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.backfill.apply_gates import APPLY
from core.domain.classify.identity import CONTRACT
from core.domain.gates import Gate, GateState, Verdict, insist, judge, when
from core.domain.overview.readiness import READINESS
from core.errors import ConsoleError, GateClosed, Stale

ANSWERS = {"yes": True, "no": False, "nobody knows": None}


def gate(name: str, answer: str, *, stale: bool = False) -> Gate[object]:
    return Gate(name, f"title of {name}", lambda _: when(ANSWERS[answer], {"seen": answer}), f"Cure {name}.", stale)


def refusal(*gates: Gate[object]) -> ConsoleError:
    with pytest.raises(ConsoleError) as refused:
        insist(judge(gates, None), "run 7 may not be applied")
    return refused.value


@pytest.mark.parametrize(("answer", "state"), [("yes", "passed"), ("no", "failed"), ("nobody knows", "unknown")])
def test_a_condition_that_nobody_can_decide_is_unknown(answer: str, state: str) -> None:
    assert when(ANSWERS[answer], 1) == Verdict(GateState(state), 1)


def test_open_gates_let_everything_pass() -> None:
    insist(judge([gate("a", "yes"), gate("b", "yes", stale=True)], None), "run 7")


def test_unknown_blocks_like_failed() -> None:
    assert isinstance(refusal(gate("a", "nobody knows")), GateClosed)


def test_every_closed_gate_is_named_in_order_with_its_evidence_and_no_open_one() -> None:
    found = refusal(gate("a", "no"), gate("b", "yes"), gate("c", "nobody knows"))
    assert found.evidence["gates"] == [
        {"gate": "a", "title": "title of a", "evidence": {"seen": "no"}},
        {"gate": "c", "title": "title of c", "evidence": {"seen": "nobody knows"}},
    ]
    assert found.message == "run 7 may not be applied: 2 gates are closed"
    assert found.hint == "Cure a. Cure c."


def test_a_hint_that_two_gates_share_is_given_once() -> None:
    shared: list[Gate[object]] = [Gate(name, "", lambda _: when(None), "Plan again.") for name in "ab"]
    assert refusal(*shared).hint == "Plan again."


@given(st.lists(st.tuples(st.sampled_from(list(ANSWERS)), st.booleans()), min_size=1))
def test_it_is_stale_only_when_a_new_plan_cures_all_that_is_closed(found: list[tuple[str, bool]]) -> None:
    gates = [gate(str(number), answer, stale=stale) for number, (answer, stale) in enumerate(found)]
    closed = [stale for answer, stale in found if answer != "yes"]
    if not closed:
        insist(judge(gates, None), "run 7")
    elif all(closed):
        error = refusal(*gates)
        assert (type(error), error.exit_status, error.code) == (Stale, 4, "plan_stale")
    else:
        error = refusal(*gates)
        assert (type(error), error.exit_status, error.code) == (GateClosed, 3, "gate_closed")


@pytest.mark.parametrize("gates", [READINESS, CONTRACT, APPLY], ids=["readiness", "contract", "apply"])
def test_gates_have_their_own_id_a_title_and_a_hint(gates: tuple[Gate[Any], ...]) -> None:
    assert len({each.id for each in gates}) == len(gates)
    assert all(each.title and each.hint for each in gates)

"""Which event explains a figure that changed, and how events in a row read."""

from datetime import UTC, datetime, timedelta

import pytest

from core.domain.overview.activity import LedgerEvent, cause, deeds, ledger_event

NOON = datetime(2026, 6, 6, 12, 0, tzinfo=UTC)


def event(kind: str, subject: str = "", actor: str = "operator2", minutes: int = 0, became: str = "") -> LedgerEvent:
    return LedgerEvent(minutes, NOON + timedelta(minutes=minutes), actor, kind, subject, became)


@pytest.mark.parametrize(
    ("kind", "payload", "subject", "became"),
    [
        ("identity_classified", '{"collection": "agents", "version": 1}', "agents", ""),
        ("policy_decided", '{"collection": "agents", "requirement": "EXEMPT"}', "agents", "EXEMPT"),
        ("steered", '{"run": 4, "command": "pause"}', "run-4", "pause"),
        ("permit_opened", '{"permit": 2, "budget": 10}', "permit 2", ""),
        ("genesis", '{"database": "demo"}', "", ""),
        ("unheard_of", None, "", ""),
        ("unheard_of", "[1, 2]", "", ""),
        ("unheard_of", "{broken", "", ""),
    ],
)
def test_an_event_tells_what_it_is_about_and_a_payload_nobody_can_read_tells_nothing(
    kind: str, payload: str | None, subject: str, became: str
) -> None:
    found = ledger_event(1, NOON, "operator1", kind, payload)
    assert (found.subject, found.became) == (subject, became)


def test_what_one_login_did_in_a_row_is_one_deed_with_the_time_of_its_end() -> None:
    newest_first = [
        event("identity_classified", "c", minutes=5),
        event("identity_classified", "b", minutes=4),
        event("identity_classified", "b", minutes=3),
        event("permit_opened", "permit 1", "gatekeeper1", minutes=2),
        event("identity_classified", "a", minutes=1),
    ]
    found = deeds(newest_first)
    assert [each.subjects for each in found] == [("c", "b"), ("permit 1",), ("a",)]
    assert found[0].at == NOON + timedelta(minutes=5)


def test_a_figure_is_explained_by_the_latest_event_that_can_change_it() -> None:
    events = [
        event("permit_opened", "permit 1", "gatekeeper1", minutes=3),
        event("identity_classified", "a", "operator2", minutes=2),
        event("identity_classified", "b", "operator1", minutes=1),
    ]
    explained = {figure: found.actor for figure in ("identity_resolvable_now", "open_permits", "qt001_gate")
                 if (found := cause(figure, events)) is not None}  # fmt: skip
    assert explained == {
        "identity_resolvable_now": "operator2",
        "open_permits": "gatekeeper1",
        "qt001_gate": "gatekeeper1",
    }
    assert cause("birth_required_total", events) is None
    assert cause("trigger gap", events) is None

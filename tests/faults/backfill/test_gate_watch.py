"""Gates that close while a run is at work: every batch finds out for itself, at the latest after half a minute."""

import pytest

from core.services.backfill.apply_options import Options
from tests import line
from tests.databases import Database
from tests.faults.attacker import add_goods, ask, begun, claimed, refusal
from tests.faults.backfill.test_gate_permit import SLOWLY, closed_gates
from tests.small import a_run, account, at, done, drive, fill, reconciled

# As if the last check had been half a minute ago, by the server's clock.
_AGED = "UPDATE birth.birth_gate_check SET checked_at = checked_at - interval '30 seconds'"
_CHECKED_AT = "SELECT checked_at FROM birth.birth_gate_check"
# What closes a gate, which one, and what opens it again.
CLOSING = {
    "a grant": (
        "GRANT INSERT ON birth.birth_registry TO operator1",
        "trusted",
        "REVOKE INSERT ON birth.birth_registry FROM operator1",
    ),
    "an unclassified collection": (
        (
            "INSERT INTO birth.collection_registry (collection_name) VALUES ('new');"
            " INSERT INTO birth.birth_policy (collection_name) VALUES ('new')"
        ),
        "qt001_open",
        "UPDATE birth.birth_policy SET requirement = 'EXEMPT' WHERE collection_name = 'new'",
    ),
}


@pytest.mark.parametrize("what", CLOSING)
def test_a_gate_that_closes_while_a_run_is_at_work_stops_it_until_it_is_open_again(
    small: Database, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    closing, gate, opening = CLOSING[what]
    run = a_run(small)
    at(monkeypatch, "after_commit", lambda: small.run(f"{closing}; {_AGED}"), nth=2)
    stopped = drive(small, run, SLOWLY)
    assert (stopped.status, stopped.code, closed_gates(stopped.error)) == (3, "gate_closed", [gate])
    assert account(small, run).registered == 100
    small.run(opening)
    assert done(small, run).registered == 300


def test_gates_that_were_asked_lately_are_not_asked_for_each_batch(
    small: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = a_run(small)
    looks: list[object] = []
    at(monkeypatch, "after_commit", lambda: looks.append(small.value(_CHECKED_AT)), nth=1)
    assert drive(small, run, SLOWLY).code == ""
    assert looks == [small.value(_CHECKED_AT)]


def test_a_batch_asks_the_gates_also_while_another_one_does(small: Database) -> None:
    line.open_permit(small)
    add_goods(small, 1, 300)
    with small.psql() as operator, small.psql("operator2") as other:
        run = begun(operator)
        first, second = claimed(operator, run), claimed(other, run)
        small.run(_AGED)
        with operator.transaction():
            assert ask(operator, first) == 100  # its look is locked until it commits
            small.run("GRANT INSERT ON birth.birth_registry TO operator1")
            assert refusal(other, second) == ("BR003", f"gate_closed: run {run} may not be applied")


def test_a_claim_is_worth_nothing_once_a_gate_is_closed(small: Database) -> None:
    line.open_permit(small)
    add_goods(small, 1, 3)
    with small.psql() as operator:
        run = begun(operator)
        batch = claimed(operator, run)
        small.run(f"GRANT INSERT ON birth.birth_registry TO operator1; {_AGED}")
        assert refusal(operator, batch) == ("BR003", f"gate_closed: run {run} may not be applied")
        small.run("REVOKE INSERT ON birth.birth_registry FROM operator1")
        assert ask(operator, batch) == 3


def test_a_run_whose_rows_all_have_an_outcome_ends_without_a_permit(small: Database) -> None:
    line.open_permit(small)
    add_goods(small, 1, 3)
    with small.psql() as operator:
        run = begun(operator)
        assert ask(operator, claimed(operator, run)) == 3  # then the session is lost
    small.run("UPDATE birth.birth_admission_permit SET closed_at = clock_timestamp()")
    assert done(small, run).registered == 3


def test_a_run_resumes_without_a_permit_for_collections_that_are_done(small: Database) -> None:
    line.open_permit(small, 50, ("goods",))
    line.open_permit(small, 150, ("notes",))
    fill(small, goods=50, notes=150)
    run = reconciled(small, "goods", "notes")
    assert drive(small, run, Options(batch_size=50, max_batches=2)).code == "max_batches"
    assert done(small, run).registered == 200


def test_the_table_of_all_locks_is_read_when_a_batch_ends_and_not_when_it_begins(small: Database) -> None:
    small.run("CREATE TABLE public.extra (x text)")
    look = b"SELECT birth._birth_batch_writes(%s) ? 'public.extra'::regclass::oid::text AS seen"
    with small.psql("postgres") as owner, owner.transaction(force_rollback=True):
        owner.execute(b"INSERT INTO public.extra VALUES ('of a table that no batch may write')")
        assert [owner.execute(look, [begins]).fetchone() for begins in (True, False)] == [
            {"seen": False}, {"seen": True}]  # fmt: skip

"""Rows that come, go and change between the plan and the apply, and during it."""

import pytest

from core.errors import Stale
from core.services.backfill import reconcile
from core.services.backfill.apply_options import Options
from core.services.trust import verify
from tests import line
from tests.databases import Database
from tests.faults.attacker import refusal
from tests.small import (
    a_lock,
    a_run,
    account,
    at,
    done,
    drive,
    driving,
    eventually,
    fill,
    is_waited_for,
    reconciled,
    registering,
)

SMALL = Options(batch_size=20, patience=20)
UNSEEN = "SET session_replication_role = replica; "  # the gateway does not fire


def outcome(database: Database, run: int, options: Options = SMALL) -> tuple[int, int, int, int]:
    found = done(database, run, options)
    return found.registered, found.existing, found.vanished, found.quarantined


def is_registered(database: Database, code: str) -> bool:
    return bool(database.value(f"SELECT count(*) FROM birth.birth_registry WHERE entity_code = '{code}'"))


def test_rows_deleted_after_the_plan_are_vanished(small: Database) -> None:
    run = a_run(small, goods=50)
    small.run("DELETE FROM public.goods WHERE id IN (3, 30, 50)")
    assert outcome(small, run) == (47, 0, 3, 0)
    assert not is_registered(small, "G-000003")


def test_rows_that_no_longer_have_the_planned_code_are_vanished_and_the_new_code_is_late(small: Database) -> None:
    run = a_run(small, goods=50)
    small.run("UPDATE public.goods SET code = 'X-' || id WHERE id <= 4")
    assert outcome(small, run) == (46, 0, 4, 0)
    assert not is_registered(small, "X-1")
    with small.connect() as operator:
        verified = verify.verify(operator, run)
    assert (verified.accounting.late, verified.rerun_delta) == (4, 0)


def test_a_code_that_wandered_to_another_row_is_never_taken_for_the_planned_one(small: Database) -> None:
    run = a_run(small, goods=50)
    small.run("DELETE FROM public.goods WHERE id = 1; UPDATE public.goods SET code = 'G-000001' WHERE id = 2")
    assert outcome(small, run) == (48, 0, 2, 0)
    with small.connect() as operator:
        # It is in the source and not in the registry: whoever verifies is told.
        assert verify.verify(operator, run).rerun_delta == 1


def test_a_change_that_leaves_the_code_alone_changes_nothing(small: Database) -> None:
    run = a_run(small, goods=50)
    small.run("UPDATE public.goods SET price = price + 1")
    assert outcome(small, run) == (50, 0, 0, 0)


def test_rows_that_the_gateway_registered_after_the_plan_are_existing_and_keep_its_origin(small: Database) -> None:
    run = a_run(small, goods=50)
    small.run("DELETE FROM public.goods WHERE id <= 5")
    small.run("INSERT INTO public.goods SELECT n, 'G-' || lpad(n::text, 6, '0') FROM generate_series(1, 5) AS n")
    assert outcome(small, run) == (45, 5, 0, 0)
    origins = (
        "SELECT dot_origin, count(*) FROM birth.birth_registry WHERE collection_name = 'goods' GROUP BY 1 ORDER BY 1"
    )
    assert [tuple(row.values()) for row in small.run(origins)] == [("GATEWAY", 5), (f"birth-backfill:run-{run}", 45)]


def test_rows_that_are_both_registered_and_gone_are_vanished_and_stay_registered(small: Database) -> None:
    run = a_run(small, goods=50)
    small.run("SELECT birth.fn_birth_register('goods', code, p_dry_run => false) FROM public.goods WHERE id <= 2")
    small.run("DELETE FROM public.goods WHERE id = 1")
    found = done(small, run, SMALL)
    assert (found.registered, found.existing, found.vanished) == (48, 1, 1)
    assert is_registered(small, "G-000001")


def test_changes_between_two_batches_are_met_where_they_happen(
    small: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = a_run(small, goods=60)
    change = (
        "DELETE FROM public.goods WHERE id IN (10, 41); UPDATE public.goods SET code = 'X-' || id WHERE id = 42;"
        "SELECT birth.fn_birth_register('goods', 'G-000043', p_dry_run => false)"
    )
    at(monkeypatch, "after_commit", lambda: small.run(change), nth=2)
    assert outcome(small, run) == (57, 1, 2, 0)


def test_rows_born_after_the_plan_are_told_apart_by_who_registered_them(small: Database) -> None:
    run = a_run(small, goods=50)
    small.run("INSERT INTO public.goods VALUES (1001, 'N-1'), (1002, 'N-2')")
    small.run(UNSEEN + "INSERT INTO public.goods VALUES (1003, 'N-3')")
    assert outcome(small, run) == (50, 0, 0, 0)
    with small.connect() as operator:
        verified = verify.verify(operator, run)
    assert (verified.accounting.late, verified.rerun_delta) == (1, 0)
    (neutral,) = (gate for gate in verified.gates if gate.id == "birth_neutral")
    assert neutral.passed
    assert isinstance(neutral.evidence, dict)
    assert neutral.evidence["born_besides"] == [
        {"origin": "GATEWAY", "collection": "goods", "rows": 2, "example": "N-1"}
    ]
    later = reconciled(small, "goods")
    assert outcome(small, later) == (1, 0, 0, 0)


def test_reconciling_says_how_many_rows_came_went_and_were_registered_since_the_plan(small: Database) -> None:
    line.open_permit(small)
    fill(small, goods=50)
    with small.connect() as operator:
        run = line.make_plan(operator, "goods")
        small.run(UNSEEN + "INSERT INTO public.goods VALUES (1003, 'N-3'); DELETE FROM public.goods WHERE id <= 2")
        small.run("SELECT birth.fn_birth_register('goods', code, p_dry_run => false) FROM public.goods WHERE id <= 5")
        with pytest.raises(Stale) as stale:
            reconcile.reconcile(operator, run, "looked")
    assert stale.value.evidence["drift"] == {"late": 1, "gone": 2, "registered_since": 3}
    refused = drive(small, run)
    assert refused.status == 3
    assert account(small, run).registered == 0


def test_a_source_without_a_key_whose_row_is_doubled_after_the_plan_is_registered_once(small: Database) -> None:
    run = a_run(small, goods=0, notes=30)
    small.run(UNSEEN + "INSERT INTO public.notes SELECT code FROM public.notes WHERE code <= 'N-000003'")
    assert outcome(small, run) == (30, 0, 0, 0)


def test_a_source_without_a_key_counts_rows_that_are_gone(small: Database) -> None:
    run = a_run(small, goods=0, notes=30)
    small.run("DELETE FROM public.notes WHERE code <= 'N-000003'")
    assert outcome(small, run) == (27, 0, 3, 0)


def test_a_synthetic_code_is_followed_through_its_parts(small: Database) -> None:
    run = a_run(small, goods=0, parts=30)
    small.run("UPDATE public.parts SET part = 'other ' || shop WHERE part IN ('part 1', 'part 2')")
    small.run("DELETE FROM public.parts WHERE part = 'part 3'")
    assert outcome(small, run) == (27, 0, 3, 0)


def test_a_source_that_was_emptied_leaves_a_run_of_vanished_rows_that_ends(small: Database) -> None:
    run = a_run(small, goods=50)
    small.run("DELETE FROM public.goods")
    assert outcome(small, run, Options(batch_size=20, patience=20, most_vanished=50)) == (0, 0, 50, 0)


def test_a_row_that_somebody_registers_while_its_batch_runs_is_existing(small: Database) -> None:
    registering(small, before="IF p_entity_code = 'G-000014' THEN PERFORM pg_advisory_xact_lock(7); END IF;")
    run = a_run(small, goods=40)
    with a_lock(small, 7) as lock, driving(small, run, SMALL) as driven:
        eventually(lambda: is_waited_for(small, 7))
        small.run("SELECT birth.fn_birth_register('goods', 'G-000015', p_dry_run => false)")
        lock.execute("SELECT pg_advisory_unlock(7)")
    assert driven.status == 0
    found = account(small, run)
    assert (found.registered, found.existing, found.vanished) == (39, 1, 0)


def test_no_row_that_is_registered_already_is_handed_to_the_register_function(small: Database) -> None:
    born = "EXISTS (SELECT FROM birth.birth_registry WHERE entity_code = p_entity_code)"
    registering(small, before=f"IF {born} THEN RAISE EXCEPTION 'born twice'; END IF;")
    run = a_run(small, goods=50)
    small.run("INSERT INTO birth.birth_registry (entity_code, collection_name, dot_origin) SELECT"
              " 'G-0000' || n, 'goods', 'GATEWAY' FROM generate_series(10, 19) AS n")  # fmt: skip
    assert outcome(small, run) == (40, 10, 0, 0)


def test_rows_of_an_heir_are_in_no_index_of_its_parent_and_prove_nothing(small: Database) -> None:
    small.run("""
        CREATE TABLE public.heir () INHERITS (public.goods);
        INSERT INTO public.goods VALUES (1, 'G-1', 1), (2, 'G-2', 2);
        INSERT INTO public.heir VALUES (1, 'G-3', 3);
        TRUNCATE birth.birth_registry; TRUNCATE birth.trigger_guard_alerts
    """)
    run = a_run(small, "goods", goods=0)
    small.run("INSERT INTO public.heir VALUES (9, 'G-1', 9)")
    with small.psql() as operator:
        state, message = refusal(operator, f"SELECT birth.birth_backfill_reconcile({run}, 'x')")
        assert (state, message.partition(":")[0]) == ("BR004", "plan_differs")
        state, message = refusal(operator, "SELECT birth.birth_backfill_plan(ARRAY['goods'])")
        assert (state, message.partition(":")[0]) == ("BR003", "contract_broken")
    small.run("DELETE FROM public.heir WHERE id = 9")
    assert done(small, reconciled(small, "goods")).registered == 3

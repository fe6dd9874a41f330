"""What the plan pinned changes before the apply, between two batches, or inside one: exit 4, with the drift named."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.services.backfill.apply_options import Options
from tests.databases import Database
from tests.faults.attacker import Psql, add_goods, begun, claimed, refusal
from tests.line import open_permit
from tests.small import (
    a_lock,
    a_run,
    account,
    at,
    batches,
    done,
    drive,
    driving,
    eventually,
    is_waited_for,
    reconciled,
    registering,
)

SLOWLY = Options(batch_size=50, patience=20)
AT_ROW_120 = "IF p_entity_code = 'G-000120' THEN PERFORM pg_advisory_xact_lock(7); END IF;"

_REPLACED = """
CREATE OR REPLACE FUNCTION birth.fn_birth_register(p_collection_name text, p_entity_code text,
    p_born_at timestamptz DEFAULT NULL, p_dot_origin text DEFAULT 'GATEWAY', p_dry_run boolean DEFAULT true)
RETURNS text LANGUAGE sql AS $$SELECT 'registered'$$
"""
_REGISTRY_TRIGGER = """
CREATE TRIGGER other AFTER INSERT ON birth.birth_registry FOR EACH ROW EXECUTE FUNCTION birth.fn_birth_gateway('x')
"""
_ANOTHER_TABLE = """
ALTER TABLE public.goods RENAME TO old_goods;
CREATE TABLE public.goods (LIKE public.old_goods INCLUDING ALL);
INSERT INTO public.goods SELECT * FROM public.old_goods;
"""
# What somebody does, and the pin that names it.
DRIFTS = {
    "the register function is replaced": (_REPLACED, "gateway"),
    "the gateway's rights change": ("GRANT EXECUTE ON FUNCTION birth.fn_birth_gateway() TO operator1", "gateway"),
    "the gateway's settings change": ("ALTER FUNCTION birth.fn_birth_gateway() SET work_mem = '1MB'", "gateway"),
    "the gateway's owner changes": ("ALTER FUNCTION birth.fn_birth_gateway() OWNER TO postgres", "gateway"),
    "a second register function appears": (
        "CREATE FUNCTION birth.fn_birth_register(integer) RETURNS text LANGUAGE sql AS 'SELECT ''x'''",
        "gateway",
    ),
    "the source's trigger is disabled": ("ALTER TABLE public.goods DISABLE TRIGGER trg_birth_gateway", "triggers"),
    "the source gets another trigger": (
        "CREATE TRIGGER other AFTER INSERT ON public.goods FOR EACH ROW EXECUTE FUNCTION birth.fn_birth_gateway('x')",
        "triggers",
    ),
    "the source's trigger does something else": (
        "CREATE OR REPLACE TRIGGER trg_birth_gateway AFTER DELETE ON goods EXECUTE FUNCTION birth.fn_birth_gateway()",
        "triggers",
    ),
    "the registry gets a trigger": (_REGISTRY_TRIGGER, "registry_triggers"),
    "a trigger of another table is touched": ("ALTER TABLE public.parts DISABLE TRIGGER ALL", "alert_rows"),
    "the table is another one of that name": (_ANOTHER_TABLE, "table"),
    "the table is gone": ("DROP TABLE public.goods", "table"),
    "the column of the identity is gone": ("ALTER TABLE public.goods DROP COLUMN code", "columns"),
    "the key of the rows is gone": ("ALTER TABLE public.goods DROP COLUMN id", "columns"),
    "the identity is another one": (
        "UPDATE birth.birth_identity SET version = 2 WHERE collection_name = 'goods'",
        "identity",
    ),
    "the collection is exempted": (
        "UPDATE birth.birth_policy SET requirement = 'EXEMPT' WHERE collection_name = 'goods'",
        "policy_required",
    ),
}


@pytest.mark.parametrize("drift", DRIFTS)
def test_a_pin_that_changes_between_two_batches_stops_the_run_before_the_next_one(
    small: Database, monkeypatch: pytest.MonkeyPatch, drift: str
) -> None:
    statement, pin = DRIFTS[drift]
    run = a_run(small)
    at(monkeypatch, "after_commit", lambda: small.run(statement), nth=2)
    stopped = drive(small, run, SLOWLY)
    assert (stopped.status, stopped.code) == (4, "plan_stale")
    assert stopped.error is not None
    drifted = stopped.error.evidence["drift"]
    assert isinstance(drifted, list)
    assert pin in drifted
    assert pin in stopped.error.message
    assert account(small, run).registered == 100
    again = drive(small, run, SLOWLY)
    assert again.status in (3, 4)
    assert again.error is not None
    assert again.error.evidence.keys() & {"gates", "drift"}
    assert account(small, run).registered == 100


@pytest.mark.parametrize("drift", ["the gateway's rights change", "a trigger of another table is touched"])
def test_a_pin_that_changes_inside_a_batch_undoes_that_batch(small: Database, drift: str) -> None:
    statement, pin = DRIFTS[drift]
    registering(small, before=AT_ROW_120)
    run = a_run(small)
    with a_lock(small, 7) as lock, driving(small, run, SLOWLY) as driven:
        eventually(lambda: is_waited_for(small, 7))
        small.run(statement)
        lock.execute("SELECT pg_advisory_unlock(7)")
    assert (driven.status, driven.code) == (4, "plan_stale")
    assert driven.error is not None
    assert driven.error.evidence["drift"] == [pin]
    assert account(small, run).registered == 100


def test_who_would_change_what_a_batch_rests_on_waits_for_it(small: Database) -> None:
    registering(small, before=AT_ROW_120)
    open_permit(small)
    add_goods(small, 50, 150)
    told: dict[str, tuple[str, str] | None] = {}

    def do(who: Psql, statement: str) -> None:
        try:
            told[statement] = refusal(who, statement)
        except AssertionError:
            told[statement] = None  # it was not refused

    taking_back = "SELECT birth.birth_identity_unclassify('goods', 1, 'x')"
    exempting = "SELECT birth.birth_policy_set('goods', 'EXEMPT', 'x')"
    with (
        small.psql() as operator,
        small.psql("operator2") as other,
        small.psql("gatekeeper1") as gatekeeper,
        ThreadPoolExecutor() as pool,
    ):
        run = begun(operator)
        batch = claimed(operator, run)
        pids = f"{other.info.backend_pid}, {gatekeeper.info.backend_pid}"
        waits = f"SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND pid IN ({pids})"
        with a_lock(small, 7):
            # In the middle of it: neither the end of the chain nor anything else holds the two up.
            pool.submit(do, operator, batch)
            eventually(lambda: is_waited_for(small, 7))
            pool.submit(do, other, taking_back)
            pool.submit(do, gatekeeper, exempting)
            eventually(lambda: small.value(waits) == 2, "both who wait")
        eventually(lambda: len(told) == 3)
        assert (told[batch], told[exempting]) == (None, None)
        assert (told[taking_back] or ("", ""))[1].startswith("identity_in_use: ")
        assert refusal(operator, claimed(operator, run)) == (
            "BR004",
            "plan_stale: the plan of goods is stale, changed: policy_required",
        )


def there_and_back(database: Database) -> None:
    for cost in (200, 100):
        database.run(f"ALTER FUNCTION birth.fn_birth_gateway() COST {cost}")


def test_a_gateway_that_was_replaced_and_put_back_between_two_batches_is_not_the_pinned_one(
    small: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = a_run(small)
    at(monkeypatch, "after_commit", lambda: there_and_back(small), nth=2)
    stopped = drive(small, run, SLOWLY)
    assert (stopped.status, stopped.code) == (4, "plan_stale")
    assert account(small, run).registered == 100


def test_a_gateway_that_was_replaced_and_put_back_inside_a_batch_is_not_the_pinned_one(small: Database) -> None:
    registering(small, before=AT_ROW_120)
    run = a_run(small)
    with a_lock(small, 7) as lock, driving(small, run, SLOWLY) as driven:
        eventually(lambda: is_waited_for(small, 7))
        there_and_back(small)
        lock.execute("SELECT pg_advisory_unlock(7)")
    assert (driven.status, driven.code) == (4, "plan_stale")
    assert account(small, run).registered == 100


def replaced_by_hand(database: Database) -> None:
    registering(database, before=AT_ROW_120 + " -- by another")
    registering(database, before=AT_ROW_120)


@pytest.mark.parametrize("change", [there_and_back, replaced_by_hand])
def test_a_gateway_that_was_replaced_and_put_back_before_the_apply_needs_a_new_plan(
    small: Database, change: Callable[[Database], None]
) -> None:
    registering(small, before=AT_ROW_120)
    run = a_run(small)
    change(small)
    stopped = drive(small, run, SLOWLY)
    assert (stopped.status, stopped.code) == (4, "plan_stale")
    assert stopped.error is not None
    gates = stopped.error.evidence["gates"]
    assert isinstance(gates, list)
    assert [gate["gate"] for gate in gates] == ["gateway_unchanged"]
    assert batches(small, run) == 0
    # The old pins are gone with the old plan; the permit, too, was for the gateway as it was by its text.
    assert done(small, reconciled(small, "goods"), SLOWLY).registered == 300


def test_a_permit_is_for_the_gateway_it_was_opened_for(small: Database) -> None:
    run = a_run(small)
    gateway = small.value("SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname = 'fn_birth_gateway'")
    small.run(gateway.replace("RETURN NULL;", "RETURN NULL; -- new"))
    assert drive(small, run).status == 4
    again = reconciled(small, "goods")
    stopped = drive(small, again)
    assert (stopped.status, stopped.code) == (4, "gateway_changed")
    assert account(small, again).registered == 0

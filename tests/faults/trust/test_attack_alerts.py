"""Alerts of the trigger guard: those about others' tables stop nobody; those about ours do, until a reviewer looked."""

import pytest

from core.errors import GateClosed
from core.services.trust import audit, certify, verify
from tests.databases import Database
from tests.faults.attacker import add_goods, an_applied_run, ask, begun, claimed, finish, refusal
from tests.line import open_permit

# Whoever owns a table names its triggers, and the table, as they like.
_FOREIGN = """
CREATE SCHEMA IF NOT EXISTS sandbox;
CREATE TABLE IF NOT EXISTS sandbox.goods (n integer);
CREATE OR REPLACE FUNCTION sandbox.nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER goods AFTER INSERT ON sandbox.goods EXECUTE FUNCTION sandbox.nothing();
CREATE TRIGGER "x"" on public.goods, goods" AFTER INSERT ON sandbox.goods EXECUTE FUNCTION sandbox.nothing();
ALTER TABLE sandbox.goods DISABLE TRIGGER goods;
DROP TRIGGER goods ON sandbox.goods;
DROP TABLE sandbox.goods;
"""
_OWN = """
CREATE FUNCTION public.nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER passing AFTER INSERT ON public.goods EXECUTE FUNCTION public.nothing();
DROP TRIGGER passing ON public.goods;
"""
_CHANGED = "SELECT array_agg(alert ORDER BY alert) FROM birth.birth_alerts_changed({})"


def test_triggers_of_others_make_no_plan_stale_and_no_run_uncertifiable(small: Database) -> None:
    open_permit(small)
    add_goods(small, 1, 3)
    with small.psql() as operator:
        run = begun(operator)
        batch = claimed(operator, run)
        before = small.value("SELECT count(*) FROM birth.trigger_guard_alerts")
        small.run(_FOREIGN)
        assert small.value("SELECT count(*) FROM birth.trigger_guard_alerts") >= before + 3
        small.run("UPDATE birth.birth_gate_check SET checked_at = '-infinity'")  # all gates are asked
        assert ask(operator, batch) == 3
        finish(operator, run)
    small.run(_FOREIGN)
    assert small.value(_CHANGED.format(run)) is None
    with small.connect("reviewer1") as reviewer:
        assert certify.certify(reviewer, run, "checked").run == run


def test_an_alert_about_ours_stops_a_run_until_a_reviewer_acknowledges_it_by_name(small: Database) -> None:
    open_permit(small)
    small.run(_OWN)
    run = an_applied_run(small)
    small.run(_OWN.partition("\n")[2].partition("\n")[2])  # made and dropped again: the table's triggers are as planned
    small.run("DELETE FROM birth.trigger_guard_alerts WHERE alert_id = (SELECT min(alert_id)"
              " FROM birth.trigger_guard_alerts WHERE object_identity = 'passing on public.goods')")  # fmt: skip
    named = small.value(_CHANGED.format(run))
    assert len(named) == 3
    with small.connect("reviewer1") as reviewer, small.psql() as operator:
        seen = verify.verify(reviewer, run)
        assert [gate.id for gate in seen.gates if not gate.passed] == ["tga_unchanged"]
        with pytest.raises(GateClosed):
            certify.certify(reviewer, run, "not all of them", acknowledged=named[:2])
        assert refusal(operator, f"SELECT birth.birth_alert_acknowledge({run}, '{named[2]}', 'x')")[0] == "42501"
        # A batch of a plan that was made before is refused.
        small.run("GRANT birth_reviewer TO operator1")
        try:
            own = refusal(operator, f"SELECT birth.birth_alert_acknowledge({run}, '{named[2]}', 'x')")
            assert own[1].startswith("self_certification")
        finally:
            small.run("REVOKE birth_reviewer FROM operator1")
        done = certify.certify(
            reviewer, run, "a test of the company's", looked_at=seen.evidence_digest, acknowledged=named[2:]
        )
        assert done.run == run
        assert audit.audit(reviewer).ok
    kinds = "SELECT count(*) FROM birth.birth_ledger_event WHERE kind = 'alert_acknowledged'"
    assert small.value(kinds) == 3


def test_a_plan_is_stale_once_an_alert_tells_of_a_governed_table(small: Database) -> None:
    open_permit(small)
    add_goods(small, 1, 3)
    with small.psql() as operator:
        batch = claimed(operator, begun(operator))
        small.run(_OWN)
        state, message = refusal(operator, batch)
        assert (state, message) == ("BR004", "plan_stale: the plan of goods is stale, changed: alert_rows")


@pytest.mark.parametrize(
    ("statement", "alerts"),
    [
        ("DO $$ BEGIN EXECUTE 'ALTER TABLE public.goods DIS' || 'ABLE TRI' || 'GGER ALL'; END $$", 1),
        (
            "DO $$ BEGIN EXECUTE 'ALTER TABLE goods DISABLE TRI' || 'GGER ALL'; EXCEPTION WHEN others THEN END $$",
            1,
        ),
        ("ALTER TABLE public.goods ADD COLUMN remark text", 0),
    ],
)
def test_the_guard_sees_a_trigger_that_is_switched_however_the_statement_is_put_together(
    small: Database, statement: str, alerts: int
) -> None:
    small.run("TRUNCATE birth.trigger_guard_alerts")
    small.run(statement)
    found = small.run("SELECT object_identity FROM birth.trigger_guard_alerts")
    assert [each["object_identity"] for each in found] == ["public.goods"] * alerts


@pytest.mark.parametrize(
    ("columns", "rows", "ours"),
    [
        ("id serial, tgname text, table_name text", "('x', 'goods'), ('goods_x', 'foreign')", 1),
        ("id serial, details jsonb", """('{"t": "public.goods"}'), ('{"t": "sandbox.goods"}')""", 1),
        ("id serial, note text", "('about nothing that is told')", 1),  # no column for an object: it concerns everybody
    ],
)
def test_a_companys_own_alerts_are_read_whatever_their_columns(
    small: Database, columns: str, rows: str, ours: int
) -> None:
    names = ", ".join(each.split()[0] for each in columns.split(", ")[1:])
    small.run(f"CREATE TABLE public.their_alerts ({columns}); INSERT INTO public.their_alerts ({names}) VALUES {rows};"
              " GRANT SELECT ON public.their_alerts TO birth_caller;"
              " UPDATE birth.birth_binding SET schema_name = 'public', table_name = 'their_alerts'"
              " WHERE part = 'alerts'")  # fmt: skip
    assert small.value("SELECT count(*) FROM birth._birth_alerts_ours()") == ours

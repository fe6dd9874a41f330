"""The gates before an apply, twice: the same facts close the console's and the database's own, each by itself."""

import copy
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from core.db.rows.apply import FACTS
from core.db.rows.query import from_json
from core.domain.backfill.apply_gates import APPLY
from core.domain.backfill.run_facts import RunFacts
from core.domain.gates import judge
from tests import line
from tests.databases import Database
from tests.faults.attacker import add_goods, ask, refusal

_OTHER = {"planned": "a", "live": "b"}
# What is no longer so, where it stands in the facts, and the gate's name in the database and in the console.
BENT: dict[str, tuple[tuple[str | int, ...], Any, str, str]] = {
    "the QT-001 gate is blocked": (("qt001_gate",), "BLOCKED_UNTIL_PERMIT_OPENED", "qt001_open", "qt001_open"),
    "nobody reconciled": (("reconciled_by",), None, "reconciled", "reconciled"),
    "an audit fails": (("audit",), [{"check": "dml", "evidence": []}], "trusted", "trusted"),
    "the register function is gone": (("register_function",), False, "register_function", "register_function"),
    "writes are not counted": (("unseen",), [{"name": "x", "why": "far"}], "visible_writes", "visible_writes"),
    "it was superseded": (("status",), "superseded", "run_current", "run_current"),
    "it was applied": (("status",), "applied", "run_current", "run_current"),
    "it was certified": (("status",), "certified", "run_current", "run_current"),
    "the gateway changed": (("gateway",), _OTHER, "gateway", "gateway_unchanged"),
    "the registry's triggers changed": (("registry_triggers",), _OTHER, "registry_triggers", "registry_triggers"),
    "a trigger was touched": (("alert_rows",), _OTHER, "alert_rows", "tga_unchanged"),
    "it is another server": (("server",), _OTHER, "server", "same_server"),
    "no permit covers it": (("entries", 0, "permit"), None, "permit_in_scope", "permit_in_scope"),
    "it is exempt": (("entries", 0, "requirement"), "EXEMPT", "policy_required", "policy_required"),
    "its trigger is disabled": (("entries", 0, "trigger"), "disabled", "trigger_enabled", "trigger_enabled"),
    "its column is gone": (("entries", 0, "missing_columns"), ["code"], "columns_present", "columns_present"),
    "its table is another": (("entries", 0, "table"), {"planned": 1, "live": None}, "table", "same_tables"),
    "its identity is another": (("entries", 0, "identity"), _OTHER, "identity", "same_identities"),
    "its triggers changed": (("entries", 0, "triggers"), _OTHER, "triggers", "triggers_unchanged"),
}


def closed(database: Database, facts: dict[str, Any]) -> tuple[list[str], list[str]]:
    """The gates that the database and the console close on these facts."""
    with database.psql("postgres") as session:
        rows = session.execute("SELECT gate FROM birth._birth_backfill_obstacles(%s)", [Jsonb(facts)]).fetchall()
    return [row["gate"] for row in rows], [
        each.id for each in judge(APPLY, from_json(RunFacts, facts, "a test's")) if not each.passed
    ]


def test_each_fact_closes_its_gate_in_the_database_and_in_the_console(small: Database) -> None:
    line.open_permit(small)
    add_goods(small, 1, 3)
    with small.connect() as operator:
        run = line.make_reconciled(operator, "goods")
        facts = dict(operator.one(FACTS, {"run": run}).facts)
    assert closed(small, facts) == ([], [])
    for what, (path, value, ours, theirs) in BENT.items():
        bent = copy.deepcopy(facts)
        place: Any = bent
        for step in path[:-1]:
            place = place[step]
        assert path[-1] in place, what
        place[path[-1]] = value
        assert closed(small, bent) == ([ours], [theirs]), what


@pytest.mark.parametrize("closing", ["a permit", "a reconciliation", "trust"])
def test_the_database_begins_no_run_whose_gates_are_closed_whoever_asks(small: Database, closing: str) -> None:
    if closing != "a permit":
        line.open_permit(small)
    add_goods(small, 1, 3)
    with small.psql() as operator:
        run = ask(operator, "SELECT birth.birth_backfill_plan(ARRAY['goods'])")
        if closing != "a reconciliation":
            ask(operator, f"SELECT birth.birth_backfill_reconcile({run}, 'compared')")
        if closing == "trust":
            small.run("GRANT INSERT ON birth.birth_registry TO operator1")
        state, message = refusal(operator, f"SELECT birth.birth_backfill_begin({run})")
        assert (state, message) == ("BR003", f"gate_closed: run {run} may not be applied")

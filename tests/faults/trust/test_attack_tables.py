"""Whoever rewrites the tables, superuser or not, is seen: the chain's events say what every row must be."""

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner

from core.cli.commands.trust import audit as command
from core.domain.trust.replay import Replay, Row
from core.errors import ConsoleError
from tests import line
from tests import small as small_database
from tests.databases import Database, TestServer, a_clone
from tests.faults.attacker import Psql, ask, certifying

# Columns that a superuser can change unseen by the replay, each with the reason that `docs ledger` gives.
PASSING = {
    "birth_backfill_ledger": {"next_seq", "last_epoch"},  # where the next claim begins
}
# Tables that the replay does not tell of: what passes, what is derived, and what others hold against something else.
NOT_TOLD = {
    "birth_backfill_control", "birth_backfill_worker", "birth_backfill_fence", "birth_gate_check",
    "birth_backfill_item", "birth_retired_row",
    "birth_ledger_event", "birth_ledger_head", "birth_schema_object", "birth_schema_version", "birth_migration",
    "birth_setting", "birth_collection_place", "birth_evidence_claim", "birth_binding", "birth_gateway_function",
    "birth_gateway_binding", "birth_gateway_trigger", "birth_policy", "birth_registry", "birth_register_column",
}  # fmt: skip


@pytest.fixture(scope="module")
def certified(server: TestServer, small_template: str) -> Iterator[Database]:
    """A whole history: people, identities, permits, a run with rows of every outcome, its certificate; a newer plan."""
    with a_clone(server, small_template) as clone:
        clone.run("INSERT INTO birth.birth_person_login VALUES ('gone', 'Once Here');"
                  "UPDATE birth.birth_person_login SET retired_at = now() WHERE login = 'gone'")  # fmt: skip
        with clone.psql() as operator:
            ask(operator, "SELECT birth.birth_identity_unclassify('notes', 1, 'x')")
            ask(operator, "SELECT birth.birth_identity_classify('notes', 'column', '{code}', NULL, 'x', '{\"a\": 1}')")
        superseded = small_database.a_run(clone, "parts", goods=0, parts=3)
        with clone.psql() as operator:
            ask(operator, f"SELECT birth.birth_permit_request({superseded}, '1 hour', 'x', '01:00-05:00 UTC', 'CHG-7')")
        permit = line.open_permit(clone)
        with clone.psql("gatekeeper1") as gatekeeper:
            ask(gatekeeper, f"SELECT birth.birth_permit_close({permit}, 'no longer needed')")
        run = small_database.a_run(clone, "goods", "parts", goods=120)
        clone.run(
            "DELETE FROM public.goods WHERE id = 3; INSERT INTO birth.birth_registry (entity_code, collection_name)"
            " VALUES ('G-000101', 'parts'), ('G-000102', 'goods')"
        )
        small_database.done(clone, run)
        clone.run("INSERT INTO birth.trigger_guard_alerts (command_tag, object_identity) VALUES ('x', 'public.goods')")
        with clone.psql("reviewer1") as reviewer:
            ask(reviewer, f"SELECT birth.birth_alert_acknowledge({run}, alert, 'seen')"
                          f" FROM birth.birth_alerts_changed({run})")  # fmt: skip
            ask(reviewer, certifying(run))
        with clone.psql() as operator:
            ask(operator, "SELECT birth.birth_identity_retire('goods', 1, 'the wrong one')")
        assert superseded < run
        yield clone


@pytest.fixture
def owner(certified: Database) -> Iterator[Psql]:
    """A superuser in a transaction that is undone, whose triggers do not fire."""
    with psycopg.connect(certified.dsn("postgres"), row_factory=psycopg.rows.dict_row) as session:
        session.execute(b"SET LOCAL session_replication_role = replica")
        yield session
        session.rollback()


def replayed(session: Psql) -> Replay:
    """What the chain says."""
    state = Replay()
    for event in session.execute(b"SELECT seq, payload FROM birth.birth_ledger_event ORDER BY seq").fetchall():
        state.take(event["seq"], event["payload"])
    return state


def seen(session: Psql, state: Replay) -> list[tuple[str, str]]:
    """Rows that differ from what the chain says, by table and key."""
    rows = session.execute(b"SELECT name, key, digest FROM birth.birth_told_rows()").fetchall()
    live = [Row(row["name"], row["key"], row["digest"]) for row in rows]
    return [(table, key) for table, key, _, _ in state.differing(live)]


def tables(session: Psql) -> list[str]:
    found = session.execute(b"SELECT name FROM birth._birth_told_tables()").fetchall()
    return [row["name"] for row in found]


def unbound(session: Psql, table: str) -> None:
    """Whoever is superuser takes away first what would refuse a change."""
    for check in session.execute(
        b"SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype IN ('c', 'u')", [f"birth.{table}"]
    ).fetchall():
        session.execute(f'ALTER TABLE birth.{table} DROP CONSTRAINT "{check["conname"]}"'.encode())
    for column in session.execute(
        b"SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attidentity <> ''", [f"birth.{table}"]
    ).fetchall():
        session.execute(f"ALTER TABLE birth.{table} ALTER {column['attname']} DROP IDENTITY".encode())


OTHER = {
    "text": "coalesce({0}, '') || 'x'", "text[]": "array_append({0}, 'x')", "bigint": "coalesce({0}, 0) + 10000",
    "integer": "coalesce({0}, 0) + 10000", "boolean": "NOT {0}", "jsonb": "'{{\"x\": 1}}'", "bytea": "'x'", "oid": "1",
    "pg_snapshot": "'1:1:'", "xid8": "'7'",
    "timestamp with time zone": "coalesce({0}, now()) + interval '1 microsecond'",
    "time without time zone": "coalesce({0}, '01:00') + interval '1 minute'", "interval": "{0} + interval '1 hour'",
}  # fmt: skip


def test_every_column_that_a_superuser_changes_is_seen_but_those_that_pass(owner: Psql) -> None:
    state = replayed(owner)
    assert seen(owner, state) == []
    unseen: dict[str, set[str]] = {}
    columns = 0
    for table in tables(owner):
        unbound(owner, table)
        for column in owner.execute(
            b"SELECT attname AS name, format_type(atttypid, NULL) AS type FROM pg_attribute"
            b" WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped", [f"birth.{table}"],
        ).fetchall():  # fmt: skip
            columns += 1
            with owner.transaction(force_rollback=True):
                change = OTHER[column["type"]].format(column["name"])
                owner.execute(
                    f"UPDATE birth.{table} SET {column['name']} = {change} WHERE ctid = ("
                    f"SELECT max(ctid) FROM birth.{table} AS t"
                    f"{' WHERE finished_at IS NOT NULL' if table == 'birth_backfill_batch' else ''})".encode()
                )
                if not {name for name, _ in seen(owner, state)} & {table}:
                    unseen.setdefault(table, set()).add(column["name"])
    assert columns > 90
    assert unseen == PASSING


def test_rows_that_a_superuser_removes_or_adds_are_seen(owner: Psql) -> None:
    state = replayed(owner)
    for table in tables(owner):
        unbound(owner, table)
        key = ask(owner, f"SELECT key[1] FROM birth._birth_told_tables() WHERE name = '{table}'")
        kind = ask(owner, f"SELECT pg_typeof({key})::text FROM birth.{table} LIMIT 1")
        another = f"{key} || '9'" if kind == "text" else f"{key} + 900"
        ghost = (
            f"CREATE TEMP TABLE ghost ON COMMIT DROP AS SELECT * FROM birth.{table} LIMIT 1;"
            f" UPDATE ghost SET {key} = {another}; INSERT INTO birth.{table} SELECT * FROM ghost"
        )
        for change in (f"DELETE FROM birth.{table} WHERE ctid = (SELECT max(ctid) FROM birth.{table})", ghost):
            with owner.transaction(force_rollback=True):
                owner.execute(change.encode())
                assert [name for name, _ in seen(owner, state)] == [table], change


def test_every_table_is_told_of_or_named_with_its_reason(owner: Psql) -> None:
    ours = owner.execute(
        b"SELECT relname FROM pg_class WHERE relnamespace = 'birth'::regnamespace AND relkind = 'r'"
        b" AND relname LIKE 'birth%'"
    ).fetchall()
    assert {row["relname"] for row in ours} - set(tables(owner)) <= NOT_TOLD
    reasons = (Path(__file__).parents[3] / "core/docs/ledger.md").read_text()
    for name in {row["relname"] for row in ours} - set(tables(owner)):
        assert f"`{name}`" in reasons, name


def test_audit_names_what_differs_and_ends_with_5(small: Database) -> None:
    line.open_permit(small)
    small.run("UPDATE birth.birth_admission_permit SET reason = 'another', expires_at = expires_at + interval '1 year'")
    result = CliRunner().invoke(command, ["--dsn", small.dsn("viewer1"), "--json"])
    told = json.loads(result.stdout)
    assert (told["ok"], told["bad"]) == (False, None)
    first, second = told["differences"]
    assert (first["table"], first["key"], first["column"]) == ("birth_admission_permit", "1", "expires_at")
    assert second == {"table": "birth_admission_permit", "key": "1", "column": "reason", "chain": "test",
                      "table_value": "another"}  # fmt: skip
    error = result.exception
    assert isinstance(error, ConsoleError)
    assert (error.exit_status, error.code) == (5, "tables_differ")
    small.run("DELETE FROM birth.birth_admission_budget")
    result = CliRunner().invoke(command, ["--dsn", small.dsn("viewer1"), "--json"])
    assert [each["column"] for each in json.loads(result.stdout)["differences"]] == ["expires_at", "reason", None]

"""Whoever rewrites the tables, superuser or not, is seen: the chain's events say what every row must be."""

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner

from core.cli.commands.trust import audit as command
from core.domain.trust.chain import ChainEvent, verify
from core.domain.trust.replay import Replay, Row
from core.errors import ConsoleError
from tests import line
from tests import small as small_database
from tests.databases import Database, TestServer, a_clone
from tests.faults.attacker import Psql, ask, certifying

# Tables of ours that nothing tells of, each with the reason that `docs ledger` gives: they hold the present moment.
PASSING = {"birth_backfill_worker", "birth_backfill_fence", "birth_gate_check"}
# The company's, or stand-ins for them.
THEIRS = {"birth_registry"}
# Held by a digest that a row told of has, which the audit compares.
HELD = {"birth_retired_row"}
# What the chain's own hashes show, and the digest of an entry.
CHAIN = {"birth_ledger_event", "birth_ledger_head"}
ITEMS = "birth_backfill_item"
UNSEEN = {"birth_backfill_item.source_key"}  # the digest of an entry is over its codes


@pytest.fixture(scope="module")
def certified(server: TestServer, small_template: str) -> Iterator[Database]:
    """A whole history: people, identities, permits, a run with rows of every outcome, its certificate; a newer plan."""
    with a_clone(server, small_template) as clone:
        clone.run("INSERT INTO birth.birth_collection_place VALUES ('tools', 'public', 'tool');"
                  "INSERT INTO birth.birth_evidence_claim VALUES ('trigger_gap', 'a report', '5');"
                  "INSERT INTO birth.birth_register_column VALUES ('species_code', '{\"constant\": \"x\"}');"
                  "INSERT INTO birth.birth_setting VALUES ('a', '{b}'), ('c', '{}');"
                  "DELETE FROM birth.birth_setting WHERE name = 'a';"
                  "UPDATE birth.birth_setting SET name = 'd' WHERE name = 'c';"
                  "INSERT INTO birth.birth_person_login VALUES ('gone', 'Once Here');"
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
            lost = "jsonb_build_array(jsonb_build_object('ledger_id', ledger_id, 'epoch', 99, 'finished_us', 1))"
            ask(operator, f"SELECT birth.birth_backfill_compare({run}, {lost}) FROM birth.birth_backfill_batch LIMIT 1")
        # As after a failover: on another timeline than the run's.
        history = "UPDATE birth.birth_backfill_run SET history = jsonb_set(history, '{{timeline}}', '{}')"
        clone.run(history.format(9))
        with clone.psql("gatekeeper1") as gatekeeper:
            ask(gatekeeper, "SELECT birth.birth_history_accept('compared')")
        clone.run(history.format(1))
        assert superseded < run
        yield clone


@pytest.fixture
def owner(certified: Database) -> Iterator[Psql]:
    """A superuser in a transaction that is undone, whose triggers do not fire."""
    with psycopg.connect(certified.dsn("postgres"), row_factory=psycopg.rows.dict_row) as session:
        session.execute(b"SET LOCAL session_replication_role = replica")
        yield session
        session.rollback()


def chain(session: Psql) -> list[ChainEvent]:
    """The events."""
    found = session.execute(
        b"SELECT seq, at_us, actor, kind, payload, prev, hash FROM birth.birth_ledger_event ORDER BY seq"
    ).fetchall()
    return [ChainEvent(**event) for event in found]


def replayed(events: list[ChainEvent], only: frozenset[int] | None = None) -> Replay:
    """What the chain says."""
    state = Replay(only)
    for event in events:
        state.take(event.seq, event.kind, event.payload)
    return state


def differing(session: Psql, events: list[ChainEvent], state: Replay) -> list[tuple[str, str]]:
    """Rows that differ from what the chain says, by table and key."""
    rows = session.execute(b"SELECT name, key, digest FROM birth.birth_told_rows()").fetchall()
    live = [Row(row["name"], row["key"], row["digest"]) for row in rows]
    found = state.differing(live)
    if state.unsettled:
        found += replayed(events, state.unsettled).differing(live)
    counters = session.execute(b"SELECT ledger_id FROM birth.birth_told_counters()").fetchall()
    retired = session.execute(b"SELECT key FROM birth.birth_told_retired()").fetchall()
    return [
        *((each.table, each.key) for each in found),
        *(("birth_backfill_ledger", str(row["ledger_id"])) for row in counters),
        *(("birth_retired_row", row["key"]) for row in retired),
    ]


def is_seen(session: Psql, table: str, events: list[ChainEvent], state: Replay) -> bool:
    """Whether a table is found to hold something else than before."""
    if table in CHAIN:
        head = session.execute(b"SELECT only_row, seq, hash FROM birth.birth_ledger_head").fetchall()
        claimed = (head[0]["seq"], head[0]["hash"]) if len(head) == 1 and head[0]["only_row"] else None
        return verify(chain(session), claimed).bad is not None
    if table == ITEMS:
        return bool(ask(session, "SELECT count(*) FROM birth.birth_backfill_ledger AS l WHERE l.digest IS DISTINCT"
                                 " FROM birth.birth_item_digest(l.ledger_id)"))  # fmt: skip
    return table in {name for name, _ in differing(session, events, state)}


def told(session: Psql) -> list[str]:
    found = session.execute(b"SELECT name FROM birth._birth_told_tables()").fetchall()
    return [*(row["name"] for row in found), "birth_schema_object"]


def ours(session: Psql) -> list[str]:
    found = session.execute(
        b"SELECT relname FROM pg_class WHERE relnamespace = 'birth'::regnamespace AND relkind = 'r'"
        b" AND relname LIKE 'birth%' ORDER BY 1"
    ).fetchall()
    return [row["relname"] for row in found if row["relname"] not in THEIRS]


def unbound(session: Psql, table: str, but: str = "") -> None:
    """Whoever is superuser takes away first what would refuse a change; `but` stays."""
    for check in session.execute(
        b"SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype IN ('c', 'u', 'p', 'f')"
        b" AND conname <> %s",
        [f"birth.{table}", but],
    ).fetchall():
        session.execute(f'ALTER TABLE birth.{table} DROP CONSTRAINT IF EXISTS "{check["conname"]}" CASCADE'.encode())
    for index in session.execute(
        b"SELECT indexrelid::regclass::text AS name FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid"
        b" WHERE indrelid = %s::regclass AND indisunique AND relname <> %s",
        [f"birth.{table}", but],
    ).fetchall():
        session.execute(f"DROP INDEX {index['name']}".encode())
    for column in session.execute(
        b"SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attidentity <> ''", [f"birth.{table}"]
    ).fetchall():
        session.execute(f"ALTER TABLE birth.{table} ALTER {column['attname']} DROP IDENTITY".encode())


OTHER = {
    "text": "coalesce({0}, '') || 'x'", "text[]": "array_append({0}, 'x')", "bigint": "coalesce({0}, 0) + 10000",
    "integer": "coalesce({0}, 0) + 10000", "boolean": "NOT {0}", "jsonb": "'{{\"x\": 1}}'", "bytea": "'x'", "oid": "1",
    "oid[]": "array_append({0}, 1)", "pg_snapshot": "'1:1:'", "xid8": "'7'",
    "timestamp with time zone": "coalesce({0}, now()) + interval '1 microsecond'",
    "time without time zone": "coalesce({0}, '01:00') + interval '1 minute'", "interval": "{0} + interval '1 hour'",
}  # fmt: skip


def test_every_column_that_a_superuser_changes_is_seen(owner: Psql) -> None:
    events = chain(owner)
    state = replayed(events)
    assert differing(owner, events, state) == []
    unseen: set[str] = set()
    columns = 0
    for table in ours(owner):
        unbound(owner, table)
        for column in owner.execute(
            b"SELECT attname AS name, format_type(atttypid, NULL) AS type FROM pg_attribute"
            b" WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped", [f"birth.{table}"],
        ).fetchall():  # fmt: skip
            columns += 1
            with owner.transaction(force_rollback=True):
                # Whoever rewrites an event writes one.
                other = "{0} || ' '" if column["name"] == "payload" else OTHER[column["type"]]
                change = other.format(column["name"])
                owner.execute(
                    f"UPDATE birth.{table} SET {column['name']} = {change} WHERE ctid = ("
                    f"SELECT max(ctid) FROM birth.{table} AS t"
                    f"{' WHERE finished_at IS NOT NULL' if table == 'birth_backfill_batch' else ''})".encode()
                )
                if table in PASSING or not is_seen(owner, table, events, state):
                    unseen.add(f"{table}.{column['name']}")
    assert columns > 160
    assert {each for each in unseen if each.partition(".")[0] not in PASSING} == UNSEEN


def test_rows_that_a_superuser_removes_adds_or_doubles_are_seen(owner: Psql) -> None:
    events = chain(owner)
    state = replayed(events)
    for table in ours(owner):
        if table in PASSING:
            continue
        unbound(owner, table)
        assert ask(owner, f"SELECT count(*) FROM birth.{table}") > 0, table
        key = {"birth_backfill_item": "seq", "birth_ledger_event": "seq", "birth_ledger_head": "only_row",
               "birth_retired_row": "seq", "birth_schema_object": "name"}.get(table)  # fmt: skip
        key = key or ask(owner, f"SELECT key[1] FROM birth._birth_told_tables() WHERE name = '{table}'")
        kind = ask(owner, f"SELECT pg_typeof({key})::text FROM birth.{table} LIMIT 1")
        another = {"text": f"{key} || '9'", "boolean": f"NOT {key}"}.get(kind, f"{key} + 900")
        for change in (None, another, key):
            with owner.transaction(force_rollback=True):
                if change is None:
                    statement = f"DELETE FROM birth.{table} WHERE ctid = (SELECT max(ctid) FROM birth.{table})"
                else:
                    statement = (
                        f"CREATE TEMP TABLE ghost ON COMMIT DROP AS SELECT * FROM birth.{table}"
                        f" ORDER BY ctid DESC LIMIT 1; UPDATE ghost SET {key} = {change};"
                        f" INSERT INTO birth.{table} SELECT * FROM ghost"
                    )
                owner.execute(statement.encode())
                assert is_seen(owner, table, events, state), (table, change)


def test_every_table_of_ours_is_told_of_or_named_with_its_reason(owner: Psql) -> None:
    reasons = (Path(__file__).parents[3] / "core/docs/ledger.md").read_text()
    assert set(ours(owner)) - set(told(owner)) == PASSING | CHAIN | HELD | {ITEMS}
    for name in PASSING | CHAIN | {ITEMS} | THEIRS | HELD:
        assert f"`{name}`" in reasons, name


# What each of them refuses: a change of any row.
CHECKS = {
    "accounting_closes": "vanished = vanished + 1",
    "birth_admission_budget_budget_rows_check": "budget_rows = 0",
    "birth_admission_budget_check": "used_rows = budget_rows + 1",
    "birth_admission_permit_kind_check": "kind = 'x'",
    "birth_admission_permit_reason_check": "reason = ''",
    "birth_alert_acknowledgement_reason_check": "reason = ''",
    "birth_backfill_batch_check": "seq_to = seq_from - 1",
    "birth_backfill_certificate_note_check": "note = ''",
    "birth_backfill_control_batch_size_check": "batch_size = 10001",
    "birth_backfill_control_command_check": "command = 'x'",
    "birth_backfill_ledger_status_check": "status = 'certified'",
    "birth_backfill_limit_most_quarantined_check": "most_quarantined = -1",
    "birth_backfill_limit_most_vanished_check": "most_vanished = -1",
    "birth_backfill_loss_batches_check": "batches = 0",
    "birth_backfill_run_status_check": "status = 'x'",
    "birth_binding_columns_check": "columns = '[]'",
    "birth_binding_part_check": "part = 'x'",
    "birth_gateway_binding_check": "value = 'constant', constant = NULL",
    "birth_gateway_binding_value_check": "value = 'x'",
    "birth_gateway_function_only_row_check": "only_row = false",
    "birth_gateway_trigger_only_row_check": "only_row = false",
    "birth_identity_check": "columns = '{}'",
    "birth_identity_history_action_check": "action = 'x'",
    "birth_identity_strategy_check": "strategy = 'x'",
    "birth_identity_version_check": "version = 0",
    "birth_ledger_event_hash_check": "hash = ''",
    "birth_ledger_event_prev_check": "prev = ''",
    "birth_ledger_head_only_row_check": "only_row = false",
    "birth_permit_request_budget_rows_check": "budget_rows = 0",
    "birth_permit_request_lifetime_check": "lifetime = '0'",
    "birth_person_login_person_check": "person = ''",
    "birth_policy_requirement_check": "requirement = 'x'",
    "birth_register_column_source_check": "source = '[]'",
    "birth_schema_version_version_check": "version = '1'",
    "hours_are_whole": "hours_from = '01:00', hours_to = NULL",
    "run_with_digest": "run_id = 1, run_digest = NULL",
}
# What they hold together, by columns: rows of another table (a number that it has not), or one row alone.
REFERENCES = {
    "birth_admission_budget_permit_id_fkey", "birth_alert_acknowledgement_run_id_fkey",
    "birth_backfill_batch_ledger_id_fkey", "birth_backfill_batch_permit_id_fkey",
    "birth_backfill_certificate_run_id_fkey", "birth_backfill_control_run_id_fkey",
    "birth_backfill_ledger_run_id_fkey", "birth_backfill_limit_run_id_fkey", "birth_backfill_loss_run_id_fkey",
    "birth_backfill_quarantine_ledger_id_fkey", "birth_backfill_run_superseded_by_fkey",
    "birth_backfill_run_withdraws_fkey", "birth_backfill_worker_run_id_fkey", "birth_gate_check_run_id_fkey",
    "birth_permit_request_run_id_fkey",
}  # fmt: skip
ALONE = {
    "birth_backfill_batch_ledger_id_seq_from_key", "birth_backfill_ledger_run_id_collection_name_key",
    "birth_collection_place_table_schema_table_name_key", "birth_ledger_event_hash_key", "birth_ledger_event_prev_key",
    "birth_schema_version_event_seq_key", "birth_gateway_binding_value_idx",
}  # fmt: skip
BOUND = """
SELECT t.relname AS name, c.conname AS bound, c.contype::text AS kind, a.attname AS first,
    c.confrelid = c.conrelid AS to_itself
FROM pg_constraint AS c JOIN pg_class AS t ON t.oid = c.conrelid
LEFT JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum = c.conkey[1]
WHERE t.relnamespace = 'birth'::regnamespace AND c.contype IN ('c', 'f', 'p', 'u')
UNION ALL
SELECT t.relname, i.relname, 'u', NULL, false
FROM pg_index AS x JOIN pg_class AS t ON t.oid = x.indrelid JOIN pg_class AS i ON i.oid = x.indexrelid
WHERE t.relnamespace = 'birth'::regnamespace AND x.indisunique
  AND NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conindid = x.indexrelid)
UNION ALL
SELECT t.relname, a.attname, 'n', NULL, false FROM pg_class AS t JOIN pg_attribute AS a ON a.attrelid = t.oid
WHERE t.relnamespace = 'birth'::regnamespace AND t.relkind = 'r' AND a.attnum > 0 AND a.attnotnull
  AND a.attidentity = ''
"""


def test_every_constraint_of_ours_refuses_what_it_is_there_for(owner: Psql) -> None:
    owner.execute(
        b"SET LOCAL session_replication_role = origin; INSERT INTO birth.birth_backfill_worker"
        b" (run_id, backend_pid, state) SELECT max(run_id), 1, 'x' FROM birth.birth_backfill_run"
    )
    tables = set(ours(owner))
    found = [each for each in owner.execute(BOUND.encode()).fetchall() if each["name"] in tables]
    names = {kind: {each["bound"] for each in found if each["kind"] == kind} for kind in "cfpu"}
    assert (names["c"], names["f"], names["u"]) == ({*CHECKS}, REFERENCES, ALONE)
    assert names["p"] == {f"{table}_pkey" for table in tables - {"birth_backfill_fence"}}
    told: dict[tuple[str, str], str] = {}
    for each in found:
        table, bound, kind = f"birth.{each['name']}", each["bound"], each["kind"]
        with owner.transaction(force_rollback=True):
            # Each alone: no other refuses in its place. A table that refers to itself needs its key for that.
            if not each["to_itself"]:
                unbound(owner, each["name"], but=bound)
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER".encode())
            change = {"c": CHECKS.get(bound, ""), "f": f"{each['first']} = -1", "n": f"{bound} = NULL"}.get(kind)
            statement = f"UPDATE {table} SET {change}" if change else f"INSERT INTO {table} TABLE {table}"
            try:
                with owner.transaction():
                    owner.execute(statement.encode())
            except psycopg.errors.IntegrityError as refused:
                told[table, bound] = (refused.diag.column_name if kind == "n" else refused.diag.constraint_name) or ""
    assert {(f"birth.{each['name']}", each["bound"]) for each in found} - told.keys() == set()
    assert all(bound == named for (_, bound), named in told.items()), told


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

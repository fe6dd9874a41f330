"""A database of 0.1.0 is brought to this version: what is refused before, what is there afterwards."""

import re
from threading import Thread
from typing import Any

import pytest

from core.db.install.installer import ADVISORY_LOCK
from core.db.rows.doctor import SCHEMA_RECORD
from core.errors import ConsoleError, GateClosed
from core.services.adopt import upgrade
from core.services.trust import audit
from core.services.trust.doctor import examine
from core.version import SCHEMA_VERSION
from tests.console import Answer, run
from tests.databases import Database
from tests.small import eventually
from tests.upgrade.catalogs import catalog
from tests.upgrade.conftest import DUMPS, Restore

WRITING = (
    ("plan", "--all"),
    ("reconcile", "3", "--note", "looked"),
    ("apply", "2"),
    ("control", "2", "cancel"),
    ("certify", "1", "--note", "looked"),
    ("classify", "country", "--column", "iso"),
    ("classify", "--undo"),
    ("permit", "open", "--budget", "1", "--expires", "1h", "--reason", "r"),
    ("permit", "close", "3", "--reason", "r"),
    ("people", "retire", "v010_viewer1"),
    ("init",),
)


# A dump holds the oids of another server; so pinned, it is as the run left its own.
_PINNED_HERE = """
    UPDATE birth.birth_backfill_ledger SET relid = to_regclass(format('public.%I', collection_name));
    UPDATE birth.birth_backfill_ledger SET triggers = birth.birth_trigger_fingerprint(relid);
    UPDATE birth.birth_backfill_run SET gateway = birth.birth_gateway_fingerprint(), snapshot = '3:3:',
        registry_triggers = birth.birth_trigger_fingerprint('birth.birth_registry'::regclass),
        system_identifier = (SELECT c.system_identifier::text FROM pg_control_system() AS c),
        database_name = current_database(), server_version = current_setting('server_version_num')"""
_BY_OTHERS = (
    ("DELETE FROM birth.trigger_guard_alerts WHERE ctid = (SELECT min(ctid) FROM birth.trigger_guard_alerts)",
     "tga_unchanged"),
    ("ALTER TABLE public.product DISABLE TRIGGER trg_birth_gateway", "triggers_unchanged"),
    ("ALTER FUNCTION birth.fn_birth_gateway() COST 101", "gateway_unchanged"),
)  # fmt: skip


def told(database: Database, *arguments: str, login: str = "postgres") -> Answer:
    return run("--dsn", database.dsn(login), *arguments, "--json")


def brought_up(database: Database) -> list[str]:
    with database.connect("postgres") as connection:
        return upgrade.upgrade(connection).changed


def refused(database: Database) -> ConsoleError:
    with pytest.raises(ConsoleError) as found:
        brought_up(database)
    return found.value


def events(database: Database) -> list[dict[str, Any]]:
    return database.run("SELECT seq, kind, payload::jsonb AS payload FROM birth.birth_ledger_event ORDER BY seq")


def test_an_older_schema_is_read_and_every_command_that_writes_says_to_upgrade(old: Database) -> None:
    for arguments in WRITING:
        answer = told(old, *arguments)
        assert (answer.status, answer.error["code"]) == (3, "schema_outdated"), arguments
        assert answer.error["evidence"] == {"schema": "birth", "installed": "0.1.0", "current": SCHEMA_VERSION}
        assert "birth-console upgrade" in answer.error["hint"]
    status = told(old, "status")
    assert (status.status, status.document["schema"]) == (0, {"version": "0.1.0", "current": SCHEMA_VERSION})
    assert status.document["metrics"]["qt001_gate"] == "OPEN"
    assert [run["run"] for run in told(old, "ledger").document["runs"]] == [3, 2, 1]
    assert told(old, "audit", "--anchor", str(DUMPS / "anchor.json")).status == 0
    failed = next(check for check in told(old, "doctor").document["checks"] if check["id"] == "schema")
    assert (failed["verdict"], failed["evidence"]["installed"]) == ("failed", "0.1.0")
    assert events(old)[-1]["seq"] == 44


def test_what_an_upgrade_leaves_is_what_an_installation_makes(old: Database, fresh: Database) -> None:
    brought_up(old)
    made, wanted = catalog(old), catalog(fresh)
    assert {name for name in made.keys() | wanted.keys() if made.get(name) != wanted.get(name)} == set()
    assert len(wanted) > 400


def test_an_upgrade_is_told_in_a_chain_that_stays_whole(old: Database) -> None:
    before = events(old)
    changed = brought_up(old)
    assert {"schema/0014_version.sql", "functions/backfill/batch.sql"} <= set(changed)
    *kept, found, added = events(old)
    assert (kept, found["kind"]) == (before, "rows_found")  # what the replay of later events begins with
    payload = added["payload"]
    assert (added["kind"], payload["from"], payload["to"]) == ("schema_upgraded", "0.1.0", SCHEMA_VERSION)
    assert payload["digest"] == old.value("SELECT digest FROM birth.birth_schema_version")
    assert "function birth._birth_lease()" in payload["objects"]
    with old.connect("postgres") as connection:
        assert audit.audit(connection, DUMPS / "anchor.json").ok
    assert (brought_up(old), len(events(old))) == ([], len(before) + 2)


def test_what_was_certified_before_an_upgrade_can_be_verified_after_it(old: Database) -> None:
    evidence = "SELECT evidence, evidence_digest, encode(sha256(convert_to(evidence::text, 'UTF8')), 'hex') AS again"
    old.run(_PINNED_HERE)
    brought_up(old)
    found = old.run(f"{evidence} FROM birth.birth_backfill_certificate WHERE run_id = 1")[0]
    assert found["evidence_digest"] == found["again"]
    certified = next(event for event in events(old) if event["kind"] == "certified")
    assert found["evidence_digest"] in str(certified["payload"])
    certificate = told(old, "ledger", "1").document
    assert certificate["status"] == "certified"
    # The upgrade replaced functions that the run pins, and the guard told of its statements: that is no drift.
    verified = told(old, "verify", "1", login="v010_viewer1")
    assert verified.status == 0, verified.err
    gates = {gate["id"]: gate["evidence"] for gate in verified.document["gates"]}
    assert gates["gateway_unchanged"]["upgraded_by_events"] == [events(old)[-1]["seq"]]
    assert gates["gateway_unchanged"]["planned"] != gates["gateway_unchanged"]["live"]
    assert "raised by upgrades" in gates["tga_unchanged"]["changed"][0]["said"]
    # What anybody else changes is.
    for breaking, closed in _BY_OTHERS:
        old.run(breaking)
        drifted = told(old, "verify", "1", login="v010_viewer1")
        assert drifted.status == 5
        assert closed in {gate["id"] for gate in drifted.document["gates"] if gate["verdict"] == "failed"}, breaking


def test_a_run_that_was_half_applied_says_why_it_is_stale_where_the_database_was_restored(old: Database) -> None:
    old.run("INSERT INTO birth.birth_setting VALUES ('embedded', ARRAY[]::text[])")
    old.run("ALTER SCHEMA public OWNER TO v010_company")
    brought_up(old)
    answer = told(old, "apply", "2", login="v010_operator2")
    assert (answer.status, answer.error["code"]) == (4, "plan_stale")
    closed = {gate["gate"] for gate in answer.error["evidence"]["gates"]}
    assert {"same_server", "same_tables"} <= closed


def test_the_doctor_finds_an_upgraded_schema_current(old: Database) -> None:
    brought_up(old)
    with old.connect("postgres") as connection:
        found = {check.id: check for check in examine(connection)}
    assert found["schema"].verdict == "passed", found["schema"].evidence
    assert found["schema_objects"].verdict == "passed"
    assert found["strangers"].verdict == "passed"


def test_nobody_upgrades_under_a_run_that_is_being_applied(old: Database) -> None:
    with old.psql("v010_operator2") as worker:
        pid = worker.info.backend_pid
        old.run(f"INSERT INTO birth.birth_backfill_worker VALUES (2, {pid}, 'v010_operator2', 'applying')")
        error = refused(old)
        assert (error.exit_status, error.code) == (3, "run_applying")
        assert error.evidence == {"workers": [{"run": 2, "login": "v010_operator2", "pid": pid}]}
        assert len(events(old)) == 45
    old.run(f"DELETE FROM birth.birth_backfill_worker WHERE backend_pid = {pid}")
    assert brought_up(old)


def test_an_upgrade_that_a_deadlock_undid_is_done_again(old: Database) -> None:
    # As an autovacuum does: it keeps others from altering a table, and waits for the one that is about to.
    installing = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted"
    changed: list[str] = []
    with old.psql("postgres") as other:
        other.execute("SET deadlock_timeout = '1h'")  # so the upgrade is the one that is undone
        other.execute("BEGIN; LOCK TABLE birth.birth_backfill_run IN SHARE UPDATE EXCLUSIVE MODE")
        thread = Thread(target=lambda: changed.extend(brought_up(old)), daemon=True)
        thread.start()
        eventually(lambda: old.run(installing), "the upgrade's begin")
        other.execute(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})".encode())
        assert not changed
        other.execute("ROLLBACK")
        thread.join(60)
    assert changed
    assert brought_up(old) == []


def test_a_dry_run_changes_nothing_and_its_sql_makes_the_upgrade(old: Database, fresh: Database) -> None:
    answer = run("--dsn", old.dsn("postgres"), "upgrade", "--dry-run")
    assert (answer.status, len(events(old))) == (0, 45)
    assert told(old, "upgrade", "--dry-run").document["from"] == "0.1.0"
    with old.psql("postgres") as admin:
        admin.execute(answer.out.encode())
    assert catalog(old) == catalog(fresh)
    assert told(old, "upgrade").document == {"from": SCHEMA_VERSION, "to": SCHEMA_VERSION, "changed": []}


def test_a_login_without_the_privileges_gets_the_sql_for_an_administrator(old: Database) -> None:
    answer = run("--dsn", old.dsn("v010_operator1"), "upgrade")
    assert (answer.status, len(events(old))) == (6, 45)
    assert "rights_missing" in answer.err
    with old.psql("postgres") as admin:
        admin.execute(answer.out.replace("v010_operator1", "postgres").encode())
    assert brought_up(old) == []


# What was changed by hand before an upgrade, and how that is named: no file of this version makes it again.
LASTING = (
    (
        "ALTER TABLE birth.birth_ledger_event DROP CONSTRAINT birth_ledger_event_prev_key",
        "constraint birth_ledger_event_prev_key on birth.birth_ledger_event missing",
    ),
    ("ALTER TABLE birth.birth_backfill_item SET UNLOGGED", "table birth.birth_backfill_item changed: persistence"),
    (
        "ALTER TABLE birth.birth_backfill_run ALTER status SET DEFAULT 'reconciled'",
        "table birth.birth_backfill_run changed: column status",
    ),
    (
        "CREATE FUNCTION birth._birth_lease(text) RETURNS text LANGUAGE sql AS 'SELECT $1'",
        "function birth._birth_lease(text) additional",
    ),
    (
        "CREATE RULE quiet AS ON INSERT TO birth.birth_backfill_item DO INSTEAD NOTHING",
        "rule quiet on birth.birth_backfill_item additional",
    ),
)


def test_what_was_changed_by_hand_and_no_file_makes_again_is_never_passed_off_as_installed(restore: Restore) -> None:
    for breaking, named in LASTING:
        old = restore("database.sql")
        old.run(breaking)
        error = refused(old)
        assert (error.exit_status, error.code) == (3, "schema_changed"), breaking
        assert named in error.evidence["objects"], error.evidence  # type: ignore[operator]
        assert len(events(old)) == 45


def test_a_privilege_that_was_added_before_an_upgrade_is_gone_after_it(old: Database, fresh: Database) -> None:
    old.run("GRANT EXECUTE ON FUNCTION birth.birth_ledger_append(text, jsonb) TO v010_operator1")
    old.run("GRANT UPDATE ON birth.birth_ledger_head TO PUBLIC")
    assert {
        "rights on function birth.birth_ledger_append(text,jsonb)",
        "rights on table birth.birth_ledger_head",
    } <= set(brought_up(old))
    assert catalog(old) == catalog(fresh)


def test_a_schema_that_no_release_made_is_not_upgraded(old: Database) -> None:
    old.run("UPDATE birth.birth_migration SET sha256 = 'another' WHERE name = 'install/0003_chain.sql'")
    error = refused(old)
    assert (error.exit_status, error.code, error.evidence["files"]) == (3, "schema_unknown", ["install/0003_chain.sql"])


def test_a_schema_of_a_newer_version_is_read_and_never_written(fresh: Database) -> None:
    fresh.run("COMMENT ON TABLE birth.birth_migration IS 'birth-console 9.0.0: what was installed'")
    assert told(fresh, "status").document["schema"] == {"version": "9.0.0", "current": SCHEMA_VERSION}
    for arguments in (("plan", "--all"), ("upgrade",), ("init",)):
        answer = told(fresh, *arguments)
        assert (answer.status, answer.error["code"]) == (3, "schema_newer"), arguments


# Dump, anchor, and the company's objects that stay where they were.
SHARED: tuple[tuple[str, str, set[str]], ...] = (
    (
        "database_public.sql",
        "anchor_public.json",
        {"birth_policy", "birth_registry", "collection_registry", "fn_birth_gateway", "fn_birth_register",
         "fn_trigger_guard", "trigger_guard_alerts"},
    ),
    ("database_public_stand_ins.sql", "anchor_public_stand_ins.json", set()),
)  # fmt: skip
_HOMES = """
    SELECT relnamespace::regnamespace::text AS home FROM pg_class
    WHERE relowner = 'birth_owner'::regrole AND relkind IN ('r', 'v', 'S')
    UNION SELECT pronamespace::regnamespace::text FROM pg_proc WHERE proowner = 'birth_owner'::regrole
"""
_TRIGGERS = """
    SELECT t.tgrelid::regclass::text AS name, t.tgname, t.tgenabled FROM pg_trigger AS t JOIN pg_class AS c
    ON c.oid = t.tgrelid WHERE NOT t.tgisinternal AND c.relowner = 'v010_company'::regrole ORDER BY 1, 2
"""
# What a company's own objects stand for, and what is defined by what is bound.
_OF_BINDINGS = re.compile(r"birth_registry|trigger_guard|fn_birth_|_rows\(|_birth_policy_(hold|write)")
_COMPANY_S = """
    SELECT p.oid || pg_get_functiondef(p.oid) AS what FROM pg_proc AS p WHERE proowner = 'v010_company'::regrole
    UNION ALL SELECT c.oid || c.relname FROM pg_class AS c WHERE relowner = 'v010_company'::regrole ORDER BY 1
"""


def test_an_installation_moves_out_of_a_schema_that_it_shares(restore: Restore, fresh: Database) -> None:
    for dump, anchor, theirs in SHARED:
        shared = restore(dump)
        company_s, triggers = shared.run(_COMPANY_S), shared.run(_TRIGGERS)
        rows = shared.value("SELECT count(*) FROM public.birth_registry")
        printed = run("--dsn", shared.dsn("postgres"), "--schema", "public", "upgrade", "--dry-run")
        assert (printed.status, shared.run(_HOMES)) == (0, [{"home": "public"}]), printed.err
        if theirs:
            assert told(shared, "--schema", "public", "upgrade").document["schema"] == "birth"
        else:
            shared.run(printed.out)  # what is printed does the same
        assert shared.run(_HOMES) == [{"home": "birth"}]
        assert shared.run(_COMPANY_S) == company_s
        assert shared.run(_TRIGGERS) == triggers
        (moved,) = [event["payload"] for event in events(shared) if event["kind"] == "schema_moved"]
        assert moved == {"from": "public", "to": "birth", "bound": sorted(theirs)}

        made, wanted = catalog(shared), catalog(fresh)
        differing = {name for name in made.keys() | wanted.keys() if made.get(name) != wanted.get(name)}
        assert {name for name in differing if not (theirs and _OF_BINDINGS.search(name))} == set()
        assert told(shared, "audit", "--anchor", str(DUMPS / anchor)).status == 0
        assert told(shared, "ledger", "1").document["status"] == "certified"
        assert shared.value("SELECT count(*) FROM birth.birth_registry_rows()") == rows
        checks = {check["id"]: check for check in told(shared, "doctor").document["checks"]}
        assert checks["schema"]["verdict"] == checks["binding"]["verdict"] == "passed"
        assert told(shared, "upgrade").document["changed"] == []
        # 0.1.0 did not record what it was asked to enrol.
        watching = ["watch for tables that match public.customer"]
        for installed in (watching, []):
            assert told(shared, "init", "--collections", "public.customer").document["installed"] == installed
        shared.run("INSERT INTO public.customer (number, name) VALUES ('NEW', 'n')")
        assert shared.value("SELECT count(*) FROM birth.birth_registry_rows() WHERE entity_code = 'NEW'") == 1


def test_what_an_older_schema_cannot_answer_is_put_down_to_its_version(old: Database) -> None:
    with old.connect("postgres") as connection, pytest.raises(GateClosed) as found:
        connection.one(SCHEMA_RECORD)
    assert found.value.code == "schema_outdated"

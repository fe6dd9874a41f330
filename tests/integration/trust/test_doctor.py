"""The doctor: every audit fails where its condition is broken, and no run is applied while one does."""

import dataclasses
import json
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from click.testing import CliRunner, Result

from core.cli.commands.trust import doctor
from core.db.connection.apply_connection import ApplyConnection
from core.domain.trust.check import Check
from core.services.trust.doctor import examine
from tests import small as small_database
from tests.console import run
from tests.databases import Database
from tests.faults.backend_key import renumbering


def seen(database: Database, login: str = "operator1") -> dict[str, Check]:
    """All checks by id, as a login's doctor finds them."""
    with database.connect(login) as connection:
        return {check.id: check for check in examine(connection)}


def findings(database: Database) -> set[str]:
    """The ids of the checks that did not pass."""
    return {name for name, check in seen(database).items() if not check.is_fine}


@contextmanager
def at_the_server(database: Database, breaking: str, mending: str) -> Iterator[None]:
    """What concerns the whole server is mended again, whatever the test says."""
    try:
        database.run(breaking)
        yield
    finally:
        database.run(mending)


def applied(database: Database) -> tuple[int, str]:
    """How an apply ends, and the gates that it names."""
    run = small_database.a_run(database, "goods", goods=3)
    driven = small_database.drive(database, run)
    assert driven.told("batch") == []
    return driven.status, json.dumps(driven.error.evidence if driven.error else {})


BROKEN = {
    "public_execute": "GRANT EXECUTE ON FUNCTION birth.birth_permit_close(bigint, text) TO PUBLIC",
    "register_execute": "GRANT EXECUTE ON FUNCTION birth.fn_birth_register(text, text, timestamptz, text, boolean)"
    " TO birth_operator",
    "search_path": "ALTER FUNCTION birth.birth_backfill_finish(bigint) RESET search_path",
    "owner": "ALTER VIEW birth.v_birth_stage2_qt001_readiness_dashboard OWNER TO postgres",
    "dml": "GRANT UPDATE (used_rows) ON birth.birth_admission_budget TO operator1",
    "create": "GRANT CREATE ON SCHEMA public TO birth_operator",
    "triggers": "ALTER TABLE public.goods DISABLE TRIGGER trg_birth_gateway",
    "event_trigger": "ALTER EVENT TRIGGER evt_trigger_guard_ddl DISABLE",
    "trust": "DELETE FROM birth.birth_setting WHERE name = 'embedded'",
}
# Each of these is one more way to break the condition.
ALSO = [
    ("public_execute", "GRANT EXECUTE ON FUNCTION birth.fn_birth_gateway() TO PUBLIC"),
    ("register_execute", "GRANT EXECUTE ON FUNCTION birth.birth_ledger_append(text, jsonb) TO reviewer1"),
    ("search_path", "ALTER FUNCTION birth.birth_backfill_plan(text[]) SET search_path = public, pg_catalog"),
    ("owner", "ALTER FUNCTION birth.birth_backfill_finish(bigint) OWNER TO postgres"),
    ("owner", "ALTER TABLE birth.birth_ledger_head OWNER TO postgres"),
    ("owner", "ALTER TABLE birth.birth_registry OWNER TO operator2"),
    ("owner", "ALTER TABLE public.goods OWNER TO operator2"),
    ("dml", "GRANT INSERT ON birth.birth_registry TO operator1"),
    ("dml", "GRANT TRIGGER ON birth.collection_registry TO birth_reader"),
    ("dml", "GRANT USAGE ON SEQUENCE birth.birth_backfill_run_run_id_seq TO operator1"),
    ("dml", "GRANT INSERT (login, person) ON birth.birth_person_login TO PUBLIC"),
    ("create", "GRANT CREATE ON SCHEMA birth TO operator2"),
    ("event_trigger", "ALTER EVENT TRIGGER evt_trigger_guard_drop ENABLE REPLICA"),
    ("event_trigger", "DROP EVENT TRIGGER evt_trigger_guard_ddl"),
]


def test_a_sound_database_passes_every_check_but_the_trust_of_its_own_server(small: Database) -> None:
    assert findings(small) == set()
    assert seen(small)["trust"].verdict in ("warning", "passed")


@pytest.mark.parametrize(("check", "breaking"), [*BROKEN.items(), *ALSO])
def test_an_audit_fails_where_its_condition_is_broken(small: Database, check: str, breaking: str) -> None:
    if check == "trust" and seen(small)["trust"].verdict == "passed":
        pytest.skip("this server asks everybody who logs in")
    small.run(breaking)
    assert check in findings(small)


@pytest.mark.parametrize("check", BROKEN)
def test_no_run_is_applied_while_an_audit_fails(small: Database, check: str) -> None:
    if check == "trust" and seen(small)["trust"].verdict == "passed":
        pytest.skip("this server asks everybody who logs in")
    small.run(BROKEN[check])
    status, evidence = applied(small)
    assert status == 3
    assert '"trusted"' in evidence
    assert f'"check": "{check}"' in evidence


@pytest.mark.parametrize("right", ["CREATE", "TEMP"])
def test_an_audit_fails_where_a_login_may_create_in_the_database(small: Database, right: str) -> None:
    small.run(f'GRANT {right} ON DATABASE "{small.name}" TO viewer1')
    assert findings(small) == {"create"}
    assert applied(small)[0] == 3


ROLES = [
    ("role_attributes", "ALTER ROLE operator2 {}CREATEROLE"),
    ("role_attributes", "ALTER ROLE operator2 {}BYPASSRLS"),
    ("role_attributes", "ALTER ROLE birth_operator {}REPLICATION"),
    ("role_attributes", "ALTER ROLE viewer1 {}CREATEDB"),
    ("owner_unreachable", "ALTER ROLE birth_owner {}LOGIN"),
]
MEMBERSHIPS = [
    ("owner_unreachable", "birth_owner"),
    ("role_attributes", "postgres"),
    ("role_attributes", "pg_execute_server_program"),
    ("dml", "pg_write_all_data"),
]


@pytest.mark.long
@pytest.mark.parametrize(("check", "statement"), ROLES)
def test_an_audit_fails_where_a_role_has_an_attribute_too_many(small: Database, check: str, statement: str) -> None:
    # Before 16 whoever has CREATEROLE could make itself a member of anything: a superuser here.
    is_superuser = "CREATEROLE" in statement and small.value("SHOW server_version_num") < "160000"
    with at_the_server(small, statement.format(""), statement.format("NO")):
        assert findings(small) == {check} | ({"administrators"} if is_superuser else set())
        assert applied(small)[0] == 3
    assert findings(small) == set()


@pytest.mark.long
@pytest.mark.parametrize(("check", "role"), MEMBERSHIPS)
@pytest.mark.parametrize("inherit", ["INHERIT", "NOINHERIT"])
def test_an_audit_fails_where_a_login_can_become_a_role_that_may_more(
    small: Database, check: str, role: str, inherit: str
) -> None:
    breaking = f"CREATE ROLE birth_attacker LOGIN {inherit}; GRANT birth_operator, {role} TO birth_attacker"
    with at_the_server(small, breaking, "DROP ROLE birth_attacker"):
        assert check in findings(small)
        assert applied(small)[0] == 3


def test_an_audit_fails_where_a_login_may_switch_triggers_off(small: Database) -> None:
    if small.value("SELECT current_setting('server_version_num')::int") < 150_000:
        pytest.skip("parameters are granted since PostgreSQL 15")
    granted = "SET ON PARAMETER session_replication_role"
    with at_the_server(small, f"GRANT {granted} TO operator2", f"REVOKE {granted} FROM operator2"):
        assert findings(small) == {"parameters"}
        assert applied(small)[0] == 3
        with small.psql("operator2") as session:
            session.execute("SET session_replication_role = replica")
            look = "SELECT verdict FROM birth.birth_audit() WHERE id = 'replication_role'"
            assert session.execute(look).fetchall() == [{"verdict": "failed"}]
            with pytest.raises(psycopg.Error, match="triggers_bypassed: it is not possible to plan a backfill"):
                session.execute("SELECT birth.birth_backfill_plan(ARRAY['goods'])")


def test_what_others_put_into_the_schema_of_birth_owner_is_named(small: Database) -> None:
    small.run(
        "CREATE FUNCTION birth.invoice_total() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';"
        "CREATE TABLE birth.invoices (id int); GRANT INSERT ON birth.invoices TO operator1;"
        "GRANT EXECUTE ON FUNCTION birth.invoice_total() TO PUBLIC"
    )
    assert findings(small) == {"schema", "schema_objects"}
    named = str(seen(small)["schema"].evidence)
    assert "function birth.invoice_total() additional" in named
    assert "table birth.invoices additional" in named


def test_an_audit_that_cannot_be_made_blocks_like_one_that_fails(small: Database) -> None:
    with at_the_server(
        small,
        "REVOKE SELECT ON pg_hba_file_rules FROM birth_owner",
        "GRANT SELECT ON pg_hba_file_rules TO birth_owner",
    ):
        assert seen(small)["trust"].verdict == "unknown"
        assert findings(small) == {"trust"}
        assert applied(small)[0] == 3


def test_a_login_that_is_nobody_is_told(small: Database) -> None:
    small.run("DELETE FROM birth.birth_person_login WHERE login = 'operator1'")
    assert findings(small) == {"person"}


def test_a_role_that_was_set_is_seen(small: Database) -> None:
    with small.connect() as connection:
        connection.driver.execute("SET ROLE birth_reader")
        found = {check.id for check in examine(connection) if not check.is_fine}
    assert found == {"session_user"}


def test_a_pooler_that_leaves_a_session_its_own_is_named_and_may_apply(small: Database) -> None:
    run = small_database.a_run(small, "goods", goods=3)
    with renumbering(small.dsn()) as pooled:
        elsewhere = dataclasses.replace(small, server=dataclasses.replace(small.server, dsn=pooled))
        found = seen(elsewhere)["pooler"]
        assert (found.is_fine, "pool_mode" in str(found.evidence)) == (True, True)
        assert small_database.Drive(elsewhere, run).go().status == 0


def test_no_run_is_applied_over_a_session_that_was_moved_to_another_process(small: Database) -> None:
    run = small_database.a_run(small, "goods", goods=3)

    class Moved(small_database.Drive):
        def connect(self) -> ApplyConnection:
            connection = super().connect()
            connection.process += 1
            return connection

    driven = Moved(small, run).go()
    assert (driven.status, '"check": "pooler"' in json.dumps(driven.error and driven.error.evidence)) == (3, True)


def test_a_session_that_goes_on_in_another_process_than_it_began_with_is_seen(small: Database) -> None:
    with small.connect() as connection:
        connection.process += 1
        assert {check.id for check in examine(connection) if not check.is_fine} == {"pooler"}


def test_an_overload_of_the_register_function_is_seen(small: Database) -> None:
    small.run("CREATE FUNCTION birth.fn_birth_register(text) RETURNS text LANGUAGE sql AS 'SELECT $1'")
    small.run("REVOKE EXECUTE ON FUNCTION birth.fn_birth_register(text) FROM PUBLIC")
    assert "gateway" in findings(small)


def doctored(database: Database, *options: str) -> Result:
    return CliRunner().invoke(doctor, ["--dsn", database.dsn(), *options])


def test_the_command_prints_every_check_and_fails_where_one_does(small: Database) -> None:
    fine = doctored(small, "--json")
    assert fine.exit_code == 0
    checks = json.loads(fine.stdout)["checks"]
    assert {*checks[0]} == {"id", "title", "verdict", "evidence", "hint", "remedy"}
    small.run(BROKEN["dml"])
    broken = doctored(small)
    found = [getattr(broken.exception, name, None) for name in ("exit_status", "code")]
    assert found == [5, "unhealthy"]
    assert "operator1 on birth_admission_budget" in broken.stdout


@pytest.mark.long
def test_in_a_pipe_no_finding_stands_on_a_line_that_is_wider_than_people_read(small: Database) -> None:
    small.run(BROKEN["dml"])
    answer = run("doctor", "--dsn", small.dsn())
    lines = answer.out.splitlines()
    heads = [line for line in lines if line[:1] in "✓!✗?"]
    assert len(heads) == sum(each.verdict != "passed" for each in seen(small).values())
    assert lines[len(lines) - 1].startswith(f"{len(seen(small))} checks: ")
    assert len(
        [line for line in run("doctor", "--all", "--dsn", small.dsn()).out.splitlines() if line[:1] in "✓!✗?"]
    ) == len(seen(small))
    assert all(len(line) <= 100 for line in lines if line.startswith(("    ", *"✓!✗?")))
    title = seen(small)["dml"].title
    (at,) = (place for place, line in enumerate(lines) if line == f"✗ {title} · failed")
    told = " ".join(line.strip() for line in lines[at + 1 : at + 6])
    assert "birth_admission_budget" in told
    assert "→ " in told

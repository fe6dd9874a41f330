"""The database is the last lock. Tables and functions come from the catalogs: a new one without a guard fails."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql

from core.settings import DEMO_LOGINS
from tests import line
from tests.databases import Database, TestServer, a_clone

GROUPS = {
    "operator1": "birth_operator",
    "operator2": "birth_operator",
    "gatekeeper1": "birth_gatekeeper",
    "reviewer1": "birth_reviewer",
    "viewer1": "birth_reader",
}
# Functions of the schema that each group may call, by name. Whoever adds one decides here who is meant to call it.
READER = {
    "birth_readiness", "birth_collections", "birth_collection_table", "birth_resolvable", "birth_frozen_script_copes",
    "birth_gateway_fingerprint", "birth_gateway_functions", "birth_register_function", "birth_trigger_fingerprint",
    "birth_triggers_live",
    "birth_backfill_facts", "birth_permit_for", "birth_permit_awake", "birth_permit_refusals", "birth_permit_unfit",
    "birth_item_digest", "birth_refuse",
}  # fmt: skip
GATEKEEPER = {
    "birth_permit_open", "birth_permit_close", "birth_permit_grant", "birth_policy_set", "birth_history_accept",
}  # fmt: skip
FUNCTIONS = """
    SELECT p.oid::bigint AS oid, p.proname AS name, p.oid::regprocedure::text AS signature, p.prosecdef AS definer,
        p.provolatile = 'v' AS may_write,
        pg_get_userbyid(p.proowner) AS owner, coalesce(p.proconfig, '{}') AS settings, p.proretset AS many,
        ARRAY(SELECT format_type(t, NULL) FROM unnest(p.proargtypes) WITH ORDINALITY AS a(t, n) ORDER BY n) AS types,
        p.prorettype IN ('trigger'::regtype, 'event_trigger'::regtype) AS is_trigger
    FROM pg_proc AS p WHERE p.pronamespace = 'birth'::regnamespace ORDER BY 3
"""
TABLES = """
    SELECT oid::regclass::text AS name FROM pg_class
    WHERE relnamespace = 'birth'::regnamespace AND relkind IN ('r', 'p', 'v', 'm') ORDER BY 1
"""
WRITES = ("INSERT INTO {} DEFAULT VALUES", "DELETE FROM {}", "TRUNCATE {}", "LOCK TABLE {} IN ACCESS EXCLUSIVE MODE",
          "ALTER TABLE {} ADD COLUMN gap integer", "DROP TABLE {}",
          "CREATE TRIGGER t AFTER INSERT ON {} EXECUTE FUNCTION birth.fn_birth_gateway()")  # fmt: skip


@pytest.fixture(scope="module")
def busy(server: TestServer, resolved_template: str) -> Iterator[Database]:
    """A demo with a permit and a reconciled run, so that no table is empty by accident."""
    with a_clone(server, resolved_template) as clone:
        line.open_permit(clone)
        with clone.connect() as operator:
            line.make_reconciled(operator, "tasks", "workflows")
        yield clone


def denied(connection: psycopg.Connection[dict[str, Any]], statement: sql.Composed) -> str:
    """The SQLSTATE and message of a statement's refusal, inside a transaction that is taken back whatever happens."""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(statement)
    except psycopg.Error as error:
        return f"{error.sqlstate} {error}"
    return "it was done"


@pytest.mark.parametrize("login", DEMO_LOGINS)
def test_nobody_writes_a_table_of_the_schema_directly(busy: Database, login: str) -> None:
    tables = [row["name"] for row in busy.run(TABLES)]
    assert len(tables) >= 20
    done = []
    with busy.psql(login) as connection:
        for table in tables:
            columns = busy.run(
                f"SELECT attname AS name FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum > 0"
            )
            updates = [f'UPDATE {{}} SET "{row["name"]}" = DEFAULT' for row in columns]
            for statement in (*WRITES, *updates):
                answer = denied(connection, sql.SQL(statement).format(sql.SQL(table)))
                # 55000 and 42809: the dashboard is a view that nobody can write, whatever they were granted.
                if not answer.startswith(("42501", "55000", "42809") if "dashboard" in table else "42501"):
                    done.append(f"{statement} on {table}: {answer}")
    assert done == []


@pytest.mark.parametrize("login", DEMO_LOGINS)
def test_nobody_writes_a_source_table(busy: Database, login: str) -> None:
    with busy.psql(login) as connection:
        for table in ("public.tasks", "public.os_items", "public.team"):
            for statement in WRITES:
                assert denied(connection, sql.SQL(statement).format(sql.SQL(table))).startswith("42501")


def callable_by(busy: Database, login: str) -> set[str]:
    return {
        row["proname"]
        for row in busy.run(
            "SELECT proname FROM pg_proc WHERE pronamespace = 'birth'::regnamespace"
            f" AND has_function_privilege('{login}', oid, 'EXECUTE')"
        )
    }


def a_call(function: dict[str, Any]) -> sql.Composed:
    """A call with NULL for every argument."""
    arguments = sql.SQL(", ").join(sql.SQL(f"NULL::{name}") for name in function["types"])
    return sql.SQL("SELECT {}({})").format(sql.Identifier("birth", function["name"]), arguments)


def test_readers_gatekeepers_and_reviewers_may_call_what_is_meant_for_them_and_nothing_else(busy: Database) -> None:
    assert callable_by(busy, "viewer1") >= READER
    reading = callable_by(busy, "viewer1")
    assert callable_by(busy, "gatekeeper1") == reading | GATEKEEPER
    assert not callable_by(busy, "operator1") & GATEKEEPER
    assert callable_by(busy, "operator1") == callable_by(busy, "operator2")
    # What readers may call runs with their own rights, or is such that the server lets it write nothing.
    definers = {row["name"] for row in busy.run(FUNCTIONS) if row["definer"] and row["may_write"]}
    assert reading & definers == set()


@pytest.mark.parametrize("login", DEMO_LOGINS)
def test_a_call_of_a_function_that_is_not_meant_for_a_login_is_refused_by_the_server(
    busy: Database, login: str
) -> None:
    allowed = callable_by(busy, login)
    done = []
    with busy.psql(login) as connection:
        for function in busy.run(FUNCTIONS):
            if function["name"] in allowed or function["is_trigger"]:
                continue
            answer = denied(connection, a_call(function))
            if not answer.startswith("42501"):
                done.append(f"{function['signature']}: {answer}")
    assert done == []


@pytest.mark.parametrize("login", DEMO_LOGINS)
def test_whoever_calls_what_changes_something_is_a_member_of_a_group_that_may(busy: Database, login: str) -> None:
    """The functions look again themselves: a careless GRANT is not enough."""
    meant = callable_by(busy, login)
    definers = [
        row
        for row in busy.run(FUNCTIONS)
        if row["definer"]
        and row["may_write"]
        and not row["is_trigger"]
        and row["name"] not in meant
        and row["owner"] == "birth_owner"
    ]
    assert definers
    signatures = ", ".join(row["signature"] for row in definers)
    before = busy.value("SELECT max(seq) FROM birth.birth_ledger_event")
    busy.run(f"GRANT EXECUTE ON FUNCTION {signatures} TO {login}")
    with busy.psql(login) as connection:
        answers = {row["signature"]: denied(connection, a_call(row)) for row in definers}
    busy.run(f"REVOKE EXECUTE ON FUNCTION {signatures} FROM {login}")
    assert {name: answer for name, answer in answers.items() if not answer.startswith("BR006")} == {}
    assert busy.value("SELECT max(seq) FROM birth.birth_ledger_event") == before


def test_public_may_call_nothing_and_read_nothing(busy: Database) -> None:
    open_functions = busy.run(
        "SELECT p.oid::regprocedure::text AS name FROM pg_proc AS p,"
        " aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS a"
        " WHERE p.pronamespace = 'birth'::regnamespace AND a.grantee = 0"
    )
    assert open_functions == []
    open_tables = busy.run(
        "SELECT c.oid::regclass::text AS name FROM pg_class AS c,"
        " aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) AS a"
        " WHERE c.relnamespace = 'birth'::regnamespace AND c.relkind <> 'i' AND a.grantee = 0"
    )
    assert open_tables == []
    assert not busy.value(
        "SELECT bool_or(a.grantee = 0) FROM pg_namespace AS n, aclexplode(n.nspacl) AS a WHERE n.nspname = 'birth'"
    )


def test_a_function_that_is_added_later_is_not_open_to_public_either(database: Database) -> None:
    database.run(
        "SET ROLE birth_owner; CREATE FUNCTION birth.later() RETURNS integer LANGUAGE sql AS 'SELECT 1'; RESET ROLE"
    )
    assert not database.value("SELECT has_function_privilege('viewer1', 'birth.later()', 'EXECUTE')")


def test_every_function_that_runs_as_its_owner_has_a_safe_search_path_and_the_right_owner(busy: Database) -> None:
    others = {row["name"] for row in busy.run(FUNCTIONS) if row["owner"] != "birth_owner"}
    assert others == {"_birth_as_caller", "_birth_explaining"} | {
        f"_birth_reading{kind}" for kind in ("", "_codes", "_few", "_range")
    }
    for function in busy.run(FUNCTIONS):
        assert function["owner"] in ("birth_owner", "birth_caller"), function["signature"]
        if function["definer"]:
            assert "search_path=pg_catalog, pg_temp" in function["settings"], function["signature"]


def test_everything_in_the_schema_belongs_to_the_owner_that_nobody_is(busy: Database) -> None:
    owners = (
        "SELECT DISTINCT pg_get_userbyid(relowner) AS owner FROM pg_class WHERE relnamespace = 'birth'::regnamespace"
    )
    assert [row["owner"] for row in busy.run(owners)] == ["birth_owner"]
    assert not busy.value("SELECT rolcanlogin OR rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = 'birth_owner'")
    assert busy.run("SELECT 1 FROM pg_auth_members WHERE roleid = 'birth_owner'::regrole") == []


@pytest.mark.parametrize("login", DEMO_LOGINS)
def test_nobody_becomes_the_owner_or_somebody_else(busy: Database, login: str) -> None:
    others = [role for role in (*DEMO_LOGINS, "birth_owner", "postgres", *GROUPS.values()) if role != login]
    with busy.psql(login) as connection:
        for role in others:
            answer = denied(connection, sql.SQL("SET ROLE {}").format(sql.Identifier(role)))
            is_own = GROUPS[login] == role or role == "birth_reader"
            assert answer.startswith("42501") or is_own, role
            assert denied(connection, sql.SQL("SET SESSION AUTHORIZATION {}").format(sql.Identifier(role))).startswith(
                "42501"
            )


def test_the_actor_is_the_login_also_under_a_group_s_role(database: Database) -> None:
    with database.psql("gatekeeper1") as connection:
        connection.execute("SET ROLE birth_gatekeeper")
        connection.execute("SET application_name = 'operator2'")
        connection.execute("SELECT birth.birth_policy_set('iu_staging_record', 'EXEMPT', 'no table')")
    assert database.value("SELECT actor FROM birth.birth_ledger_event ORDER BY seq DESC LIMIT 1") == "gatekeeper1"


@pytest.mark.parametrize("login", DEMO_LOGINS)
def test_everybody_reads_every_table_and_view(busy: Database, login: str) -> None:
    with busy.psql(login) as connection:
        for row in busy.run(TABLES):
            connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.SQL(row["name"])))

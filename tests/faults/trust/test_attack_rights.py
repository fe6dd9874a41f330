"""An ordinary login with psql: what it may not touch, not call, not pretend and not become."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import errors, sql

from tests import small
from tests.databases import Database, TestServer, a_clone

LOGINS = ("operator1", "operator2", "gatekeeper1", "reviewer1", "viewer1")
Psql = psycopg.Connection[dict[str, Any]]

# Whoever may call what. Everything else in the schema is nobody's; a new function belongs here, or to nobody.
_READERS = {
    "birth_acceptance", "birth_accounting", "birth_alert_evidence", "birth_alerts_changed", "birth_audit",
    "birth_audit_lends", "birth_audit_roles", "birth_server_audit",
    "birth_backfill_facts", "birth_backfill_page", "birth_collection_table", "birth_gateway_functions",
    "birth_register_function", "birth_remedies", "birth_own_parts", "birth_bound_count", "birth_closure",
    "birth_bindings",
    "birth_code_is_declared", "birth_code_is_in_order", "birth_code_ranges",
    "birth_collection_statements", "birth_collections", "birth_enrolled", "birth_entry_statements",
    "birth_evidence_digest",
    "birth_frozen_script_copes",
    "birth_full_xid", "birth_gateway_fingerprint", "birth_item_digest", "birth_participants",
    "birth_permit_awake", "birth_permit_for", "birth_permit_refusals", "birth_permit_request_state",
    "birth_permit_unfit",
    "birth_readiness", "birth_refuse", "birth_resolvable", "birth_run_evidence", "birth_since_plan",
    "birth_alert_rows", "birth_collection_rows", "birth_policy_rows", "birth_registry_rows", "birth_bound_name",
    "birth_bound_table", "birth_is_bound", "birth_gateway_agrees", "birth_gateway_code", "birth_gateway_is_theirs",
    "birth_gateway_trigger_function", "birth_gateway_trigger_name", "birth_is_plain_evidence", "birth_is_secret",
    "birth_secret_columns", "birth_code_fold", "birth_code_look", "birth_is_citext", "birth_own_equality",
    "_birth_catalog_functions", "_birth_catalog_parts", "_birth_catalog_relations", "_birth_catalog_schema",
    "_birth_schema_catalog", "_birth_schema_differences", "_birth_schema_digest",
    "birth_registry_probe", "birth_trigger_fingerprint", "birth_triggers_live",
    "birth_window", "birth_windowed", "birth_windows",
    "birth_identity_pins", "birth_identity_registered", "birth_locator_pins",
    "birth_source_living", "birth_told_row", "birth_told_rows", "birth_told_rows_of",
    "birth_told_counters", "birth_told_retired", "birth_history_changes", "birth_history_read",
    "birth_standbys_read",
    "birth_permit_unkind",
    "birth_registry_is_spread", "birth_codes_by_shard", "birth_registry_nodes", "birth_nodes_asked",
    "birth_shard_writes", "birth_shard_snapshots", "birth_shard_xid", "birth_shard_fresh", "birth_shards_kept",
    "birth_shards_since",
    "birth_registry_named", "birth_registry_query",
    "birth_withdrawal_facts", "birth_distributed", "birth_register_writes", "birth_unseen_writes",
    "birth_distributed_attested", "birth_shard_columns", "birth_shard_query", "birth_shard_rows", "birth_shards",
    "birth_shards_read",
    "birth_register_is_set_based", "birth_register_parameters",
}  # fmt: skip
_GUARDED = {
    "birth_alert_acknowledge", "birth_backfill_apply_batch", "birth_backfill_begin",
    "birth_backfill_claim", "birth_backfill_certify",
    "birth_backfill_finish", "birth_backfill_heartbeat", "birth_backfill_plan", "birth_backfill_reconcile",
    "birth_backfill_plan_reconciled", "birth_backfill_reconcile_drift",
    "birth_backfill_rehearse", "birth_backfill_report", "birth_backfill_split", "birth_backfill_steer",
    "birth_identity_classify", "birth_identity_retire", "birth_identity_undo", "birth_identity_unclassify",
    "birth_load", "birth_permit_close", "birth_permit_grant", "birth_permit_open", "birth_permit_request",
    "birth_policy_set", "birth_backfill_compare", "birth_history_accept",
    "birth_run_withdraw",
}  # fmt: skip


@pytest.fixture(scope="module")
def target(server: TestServer, small_template: str) -> Iterator[Database]:
    """A database with a run in it, that no attack changes: so they share it."""
    with a_clone(server, small_template) as clone:
        small.done(clone, small.a_run(clone, goods=5))
        yield clone


@pytest.fixture(scope="module", params=LOGINS)
def psql(target: Database, request: pytest.FixtureRequest) -> Iterator[Psql]:
    """A session of each login in turn."""
    with target.psql(request.param) as session:
        yield session


@pytest.fixture
def operator(target: Database) -> Iterator[Psql]:
    with target.psql() as session:
        yield session


def refused(session: Psql, statement: str | sql.Composed) -> None:
    """The server refuses for want of rights, and says so."""
    query = statement if isinstance(statement, sql.Composed) else statement.encode()
    with pytest.raises(errors.InsufficientPrivilege) as found:
        session.execute(query)
    assert found.value.diag.message_primary


def relations(database: Database, kinds: str) -> list[str]:
    """Every relation of the schema of those kinds, as the catalogs know it."""
    found = database.run(
        "SELECT oid::regclass::text AS name FROM pg_class WHERE relnamespace = 'birth'::regnamespace"
        f" AND relkind IN ({kinds}) ORDER BY 1"
    )
    return [row["name"] for row in found]


def test_no_login_writes_any_table_of_the_schema(target: Database, psql: Psql) -> None:
    names = relations(target, "'r', 'p', 'm', 'f'")
    assert len(names) > 20
    for name in names:
        refused(psql, f"INSERT INTO {name} DEFAULT VALUES")
        refused(psql, f"DELETE FROM {name}")
        refused(psql, f"TRUNCATE {name}")
        refused(psql, f"DO $$ BEGIN LOCK TABLE {name} IN ROW EXCLUSIVE MODE; END $$")
        refused(psql, f"DROP TABLE {name}")
        columns = target.run(f"SELECT attname FROM pg_attribute WHERE attrelid = '{name}'::regclass AND attnum > 0")
        for column in columns:
            one = sql.Identifier(column["attname"])
            refused(psql, sql.SQL("UPDATE {} SET {} = DEFAULT").format(sql.SQL(name), one))


def test_no_login_writes_any_view_of_the_schema(target: Database, psql: Psql) -> None:
    names = relations(target, "'v'")
    assert names
    for name in names:
        for statement in (f"INSERT INTO {name} DEFAULT VALUES", f"DELETE FROM {name}", f"DROP VIEW {name}"):
            with pytest.raises((errors.InsufficientPrivilege, errors.ObjectNotInPrerequisiteState)):
                psql.execute(statement.encode())


def test_no_login_moves_a_sequence_of_the_schema(target: Database, psql: Psql) -> None:
    names = relations(target, "'S'")
    assert names
    for name in names:
        refused(psql, f"SELECT nextval('{name}')")
        refused(psql, f"SELECT setval('{name}', 1)")


def test_nobody_may_call_more_than_was_meant_for_them(target: Database) -> None:
    callable_by = target.run(
        "SELECT r.rolname AS login, array_agg(p.proname::text) AS names FROM pg_proc AS p, pg_roles AS r"
        " WHERE p.pronamespace = 'birth'::regnamespace AND has_function_privilege(r.oid, p.oid, 'EXECUTE')"
        " AND r.rolname IN ('operator1', 'gatekeeper1', 'reviewer1', 'viewer1') GROUP BY 1"
    )
    may = {row["login"]: set(row["names"]) for row in callable_by}
    assert may["viewer1"] <= _READERS
    assert may["operator1"] | may["gatekeeper1"] | may["reviewer1"] <= _READERS | _GUARDED
    assert may["gatekeeper1"] & _GUARDED == {
        "birth_permit_open", "birth_permit_close", "birth_permit_grant", "birth_policy_set", "birth_history_accept",
    }  # fmt: skip
    assert may["reviewer1"] & _GUARDED == {"birth_alert_acknowledge", "birth_backfill_certify"}
    assert not may["operator1"] & (may["gatekeeper1"] | may["reviewer1"]) & _GUARDED


def test_no_login_calls_the_register_function_or_any_inner_function(target: Database, psql: Psql) -> None:
    refused(psql, "SELECT birth.fn_birth_register('goods', 'FORGED', now(), 'GATEWAY', false)")
    inner = target.run(
        "SELECT p.oid::regproc::text AS name, array_to_string(ARRAY(SELECT format('NULL::%s', format_type(t, NULL))"
        " FROM unnest(p.proargtypes::oid[]) AS t), ', ') AS arguments FROM pg_proc AS p"
        " WHERE p.pronamespace = 'birth'::regnamespace AND p.prorettype NOT IN ('trigger'::regtype,"
        " 'event_trigger'::regtype)"
    )
    for function in inner:
        if function["name"].removeprefix("birth.") not in _READERS | _GUARDED:
            refused(psql, f"SELECT {function['name']}({function['arguments']})")


def test_no_login_plants_anything_for_somebody_else_to_touch(psql: Psql) -> None:
    for statement in (
        "CREATE VIEW birth.planted AS SELECT 1",
        "CREATE TABLE public.planted ()",
        "CREATE FUNCTION public.upper(text) RETURNS text LANGUAGE sql AS 'SELECT $1'",
        "CREATE OPERATOR public.= (LEFTARG = text, RIGHTARG = text, FUNCTION = texteq)",
        "CREATE OR REPLACE FUNCTION birth.fn_birth_gateway() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'",
        "CREATE FUNCTION birth.fn_birth_register(text) RETURNS text LANGUAGE sql AS 'SELECT $1'",
        "CREATE SCHEMA planted",
        "CREATE TEMP TABLE birth_registry (entity_code text)",
        "CREATE FUNCTION pg_temp.now() RETURNS timestamptz LANGUAGE sql AS 'SELECT NULL::timestamptz'",
        "CREATE CAST (text AS integer) WITH INOUT AS IMPLICIT",
        "CREATE EVENT TRIGGER planted ON ddl_command_end EXECUTE FUNCTION birth.fn_trigger_guard()",
        "CREATE TRIGGER planted AFTER INSERT ON public.goods FOR EACH ROW EXECUTE FUNCTION birth.fn_birth_gateway()",
        "CREATE RULE planted AS ON SELECT TO public.goods DO INSTEAD SELECT 1",
        "CREATE POLICY planted ON public.goods USING (true)",
    ):
        refused(psql, statement)


def test_no_login_becomes_somebody_else(psql: Psql) -> None:
    for role in ("birth_owner", "postgres", "operator2" if psql.info.user != "operator2" else "operator1"):
        refused(psql, f"SET ROLE {role}")
        refused(psql, f"SET SESSION AUTHORIZATION {role}")
    refused(psql, "CREATE ROLE another LOGIN IN ROLE birth_reviewer")
    refused(psql, "GRANT birth_reviewer TO CURRENT_USER")
    refused(psql, "ALTER ROLE birth_owner LOGIN")
    refused(psql, "ALTER ROLE CURRENT_USER SUPERUSER")


def test_no_login_takes_triggers_or_guards_away(psql: Psql) -> None:
    for statement in (
        "SET session_replication_role = replica",
        "SET track_counts = off",
        "SET allow_system_table_mods = on",
        "ALTER TABLE public.goods DISABLE TRIGGER trg_birth_gateway",
        "ALTER TABLE birth.birth_registry DISABLE TRIGGER ALL",
        "DROP TRIGGER trg_birth_gateway ON public.goods",
        "ALTER EVENT TRIGGER evt_trigger_guard_ddl DISABLE",
        "DROP FUNCTION birth.birth_audit()",
        "ALTER FUNCTION birth.birth_backfill_certify(bigint, text, text) RESET search_path",
        "ALTER TABLE birth.birth_backfill_batch DROP CONSTRAINT accounting_closes",
        "ALTER TABLE birth.birth_ledger_event OWNER TO CURRENT_USER",
        "UPDATE pg_catalog.pg_proc SET prosecdef = false",
    ):
        refused(psql, statement)


def test_no_login_hands_rights_on(target: Database, psql: Psql) -> None:
    # The server only warns here: what counts is that nothing comes of it.
    psql.execute("GRANT INSERT ON birth.birth_registry TO CURRENT_USER")
    psql.execute("GRANT SELECT (code) ON public.goods TO PUBLIC")
    assert not target.value(f"SELECT has_table_privilege('{psql.info.user}', 'birth.birth_registry', 'INSERT')")
    assert not target.value("SELECT has_column_privilege('public', 'public.goods', 'code', 'SELECT')")


def test_no_constraint_of_the_schema_can_be_put_off_to_the_commit(target: Database) -> None:
    found = target.value(
        "SELECT array_agg(conname::text) FROM pg_constraint"
        " WHERE condeferrable AND connamespace = 'birth'::regnamespace"
    )
    # It judges a batch at its commit, once more, and refuses to be fired before.
    assert found == ["birth_batch_commits"]


def test_no_actor_can_be_given_by_hand(target: Database, operator: Psql) -> None:
    for column in ("actor", "opened_by", "planned_by", "claimed_by", "certified_by", "steered_by"):
        table = target.value(
            f"SELECT attrelid::regclass::text FROM pg_attribute WHERE attname = '{column}'"
            " AND attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'birth'::regnamespace) LIMIT 1"
        )
        refused(operator, f"UPDATE {table} SET {column} = 'reviewer1'")
        refused(operator, f"INSERT INTO {table} ({column}) VALUES ('reviewer1')")


def test_the_actor_is_who_logged_in_whatever_the_session_claims_to_be(small: Database) -> None:
    with small.psql() as operator:
        for name in ("application_name", "birth.actor", "birth.person", "app.current_user", "request.jwt.claims"):
            operator.execute("SELECT set_config(%s, 'reviewer1', false)", [name])
        operator.execute("SET ROLE birth_operator")
        run = operator.execute("SELECT birth.birth_backfill_plan(ARRAY['goods']) AS run").fetchone()
    assert run is not None
    assert small.run(
        f"SELECT planned_by, planned_person FROM birth.birth_backfill_run WHERE run_id = {run['run']}"
    ) == [{"planned_by": "operator1", "planned_person": "Linh Nguyễn"}]
    assert small.value("SELECT actor FROM birth.birth_ledger_event ORDER BY seq DESC LIMIT 1") == "operator1"


def test_a_group_that_was_set_as_role_gives_no_more_than_the_login_has(small: Database) -> None:
    signature = "birth.birth_permit_open(bigint, interval, text, text[], text, bigint, text, text, text)"
    small.run(f"GRANT EXECUTE ON FUNCTION {signature} TO birth_reader")
    with small.psql() as operator, pytest.raises(psycopg.Error) as found:
        operator.execute("SELECT birth.birth_permit_open(1, '1 hour', 'mine', NULL, NULL)")
    assert (found.value.sqlstate, found.value.diag.message_primary) == (
        "BR006",
        "not_allowed: operator1 may not open permits",
    )


def test_a_login_that_is_nobody_may_do_nothing(small: Database) -> None:
    small.run("DELETE FROM birth.birth_person_login WHERE login = 'operator1'")
    with small.psql() as operator, pytest.raises(psycopg.Error) as found:
        operator.execute("SELECT birth.birth_backfill_plan(NULL)")
    assert (found.value.sqlstate, found.value.diag.message_primary) == (
        "BR006",
        "unknown_person: operator1 is not mapped to a person",
    )

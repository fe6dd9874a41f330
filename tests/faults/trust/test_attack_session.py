"""An operator who bends the own session: settings, temporary objects, locks, policies. None of it reaches the gates."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from core.db.connection.apply_connection import ApplyConnection
from core.db.rows.query import Reading
from core.errors import UsageError
from tests import line, small
from tests.asking import Answer
from tests.asking import ask as ask_over
from tests.databases import SCHEMA, Database
from tests.faults.attacker import Psql, add_goods, ask, begun, certifying, claimed, finish, refusal


@pytest.fixture
def open_gate(small: Database) -> Database:
    """Three goods are missing, and a permit is open."""
    line.open_permit(small)
    add_goods(small, 1, 3)
    return small


@pytest.fixture
def operator(open_gate: Database) -> Iterator[Psql]:
    with open_gate.psql() as session:
        yield session


def registered(database: Database) -> list[str]:
    return [row["code"] for row in database.run("SELECT entity_code AS code FROM birth.birth_registry ORDER BY 1")]


_TYPES = ("text", "bytea", "jsonb", "oid", "record")
_PLANTED = """
CREATE FUNCTION planted.boom() RETURNS pg_catalog.text LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'planted code ran as %', current_user; END $$;
CREATE FUNCTION planted.equal(pg_catalog.text, pg_catalog.text) RETURNS boolean LANGUAGE sql
    AS $$ SELECT planted.boom() IS NULL $$;
CREATE OPERATOR planted.= (LEFTARG = pg_catalog.text, RIGHTARG = pg_catalog.text, FUNCTION = planted.equal);
CREATE OPERATOR planted.<> (LEFTARG = pg_catalog.text, RIGHTARG = pg_catalog.text, FUNCTION = planted.equal);
CREATE FUNCTION planted.sha256(pg_catalog.bytea) RETURNS pg_catalog.bytea LANGUAGE sql
    AS $$ SELECT planted.boom()::pg_catalog.bytea $$;
CREATE FUNCTION planted.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS $$ SELECT planted.boom()::timestamptz $$;
CREATE FUNCTION planted.count() RETURNS bigint LANGUAGE sql AS $$ SELECT planted.boom()::bigint $$;
CREATE FUNCTION planted.current_setting(pg_catalog.text) RETURNS pg_catalog.text LANGUAGE sql
    AS $$ SELECT planted.boom() $$;
CREATE FUNCTION planted.pg_has_role(name, pg_catalog.text, pg_catalog.text) RETURNS boolean LANGUAGE sql
    AS $$ SELECT true $$;
CREATE FUNCTION planted.fn_birth_register(pg_catalog.text, pg_catalog.text, timestamptz, pg_catalog.text, boolean)
    RETURNS pg_catalog.text LANGUAGE sql AS $$ SELECT planted.boom() $$;
"""


def plant(database: Database, session: Psql) -> None:
    """Names that the functions use, in a schema and in pg_temp that the session looks into first."""
    tables = database.run(
        "SELECT relname FROM pg_class WHERE relnamespace = 'birth'::regnamespace AND relkind IN ('r', 'v')"
    )
    for table in tables:
        session.execute(f"CREATE TEMP TABLE {table['relname']} (planted int)".encode())
    session.execute(b"CREATE TEMP TABLE pg_class (planted int)")
    session.execute(b"CREATE TEMP TABLE pg_proc (planted int)")
    for name in _TYPES:
        if name != "record":
            session.execute(f"CREATE DOMAIN pg_temp.{name} AS pg_catalog.{name} CHECK (VALUE IS NULL)".encode())
    session.execute(b"SET search_path = planted, pg_temp, public, birth, pg_catalog")


def test_names_planted_in_front_of_ours_are_never_resolved(open_gate: Database) -> None:
    with open_gate.psql("postgres") as operator:
        operator.execute("SET SESSION AUTHORIZATION operator1")
        run = begun(operator)
        open_gate.run(f'GRANT TEMP ON DATABASE "{open_gate.name}" TO PUBLIC; CREATE SCHEMA planted; {_PLANTED}')
        open_gate.run(
            "GRANT USAGE ON SCHEMA planted TO PUBLIC; GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA planted TO PUBLIC"
        )
        # Beside what its login planted no batch runs: so it is a superuser's, who is nobody's member.
        operator.execute("RESET SESSION AUTHORIZATION")
        plant(open_gate, operator)
        operator.execute("SET SESSION AUTHORIZATION operator1")
        assert ask(operator, claimed(operator, run)) == 3
        finish(operator, run)
        ask(operator, f"SELECT birth.birth_backfill_report({run}, 'waiting', NULL)")
        second = ask(operator, "SELECT birth.birth_backfill_plan(NULL)")
        ask(operator, f"SELECT birth.birth_backfill_steer({second}, 'pause', NULL, 'x')")
    with open_gate.psql("gatekeeper1") as gatekeeper:
        plant(open_gate, gatekeeper)
        permit = ask(gatekeeper, "SELECT birth.birth_permit_open(10, '1 hour', 'x', NULL, NULL)")
        ask(gatekeeper, f"SELECT birth.birth_permit_close({permit}, 'x')")
        ask(gatekeeper, "SELECT birth.birth_policy_set('notes', 'EXEMPT', 'x')")
    with open_gate.psql("reviewer1") as reviewer:
        digest = ask(reviewer, f"SELECT birth.birth_evidence_digest(birth.birth_run_evidence({run}))")
        plant(open_gate, reviewer)
        ask(reviewer, f"SELECT chain_seq FROM birth.birth_backfill_certify({run}, '{digest}', 'x')")
    small.sound(open_gate)


def test_no_batch_runs_beside_what_a_login_of_the_console_made_for_the_company_s_code_to_find(
    open_gate: Database,
) -> None:
    # PostgreSQL's own defaults, on 14 and before: no run waits until a company has changed them.
    open_gate.run(f'GRANT TEMP ON DATABASE "{open_gate.name}" TO PUBLIC; GRANT CREATE ON SCHEMA public TO PUBLIC')
    audit = "SELECT verdict FROM birth.birth_audit() WHERE id = 'create'"
    assert open_gate.value(audit) == "warning"
    with open_gate.psql() as operator, open_gate.psql("operator2") as accomplice:
        run = begun(operator)
        batch = claimed(operator, run)
        refused = "objects_planted: 1 objects of logins stand where the company's code may look for names"
        for session, kind, name, rest in (
            (operator, "TABLE", "pg_temp.birth_registry", "(entity_code text)"),
            (operator, "FUNCTION", "pg_temp.lower(varchar)", "RETURNS text LANGUAGE sql AS 'SELECT $1'"),
            (operator, "DOMAIN", "pg_temp.code", "AS text"),
            (accomplice, "FUNCTION", "public.lower(varchar)", "RETURNS text LANGUAGE sql AS 'SELECT $1'"),
            (accomplice, "VIEW", "public.birth_registry", "AS SELECT 'G-1' AS entity_code"),
        ):
            session.execute(f"CREATE {kind} {name} {rest}".encode())
            assert open_gate.value(audit) == ("warning" if session is operator else "failed")
            assert refusal(operator, batch) == ("BR003", refused)
            session.execute(f"DROP {kind} {name}".encode())
        accomplice.execute("CREATE TEMP TABLE birth_registry (entity_code text)")
        assert (open_gate.value(audit), ask(operator, batch)) == ("warning", 3)


def test_a_table_of_ones_own_cannot_be_given_the_gateway_as_its_trigger(small: Database) -> None:
    small.run(f'GRANT TEMP ON DATABASE "{small.name}" TO operator1')
    with small.psql() as operator:
        operator.execute("CREATE TEMP TABLE mine (id int, code text, price int)")
        state, message = refusal(
            operator,
            "CREATE TRIGGER forged AFTER INSERT ON mine FOR EACH ROW EXECUTE FUNCTION birth.fn_birth_gateway('goods')",
        )
    assert state == "42501"
    assert message.startswith("permission denied for function ")


def test_no_function_takes_a_lock_that_anybody_could_squat(open_gate: Database, operator: Psql) -> None:
    names = "SELECT array_agg(proname) FROM pg_proc WHERE pronamespace = 'birth'::regnamespace AND prosrc ~ 'advisory'"
    assert open_gate.value(names) is None
    with open_gate.psql("operator2") as squatter:
        ask(squatter, "SELECT count(pg_advisory_lock(c.oid::int, 0)) FROM pg_class AS c WHERE relkind = 'r'")
        ask(squatter, "SELECT count(pg_advisory_lock(c.oid::bigint)) FROM pg_class AS c WHERE relkind = 'r'")
        operator.execute("SET lock_timeout = '20s'")
        run = begun(operator)
        assert ask(operator, claimed(operator, run)) == 3


@pytest.mark.parametrize("login", ["operator1", "gatekeeper1", "reviewer1"])
def test_no_table_can_be_locked_by_a_login_so_that_others_wait(open_gate: Database, login: str) -> None:
    with open_gate.psql(login) as session:
        for table in ("birth_ledger_head", "birth_backfill_fence", "birth_backfill_run", "birth_admission_permit"):
            for mode in ("ROW SHARE", "SHARE", "EXCLUSIVE", "ACCESS EXCLUSIVE"):
                state, _ = refusal(session, f"DO $$ BEGIN LOCK TABLE birth.{table} IN {mode} MODE; END $$")
                assert state == "42501"
            assert refusal(session, f"SELECT FROM birth.{table} FOR KEY SHARE")[0] == "42501"


def test_nothing_is_recorded_while_what_is_told_to_be_done_may_be_lost(operator: Psql) -> None:
    run = begun(operator)
    batch = claimed(operator, run)
    operator.execute("SET synchronous_commit = off")
    for statement in (
        batch,
        f"SELECT * FROM birth.birth_backfill_claim({run}, 1)",
        f"SELECT birth.birth_backfill_begin({run})",
        f"SELECT birth.birth_backfill_steer({run}, 'pause', NULL, 'x')",
        "SELECT birth.birth_backfill_plan(NULL)",
    ):
        state, message = refusal(operator, statement)
        assert state == "BR002"
        assert message.startswith("unsafe_commit: it is not possible to ")
    operator.execute("RESET synchronous_commit")
    assert ask(operator, batch) == 3


def test_the_console_makes_its_commits_safe_where_the_database_does_not(open_gate: Database) -> None:
    open_gate.run(f'ALTER DATABASE "{open_gate.name}" SET synchronous_commit = off')
    run = small.reconciled(open_gate, "goods")
    assert small.done(open_gate, run).registered == 3


def test_names_mean_the_servers_own_in_every_session_of_the_console(open_gate: Database) -> None:
    open_gate.run(f'ALTER DATABASE "{open_gate.name}" SET search_path = public, pg_catalog')
    with open_gate.connect() as connection:
        path = sql.SQL("SELECT pg_catalog.current_setting({})").format(sql.Literal("search_path"))
        assert ask_over(connection, path) == "pg_catalog, pg_temp"


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_nobody_decides_on_an_old_snapshot(operator: Psql, level: str) -> None:
    operator.execute(f"SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL {level}".encode())
    state, message = refusal(operator, "SELECT birth.birth_backfill_plan(NULL)")
    assert (state, message.partition(":")[0]) == ("BR002", "wrong_isolation")


ODD = {
    "standard_conforming_strings": "off",
    "transform_null_equals": "on",
    "quote_all_identifiers": "on",
    "DateStyle": "SQL, DMY",
    "TimeZone": "Pacific/Kiritimati",
    "IntervalStyle": "sql_standard",
    "bytea_output": "escape",
    "array_nulls": "off",
    "extra_float_digits": "-15",
    "enable_indexscan": "off",
    "enable_hashjoin": "off",
    "plan_cache_mode": "force_generic_plan",
    "application_name": "reviewer1",
    "row_security": "off",
}


@pytest.mark.parametrize("name", ODD)
def test_no_setting_of_a_session_changes_what_is_registered_or_chained(open_gate: Database, name: str) -> None:
    run = small.reconciled(open_gate, "goods")
    with open_gate.psql() as operator:
        operator.execute("SELECT set_config(%s, %s, false)", [name, ODD[name]])
        ask(operator, f"SELECT birth.birth_backfill_begin({run})")
        assert ask(operator, claimed(operator, run)) == 3
        finish(operator, run)
    assert registered(open_gate) == ["G-000001", "G-000002", "G-000003"]
    small.sound(open_gate)


def test_constraints_that_were_put_off_are_checked_inside_the_batch(open_gate: Database) -> None:
    open_gate.run(
        "ALTER TABLE birth.birth_registry ADD CONSTRAINT once UNIQUE (dot_origin) DEFERRABLE INITIALLY IMMEDIATE"
    )
    with open_gate.psql() as operator:
        run = begun(operator)
        batch = claimed(operator, run)
        with operator.transaction():
            operator.execute("SET CONSTRAINTS ALL DEFERRED")
            with pytest.raises(psycopg.errors.UniqueViolation), operator.transaction():
                operator.execute(batch.encode())
    assert registered(open_gate) == []


def test_what_the_register_function_asserts_cannot_be_switched_off(open_gate: Database) -> None:
    small.registering(open_gate, before="ASSERT p_entity_code <> 'G-000002', 'the assertion holds';")
    line.open_permit(open_gate)
    open_gate.run("UPDATE birth.birth_admission_permit SET closed_at = now() WHERE permit_id = 1")
    with open_gate.psql() as operator:
        operator.execute("SET plpgsql.check_asserts = off")
        run = begun(operator)
        assert refusal(operator, claimed(operator, run)) == ("P0004", "the assertion holds")
    assert registered(open_gate) == []


_FIXED = {
    "DateStyle": "ISO, YMD",
    "TimeZone": "UTC",
    "IntervalStyle": "iso_8601",
    "row_security": "off",
    "standard_conforming_strings": "on",
    "transform_null_equals": "off",
    "quote_all_identifiers": "off",
    "plpgsql.check_asserts": "on",
}


def test_the_register_function_runs_under_the_same_settings_whoever_calls_it(open_gate: Database) -> None:
    wanted = " OR ".join(f"current_setting('{name}') <> '{value}'" for name, value in _FIXED.items())
    small.registering(open_gate, before=f"IF {wanted} THEN RAISE EXCEPTION 'bent'; END IF;")
    line.open_permit(open_gate)
    open_gate.run("UPDATE birth.birth_admission_permit SET closed_at = now() WHERE permit_id = 1")
    with open_gate.psql() as operator:
        for name, value in ODD.items():
            operator.execute("SELECT set_config(%s, %s, false)", [name, value])
        operator.execute("SET row_security = on; SET plpgsql.check_asserts = off")
        assert ask(operator, claimed(operator, begun(operator))) == 3


def test_a_plan_holds_the_same_keys_whatever_its_planner_sets(small: Database) -> None:
    small.run("""
        CREATE TABLE public.days (day timestamptz PRIMARY KEY, code text NOT NULL);
        INSERT INTO public.days VALUES ('2024-02-03 04:05:06+00', 'D-1');
        INSERT INTO birth.collection_registry (collection_name) VALUES ('days');
        INSERT INTO birth.birth_policy (collection_name) VALUES ('days');
        GRANT SELECT ON public.days TO birth_owner, birth_caller, birth_reader;
        SELECT birth.birth_identity_import('days', 'column', ARRAY['code'], 'a test says so');
    """)
    with small.psql() as operator:
        for name, value in ODD.items():
            operator.execute("SELECT set_config(%s, %s, false)", [name, value])
        run = ask(operator, "SELECT birth.birth_backfill_plan(ARRAY['days'])")
        ask(operator, f"SELECT birth.birth_backfill_reconcile({run}, 'compared')")
    assert small.value("SELECT source_key FROM birth.birth_backfill_item") == ["2024-02-03 04:05:06+00"]


def test_a_policy_of_a_sources_owner_never_runs_as_ours(open_gate: Database, operator: Psql) -> None:
    run = begun(operator)
    batch = claimed(operator, run)
    open_gate.run(
        "CREATE POLICY planted ON public.goods USING"
        " (birth.fn_birth_register('goods', 'FORGED', NULL, 'GATEWAY', false) IS NOT NULL);"
        "ALTER TABLE public.goods ENABLE ROW LEVEL SECURITY"
    )
    operator.execute("SET row_security = on")
    state, message = refusal(operator, batch)
    assert (state, message) == ("42501", 'query would be affected by row-level security policy for table "goods"')
    assert refusal(operator, "SELECT birth.birth_backfill_plan(ARRAY['goods'])")[0] == "42501"
    assert registered(open_gate) == []


def test_a_permit_is_for_all_of_the_gateway_not_only_for_its_trigger_function(open_gate: Database) -> None:
    small.registering(open_gate, after="PERFORM 1;")
    with open_gate.psql() as operator:
        run = begun(operator)
        state, message = refusal(operator, claimed(operator, run))
    assert (state, message) == ("BR004", "gateway_changed: the gateway no longer matches the permit")
    assert registered(open_gate) == []


_GOOD = "CREATE OR REPLACE FUNCTION birth.fn_birth_register(p_collection_name text, p_entity_code text,"
_GOOD += " p_born_at timestamptz DEFAULT NULL, p_dot_origin text DEFAULT 'GATEWAY', p_dry_run boolean DEFAULT true)"
CHANGES = {
    "a body that is no text": _GOOD + " RETURNS text LANGUAGE sql BEGIN ATOMIC SELECT 'registered'; END",
    "rights of its owner": "ALTER FUNCTION birth.fn_birth_register SECURITY DEFINER"
    " SET search_path = pg_catalog, pg_temp",
    "another volatility": "ALTER FUNCTION birth.fn_birth_register STABLE",
    "a setting": "ALTER FUNCTION birth.fn_birth_gateway SET lock_timeout = 1",
    "the rights of somebody": "GRANT EXECUTE ON FUNCTION birth.fn_birth_register TO census_app",
    "another owner": "ALTER FUNCTION birth.fn_birth_gateway OWNER TO postgres",
    "an overload": "CREATE FUNCTION birth.fn_birth_register(text) RETURNS text LANGUAGE sql AS 'SELECT $1';"
    "ALTER FUNCTION birth.fn_birth_register(text) OWNER TO birth_owner;"
    "REVOKE EXECUTE ON FUNCTION birth.fn_birth_register(text) FROM PUBLIC",
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_the_gateway_that_leaves_its_source_alone_makes_the_plan_stale(
    open_gate: Database, change: str
) -> None:
    run = small.reconciled(open_gate, "goods")
    look = "SELECT birth.birth_gateway_fingerprint() AS seen"
    before = open_gate.value(look)
    open_gate.run(CHANGES[change])
    after = open_gate.value(look)
    assert after["norm_md5"] == before["norm_md5"]
    assert after["full_sha256"] != before["full_sha256"]
    driven = small.drive(open_gate, run)
    assert driven.status == 4
    assert driven.error is not None
    assert "gateway_unchanged" in str(driven.error.evidence)
    assert registered(open_gate) == []


def test_the_ends_of_lines_are_no_part_of_the_packets_fingerprint_but_of_the_full_one(small: Database) -> None:
    look = "SELECT birth.birth_gateway_fingerprint() AS seen"
    before = small.value(look)
    gateway = small.value("SELECT pg_get_functiondef('birth.fn_birth_gateway'::regproc)")
    small.run(gateway.replace("\n", "\r\n"))
    after = small.value(look)
    assert after["norm_md5"] == before["norm_md5"]
    assert after["full_sha256"] != before["full_sha256"]


def test_whose_the_gateway_is_counts_also_where_nobody_was_given_rights_on_it(small: Database) -> None:
    look = "SELECT birth.birth_gateway_fingerprint() ->> 'full_sha256'"
    small.run("SET allow_system_table_mods = on; UPDATE pg_proc SET proacl = NULL WHERE proname = 'fn_birth_gateway'")
    before = small.value(look)
    small.run("ALTER FUNCTION birth.fn_birth_gateway OWNER TO postgres")
    assert small.value("SELECT proacl FROM pg_proc WHERE proname = 'fn_birth_gateway'") is None
    assert small.value(look) != before


def test_the_body_of_a_batch_that_was_pasted_into_psql_does_nothing_either(open_gate: Database, operator: Psql) -> None:
    run = begun(operator)
    batch = claimed(operator, run)
    statement = ask(
        operator,
        "SELECT birth.birth_entry_statements(ledger_id) ->> 'register' FROM birth.birth_backfill_ledger"
        f" WHERE run_id = {run}",
    )
    for place, value in (("$1", "'{G-1}'"), ("$2", "'{1}'"), ("$3", "'{NULL}'"), ("$4", "'{}'")):
        statement = statement.replace(place, value)
    assert refusal(operator, statement)[0] == "42501"
    assert ask(operator, batch) == 3
    with open_gate.psql("reviewer1") as reviewer:
        assert refusal(reviewer, certifying(run))[1].startswith("not_applied: ")


def test_the_connection_of_an_apply_sends_nothing_but_questions_whoever_it_belongs_to(open_gate: Database) -> None:
    with ApplyConnection.open(open_gate.dsn("postgres"), SCHEMA) as connection:
        for statement in (sql.SQL("DELETE FROM public.goods"), sql.SQL("DROP TABLE public.goods")):
            for ask_it in (connection.rows, connection.row, connection.one):
                with pytest.raises(UsageError, match="SELECT statements"):
                    ask_it(Reading(sql.Composed([statement]), Answer))
    assert open_gate.value("SELECT count(*) FROM public.goods") == 3

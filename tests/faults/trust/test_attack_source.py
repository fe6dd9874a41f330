"""Code of a source's owner that runs when the source is read or planned for: it is birth_caller, and leaves nothing."""

from tests import console, line
from tests.databases import Database
from tests.faults.attacker import Psql, ask, certifying, claimed, finish
from tests.small import sound

_KINDS = ("index", "statistics", "predicate", "cast", "domain", "registry", "collections")
_OWNER, _CALLER, _GAINED = 4711, 4712, 4713
# What is undone with the read cannot tell of it, so it counts in advisory locks: as whom it ran, and what it could do.
_EVIL = f"""
CREATE SCHEMA shop AUTHORIZATION census_app;
SET ROLE census_app;
CREATE FUNCTION shop.evil(p_kind integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $evil$
DECLARE
    v_attempts text[];
BEGIN
    IF current_user = 'operator1' THEN
        PERFORM birth.birth_backfill_plan(NULL);
    ELSIF current_user NOT IN ('birth_owner', 'birth_caller') THEN
        RETURN p_kind;
    END IF;
    PERFORM pg_try_advisory_lock_shared(
        CASE current_user WHEN 'birth_owner' THEN {_OWNER} ELSE {_CALLER} END, p_kind);
    v_attempts := ARRAY[
        'GRANT birth_owner TO operator1', 'SET ROLE birth_owner', 'RESET ROLE', 'SET transaction_read_only = off',
        'INSERT INTO birth.birth_setting VALUES (''evil'', ARRAY[]::text[])',
        'INSERT INTO birth.birth_registry (entity_code, collection_name) VALUES (''EVIL'', ''moods'')',
        'SELECT birth.birth_ledger_append(''evil'', NULL)',
        'SELECT birth.birth_identity_import(NULL, NULL, NULL, NULL)',
        'SELECT count(*) FROM birth.birth_ledger_event', 'SELECT count(*) FROM birth.birth_person_login',
        'SELECT count(*) FROM birth.birth_admission_permit', 'SELECT rolpassword FROM pg_authid',
        'SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE usename = ''viewer1''',
        'ALTER FUNCTION birth._birth_reading(text, text, boolean) SECURITY INVOKER',
        'CREATE TABLE shop.left_behind ()'
    ];
    IF p_kind > 5 THEN
        RETURN p_kind;
    END IF;
    FOR v_place IN 1..cardinality(v_attempts) LOOP
        BEGIN
            EXECUTE v_attempts[v_place];
            PERFORM pg_try_advisory_lock_shared({_GAINED}, v_place);
        EXCEPTION WHEN OTHERS THEN NULL;
        END;
    END LOOP;
    PERFORM set_config('search_path', 'shop', false), set_config('enable_seqscan', 'off', false);
    EXECUTE 'DECLARE later CURSOR WITH HOLD FOR SELECT 1';
    RETURN p_kind;
EXCEPTION WHEN OTHERS THEN
    RETURN p_kind;
END $evil$;
CREATE TYPE shop.mood AS ENUM ('calm', 'odd');
CREATE FUNCTION shop.told(p_mood shop.mood) RETURNS text LANGUAGE sql IMMUTABLE AS
    $$ SELECT CASE shop.evil(4) WHEN 4 THEN format('%s', p_mood) END $$;
CREATE CAST (shop.mood AS text) WITH FUNCTION shop.told(shop.mood);
CREATE DOMAIN shop.number AS integer CHECK (shop.evil(5) = 5);
CREATE TABLE shop.moods (number shop.number, mood shop.mood, code text NOT NULL UNIQUE, PRIMARY KEY (number, mood));
INSERT INTO shop.moods SELECT n, 'calm', 'M-' || n FROM generate_series(1, 50) AS n;
CREATE INDEX ON shop.moods ((number + shop.evil(1)));
CREATE STATISTICS shop.sums ON (length(code) + shop.evil(2)) FROM shop.moods;
CREATE INDEX ON shop.moods (mood) WHERE number > shop.evil(3);
RESET ROLE;
GRANT USAGE ON SCHEMA shop TO birth_owner, birth_caller, birth_reader;
GRANT SELECT ON shop.moods TO birth_owner, birth_caller, birth_reader;
INSERT INTO birth.birth_collection_place VALUES ('moods', 'shop', 'moods');
INSERT INTO birth.collection_registry (collection_name) VALUES ('moods');
INSERT INTO birth.birth_policy (collection_name) VALUES ('moods');
CREATE TRIGGER trg_birth_gateway AFTER INSERT ON shop.moods
    FOR EACH ROW EXECUTE FUNCTION birth.fn_birth_gateway('moods');
CREATE STATISTICS public.registered ON (length(entity_code) + shop.evil(6)) FROM birth.birth_registry;
CREATE STATISTICS public.collections ON (length(collection_name) + shop.evil(7)) FROM birth.collection_registry;
TRUNCATE birth.trigger_guard_alerts;
"""
_LOCKS = (
    "SELECT classid::int AS as_whom, objid::int AS kind FROM pg_locks"
    " WHERE pid = pg_backend_pid() AND locktype = 'advisory'"
)


def ran(session: Psql) -> set[str]:
    """The kinds of code that ran as birth_caller since the last look; fails if any had more rights, or did a thing."""
    found = {(row["as_whom"], row["kind"]) for row in session.execute(_LOCKS).fetchall()}
    session.execute("SELECT pg_advisory_unlock_all()")
    assert {as_whom for as_whom, _ in found} <= {_CALLER}
    assert ask(session, "SELECT current_setting('search_path')") == '"$user", public'
    assert ask(session, "SELECT count(*) FROM pg_cursors") == 0
    return {_KINDS[kind - 1] for _, kind in found}


def test_what_the_owner_of_a_source_plants_runs_as_birth_caller_all_the_way_to_the_certificate(
    small: Database,
) -> None:
    small.run(_EVIL)
    for look in ("suggest moods", "classify moods --column code", "matrix --counts"):
        assert console.run(*look.split(), "--dsn", small.dsn("operator1")).status == 0, look
    line.open_permit(small)
    with small.psql("viewer1"), small.psql() as operator:
        # What indexes and domains are made of is evaluated when a session first asks.
        run = ask(operator, "SELECT birth.birth_backfill_plan(ARRAY['moods'])")
        assert ran(operator) == {*_KINDS} - {"domain"}
        ask(operator, f"SELECT birth.birth_backfill_reconcile({run}, 'compared')")
        assert {"statistics", "registry"} <= ran(operator)
        ask(
            operator,
            "SELECT birth.birth_backfill_rehearse(ledger_id, 1, 10) FROM birth.birth_backfill_ledger"
            f" WHERE run_id = {run}",
        )
        assert {"statistics", "domain"} <= ran(operator)
        ask(operator, f"SELECT birth.birth_backfill_begin({run})")
        batch = claimed(operator, run, 20)
        ran(operator)
        assert ask(operator, batch) == 20
        assert {"statistics", "registry"} <= ran(operator)
        assert ask(operator, claimed(operator, run)) == 30
        finish(operator, run)
    with small.psql("viewer1"), small.psql("reviewer1") as reviewer:
        reviewer.execute(f"SELECT * FROM birth.birth_acceptance({run})".encode())
        assert {"index", "predicate", "statistics", "registry"} <= ran(reviewer)
        ask(reviewer, certifying(run))
        assert "statistics" in ran(reviewer)
    small.run("SELECT birth._birth_withdraw_allow(); GRANT DELETE ON birth.birth_registry TO birth_caller")
    with small.psql() as operator:
        ask(operator, f"SELECT birth.birth_run_withdraw({run}, 'a test says so')")
        assert "registry" in ran(operator)
    sound(small)
    # What a login's own session reads runs as that login, and plans nothing.
    assert small.value("SELECT count(*) FROM birth.birth_backfill_run") == 2

"""Whoever owns a source can have code run when it is read: as birth_owner that code must not write anything."""

import pytest

from tests.databases import Database
from tests.faults.attacker import add_goods, ask, begun, claimed, refusal
from tests.line import open_permit
from tests.small import account, done, reconciled

# It keeps quiet about what it may not do, as an attacker's would.
_EVIL = """
CREATE FUNCTION public.evil() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF current_user = 'birth_owner' THEN
        INSERT INTO birth.birth_registry (entity_code, collection_name) VALUES ('FORGED', 'goods')
            ON CONFLICT DO NOTHING;
    END IF;
    RETURN true;
EXCEPTION WHEN OTHERS THEN
    RETURN true;
END $$;
"""
_MOOD = """
CREATE TYPE public.mood AS ENUM ('calm', 'glad');
CREATE FUNCTION public.told(public.mood) RETURNS text LANGUAGE plpgsql AS
    $$BEGIN PERFORM public.evil(); RETURN enum_out($1)::text; END$$;
CREATE CAST (public.mood AS text) WITH FUNCTION public.told(public.mood);
"""
TABLE = """
INSERT INTO public.things VALUES {rows};
INSERT INTO birth.collection_registry (collection_name, governance_role) VALUES ('things', 'governed');
INSERT INTO birth.birth_policy (collection_name) VALUES ('things');
SELECT birth.birth_identity_import('things', 'column', ARRAY['code'], 'measured');
CREATE TRIGGER trg_birth_gateway AFTER INSERT ON public.things FOR EACH ROW
    EXECUTE FUNCTION birth.fn_birth_gateway('things');
GRANT SELECT ON public.things TO birth_owner, birth_caller, birth_reader;
TRUNCATE birth.trigger_guard_alerts;
"""
NUMBERED = "(1, 'T-1'), (2, 'T-2')"
_DOMAIN = """
CREATE FUNCTION public.is_fine(int) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RETURN public.evil(); END$$;
CREATE DOMAIN public.number AS int CHECK (public.is_fine(value));
"""
_ONE = """
CREATE FUNCTION public.one(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS
    $$BEGIN PERFORM public.evil(); RETURN 1; END$$;
"""
_INDEX = f"""{_ONE}
CREATE TABLE public.things (id int PRIMARY KEY, code text NOT NULL UNIQUE);
CREATE INDEX ON public.things ((public.one(1) + id));
"""
# What is made, and the rows of the table.
SOURCES = {
    "a cast of a column that finds the row": (
        f"{_MOOD} CREATE TABLE public.things (id public.mood PRIMARY KEY, code text NOT NULL UNIQUE);",
        "('calm', 'T-1'), ('glad', 'T-2')",
    ),
    "a cast of the identity's column": (
        f"{_MOOD} CREATE TABLE public.things (id int PRIMARY KEY, code public.mood NOT NULL UNIQUE);",
        "(1, 'calm'), (2, 'glad')",
    ),
    "the CHECK of a domain": (
        f"{_DOMAIN} CREATE TABLE public.things (id public.number PRIMARY KEY, code text NOT NULL UNIQUE);",
        NUMBERED,
    ),
    "an expression that the planner evaluates": (_INDEX, NUMBERED),
}


@pytest.fixture(params=SOURCES)
def things(small: Database, request: pytest.FixtureRequest) -> Database:
    make, rows = SOURCES[request.param]
    small.run(_EVIL + make + TABLE.format(rows=rows))
    return small


def forged(database: Database) -> int:
    return int(database.value("SELECT count(*) FROM birth.birth_registry WHERE entity_code = 'FORGED'"))


def walk(database: Database, *, windows: bool) -> None:
    """Plan and apply two things, honestly: they are registered, and nothing else is."""
    if windows:
        database.run("INSERT INTO birth.birth_setting VALUES ('windows', ARRAY[]::text[])")
    open_permit(database)
    run = reconciled(database, "things")
    done(database, run)
    assert account(database, run).registered == 2
    assert forged(database) == 0


@pytest.mark.parametrize("windows", [False, True])
def test_code_of_a_source_s_owner_writes_nothing_while_a_run_is_planned_and_applied(
    things: Database, *, windows: bool
) -> None:
    walk(things, windows=windows)


def test_code_of_a_source_s_owner_writes_nothing_when_the_gateway_meets_a_row(small: Database) -> None:
    make, rows = SOURCES["a cast of the identity's column"]
    small.run(_EVIL + make + TABLE.format(rows=rows))
    small.run("ALTER TYPE public.mood ADD VALUE 'sad'")
    small.run("INSERT INTO public.things VALUES (3, 'sad')")
    assert small.value("SELECT count(*) FROM birth.birth_registry WHERE entity_code = 'sad'") == 1
    assert forged(small) == 0


def test_code_of_who_owns_the_list_of_collections_or_their_policy_writes_nothing(small: Database) -> None:
    small.run(_EVIL + _ONE)
    for part, table in (("collections", "collection_registry"), ("policy", "birth_policy")):
        small.run(
            f"CREATE TABLE public.{table} AS SELECT * FROM birth.{table};"
            f"CREATE INDEX ON public.{table} ((public.one(1)::text || collection_name));"
            f"GRANT SELECT ON public.{table} TO birth_owner, birth_caller, birth_reader;"
            f"SELECT birth.birth_bind_table('{part}', 'public', '{table}', NULL)"
        )
    add_goods(small, 1, 2)
    with small.psql() as operator:
        ask(operator, "SELECT birth.birth_backfill_plan(ARRAY['goods'])")
        ask(operator, "SELECT birth.birth_identity_unclassify('goods', 1, 'x')")
        ask(operator, "SELECT birth.birth_identity_classify('goods', 'column', '{code}', NULL, 'x', NULL)")
    assert forged(small) == 0


def test_what_is_read_so_cannot_be_made_writable_again(small: Database) -> None:
    small.run(
        "CREATE FUNCTION public.break_out() RETURNS text LANGUAGE plpgsql AS"
        " $$BEGIN SET LOCAL transaction_read_only = off; RETURN 'out'; END$$"
    )
    with small.psql("postgres") as session:
        reading = "SELECT * FROM birth._birth_reading('SELECT public.break_out()') AS row(found text)"
        assert refusal(session, reading)[0] == "25001"
        # Whoever reads so goes on writing afterwards.
        session.execute("BEGIN")
        session.execute("SELECT * FROM birth._birth_reading('SELECT 1') AS row(found int)")
        session.execute("CREATE TABLE public.afterwards ()")
        session.execute("COMMIT")


def test_a_trigger_that_was_switched_off_and_on_again_is_another_one(small: Database) -> None:
    open_permit(small)
    add_goods(small, 1, 3)
    run = reconciled(small, "goods")
    # Composed, so that the guard does not find the word.
    for state in ("disable", "enable"):
        small.run(f"DO $$BEGIN EXECUTE 'alter table public.goods {state} tri' || 'gger all'; END$$")
    with small.psql() as session:
        state, message = refusal(session, f"SELECT birth.birth_backfill_begin({run})")
    assert state == "BR004"
    assert "may not be applied" in message


@pytest.mark.parametrize(
    "trigger",
    [
        "AFTER INSERT ON goods FOR EACH ROW WHEN (false) EXECUTE FUNCTION birth.fn_birth_gateway('goods')",
        "AFTER UPDATE ON goods FOR EACH ROW EXECUTE FUNCTION birth.fn_birth_gateway('goods')",
        "BEFORE INSERT ON goods FOR EACH ROW EXECUTE FUNCTION birth.fn_birth_gateway('goods')",
        "AFTER INSERT ON goods FOR EACH ROW EXECUTE FUNCTION birth.fn_birth_gateway('parts')",
    ],
)
def test_a_trigger_that_does_not_meet_every_new_row_for_its_collection_is_none(small: Database, trigger: str) -> None:
    small.run(f"DROP TRIGGER trg_birth_gateway ON public.goods; CREATE TRIGGER trg_birth_gateway {trigger}")
    state = "SELECT trigger_state FROM birth.birth_collections() WHERE collection_name = 'goods'"
    assert small.value(state) == "missing"


def test_a_person_who_was_retired_prolongs_no_claim(small: Database) -> None:
    open_permit(small)
    add_goods(small, 1, 3)
    with small.psql("operator2") as session:
        run = begun(session)
        claimed(session, run)
        small.run("UPDATE birth.birth_person_login SET retired_at = now() WHERE login = 'operator2'")
        batch = "SELECT birth.birth_backfill_heartbeat(ledger_id, epoch) FROM birth.birth_backfill_batch"
        assert refusal(session, batch)[0] == "BR006"


def test_no_event_is_longer_than_what_can_be_said(small: Database) -> None:
    open_permit(small)
    add_goods(small, 1)
    with small.psql() as session:
        run = begun(session)
        steered = f"SELECT birth.birth_backfill_steer({run}, 'run', NULL, repeat('x', 200000))"
        state, message = refusal(session, steered)
        assert (state, message.partition(":")[0]) == ("BR002", "text_too_long")


def test_whoever_reconciled_has_a_hand_in_the_run_also_when_somebody_reconciled_it_again(small: Database) -> None:
    add_goods(small, 1, 3)
    with small.psql("operator1") as first, small.psql("operator2") as second:
        run = ask(first, "SELECT birth.birth_backfill_plan(ARRAY['goods'])")
        for session in (second, first):
            ask(session, f"SELECT birth.birth_backfill_reconcile({run}, 'compared')")
    logins = (
        "SELECT array_agg(l.login ORDER BY l.login) AS who FROM birth.birth_person_login AS l"
        f" JOIN birth.birth_participants({run}) AS p USING (person) WHERE p.part = 'reconciled'"
    )
    assert small.value(logins) == ["operator1", "operator2"]

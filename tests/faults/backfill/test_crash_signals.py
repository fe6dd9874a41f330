import os
import signal
import subprocess
import sys

import pytest

from tests.databases import Database
from tests.faults.appliers import Hold, applying, environment, resume
from tests.faults.runs import a_run
from tests.small import eventually

ROWS = 1500


@pytest.mark.parametrize("number", [pytest.param(signal.SIGINT, marks=pytest.mark.long), signal.SIGTERM, signal.SIGHUP])
def test_an_applier_that_is_asked_to_end_finishes_its_batch_first(small: Database, number: signal.Signals) -> None:
    run = a_run(small, ROWS)
    with applying(small.dsn(), run.number, "--batch-size", "100", hold=Hold("before_commit", 3)) as applier:
        applier.await_hold()
        applier.interrupt(number)
        applier.go_on()
        assert applier.end() == 130, applier.said()
        assert applier.error()["code"] == "interrupted"
        assert len(applier.events("batch")) == 3
        stopped = applier.events()[-1]
        assert (stopped["event"], stopped["accounting"]["registered"]) == ("stopped", 300)
    assert run.settled() == 300
    run.must_be_sound()
    resume(small.dsn(), run.number)
    run.must_be_complete()


def test_an_applier_that_is_asked_again_and_again_ends_at_once(small: Database) -> None:
    run = a_run(small, ROWS)
    with applying(small.dsn(), run.number, "--batch-size", "100", hold=Hold("before_commit", 3)) as applier:
        applier.await_hold()
        applier.insist(signal.SIGINT)
        assert applier.end() in (130, -signal.SIGINT), applier.said()
    eventually(lambda: run.settled() == 200)
    run.must_be_sound()
    resume(small.dsn(), run.number)
    run.must_be_complete()


def test_an_applier_that_waits_for_its_server_can_be_interrupted(small: Database) -> None:
    run = a_run(small, ROWS)
    with applying(small.dsn(), run.number, "--batch-size", "100", hold=Hold("after_intent", 3)) as applier:
        applier.await_hold()
        small.run(f"ALTER DATABASE {small.name} CONNECTION LIMIT 0")
        small.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename = 'operator1'"
        )
        applier.go_on()
        applier.await_events("unavailable")
        applier.send(signal.SIGINT)
        assert applier.end() == 130, applier.said()
        small.run(f"ALTER DATABASE {small.name} CONNECTION LIMIT -1")
    run.must_be_sound()
    resume(small.dsn(), run.number)
    run.must_be_complete()


@pytest.mark.long
def test_an_applier_that_was_started_in_the_background_does_not_hear_ctrl_c(small: Database) -> None:
    run = a_run(small, ROWS)
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as a shell does for what it starts with `&`
    try:
        applier = applying(small.dsn(), run.number, "--batch-size", "100", hold=Hold("before_commit", 3))
        with applier as background:
            background.await_hold()
            background.send(signal.SIGINT)
            background.go_on()
            assert background.end() == 0, background.said()
    finally:
        signal.signal(signal.SIGINT, before)
    run.must_be_complete()


def test_an_applier_whose_reader_goes_away_ends_after_its_batch(small: Database) -> None:
    run = a_run(small, ROWS)
    program = "from core.cli.main import apply_main; apply_main()"
    # The status says that there is more to do: `apply | head` in a script must not look like success.
    with subprocess.Popen(
        [sys.executable, "-c", program, str(run.number), "--json", "--batch-size", "100"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(small.dsn(), os.devnull),
    ) as process:
        assert process.stdout
        assert process.stderr
        assert b"started" in process.stdout.readline()
        process.stdout.close()
        said = process.stderr.read()
        assert process.wait(60) == 7, said
    assert b"reader_gone" in said
    assert b"Traceback" not in said
    assert run.settled() < ROWS
    run.must_be_sound()
    resume(small.dsn(), run.number)
    run.must_be_complete()

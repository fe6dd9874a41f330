import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from core.db.embedded import server as embedded
from core.services import demo
from tests.homes import a_home, ask, children, fill, quiet, runs


@pytest.fixture(autouse=True)
def _tiny_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.demo.build.build", fill)


@pytest.fixture
def home() -> Iterator[Path]:
    with a_home() as fresh:
        yield fresh


@pytest.fixture
def said() -> list[str]:
    return []


def test_the_first_use_creates_starts_and_builds_and_the_last_release_stops(home: Path, said: list[str]) -> None:
    server = demo.open_demo(home, said.append)
    assert ask(server.dsn("postgres"), "SELECT count(*) FROM thing") == 1
    server.release()
    assert not runs(home)
    assert [line for line in said if "traversable" not in line] == [
        "creating the demo's PostgreSQL (once)",
        "starting PostgreSQL",
        "building the demo (once)",
        "filling",
    ]


def test_a_later_start_keeps_what_is_in_the_demo(home: Path, said: list[str]) -> None:
    server = demo.open_demo(home, quiet)
    with psycopg.connect(server.dsn("postgres")) as connection:
        connection.execute("INSERT INTO thing VALUES (42)")
    server.release()
    server = demo.open_demo(home, said.append)
    assert ask(server.dsn("postgres"), "SELECT max(n) FROM thing") == 42
    assert said == ["starting PostgreSQL"]
    server.release()


def test_a_use_of_a_running_server_starts_no_program(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    demo.start(home, quiet)

    def refuse(*_: object, **__: object) -> None:
        pytest.fail("a program was started")

    with monkeypatch.context() as patched:
        patched.setattr(subprocess, "Popen", refuse)
        demo.open_demo(home, quiet).release()


def test_two_uses_in_one_process_are_both_waited_for(home: Path) -> None:
    first, second = demo.open_demo(home, quiet), demo.open_demo(home, quiet)
    first.release()
    first.release()
    assert runs(home)
    second.release()
    assert not runs(home)


def test_six_processes_that_start_at_once_share_one_server_and_one_demo(home: Path) -> None:
    program = """
server = demo.open_demo(home, lines.append)
pid = (home / "data" / "postmaster.pid").read_text().split()[0]
tell(pid=pid, lines=lines)
wait()
server.release()
"""
    with children(home, program, count=6) as all_six:
        told = [child.hear() for child in all_six]
        assert len({facts["pid"] for facts in told}) == 1
        for once in (
            "creating the demo's PostgreSQL (once)",
            "starting PostgreSQL",
            "building the demo (once)",
        ):
            assert sum(facts["lines"].count(once) for facts in told) == 1
        for child in all_six[:5]:
            child.go_on()
            child.finish()
        assert runs(home)
        all_six[5].go_on()
        all_six[5].finish()
        assert not runs(home)


def test_of_two_processes_that_leave_at_once_one_stops_the_server(home: Path) -> None:
    # The first is held between asking whether it is alone and going on from there.
    held = """
from fasteners import InterProcessReaderWriterLock as Lock
ask = Lock.acquire_write_lock
def ask_and_pause(lock, **options):
    alone = ask(lock, **options)
    tell(alone=alone)
    wait()
    return alone
Lock.acquire_write_lock = ask_and_pause
demo.open_demo(home, lines.append).release()
"""
    server = demo.open_demo(home, quiet)
    with children(home, held) as [first]:
        assert first.hear() == {"alone": False}
        server.release()
        assert not runs(home)
        first.go_on()
        first.finish()


def test_a_forked_child_that_uses_the_server_counts_by_itself(home: Path) -> None:
    program = """
server = demo.open_demo(home, lines.append)
if os.fork():
    server.release()
    os._exit(0)
tell(forked=True)
wait()
mine = demo.open_demo(home, lines.append)
server.release()
tell(using=True)
wait()
mine.release()
tell(left=True)
"""
    ours = demo.open_demo(home, quiet)
    with children(home, program) as [child]:
        child.hear()
        child.go_on()
        child.hear()
        ours.release()
        assert runs(home)
        child.go_on()
        child.hear()
    assert not runs(home)


def test_a_started_server_is_kept_until_it_is_stopped(home: Path) -> None:
    demo.start(home, quiet)
    demo.open_demo(home, quiet).release()
    assert runs(home)
    assert demo.stop(home)
    assert not runs(home)
    demo.open_demo(home, quiet).release()
    assert not runs(home)


def test_asking_for_the_dsn_keeps_the_server(home: Path) -> None:
    dsn = demo.dsn(home, "postgres", quiet)
    assert runs(home)
    assert ask(dsn, "SELECT current_database()") == "demo"


def test_a_server_that_another_program_is_connected_to_is_not_stopped(home: Path) -> None:
    server = demo.open_demo(home, quiet)
    with psycopg.connect(server.dsn("postgres"), application_name="psql") as psql:
        server.release()
        assert psql.execute("SELECT 1").fetchone() == (1,)
    demo.open_demo(home, quiet).release()
    assert not runs(home)


def test_connections_that_the_console_itself_forgot_do_not_hold_the_server(home: Path) -> None:
    server = demo.open_demo(home, quiet)
    with server.maintain("demo"):
        server.release()
        assert not runs(home)


def test_stopping_what_does_not_run_says_so_and_makes_nothing(home: Path) -> None:
    assert not demo.stop(home)
    assert not home.exists()


def test_a_reset_builds_anew_at_the_scale_of_before_and_disconnects(home: Path) -> None:
    server = demo.open_demo(home, quiet, scale=3)
    with psycopg.connect(server.dsn("postgres")) as connection:
        connection.execute("DELETE FROM thing")
        connection.commit()
        demo.reset(home, quiet)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    assert ask(server.dsn("postgres"), "SELECT count(*) FROM thing") == 3
    demo.reset(home, quiet, scale=5)
    assert ask(server.dsn("postgres"), "SELECT count(*) FROM thing") == 5
    server.release()


@pytest.mark.parametrize("kept", [True, False])
def test_a_reset_leaves_the_server_kept_or_not_as_it_was(home: Path, *, kept: bool) -> None:
    if kept:
        demo.start(home, quiet)
    demo.reset(home, quiet)
    assert runs(home) is kept
    assert embedded.is_kept(home) is kept


def test_a_start_at_another_scale_says_how_to_get_it(home: Path, said: list[str]) -> None:
    demo.start(home, quiet, scale=2)
    demo.start(home, said.append, scale=4)
    assert said == ["the demo has scale 2; `demo reset --scale 4` rebuilds it"]
    assert ask(demo.dsn(home, "postgres", quiet), "SELECT count(*) FROM thing") == 2


def test_while_another_process_prepares_the_demo_a_second_one_says_that_it_waits(home: Path) -> None:
    program = """
def slowly(dsn, *, scale, progress):
    tell(building=True)
    wait()
    fill(dsn, scale=scale, progress=progress)
core.demo.build.build = slowly
demo.open_demo(home, lines.append).release()
"""
    waiter = """
def say(line):
    tell(said=line)
demo.open_demo(home, say).release()
"""
    with children(home, program) as [builder]:
        builder.hear()
        with children(home, waiter) as [second]:
            assert second.hear() == {"said": "waiting for another process to prepare the demo"}
            builder.go_on()
            builder.finish()
            second.finish()
    assert not runs(home)

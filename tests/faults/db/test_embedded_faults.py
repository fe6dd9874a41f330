import errno
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from core.db.embedded import cluster
from core.db.embedded import server as embedded
from core.db.embedded.home_errors import refusals
from core.db.embedded.postmaster import Postmaster, socket_folder
from core.errors import ConsoleError, Unavailable
from core.services import demo
from tests.homes import a_home, ask, children, eventually, fill


@pytest.fixture(autouse=True)
def _tiny_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.demo.build.build", fill)


@pytest.fixture
def home() -> Iterator[Path]:
    with a_home() as fresh:
        yield fresh


def quiet(_: str) -> None:
    pass


def postmaster_pid(home: Path) -> int:
    return int((home / "data" / "postmaster.pid").read_text().split("\n")[0])


def kill_postmaster(home: Path) -> None:
    os.kill(postmaster_pid(home), signal.SIGKILL)
    assert eventually(lambda: not Postmaster(home / "data").lives())


def opens(home: Path) -> bool:
    server = demo.open_demo(home, quiet)
    try:
        return ask(server.dsn("postgres"), "SELECT count(*) FROM thing") == 1
    finally:
        server.release()


def test_a_postmaster_killed_in_use_is_followed_by_another(home: Path) -> None:
    server = demo.open_demo(home, quiet)
    kill_postmaster(home)
    assert (home / "run" / ".s.PGSQL.5432").exists()
    assert opens(home)
    server.release()
    assert not Postmaster(home / "data").lives()


def test_a_server_that_recovers_from_a_crash_is_stopped_by_its_last_user_all_the_same(home: Path) -> None:
    server = demo.open_demo(home, quiet)
    with psycopg.connect(server.dsn("postgres")) as connection:
        os.kill(connection.info.backend_pid, signal.SIGKILL)
        assert eventually(lambda: not cluster.Cluster(home).answers())
        server.release()
    assert not Postmaster(home / "data").lives()
    assert "immediate" not in (home / "postgres.log").read_text()


def test_a_server_that_ignores_a_polite_shutdown_is_stopped_all_the_same(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_RECOVERY", 0)
    monkeypatch.setattr(cluster, "_GRACE", 1)
    server = demo.open_demo(home, quiet)
    with psycopg.connect(server.dsn("postgres")) as connection:
        os.kill(connection.info.backend_pid, signal.SIGKILL)
        assert eventually(lambda: "reinitializing" in "".join(server.last_words()))
        os.kill(postmaster_pid(home), signal.SIGINT)  # in the middle of its recovery: PostgreSQL 18 hangs
    assert demo.stop(home)
    assert not Postmaster(home / "data").lives()
    assert opens(home)
    server.release()


def test_a_server_that_stands_still_is_waited_for_once_and_left_to_whoever_comes_next(home: Path) -> None:
    server = demo.open_demo(home, quiet)
    postmaster = postmaster_pid(home)
    os.kill(postmaster, signal.SIGSTOP)
    try:
        began = time.monotonic()
        with pytest.raises(Unavailable) as failed:
            demo.open_demo(home, quiet, patience=1)
        server.give_up()
        server.release()
        assert time.monotonic() - began < 2.9
    finally:
        os.kill(postmaster, signal.SIGCONT)
    assert (failed.value.code, failed.value.exit_status) == ("no_answer", 7)
    assert Postmaster(home / "data").lives()
    assert demo.stop(home)


def test_a_lock_file_whose_number_went_to_another_process_is_not_believed(home: Path) -> None:
    demo.start(home, quiet)
    kill_postmaster(home)
    # PostgreSQL only takes a process of its own account for its predecessor.
    with subprocess.Popen(["/bin/sleep", "600"], **cluster.Cluster(home).account.process()) as stranger:
        try:
            for file in (home / "data" / "postmaster.pid", home / "run" / ".s.PGSQL.5432.lock"):
                _, _, rest = file.read_text().partition("\n")
                file.write_text(f"{stranger.pid}\n{rest}")
            assert not demo.stop(home)
            assert opens(home)
            assert stranger.poll() is None
        finally:
            stranger.kill()


def test_children_of_a_killed_postmaster_are_waited_for(home: Path) -> None:
    server = demo.open_demo(home, quiet)
    with psycopg.connect(server.dsn("postgres")) as connection:
        orphan = connection.info.backend_pid
        os.kill(orphan, signal.SIGSTOP)
        kill_postmaster(home)
        said = server.log_size()
        opened: list[bool] = []
        starter = threading.Thread(target=lambda: opened.append(opens(home)), daemon=True)
        starter.start()
        try:
            assert eventually(lambda: "still in use" in "".join(server.last_words(said)))
        finally:
            os.kill(orphan, signal.SIGKILL)
            starter.join(60)
    assert opened == [True]
    server.release()


def test_a_process_killed_while_it_created_the_cluster_leaves_nothing_in_the_way(home: Path) -> None:
    with children(home, "demo.open_demo(home, lambda line: tell(line=line))") as [child]:
        assert eventually(lambda: any(home.glob("data.new-*/base")))
        child.kill()
    assert not (home / "data").exists()
    (home / "data.new-old").mkdir()
    assert opens(home)
    assert not (home / "data.new-old").exists()


def test_a_process_killed_while_it_built_the_demo_leaves_no_half_of_one(home: Path) -> None:
    program = """
def half(dsn, *, scale, progress):
    fill(dsn, scale=1000, progress=progress)
    tell(half=True)
    wait()
core.demo.build.build = half
demo.open_demo(home, lines.append)
"""
    with children(home, program) as [child]:
        child.hear()
        child.kill()
    assert opens(home)


def test_users_that_were_killed_do_not_count(home: Path) -> None:
    with children(home, "demo.open_demo(home, lines.append)\ntell()\nwait()", count=2) as users:
        for user in users:
            user.hear()
            user.kill()
    assert Postmaster(home / "data").lives()
    demo.open_demo(home, quiet).release()
    assert not Postmaster(home / "data").lives()


def test_a_build_that_fails_says_why_and_leaves_the_old_demo(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(dsn: str, **_: object) -> None:
        ask(dsn, "SELECT 1 / 0")

    server = demo.open_demo(home, quiet)
    with monkeypatch.context() as patched:
        patched.setattr("core.demo.build.build", fail)
        with pytest.raises(ConsoleError, match="division by zero") as failed:
            demo.reset(home, quiet)
    assert failed.value.code == "demo_build_failed"
    assert ask(server.dsn("postgres"), "SELECT count(*) FROM thing") == 1
    assert ask(server.dsn("postgres"), "SELECT count(*) FROM pg_database WHERE datname = 'demo_building'") == 0
    server.release()


def test_a_server_that_dies_of_a_full_disk_while_building_says_so(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(dsn: str, **_: object) -> None:
        with (home / "postgres.log").open("a") as log:
            log.write('PANIC:  could not write to file "pg_wal/xlogtemp": No space left on device\n')
        kill_postmaster(home)
        ask(dsn, "SELECT 1")

    monkeypatch.setattr("core.demo.build.build", fail)
    with pytest.raises(Unavailable) as failed:
        demo.open_demo(home, quiet)
    assert failed.value.code == "disk_full"


def test_a_disk_too_full_to_create_the_cluster_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = home.parent / "programs"
    programs.mkdir(mode=0o755)
    initdb = programs / "initdb"
    initdb.write_text("#!/bin/sh\necho 'initdb: error: could not write: No space left on device'; exit 1\n")
    initdb.chmod(0o755)
    monkeypatch.setattr(cluster, "programs", lambda: programs)
    with pytest.raises(Unavailable) as failed:
        demo.open_demo(home, quiet)
    assert failed.value.code == "disk_full"
    assert not list(home.glob("data*"))


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "disk_full"),
        (errno.EDQUOT, "disk_full"),
        (errno.EROFS, "demo_home_not_writable"),
        (errno.EACCES, "demo_home_not_writable"),
        (errno.EIO, "demo_home_unusable"),
    ],
)
def test_what_the_file_system_refuses_has_a_code_and_a_hint(number: int, code: str) -> None:
    with pytest.raises(Unavailable) as failed, refusals(Path("/home/of/demo")):
        raise OSError(number, os.strerror(number), "/home/of/demo/x")
    assert failed.value.code == code
    assert failed.value.evidence["error"] == os.strerror(number)
    assert "BIRTH_CONSOLE_HOME" in failed.value.hint


def test_a_home_that_may_not_be_written_is_an_error_in_words(home: Path) -> None:
    home.mkdir()
    home.chmod(0o555)
    home.parent.chmod(0o755)
    user = os.geteuid()
    if user == 0:  # nothing is forbidden to root
        os.seteuid(65534)
    try:
        with pytest.raises(Unavailable) as failed:
            demo.open_demo(home, quiet)
    finally:
        os.seteuid(user)
        home.chmod(0o755)
    assert failed.value.code == "demo_home_not_writable"


def test_a_home_below_a_file_is_an_error_in_words(home: Path) -> None:
    home.write_text("not a folder")
    with pytest.raises(Unavailable) as failed:
        demo.open_demo(home / "below", quiet)
    assert failed.value.code == "demo_home_unusable"


def test_damaged_data_are_reported_with_the_servers_own_words(home: Path) -> None:
    demo.open_demo(home, quiet).release()
    (home / "data" / "global" / "pg_control").write_bytes(b"")
    with pytest.raises(Unavailable) as failed:
        demo.open_demo(home, quiet)
    assert failed.value.code == "demo_start_failed"
    assert "pg_control" in str(failed.value.evidence["said"])
    assert str(home.resolve() / "data") in failed.value.hint


def test_without_the_programs_the_demo_says_what_to_install(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "find_spec", lambda _: None)
    with pytest.raises(Unavailable) as failed:
        demo.open_demo(home, quiet)
    assert failed.value.code == "demo_not_installed"


def test_root_without_an_unprivileged_account_is_told_to_make_one(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.db.embedded.account._UNPRIVILEGED", ("no-such-account", "root"))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(Unavailable) as failed:
        demo.open_demo(home, quiet)
    assert failed.value.code == "demo_no_account"


def test_a_stop_does_not_wait_for_ever_for_a_process_that_prepares_the_demo(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = """
def hang(dsn, *, scale, progress):
    tell(building=True)
    wait()
core.demo.build.build = hang
demo.open_demo(home, lines.append)
"""
    with children(home, program) as [builder]:
        builder.hear()
        with monkeypatch.context() as patched:
            patched.setattr(embedded, "_STOP_PATIENCE", 0)
            with pytest.raises(Unavailable) as failed:
                demo.stop(home)
        assert failed.value.code == "demo_busy"
    assert demo.stop(home)


def test_a_server_behind_a_socket_folder_that_others_made_is_not_trusted() -> None:
    with a_home("long" * 40) as home:
        demo.start(home, quiet)
        folder = socket_folder(home)
        folder.chmod(0o777)
        assert not cluster.Cluster(home).answers()
        folder.chmod(0o700)
        assert cluster.Cluster(home).answers()

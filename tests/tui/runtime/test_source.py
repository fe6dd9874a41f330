import os
import subprocess
import sys
from typing import Any

import pytest
from psycopg import sql

from core.errors import ConsoleError, Unavailable
from core.settings import Settings
from tests.asking import ask
from tests.databases import SCHEMA, Database
from tests.tui.pty_terminal import Terminal
from tests.tui.terminal.test_wire import environment
from tui.runtime.source import SessionSource


@pytest.fixture
def settings(database: Database) -> Settings:
    return Settings(dsn=database.dsn(), schema=SCHEMA, word="TEST")


def quiet(_: str) -> None:
    """Nobody wants to know."""


def test_a_session_gives_the_packets_figures(settings: Settings) -> None:
    source = SessionSource(settings)
    try:
        assert source.open(quiet).login == "operator1"
        assert source.readiness().metrics["identity_unclassified_blockers"] == 43
        rows = source.matrix()
        assert sum(row.verdict == "compatible" for row in rows if row.facts.requirement == "REQUIRED") == 31
        assert source.count("agents", 0).source_rows > 0
    finally:
        source.close()


KILLED = (
    "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
    " WHERE datname = current_database() AND usename = 'operator1'"
)


def test_a_connection_that_was_killed_while_idle_is_replaced_before_anybody_notices(
    settings: Settings, database: Database
) -> None:
    source = SessionSource(settings)
    try:
        source.open(quiet)
        source.write(lambda link: link.process)
        database.run(KILLED)
        assert source.readiness().metrics["birth_required_total"] == 74
        assert source.write(lambda link: link.process) > 0
        asked: list[int] = []

        def dies_once(link: Any) -> int:  # noqa: ANN401 - as the source hands it on
            asked.append(link.process)
            if len(asked) == 1:
                database.run(KILLED)
            return int(ask(link, "SELECT 74"))

        assert source.read("refresh", dies_once) == 74
        assert len(set(asked)) == 2
        asked.clear()
        with pytest.raises(Unavailable):
            source.write(dies_once)  # what was written then, nobody knows: it is not done twice
    finally:
        source.close()


def test_a_new_connection_that_breaks_is_not_tried_again(settings: Settings, database: Database) -> None:
    source = SessionSource(settings)
    try:
        source.open(quiet)

        def dies(link: Any) -> None:  # noqa: ANN401 - as the source hands it on
            database.run(KILLED)
            ask(link, "SELECT 1")

        with pytest.raises(Unavailable):
            source.read("fresh", dies)
    finally:
        source.close()


def test_a_collection_without_a_table_is_refused_with_a_hint(settings: Settings) -> None:
    source = SessionSource(settings)
    try:
        source.open(quiet)
        with pytest.raises(ConsoleError, match="table no longer exists"):
            source.count("iu_staging_payload", 0)
    finally:
        source.close()


def test_nothing_can_be_read_before_it_is_opened(settings: Settings) -> None:
    with pytest.raises(Unavailable):
        SessionSource(settings).readiness()


def test_closing_twice_is_no_error(settings: Settings) -> None:
    source = SessionSource(settings)
    source.open(quiet)
    source.close()
    source.close()


def test_the_installed_command_opens_on_the_live_figures(database: Database) -> None:
    arguments = ["-c", "from tui.main import main; main()", "--dsn", database.dsn(), "--schema", SCHEMA]
    with Terminal(arguments, environment()) as terminal:
        terminal.shows("QT-001 ✗ BLOCKED")
        terminal.send("2")
        terminal.shows("27 column + 4 synthetic = 31 compatible")
        terminal.until(lambda: "counting" not in terminal.text() and "missing" in terminal.screen.display[22])
        terminal.send("q")
        assert terminal.ended() == 0


def test_what_has_nothing_to_count_leaves_its_connections_to_others(database: Database) -> None:
    sessions = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'operator1'"
    arguments = ["-c", "from tui.main import main; main()", "--dsn", database.dsn(), "--schema", SCHEMA]
    with Terminal(arguments, environment()) as terminal, database.psql("postgres") as admin:
        admin.execute("BEGIN; LOCK TABLE agents, modules, tasks, workflows, ui_pages, workflow_steps")
        terminal.shows("QT-001 ✗ BLOCKED")
        terminal.send("2")
        terminal.until(lambda: database.value(sessions) == 1 + 4)
        admin.execute("ROLLBACK")
        terminal.until(lambda: database.value(sessions) == 1)
        terminal.shows("27 column + 4 synthetic = 31 compatible")


def test_without_room_for_more_connections_one_counts_all(database: Database) -> None:
    database.run(f"CREATE ROLE {database.name} LOGIN PASSWORD '{database.server.password}' CONNECTION LIMIT 2")
    database.run(f"GRANT birth_reader TO {database.name}")
    arguments = ["-c", "from tui.main import main; main()", "--dsn", database.dsn(database.name), "--schema", SCHEMA]
    try:
        with Terminal(arguments, environment()) as terminal:
            terminal.shows("QT-001 ✗ BLOCKED")
            terminal.send("2")
            terminal.until(lambda: "counting" not in terminal.text() and "missing 39,150" in terminal.text())
    finally:
        database.run(f"DROP OWNED BY {database.name}; DROP ROLE {database.name}")


def test_a_server_that_comes_back_is_found_again(database: Database) -> None:
    arguments = ["-c", "from tui.main import main; main()", "--dsn", database.dsn(), "--schema", SCHEMA]
    with Terminal(arguments, environment()) as terminal:
        terminal.shows("QT-001 ✗ BLOCKED")
        with database.server.admin() as admin:
            allow = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
            admin.execute(allow.format(sql.Identifier(database.name), sql.SQL("false")))
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (database.name,))
            terminal.send("r")
            terminal.shows("STALE since")
            assert "birth_required_total" in terminal.text()
            admin.execute(allow.format(sql.Identifier(database.name), sql.SQL("true")))
        terminal.until(lambda: "STALE" not in terminal.text())


def test_an_unreachable_server_is_no_reason_to_end(tmp_path: os.PathLike[str]) -> None:
    arguments = ["-c", "from tui.main import main; main()", "--dsn", f"host={tmp_path} dbname=x"]
    with Terminal(arguments, environment()) as terminal:
        terminal.shows("NOT CONNECTED")
        terminal.shows("Next retry")
        assert "Traceback" not in terminal.text()
        terminal.send("q")
        assert terminal.ended() == 0


def test_help_on_the_command_line_does_not_load_the_terminal_ui() -> None:
    script = (
        "import sys; from tui.main import main\n"
        "sys.argv = ['birth-console', '--help']\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "assert 'textual' not in sys.modules and 'psycopg' not in sys.modules\n"
        "print('lean')"
    )
    with Terminal(["-c", script], environment()) as terminal:
        terminal.shows("lean")


def test_the_first_paint_waits_for_no_dialog_no_reason_of_a_gate_and_no_guard_of_an_apply() -> None:
    unwanted = (
        "tomllib",
        "click",
        "core.cli.output",
        "core.db.connection.guard",
        "core.domain.trust.guide",
        "tui.console.permits",
        *(f"tui.widgets.{name}" for name in ("choice", "confirm", "form", "help", "palette", "prompt")),
    )
    loaded = "core.cli.main, core.services.session, core.services.overview.readiness, tui.main, tui.app"
    script = f"import sys, {loaded}; print(*(set({unwanted}) & sys.modules.keys()))"
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == ""


def test_the_server_is_asked_for_the_first_figures_before_the_screen_is_loaded() -> None:
    script = (
        "import os, sys; from tui.main import main; from tui.runtime.source import SessionSource\n"
        "def asked(*_): print('loaded' if 'tui.app' in sys.modules else 'not loaded', flush=True); os._exit(0)\n"
        "SessionSource.open = asked\n"
        "main()"
    )
    with Terminal(["-c", script, "--dsn", "dbname=none"], environment()) as terminal:
        assert terminal.ended() == 0
        assert "not loaded" in terminal.text()


def test_a_defect_of_the_console_ends_in_one_line_without_a_traceback(database: Database) -> None:
    script = (
        "from tui.app import ConsoleApp; from tui.main import main\n"
        "def fail(self): raise RuntimeError('a wheel came off')\n"
        "ConsoleApp.refresh_now = fail\n"
        "main()"
    )
    with Terminal(["-c", script, "--dsn", database.dsn(), "--schema", SCHEMA], environment()) as terminal:
        terminal.shows("QT-001 ✗ BLOCKED")
        terminal.send("r")
        assert terminal.ended() == 1
        assert "RuntimeError: a wheel came off" in terminal.text()
        assert "Traceback" not in terminal.text()

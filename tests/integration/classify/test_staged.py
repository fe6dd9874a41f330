"""What a console has staged is kept in a file of its own until it is written or dropped, and comes back once."""

import os
import stat
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.domain.classify.identity import column_identity
from core.domain.classify.staged import StagedDecision
from core.services.local_state.staged_decisions import StagedFile
from core.settings import state_home
from tests.databases import SCHEMA, Database

SHIPS = StagedDecision("ships", column_identity("ships", "code"), 0)
PORTS = StagedDecision("ports", column_identity("ports", "code"), 0)


@pytest.fixture(autouse=True)
def a_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIRTH_CONSOLE_HOME", str(tmp_path))


@pytest.fixture
def consoles() -> Iterator[list[StagedFile]]:
    """Consoles of a test, ended after it."""
    found = [StagedFile() for _ in range(3)]
    yield found
    for each in found:
        each.close()


def files(kind: str = "json") -> list[Path]:
    return sorted((state_home() / "staged").glob(f"*.{kind}"))


def recalled(console: StagedFile, database: Database, login: str = "operator1") -> list[tuple[StagedDecision, ...]]:
    with database.connect(login) as connection:
        return [each.choices for each in console.recall(connection).kept]


def test_what_is_staged_when_a_console_ends_goes_to_the_next_and_to_that_alone(
    shared: Database, consoles: list[StagedFile]
) -> None:
    first, second, third = consoles
    assert recalled(first, shared) == []
    first.keep([SHIPS])
    assert recalled(second, shared) == [], "the first one lives"
    first.keep([SHIPS, PORTS])
    first.close()
    assert recalled(second, shared) == [(SHIPS, PORTS)]
    assert recalled(third, shared) == []
    second.keep([SHIPS, PORTS])
    second.settle()
    assert len(files()) == 1
    second.keep([])
    assert files() == files("lock") == []


def test_what_was_taken_and_not_kept_yet_is_not_lost(shared: Database, consoles: list[StagedFile]) -> None:
    first, second, third = consoles
    recalled(first, shared)
    first.keep([SHIPS])
    first.close()
    assert recalled(second, shared) == [(SHIPS,)]
    second.keep([])
    second.close()
    assert recalled(third, shared) == [(SHIPS,)]


def test_files_are_readable_for_nobody_else(shared: Database, consoles: list[StagedFile]) -> None:
    recalled(consoles[0], shared)
    consoles[0].keep([SHIPS])
    (file,) = files()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_another_login_or_database_has_other_files(
    shared: Database, database: Database, consoles: list[StagedFile]
) -> None:
    recalled(consoles[0], shared)
    consoles[0].keep([SHIPS])
    consoles[0].close()
    assert recalled(consoles[1], shared, "operator2") == []
    assert recalled(consoles[1], database) == []
    assert recalled(consoles[1], shared) == [(SHIPS,)]


def test_who_becomes_another_login_takes_the_file_along(shared: Database, consoles: list[StagedFile]) -> None:
    first, second, _ = consoles
    recalled(first, shared)
    first.keep([SHIPS])
    assert recalled(first, shared, "gatekeeper1") == []
    first.keep([SHIPS])
    first.settle()
    first.close()
    assert recalled(second, shared) == []
    assert recalled(second, shared, "gatekeeper1") == [(SHIPS,)]


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b'{"at": "now", "choices": [{"collection": "a\x1b[2J"}]}'])
def test_a_file_that_cannot_be_read_is_told_once_and_stays(
    shared: Database, consoles: list[StagedFile], content: bytes
) -> None:
    recalled(consoles[0], shared)
    consoles[0].keep([SHIPS])
    consoles[0].close()
    files()[0].write_bytes(content)
    with shared.connect("operator1") as connection:
        found = consoles[1].recall(connection)
        assert found.kept == []
        (problem,) = found.problems
        assert problem.code == "bad_staged"
        (aside,) = files("unreadable")
        assert problem.evidence == {"file": str(aside)}
        assert aside.read_bytes() == content
        assert consoles[2].recall(connection).problems == []
    assert files() == files("lock") == []


def test_a_folder_that_cannot_be_written_is_an_error(
    shared: Database, consoles: list[StagedFile], tmp_path: Path
) -> None:
    recalled(consoles[0], shared)
    (tmp_path / "state").write_text("a file where the folder should be")
    with pytest.raises(OSError, match="state"):
        consoles[0].keep([SHIPS])


def test_what_a_killed_process_had_staged_comes_back_when_it_is_dead(
    shared: Database, consoles: list[StagedFile]
) -> None:
    script = f"""
        import sys
        from core.domain.classify.identity import column_identity
        from core.domain.classify.staged import StagedDecision
        from core.services.session import Session
        from core.services.local_state.staged_decisions import StagedFile
        from core.settings import Settings
        file = StagedFile()
        with Session(Settings(dsn={shared.dsn("operator1")!r}, schema={SCHEMA!r})).browse() as connection:
            file.recall(connection)
        file.keep([StagedDecision("ships", column_identity("ships", "code"), 0)])
        print("kept", flush=True)
        sys.stdin.read()
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=dict(os.environ),
    ) as console:
        assert console.stdout is not None
        assert console.stdout.readline() == "kept\n"
        assert recalled(consoles[0], shared) == []
        console.kill()
    assert recalled(consoles[0], shared) == [(SHIPS,)]

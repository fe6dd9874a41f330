import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.services.backfill import control, runs
from tests.databases import Database
from tests.faults.appliers import environment
from tests.faults.runs import a_run
from tests.small import eventually

ROWS = 1500
# A shell on a terminal of its own: it starts the apply, and then waits as a shell does.
_SHELL = """
import fcntl, os, subprocess, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
program = "from core.cli.main import apply_main; apply_main()"
with open(sys.argv[1], "wb") as said:
    ended = subprocess.run([sys.executable, "-c", program, *sys.argv[2:]], stdout=said, stderr=subprocess.STDOUT)
os.rename(sys.argv[1], sys.argv[1] + ".%d" % ended.returncode)
while True:
    os.read(0, 1)
"""


class Terminal:
    """A terminal with a shell in it that starts one detached apply."""

    def __init__(self, folder: Path, database: Database, *arguments: str) -> None:
        self._folder = folder
        self._master, slave = os.openpty()
        self.shell = subprocess.Popen(
            [sys.executable, "-c", _SHELL, str(folder / "said"), *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environment(database.dsn(), str(folder)),
            start_new_session=True,
        )
        os.close(slave)

    def answer(self) -> tuple[int, str]:
        """The exit status of the starting command, and what it said."""
        eventually(lambda: list(self._folder.glob("said.*")))
        found = next(self._folder.glob("said.*"))
        return int(found.suffix[1:]), found.read_text(encoding="utf-8")

    def hang_up(self) -> None:
        """Close the terminal as a lost SSH link does: everybody on it gets SIGHUP."""
        os.close(self._master)
        self._master = -1
        assert self.shell.wait(30) == -signal.SIGHUP

    def close(self) -> None:
        """Leave nothing behind."""
        if self._master >= 0:
            os.close(self._master)
        self.shell.kill()
        self.shell.wait(30)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    for file in tmp_path.glob("said.0"):
        # Whatever a failed test left at work.
        for line in file.read_text(encoding="utf-8").splitlines():
            _end(int(json.loads(line)["pid"]))


def _end(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def events(log: str) -> list[dict[str, Any]]:
    return [
        json.loads(line) for line in Path(log).read_text(encoding="utf-8").splitlines(keepends=True) if line[-1] == "\n"
    ]


def test_a_detached_apply_survives_its_terminal_and_is_followed_and_steered_from_elsewhere(
    small: Database, folder: Path
) -> None:
    run = a_run(small, ROWS)
    terminal = Terminal(folder, small, str(run.number), "--json", "--detach", "--batch-size", "1")
    try:
        status, said = terminal.answer()
        assert status == 0, said
        detached = json.loads(said)
        assert (detached["event"], detached["run"]) == ("detached", run.number)
        assert Path(detached["log"]).is_relative_to(folder)
        with small.connect("operator2") as elsewhere:
            control.send(elsewhere, run.number, "pause", reason="lunch")
            eventually(lambda: [each.state for each in runs.workers(elsewhere, run.number)] == ["paused"])
            assert 0 < run.settled() < ROWS
            terminal.hang_up()
            control.send(elsewhere, run.number, "resume", batch_size=1000)
            eventually(lambda: events(detached["log"])[-1]["event"] == "done")
            assert runs.run(elsewhere, run.number).status == "applied"
    finally:
        terminal.close()
    told = events(detached["log"])
    assert [each["event"] for each in told if each["event"] != "batch"] == ["started", "paused", "done"]
    assert sum(each["registered"] for each in told if each["event"] == "batch") == ROWS
    assert all(each["v"] == 1 for each in told)
    assert Path(detached["log"]).with_suffix(".err").read_text(encoding="utf-8") == ""
    run.must_be_complete()


def test_a_detached_apply_can_be_cancelled_from_elsewhere_and_says_so_in_its_log(small: Database, folder: Path) -> None:
    run = a_run(small, ROWS)
    terminal = Terminal(folder, small, str(run.number), "--json", "--detach", "--batch-size", "1")
    try:
        status, said = terminal.answer()
        assert status == 0, said
        detached = json.loads(said)
        with small.connect("operator2") as elsewhere:
            control.send(elsewhere, run.number, "cancel")
        eventually(lambda: events(detached["log"])[-1]["event"] == "stopped")
    finally:
        terminal.close()
    assert events(detached["log"])[-1]["reason"] == "run_cancelled"
    assert run.settled() < ROWS
    run.must_be_sound()


def test_a_detached_apply_that_cannot_begin_says_why_where_it_was_started(small: Database, folder: Path) -> None:
    run = a_run(small, ROWS)
    small.run("UPDATE birth.birth_admission_permit SET expires_at = clock_timestamp()")
    terminal = Terminal(folder, small, str(run.number), "--detach")
    try:
        status, said = terminal.answer()
    finally:
        terminal.close()
    assert status == 3, said
    assert "error[gate_closed]" in said
    assert "permit_in_scope" in said
    assert run.settled() == 0


def test_a_detached_apply_is_not_led_astray_by_what_lies_in_the_working_folder(
    small: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = a_run(small, ROWS)
    for name in ("core", "psycopg", "json"):
        (folder / f"{name}.py").write_text("raise SystemExit(99)", encoding="utf-8")
    monkeypatch.chdir(folder)
    program = "import sys; sys.path.remove(''); from core.cli.main import apply_main; apply_main()"
    started = subprocess.run(
        [sys.executable, "-c", program, str(run.number), "--json", "--detach"],
        env=environment(small.dsn(), "."),  # also a folder that is not absolute
        capture_output=True,
        text=True,
        check=False,
    )
    assert started.returncode == 0, started.stderr
    log = json.loads(started.stdout)["log"]
    assert Path(log).is_absolute()
    eventually(lambda: events(log)[-1]["event"] == "done")
    run.must_be_complete()


def test_a_detached_apply_is_as_read_only_as_it_was_asked_to_be(small: Database, folder: Path) -> None:
    run = a_run(small, ROWS)
    terminal = Terminal(folder, small, str(run.number), "--detach", "--read-only")
    try:
        status, said = terminal.answer()
    finally:
        terminal.close()
    assert status == 6, said
    assert run.settled() == 0

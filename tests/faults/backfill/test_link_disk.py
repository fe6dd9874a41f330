import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import Database, a_clone, a_template
from tests.faults.appliers import applying, resume
from tests.faults.runs import a_run
from tests.faults.servers import OwnServer, own_server_in
from tests.templates import SMALL

_SIZE = 200_000_000  # bytes of the disk
_LEFT = 3_000_000  # bytes that are left when the run begins


@pytest.fixture
def disk() -> Iterator[Path]:
    """A small disk of the test's own."""
    with tempfile.TemporaryDirectory(prefix="birth-disk-") as folder:
        try:
            mount = ["/bin/mount", "-t", "tmpfs", "-o", f"size={_SIZE}", "tmpfs", folder]
            subprocess.run(mount, capture_output=True, text=True, check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            said = getattr(error, "stderr", "") or error
            pytest.skip(f"NOT TESTED: a full disk. None can be mounted here: {said}")
        try:
            yield Path(folder)
        finally:
            subprocess.run(["/bin/umount", folder], check=True)


@pytest.fixture
def own(disk: Path) -> Iterator[OwnServer]:
    with (
        own_server_in(disk / "home") as server,
        server.set_to("min_wal_size", "'32MB'"),
        server.set_to("max_wal_size", "'32MB'"),
    ):
        yield server


def test_a_run_that_fills_the_disk_stops_and_goes_on_when_there_is_room(disk: Path, own: OwnServer) -> None:
    with a_template(own.tests, SMALL) as template, a_clone(own.tests, template) as database:
        fill_and_resume(disk, own, database)


def fill_and_resume(disk: Path, own: OwnServer, database: Database) -> None:
    run = a_run(database, 100_000)
    for statement in ("CHECKPOINT", "SELECT pg_switch_wal()", "CHECKPOINT"):
        database.run(statement)  # what was logged so far is given back now, not in the middle of the run
    ballast = disk / "ballast"
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, free(disk) - _LEFT)
    with applying(database.dsn(), run.number, "--patience", "3") as applier:
        assert applier.end() == 7, applier.said()
        # A server that cannot write its log of changes goes down; one that only lacks room for a table says so.
        assert applier.error()["code"] in ("disk_full", "server_unavailable")
        assert applier.events()[-1]["event"] == "stopped"
    ballast.unlink()
    own.start()
    assert 0 <= run.settled() < run.rows
    run.must_be_sound()
    resume(database.dsn(), run.number)
    run.must_be_complete()


def free(disk: Path) -> int:
    found = os.statvfs(disk)
    return found.f_bavail * found.f_frsize

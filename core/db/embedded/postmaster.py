"""The postmaster of a data folder: where it listens, whether it lives, whether it answers."""

import hashlib
import os
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from psycopg.conninfo import make_conninfo
from psycopg.pq import PGconn, Ping

from core.db.embedded.account import Account
from core.errors import Unavailable
from core.settings import DEMO_SUPERUSER

PORT = 5432  # only part of the socket's name: nothing ever listens on TCP
SOCKET = f".s.PGSQL.{PORT}"
FALLBACK = "birth-console-"
_LONGEST_SOCKET = 100  # bytes; the kernel ends at 104 (macOS) or 108 (Linux)
_FOLDER_LINE = 4  # of postmaster.pid, counted from 0


def dsn(folder: Path, login: str, database: str) -> str:
    """A libpq string for the server that listens in `folder`."""
    return make_conninfo(host=str(folder), port=PORT, dbname=database, user=login)


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether `condition` came true within `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


ANSWER_SECONDS = 5


class Postmaster:
    """What is known of the server of `data` from its own files and the kernel, at no cost of a process."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.pid_file = data / "postmaster.pid"

    def folder(self) -> Path | None:
        """Where it says it listens; None when it does not run. After a crash the answer may be stale."""
        lines = self._lines()
        return Path(lines[_FOLDER_LINE]) if len(lines) > _FOLDER_LINE and lines[_FOLDER_LINE] else None

    def answers(self, account: Account, seconds: int = ANSWER_SECONDS) -> bool:
        """Whether it accepts connections within some seconds, in a folder that no other user could have made."""
        return self.answer(account, seconds) == Ping.OK

    def answer(self, account: Account, seconds: int) -> Ping:
        """The same, told apart: one that starts or recovers rejects, and one that stands still says nothing."""
        folder = self.folder()
        if folder is None or not is_private(folder, account):
            return Ping.NO_RESPONSE
        question = dsn(folder, DEMO_SUPERUSER, "postgres") + f" connect_timeout={seconds}"
        return Ping(PGconn.ping(question.encode()))

    def lives(self) -> bool:
        """Whether the process exists and is this folder's postmaster, not another that got its number."""
        pid = _pid(self._lines())
        return pid is not None and _exists(pid) and _works_in(pid, self.data)

    def clear_stale_locks(self, folder: Path) -> None:
        """Remove lock files whose process number belongs to another process now. Only for a postmaster that is dead.

        PostgreSQL clears those of dead processes itself, but takes any living one for its predecessor.
        """
        for file in (self.pid_file, folder / f"{SOCKET}.lock"):
            pid = _pid(_read(file))
            if pid is not None and _exists(pid):
                file.unlink(missing_ok=True)

    def _lines(self) -> list[str]:
        return _read(self.pid_file)


def socket_folder(home: Path) -> Path:
    """Where the server of `home` is to listen: inside it, or in a short folder if libpq cannot say it."""
    inside = home / "run"
    if _can_be_said(inside):
        return inside
    name = hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"{FALLBACK}{os.geteuid()}-{name}"


def make_private(folder: Path, account: Account) -> None:
    """Create the socket's folder as 0700 of `account`. Raises Unavailable if another user made it first."""
    try:
        folder.mkdir(mode=0o700)
        account.own(folder)
    except FileExistsError:
        if not is_private(folder, account):
            raise Unavailable(
                f"{folder} belongs to another user or is open to others",
                code="demo_socket_folder",
                evidence={"folder": str(folder)},
                hint="Remove it, or set BIRTH_CONSOLE_HOME or TMPDIR to another folder.",
            ) from None


def is_private(folder: Path, account: Account) -> bool:
    """Whether `folder` is a real folder of `account` that no other user may enter."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    return (found.st_mode & 0o170077, found.st_uid) == (0o040000, account.uid)


def _can_be_said(folder: Path) -> bool:
    try:
        said = str(folder / SOCKET).encode()
    except UnicodeEncodeError:  # not UTF-8 on disk: no connection string can hold it
        return False
    return len(said) <= _LONGEST_SOCKET and "," not in str(folder) and str(folder).isprintable()


def _read(file: Path) -> list[str]:
    try:
        return os.fsdecode(file.read_bytes()).split("\n")
    except FileNotFoundError:
        return []


def _pid(lines: list[str]) -> int | None:
    # A negative number stands for a standalone backend.
    return abs(int(lines[0])) if lines and lines[0].strip().lstrip("-").isdigit() else None


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _works_in(pid: int, data: Path) -> bool:
    if Path("/proc/self/cwd").exists():
        try:
            return Path(f"/proc/{pid}/cwd").samefile(data)  # a postmaster lives in its data folder
        except OSError:  # gone meanwhile, a zombie, or another account's
            return False
    ps = ["/bin/ps", "-o", "command=", "-p", str(pid)]
    return "postgres" in subprocess.run(ps, capture_output=True, text=True, check=False).stdout

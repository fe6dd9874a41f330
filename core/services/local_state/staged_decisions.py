"""What a console has staged, in a file of this machine: it comes back when the console ended before it was written.

Each console has a file of its own, and holds a lock beside it for as long as it lives: what is not held was left by one
that ended, whatever ended it, and goes to the next console of the same login on the same database.
"""

import os
import threading
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from itertools import count
from pathlib import Path

from fasteners import InterProcessLock

from core.db import lock_file
from core.db.connection.session import Connection
from core.domain.classify import staged
from core.domain.classify.staged import Kept, StagedDecision
from core.errors import ConsoleError, UsageError
from core.services.local_state import last_seen, private_file
from core.settings import state_home

_numbers = count(1)
# These locks belong to the process: a second console in it would be given what the first one holds.
_ours: set[Path] = set()
_threads = threading.Lock()


@dataclass(slots=True)
class Found:
    """What consoles that ended have left, and what of it could not be read."""

    kept: list[Kept] = field(default_factory=list)
    problems: list[ConsoleError] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Held:
    path: Path
    lock: InterProcessLock

    def let_go(self, *, remove: bool) -> None:
        with _threads:
            if remove:
                self.path.unlink(missing_ok=True)
            if not self.path.exists():
                _lock_of(self.path).unlink(missing_ok=True)
            self.lock.release()
            _ours.discard(self.path)


class StagedFile:
    """The file of one console. Calls may come from any thread."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._place = ""
        self._own: _Held | None = None
        self._taken: list[_Held] = []

    def recall(self, connection: Connection) -> Found:
        """Keep from now on for the login and database of `connection`, and take what was left there.

        It stays where it is until `settle`. Raises OSError where files cannot be locked or listed.
        """
        place = last_seen.file_of(connection)
        found = Found()
        with self._turn:
            if self._own is not None and place != self._place:
                self._taken.append(self._own)
                self._own = None
            self._place = place
            for path in sorted(_folder().glob(f"{_digest(place)}-*.json")):
                held = _hold(path)
                if held is not None:
                    self._take(held, found)
        return found

    def keep(self, choices: Collection[StagedDecision]) -> None:
        """Replace what is kept; nothing staged, no file. Raises OSError where it cannot be written."""
        with self._turn:
            if not self._place:
                return
            if choices:
                self._own = self._own or _new(self._place)
                private_file.write(self._own.path, staged.write(Kept(datetime.now().astimezone(), tuple(choices))))
            elif self._own is not None:
                self._own.let_go(remove=True)
                self._own = None

    def settle(self) -> None:
        """Remove what was taken from others: it is kept here, or it is dropped."""
        with self._turn:
            for held in self._taken:
                held.let_go(remove=True)
            self._taken.clear()

    def close(self) -> None:
        """End like a console that was cut off: what is kept stays for the next."""
        with self._turn:
            for held in (*self._taken, *([] if self._own is None else [self._own])):
                held.let_go(remove=False)
            self._taken.clear()
            self._own = None
            self._place = ""

    def _take(self, held: _Held, found: Found) -> None:
        try:
            found.kept.append(staged.read(held.path.read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError, UsageError) as error:
            found.problems.append(_set_aside(held, error))
        else:
            self._taken.append(held)


def _folder() -> Path:
    return state_home() / "staged"


def _digest(place: str) -> str:
    return sha256(place.encode()).hexdigest()[:16]


def _lock_of(path: Path) -> Path:
    return path.with_suffix(".lock")


def _new(place: str) -> _Held:
    _folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    while True:
        held = _hold(_folder() / f"{_digest(place)}-{os.getpid()}-{next(_numbers)}.json")
        if held is not None and not held.path.exists():
            return held
        if held is not None:  # a process that ended had the same number
            held.let_go(remove=False)


def _hold(path: Path) -> _Held | None:
    """Take the lock of a file, unless a console has it."""
    with _threads:
        if path in _ours:
            return None
        lock = InterProcessLock(lock_file.own(_lock_of(path)))
        try:
            if not lock.acquire(blocking=False):
                lock.lockfile.close()
                return None
        except threading.ThreadError as error:  # what fasteners raises where files cannot be locked (some NFS)
            raise OSError(f"{path.parent}: {error}") from error
        _ours.add(path)
    return _Held(path, lock)


def _set_aside(held: _Held, error: Exception) -> ConsoleError:
    """Put a file that cannot be read where it is not read again; a person may want to look at it."""
    aside = held.path.with_suffix(".unreadable")
    try:
        held.path.replace(aside)
    except OSError:
        aside = held.path
    held.let_go(remove=False)
    message = error.message if isinstance(error, UsageError) else f"staged decisions cannot be read: {error}"
    return ConsoleError(
        message,
        code="bad_staged",
        evidence={"file": str(aside)},
        hint="The file is ignored. Stage the decisions again.",
    )

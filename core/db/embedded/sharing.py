"""Who uses the embedded server of a home, across processes: two locks, freed by the kernel with their holder.

`users.lock` is held shared by every process that uses the server. `work.lock` is held by the one process that
starts, stops or fills it. Order: users, then work; no process waits for users while holding work.

These are POSIX locks: they belong to the process, and closing any handle on the file drops them. So each
process has one handle per file at a time, counted here for all its threads. A forked child inherits no such
lock, and therefore none of the counts.
"""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fasteners import InterProcessLock, InterProcessReaderWriterLock

from core.db import lock_file
from core.errors import Unavailable

_LONGEST_PAUSE = 0.05  # seconds between two attempts at a lock that is taken


@dataclass(slots=True)
class _Use:
    lock: InterProcessReaderWriterLock
    count: int = 0


_uses: dict[Path, _Use] = {}
_threads = threading.RLock()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_uses.clear)


def enter(home: Path) -> None:
    """Count this process among the users of `home`. Waits while the last user before it stops the server."""
    with _threads:
        use = _uses.get(home)
        if use is None:
            use = _Use(InterProcessReaderWriterLock(lock_file.own(home / "users.lock")))
            use.lock.acquire_read_lock(max_delay=_LONGEST_PAUSE)
            _uses[home] = use
        use.count += 1


def leave(home: Path, when_last: Callable[[], None]) -> None:
    """End one `enter`. `when_last` is called if `home` is not in use now, and while none can enter."""
    with _threads:
        use = _uses[home]
        use.count -= 1
        if use.count:
            return
        del _uses[home]
        # Free first, then ask. Two that leave at once would otherwise see each other, and neither be last.
        use.lock.release_read_lock()
        alone = use.lock.acquire_write_lock(blocking=False)
        try:
            if alone:
                when_last()
        finally:
            use.lock.release_write_lock()  # closes the handle, also when the lock was not had


@contextmanager
def working(home: Path, waiting: Callable[[], None], timeout: float | None = None) -> Iterator[None]:
    """Be the only one in any process that starts, stops or fills the server of `home`. Not reentrant.

    `waiting` is called once if another process is at it. Raises Unavailable after `timeout` seconds.
    """
    with _threads:
        lock = InterProcessLock(lock_file.own(home / "work.lock"))
        if not lock.acquire(blocking=False):
            waiting()
            if not lock.acquire(max_delay=_LONGEST_PAUSE, timeout=timeout):
                lock.lockfile.close()
                raise Unavailable(
                    "another process is preparing the demo",
                    code="demo_busy",
                    evidence={"home": str(home), "waited_seconds": timeout},
                    hint="Retry when it is done, or end that process.",
                )
        try:
            yield
        finally:
            lock.release()

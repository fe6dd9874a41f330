"""Folders in memory, where there is room, for the data of servers that only tests use.

Almost every test creates a database of its own: hundreds of files, which a disk takes ten times as long for.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from core.db.embedded import server
from core.errors import ConsoleError

_MEMORY = Path("/dev/shm")  # noqa: S108 - folders in it are made by mkdtemp
_ROOM = 3_000_000_000  # bytes: the servers of all workers take a third of it


@contextmanager
def a_folder(prefix: str) -> Iterator[Path]:
    """A folder for the homes of servers, removed afterwards."""
    where = _MEMORY if _is_roomy() else None
    if where:
        _clear(where, prefix)
    own = f"{prefix}{os.getpid()}-"
    with tempfile.TemporaryDirectory(prefix=own, dir=where, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _is_roomy() -> bool:
    try:
        known = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
        available = int(known["MemAvailable"].split()[0]) * 1024
        return os.access(_MEMORY, os.W_OK) and min(shutil.disk_usage(_MEMORY).free, available) > _ROOM
    except (OSError, KeyError):  # not Linux
        return False


def _clear(where: Path, prefix: str) -> None:
    """Stop and remove what killed runs left: nobody else would give that memory back."""
    for folder in where.glob(f"{prefix}*-*"):
        pid = folder.name.removeprefix(prefix).partition("-")[0]
        if pid.isdigit() and not _exists(int(pid)):
            with suppress(FileNotFoundError):  # another worker was first
                for home in folder.iterdir():
                    with suppress(ConsoleError):
                        server.stop(home)
            shutil.rmtree(folder, ignore_errors=True)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True

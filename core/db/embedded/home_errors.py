"""What the file system refuses the embedded server, in our words."""

import errno
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from core.errors import Evidence, Unavailable

_ELSEWHERE = "set BIRTH_CONSOLE_HOME to another folder, or name a database with --dsn."
_FULL = (errno.ENOSPC, errno.EDQUOT)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)
_SAYS_FULL = ("No space left on device", "Disk quota exceeded")


@contextmanager
def refusals(home: Path) -> Iterator[None]:
    """Turn every error of the file system inside into Unavailable."""
    try:
        yield
    except OSError as error:
        raise _refusal(home, error) from error
    except threading.ThreadError as error:  # what fasteners raises where files cannot be locked (some NFS)
        raise Unavailable(
            f"files in {home} cannot be locked",
            code="demo_home_unusable",
            evidence={"home": str(home), "error": str(error)},
            hint=f"Use a local disk: {_ELSEWHERE}",
        ) from error


def failed(message: str, code: str, said: Sequence[str], log: Path, hint: str) -> Unavailable:
    """The error for a server program that failed and `said` these lines. A full disk is named as such."""
    evidence: Evidence = {"said": list(said), "log_file": str(log)}
    if any(sign in line for line in said for sign in _SAYS_FULL):
        return disk_full(log.parent, evidence)
    return Unavailable(message, code=code, evidence=evidence, hint=hint)


def disk_full(home: Path, evidence: Evidence) -> Unavailable:
    """The error for a disk that is full."""
    return Unavailable(
        f"the disk that holds {home} is full",
        code="disk_full",
        evidence=evidence,
        hint=f"Free about 200 MB, or {_ELSEWHERE}",
    )


def _refusal(home: Path, error: OSError) -> Unavailable:
    evidence: Evidence = {
        "path": str(error.filename or home),
        "error": error.strerror or str(error),
    }
    if error.errno in _FULL:
        return disk_full(home, evidence)
    if error.errno in _FORBIDDEN:
        return Unavailable(
            f"the demo's folder {home} cannot be written: {evidence['error']}",
            code="demo_home_not_writable",
            evidence=evidence,
            hint=f"Make it writable and owned by you, or {_ELSEWHERE}",
        )
    return Unavailable(
        f"the demo's folder {home} cannot be used: {evidence['error']}",
        code="demo_home_unusable",
        evidence=evidence,
        hint=_ELSEWHERE[0].upper() + _ELSEWHERE[1:],
    )

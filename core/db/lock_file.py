"""Files that processes of one person lock: no other user is to hold them up."""

import os
from pathlib import Path


def own(path: Path) -> Path:
    """Make a lock's file readable for this person alone, before the library makes it for every user. Raises OSError.

    Not while this process holds the lock: closing any handle on the file frees it.
    """
    handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        if os.fstat(handle).st_mode & 0o077:
            os.fchmod(handle, 0o600)  # an older version made it
    finally:
        os.close(handle)
    return path

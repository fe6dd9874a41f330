"""The account that runs PostgreSQL, which refuses to run as root."""

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import Unavailable

_UNPRIVILEGED = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class Account:
    """Whose processes and files the server's are. `switch`: we are root, and it is another."""

    uid: int
    gid: int
    switch: bool

    @classmethod
    def of(cls, data: Path) -> "Account":
        """Ourselves; for root the owner of `data`, else the first unprivileged account that exists.

        Raises Unavailable when root finds no such account.
        """
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid(), switch=False)
        owner = data.stat() if data.exists() else None
        if owner is not None and owner.st_uid != 0:
            return cls(owner.st_uid, owner.st_gid, switch=True)
        return _unprivileged(_UNPRIVILEGED)

    def process(self) -> dict[str, Any]:
        """The arguments that make `subprocess` run a program as this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switch else {}

    def own(self, path: Path) -> None:
        """Give a file or folder that we just made to this account."""
        if self.switch:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def open_the_way(self, folders: Iterable[Path], noted: Path, progress: Callable[[str], None]) -> None:
        """Make every folder down to and including `folders` traversable for this account, and say which.

        Only the traverse bit (o+x) is added: what a folder holds can still not be listed by others. The folders are
        `noted` in a file, for `close_the_way`.
        """
        if not self.switch:
            return
        opened = [folder for folder in _ways(folders) if self._opened(folder)]
        if opened:
            with noted.open("a", encoding="utf-8", errors="surrogateescape") as note:
                note.writelines(f"{folder}\n" for folder in opened if "\n" not in str(folder))
            names = ", ".join(map(str, opened))
            progress(f"made {names} traversable (o+x) for the account that runs PostgreSQL")

    def close_the_way(self, noted: Path) -> None:
        """Take back what `open_the_way` added, as far as the folders are still there."""
        if not self.switch or not noted.exists():
            return
        for line in noted.read_text(encoding="utf-8", errors="surrogateescape").splitlines():
            with suppress(OSError):
                folder = Path(line)
                folder.chmod(folder.stat().st_mode & 0o7776)
        noted.unlink()

    def _opened(self, folder: Path) -> bool:
        found = folder.stat()
        shift = 6 if found.st_uid == self.uid else 3 if found.st_gid == self.gid else 0
        if found.st_mode >> shift & 0o1 or shift:
            return False
        folder.chmod(found.st_mode & 0o7777 | 0o001)
        return True


def _ways(folders: Iterable[Path]) -> list[Path]:
    resolved = [folder.resolve() for folder in folders]
    return sorted({way for folder in resolved for way in (folder, *folder.parents)})


def _unprivileged(names: Iterable[str]) -> Account:
    import pwd  # noqa: PLC0415 - exists on Unix only, and this module is imported everywhere

    for name in names:
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        if found.pw_uid != 0:
            return Account(found.pw_uid, found.pw_gid, switch=True)
    raise Unavailable(
        "PostgreSQL does not run as root, and no other account is available",
        code="demo_no_account",
        evidence={"tried": list(names)},
        hint="Create an account named postgres, use the console as another user, or give a --dsn.",
    )

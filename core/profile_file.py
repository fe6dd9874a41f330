"""The profile file as it stands on disk: who may write it, what a setting must be, and where a wrong one stands."""

import os
import re
import stat
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import UsageError

MOST_COUNTERS = 64
COLOURS = ("red", "yellow", "green", "blue", "magenta", "cyan")
# What a setting must be: nothing where it is, else what to say.
Check = Callable[[object], str]


def text_of(path: Path, name: str | None = None) -> str | None:
    """The file's text; None where there is no file and no profile is asked for by `name`.

    Raises UsageError for a file that cannot be read, that others may write, or that is missing while one is asked for.
    """
    try:
        with path.open(encoding="utf-8") as file:
            _insist_private(path, os.fstat(file.fileno()))
            return file.read()
    except (FileNotFoundError, NotADirectoryError):
        if name is None:
            return None
        raise UsageError(
            f"unknown profile {name!r}: {path} does not exist",
            code="unknown_profile",
            hint=f'Create {path} with a section [profile.{name}] that holds dsn = "…".',
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from error


def parsed(path: Path, text: str) -> dict[str, Any]:
    """What the text says. Raises UsageError for one that is no TOML."""
    import tomllib  # noqa: PLC0415 - only who has such a file pays for it

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _unreadable(path, error) from error


@dataclass(frozen=True, slots=True)
class Source:
    """The file's text, to say where a wrong setting stands."""

    path: Path
    text: str

    def check(self, section: tuple[str, ...], content: Mapping[str, object], known: Mapping[str, Check]) -> None:
        """Raises UsageError for a setting that is not known, or not what it must be."""
        for key, value in content.items():
            if key not in known:
                raise self.error(section, key, f"unknown setting {key}; known: {', '.join(known)}")
            if problem := known[key](value):
                raise self.error(section, key, f"{key} {problem}")

    def error(self, section: tuple[str, ...], key: str, problem: str) -> UsageError:
        """The error that names the line of a setting."""
        line = self._line(section, key)
        return UsageError(
            f"{self.path}, line {line}: {problem}",
            code="bad_profile",
            evidence={"line": line, "section": ".".join(section), "setting": key},
            hint="Correct the line. Every setting: `birth-console docs profiles`.",
        )

    def _line(self, section: tuple[str, ...], key: str) -> int:
        """The line of a key in its section; of the section, where the key is written in another way."""
        here: tuple[str, ...] = ()
        found = 1
        for number, line in enumerate(self.text.splitlines(), 1):
            if heading := re.match(r"\s*\[+\s*([^\]]+?)\s*\]", line):
                here = tuple(_parts(heading[1]))
                if here in (section, (*section, key)):
                    found = number
            elif here == section and re.match(rf"""\s*["']?{re.escape(key)}["']?\s*[.=]""", line):
                return number
        return found


def _insist_private(path: Path, file: os.stat_result) -> None:
    """Refuse a file that another login can write: it would choose the database, and the word on the screen."""
    if not hasattr(os, "geteuid"):
        return
    ours = (0, os.geteuid())
    folder = path.resolve().parent.stat()
    for place, found, wide in (
        (path, file, 0o022),
        (path.parent, folder, 0 if folder.st_mode & stat.S_ISVTX else 0o022),
    ):
        if found.st_uid not in ours or found.st_mode & wide:
            raise UsageError(
                f"other logins of this machine can write {place}",
                code="profile_shared",
                evidence={"path": str(place), "mode": f"{found.st_mode & 0o7777:04o}", "owner": found.st_uid},
                hint=f"chmod go-w {place}"
                if found.st_uid in ours
                else f"Make {place} your own: chown $USER {place}, then chmod go-w.",
            )


def _unreadable(path: Path, error: Exception) -> UsageError:
    return UsageError(f"{path} cannot be read: {error}", code="bad_profile", hint="Correct the file, or move it away.")


def _parts(heading: str) -> Iterable[str]:
    return (part.strip().strip("\"'") for part in heading.split("."))


def _is_text(value: object) -> str:
    return "" if isinstance(value, str) and value.strip() else 'must be "text"'


def _is_flag(value: object) -> str:
    return "" if isinstance(value, bool) else "must be true or false"


def _is_amount(value: object) -> str:
    fits = isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0
    return "" if fits else "must be a number, 0 or more"


def _is_number(value: object) -> str:
    fits = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return "" if fits else "must be a whole number, 0 or more"


def _is_crowd(value: object) -> str:
    fits = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_COUNTERS
    return "" if fits else f"must be a whole number from 1 to {MOST_COUNTERS}"


def _is_colour(value: object) -> str:
    return "" if value in COLOURS else f"must be one of {', '.join(COLOURS)}"


def _is_program(value: object) -> str:
    return "" if _are_texts(value) else 'must be ["program", "argument", …]: no shell reads it'


def _is_table(value: object) -> str:
    return "" if isinstance(value, dict) else "must be a section"


def _is_keymap(value: object) -> str:
    if not isinstance(value, dict):
        return "must be a section"
    right = all(_is_text(keys) == "" or _are_texts(keys) for keys in value.values())
    return "" if right else 'must hold action = "key", or action = ["key", "key"]'


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, str) and each for each in value)


FILE: Mapping[str, Check] = {"default": _is_text, "mouse": _is_flag, "keymap": _is_keymap, "profile": _is_table}
PROFILE: Mapping[str, Check] = {
    "dsn": _is_text,
    "service": _is_text,
    "schema": _is_text,
    "word": _is_text,
    "colour": _is_colour,
    "read_only": _is_flag,
    "confirm": _is_text,
    "counters": _is_crowd,
    "on_event": _is_program,
    "throttles": _is_table,
    "keymap": _is_keymap,
    "mouse": _is_flag,
}
THROTTLES: Mapping[str, Check] = {
    "max_lag": _is_amount,
    "max_wal_rate": _is_amount,
    "max_active": _is_number,
    "replicas": _is_number,
    "nice": _is_amount,
    "while": _is_text,
    "patience": _is_amount,
}

"""The profile file: databases by name, how each is marked, and the keys. A wrong setting is an error with its line.

default = "staging"                      # the profile without --profile
[keymap]                                 # action = key, or keys
refresh = ["r", "f5"]
[profile.staging]
service = "staging"                      # or dsn = "…", any libpq string
schema = "public"
word = "STAGING"                         # shown on every screen, in its colour
colour = "yellow"                        # red, yellow, green, blue, magenta or cyan
read_only = true
confirm = "backfill staging"             # what is typed to confirm an apply, a permit or a certificate
counters = 2                             # connections that count at the same time, 4 at most without this
on_event = ["/usr/local/bin/page-me"]    # program and arguments: hears when a run ends, stops or quarantines rows
[profile.staging.throttles]              # what `apply` holds for, unless its options say otherwise
max_lag = 5.0                            # seconds
max_wal_rate = 20.0                      # MB per second
max_active = 8                           # sessions of others that may be at work
replicas = 1                             # replicas that must stream
nice = 0.25                              # a worker rests for this share of each batch's time
while = "SELECT count(*) < 5 FROM …"
patience = 600.0                         # seconds
"""

import os
import re
import stat
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.errors import UsageError

# Connections that count rows at the same time: the company's own work needs the others.
COUNTERS, MOST_COUNTERS = 4, 64
# What a worker rests after each batch where the profile's word says that its database is production.
PRODUCTION_NICE = 0.25
COLOURS = ("red", "yellow", "green", "blue", "magenta", "cyan")
Keymap = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Throttles:
    """What an apply holds for. None leaves it to the command's own default."""

    max_lag: float | None = None
    max_wal_rate: float | None = None
    condition: str | None = None
    patience: float | None = None
    nice: float | None = None
    max_active: int | None = None
    replicas: int | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """A section of the profile file. `word` names its database in the status bar: PRODUCTION, STAGING, …"""

    dsn: str = ""
    schema: str = ""
    word: str = ""
    colour: str = ""
    read_only: bool = False
    confirm: str = ""
    counters: int = COUNTERS
    on_event: tuple[str, ...] = ()
    throttles: Throttles = field(default_factory=Throttles)
    keymap: Keymap = field(default_factory=dict)


def read(path: Path, name: str | None) -> Profile:
    """The profile `name`, or the file's default one; an empty profile where there is neither.

    Raises UsageError for a profile that does not exist, a file that cannot be read, and a setting that is misspelt,
    of another type or out of range: it must not be passed over.
    """
    text = _text(path, name)
    if text is None:
        return Profile()
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(
            f"{path} cannot be read: {error}", code="bad_profile", hint="Correct the file, or move it away."
        ) from error
    source = _Source(path, text)
    source.check((), content, {"default": _is_text, "keymap": _is_keymap, "profile": _is_table})
    keymap = _keymap(content.get("keymap", {}))
    wanted = name if name is not None else content.get("default")
    profiles = content.get("profile", {})
    if wanted is None:
        return Profile(keymap=keymap)
    if not isinstance(profiles.get(wanted), dict):
        raise UsageError(
            f"{path} has no profile {wanted!r}",
            code="unknown_profile",
            evidence={"profiles": sorted(profiles)},
            hint=f"Add a section [profile.{wanted}], or name another with --profile.",
        )
    return _profile(source, wanted, profiles[wanted], keymap)


def names(path: Path) -> tuple[str, ...]:
    """The profiles of the file, in its order; none where there is no file.

    Raises UsageError for a file that cannot be read.
    """
    text = _text(path, None)
    try:
        profiles = tomllib.loads(text or "").get("profile", {})
    except tomllib.TOMLDecodeError as error:
        raise UsageError(
            f"{path} cannot be read: {error}", code="bad_profile", hint="Correct the file, or move it away."
        ) from error
    return tuple(profiles) if isinstance(profiles, dict) else ()


def _text(path: Path, name: str | None) -> str | None:
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
        raise UsageError(
            f"{path} cannot be read: {error}", code="bad_profile", hint="Correct the file, or move it away."
        ) from error


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


def _profile(source: "_Source", name: str, content: Mapping[str, Any], keymap: Keymap) -> Profile:
    source.check(("profile", name), content, _PROFILE)
    throttles = content.get("throttles", {})
    source.check(("profile", name, "throttles"), throttles, _THROTTLES)
    if "dsn" in content and "service" in content:
        raise source.error(("profile", name), "service", "a profile takes a dsn or a service, not both")
    # The value is quoted as libpq reads it: a service's name may hold blanks.
    service = content.get("service", "").replace("\\", "\\\\").replace("'", "\\'")
    return Profile(
        dsn=content.get("dsn", "") or (f"service='{service}'" if service else ""),
        schema=content.get("schema", ""),
        word=content.get("word", ""),
        colour=content.get("colour", ""),
        read_only=content.get("read_only", False),
        confirm=content.get("confirm", ""),
        counters=content.get("counters", COUNTERS),
        on_event=tuple(content.get("on_event", ())),
        throttles=Throttles(
            throttles.get("max_lag"),
            throttles.get("max_wal_rate"),
            throttles.get("while"),
            throttles.get("patience"),
            throttles.get("nice", PRODUCTION_NICE if "prod" in content.get("word", "").lower() else None),
            throttles.get("max_active"),
            throttles.get("replicas"),
        ),
        keymap={**keymap, **_keymap(content.get("keymap", {}))},
    )


def _keymap(content: Mapping[str, Any]) -> Keymap:
    return {action: (keys,) if isinstance(keys, str) else tuple(keys) for action, keys in content.items()}


# What a setting must be: nothing where it is, else what to say.
Check = Callable[[object], str]


def _is_text(value: object) -> str:
    return "" if isinstance(value, str) and value.strip() else 'must be "text"'


def _is_flag(value: object) -> str:
    return "" if isinstance(value, bool) else "must be true or false"


def _is_amount(value: object) -> str:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return "" if number and value >= 0 else "must be a number, 0 or more"  # type: ignore[operator]  # a number


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


_PROFILE: Mapping[str, Check] = {
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
}
_THROTTLES: Mapping[str, Check] = {
    "max_lag": _is_amount,
    "max_wal_rate": _is_amount,
    "max_active": _is_number,
    "replicas": _is_number,
    "nice": _is_amount,
    "while": _is_text,
    "patience": _is_amount,
}


@dataclass(frozen=True, slots=True)
class _Source:
    """The file's text, to say where a wrong setting stands."""

    path: Path
    text: str

    def check(self, section: tuple[str, ...], content: Mapping[str, object], known: Mapping[str, Check]) -> None:
        for key, value in content.items():
            if key not in known:
                raise self.error(section, key, f"unknown setting {key}; known: {', '.join(known)}")
            if problem := known[key](value):
                raise self.error(section, key, f"{key} {problem}")

    def error(self, section: tuple[str, ...], key: str, problem: str) -> UsageError:
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


def _parts(heading: str) -> Iterable[str]:
    return (part.strip().strip("\"'") for part in heading.split("."))

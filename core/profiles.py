"""The profile file: databases by name, how each is marked, and the keys. A wrong setting is an error with its line.

default = "staging"                      # the profile without --profile
[keymap]                                 # action = key, or keys
refresh = ["r", "f5"]
[profile.staging]
mouse = false                            # the terminal keeps the mouse; above the sections: for every profile
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

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.errors import UsageError
from core.profile_file import FILE, PROFILE, THROTTLES, Source, parsed, text_of

# Connections that count rows at the same time: the company's own work needs the others.
COUNTERS = 4
# What a worker rests after each batch where the profile's word says that its database is production.
PRODUCTION_NICE = 0.25
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
    mouse: bool = True


def read(path: Path, name: str | None) -> Profile:
    """The profile `name`, or the file's default one; an empty profile where there is neither.

    Raises UsageError for a profile that does not exist, a file that cannot be read, and a setting that is misspelt,
    of another type or out of range: it must not be passed over.
    """
    text = text_of(path, name)
    if text is None:
        return Profile()
    content = parsed(path, text)
    source = Source(path, text)
    source.check((), content, FILE)
    everywhere = Profile(keymap=_keymap(content.get("keymap", {})), mouse=content.get("mouse", True))
    wanted = name if name is not None else content.get("default")
    profiles = content.get("profile", {})
    if wanted is None:
        return everywhere
    if not isinstance(profiles.get(wanted), dict):
        raise UsageError(
            f"{path} has no profile {wanted!r}",
            code="unknown_profile",
            evidence={"profiles": sorted(profiles)},
            hint=f"Add a section [profile.{wanted}], or name another with --profile.",
        )
    return _profile(source, wanted, profiles[wanted], everywhere)


def names(path: Path) -> tuple[str, ...]:
    """The profiles of the file, in its order; none where there is no file.

    Raises UsageError for a file that cannot be read.
    """
    profiles = parsed(path, text_of(path) or "").get("profile", {})
    return tuple(profiles) if isinstance(profiles, dict) else ()


def _profile(source: Source, name: str, content: Mapping[str, Any], everywhere: Profile) -> Profile:
    source.check(("profile", name), content, PROFILE)
    throttles = content.get("throttles", {})
    source.check(("profile", name, "throttles"), throttles, THROTTLES)
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
        keymap={**everywhere.keymap, **_keymap(content.get("keymap", {}))},
        mouse=content.get("mouse", everywhere.mouse),
    )


def _keymap(content: Mapping[str, Any]) -> Keymap:
    return {action: (keys,) if isinstance(keys, str) else tuple(keys) for action, keys in content.items()}

"""Which database, as whom, and where the console keeps its own files.

Order: `--dsn`, else BIRTH_CONSOLE_DSN, else the profile, else the embedded demo.
"""

import json
import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs

from core import profiles
from core.errors import ConsoleError, UsageError
from core.profiles import Keymap, Profile, Throttles

APPLICATION = "birth-console"
DEFAULT_SCHEMA = "birth"
ON_EVENT = "BIRTH_CONSOLE_ON_EVENT"
DEMO_LOGINS = ("operator1", "operator2", "gatekeeper1", "reviewer1", "viewer1")
DEMO_SUPERUSER = "postgres"
_LONGEST_NAME = 63  # bytes of an identifier


@dataclass(frozen=True, slots=True)
class Settings:
    """What a session needs to know. `dsn` is None for the embedded demo, where `login` picks who acts.

    `word` and `colour` mark the database on every screen; `confirm` is typed before what cannot be taken back.
    `counters` is how many connections count at the same time at most; `connect_timeout` how long one may take to be
    made (seconds). `on_event` is a program with its arguments that hears when a run ends, stops or quarantines rows.
    Without `mouse` the terminal keeps its own selection.
    """

    dsn: str | None = None
    schema: str = DEFAULT_SCHEMA
    login: str = DEMO_LOGINS[0]
    read_only: bool = False
    word: str = "DEMO"
    colour: str = ""
    confirm: str = ""
    counters: int = profiles.COUNTERS
    throttles: Throttles = field(default_factory=Throttles)
    keymap: Keymap = field(default_factory=dict)
    connect_timeout: int | None = None
    on_event: tuple[str, ...] = ()
    mouse: bool = True

    @property
    def is_demo(self) -> bool:
        """Whether the embedded PostgreSQL is meant."""
        return self.dsn is None


def data_home() -> Path:
    """The folder of the embedded database: BIRTH_CONSOLE_HOME, else the XDG data folder."""
    configured = os.environ.get("BIRTH_CONSOLE_HOME")
    if configured:
        return Path(configured).expanduser().absolute()
    return Path(platformdirs.user_data_dir(APPLICATION))


def state_home() -> Path:
    """The folder of what the console remembers, and of files that were too long for the clipboard."""
    configured = os.environ.get("BIRTH_CONSOLE_HOME")
    return data_home() / "state" if configured else Path(platformdirs.user_state_dir(APPLICATION))


def config_file() -> Path:
    """The profile file, in the XDG configuration folder."""
    return Path(platformdirs.user_config_dir(APPLICATION)) / "config.toml"


def resolve(
    *,
    dsn: str | None = None,
    schema: str | None = None,
    profile: str | None = None,
    login: str | None = None,
    read_only: bool = False,
    connect_timeout: int | None = None,
) -> Settings:
    """Settle the options of the command line, the environment and the profile.

    The default profile speaks of its own database only: where another one is named, it does not apply. A profile
    asked for by name keeps its schema and its read_only then, but not its word.
    Raises UsageError for an option without a value, for a profile that does not exist or cannot be read, for an
    unknown demo login, and for the demo's superuser, whom `demo` alone may name.
    """
    _refuse_empty(dsn=dsn, schema=schema, profile=profile, login=login)
    target = dsn or os.environ.get("BIRTH_CONSOLE_DSN", "").strip() or None
    chosen = profiles.read(config_file(), profile) if profile is not None or target is None else Profile()
    # The mark of a database is no other's: it would stand over the wrong one.
    marks = chosen if target is None else Profile(keymap=chosen.keymap)
    target = target or chosen.dsn or None
    _refuse_login(login, target)
    _refuse_superuser(login, target)
    schema = schema or chosen.schema or DEFAULT_SCHEMA
    _refuse_long(schema)
    return Settings(
        dsn=target,
        schema=schema,
        login=login or DEMO_LOGINS[0],
        read_only=read_only or chosen.read_only,
        word=marks.word or ("DEMO" if target is None else ""),
        colour=marks.colour,
        confirm=marks.confirm,
        counters=chosen.counters,
        throttles=chosen.throttles,
        keymap=chosen.keymap,
        connect_timeout=connect_timeout,
        on_event=_on_event() or chosen.on_event,
        mouse=chosen.mouse,
    )


def _on_event() -> tuple[str, ...]:
    """The program of BIRTH_CONSOLE_ON_EVENT: how an apply in the background knows the profile's."""
    told = os.environ.get(ON_EVENT, "").strip()
    if not told:
        return ()
    with suppress(ValueError):
        found = json.loads(told)
        if isinstance(found, list) and found and all(isinstance(each, str) and each for each in found):
            return tuple(found)
    raise UsageError(
        f'{ON_EVENT} must be a JSON list: ["program", "argument", …]',
        code="bad_on_event",
        evidence={"given": told},
        hint="Correct it, or unset it.",
    )


def of_every_profile(connect_timeout: int | None = None) -> dict[str, Settings | ConsoleError]:
    """The database of each profile, read-only, whatever the environment names; an error where a profile is wrong.

    A profile without a database is not listed: it is only a set of keys and marks.
    """
    found: dict[str, Settings | ConsoleError] = {}
    for name in profiles.names(config_file()):
        try:
            profile = profiles.read(config_file(), name)
        except ConsoleError as error:
            found[name] = error
            continue
        if profile.dsn:
            found[name] = Settings(
                dsn=profile.dsn,
                schema=profile.schema or DEFAULT_SCHEMA,
                read_only=True,
                word=profile.word,
                colour=profile.colour,
                connect_timeout=connect_timeout,
            )
    return found


def demo(
    *,
    dsn: str | None = None,
    schema: str | None = None,
    profile: str | None = None,
    login: str | None = None,
    read_only: bool = False,
    connect_timeout: int | None = None,
) -> Settings:
    """The embedded demo, whatever the environment and the profiles say; for commands that are about nothing else.

    Raises UsageError for an option without a value, for an unknown demo login, and for one where a DSN is given.
    """
    _refuse_empty(dsn=dsn, schema=schema, profile=profile, login=login)
    _refuse_login(login, dsn)
    return Settings(login=login or DEMO_LOGINS[0], read_only=read_only, connect_timeout=connect_timeout)


def _refuse_empty(**options: str | None) -> None:
    # An empty option is a shell variable that was never set: going on would mean another database than intended.
    for name, value in options.items():
        if value is not None and not value.strip():
            option = "--as" if name == "login" else f"--{name}"
            raise UsageError(f"{option} has no value", code="empty_option", hint="Give a value, or omit the option.")


def _refuse_long(schema: str) -> None:
    # PostgreSQL would cut it, and mean another schema.
    if len(schema.encode()) > _LONGEST_NAME or "\0" in schema:
        raise UsageError(
            f"invalid schema name: at most {_LONGEST_NAME} bytes, no NUL characters",
            code="bad_schema",
            evidence={"schema": schema, "bytes": len(schema.encode())},
            hint="Name an existing schema with --schema.",
        )


def _refuse_login(login: str | None, target: str | None) -> None:
    if login is None:
        return
    if target is not None:
        raise UsageError(
            "--as selects a demo login and cannot be combined with a database",
            code="login_without_demo",
            evidence={"login": login},
            hint="Name the user in the DSN, or omit --dsn, BIRTH_CONSOLE_DSN and the profile.",
        )
    if login not in (*DEMO_LOGINS, DEMO_SUPERUSER):
        raise UsageError(
            f"unknown demo login {login!r}",
            code="unknown_login",
            evidence={"login": login, "logins": list(DEMO_LOGINS)},
            hint=f"Use one of {', '.join(DEMO_LOGINS)}.",
        )


def _refuse_superuser(login: str | None, target: str | None) -> None:
    if target is None and login == DEMO_SUPERUSER:
        raise UsageError(
            "the demo's superuser is for `demo dsn` only",
            code="superuser_refused",
            hint=f"Use one of {', '.join(DEMO_LOGINS)}.",
        )

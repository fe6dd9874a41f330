"""Which database, as whom, and where the console keeps its own files.

Order: `--dsn`, else BIRTH_CONSOLE_DSN, else the profile, else the embedded demo.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import platformdirs

from core.errors import UsageError

APPLICATION = "birth-console"
DEFAULT_SCHEMA = "birth"
DEMO_LOGINS = ("operator1", "operator2", "gatekeeper1", "reviewer1", "viewer1")
DEMO_SUPERUSER = "postgres"


@dataclass(frozen=True, slots=True)
class Settings:
    """What a session needs to know. `dsn` is None for the embedded demo, where `login` picks who acts."""

    dsn: str | None = None
    schema: str = DEFAULT_SCHEMA
    login: str = DEMO_LOGINS[0]
    read_only: bool = False
    word: str = "DEMO"

    @property
    def is_demo(self) -> bool:
        """Whether the embedded PostgreSQL is meant."""
        return self.dsn is None


@dataclass(frozen=True, slots=True)
class Profile:
    """A section of the profile file. `word` names its database in the status bar: PRODUCTION, STAGING, …"""

    dsn: str = ""
    schema: str = ""
    word: str = ""
    read_only: bool = False


def data_home() -> Path:
    """The folder of the embedded database: BIRTH_CONSOLE_HOME, else the XDG data folder."""
    configured = os.environ.get("BIRTH_CONSOLE_HOME")
    if configured:
        return Path(configured).expanduser().absolute()
    return Path(platformdirs.user_data_dir(APPLICATION))


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
) -> Settings:
    """Settle the options of the command line, the environment and the profile.

    The default profile speaks of its own database only: where another one is named, it does not apply. A profile
    asked for by name keeps its schema and its read_only then, but not its word.
    Raises UsageError for an option without a value, for a profile that does not exist or cannot be read, and for an
    unknown demo login.
    """
    _refuse_empty(dsn=dsn, schema=schema, profile=profile, login=login)
    target = dsn or os.environ.get("BIRTH_CONSOLE_DSN", "").strip() or None
    chosen = _profile(profile) if profile is not None or target is None else Profile()
    word = chosen.word if target is None else ""
    target = target or chosen.dsn or None
    _refuse_login(login, target)
    return Settings(
        dsn=target,
        schema=schema or chosen.schema or DEFAULT_SCHEMA,
        login=login or DEMO_LOGINS[0],
        read_only=read_only or chosen.read_only,
        word=word or ("DEMO" if target is None else ""),
    )


def _refuse_empty(**options: str | None) -> None:
    # An empty option is a shell variable that was never set: going on would mean another database than intended.
    for name, value in options.items():
        if value is not None and not value.strip():
            option = "--as" if name == "login" else f"--{name}"
            raise UsageError(f"{option} has no value", code="empty_option", hint="Name one, or leave the option out.")


def _refuse_login(login: str | None, target: str | None) -> None:
    if login is None:
        return
    if target is not None:
        raise UsageError(
            "--as picks a login of the embedded demo, but a database was named",
            code="login_without_demo",
            evidence={"login": login},
            hint="Name the user in the DSN; or leave out --dsn, BIRTH_CONSOLE_DSN and the profile.",
        )
    if login not in (*DEMO_LOGINS, DEMO_SUPERUSER):
        raise UsageError(
            f"the demo has no login {login!r}",
            code="unknown_login",
            evidence={"login": login, "logins": list(DEMO_LOGINS)},
            hint=f"Choose one of {', '.join(DEMO_LOGINS)}.",
        )


def _profile(name: str | None) -> Profile:
    path = config_file()
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        if name is None:
            return Profile()
        raise UsageError(
            f"there is no profile {name!r}: {path} does not exist",
            code="unknown_profile",
            hint=f'Create {path} with a section [profile.{name}] that holds dsn = "…".',
        ) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(
            f"{path} cannot be read: {error}", code="bad_profile", hint="Correct the file, or move it away."
        ) from error
    profiles = content.get("profile", {})
    wanted = name if name is not None else content.get("default")
    if wanted is None:
        return Profile()
    if not isinstance(wanted, str) or not isinstance(profiles, dict) or not isinstance(profiles.get(wanted), dict):
        raise UsageError(
            f"{path} holds no profile {wanted!r}",
            code="unknown_profile",
            evidence={"profiles": sorted(profiles) if isinstance(profiles, dict) else []},
            hint=f"Add a section [profile.{wanted}], or name another with --profile.",
        )
    return _checked(path, wanted, profiles[wanted])


def _checked(path: Path, name: str, content: Mapping[str, object]) -> Profile:
    """The profile, or UsageError: a setting that is misspelt or of another type must not be passed over."""
    types = {field.name: type(field.default) for field in fields(Profile)}
    wrong = [key for key, value in content.items() if type(value) is not types.get(key)]
    if wrong:
        raise UsageError(
            f"{path}: the profile {name} cannot be understood: {', '.join(sorted(wrong))}",
            code="bad_profile",
            evidence={"profile": name, "settings": sorted(wrong)},
            hint='A profile holds dsn, schema and word as "text", and read_only as true or false.',
        )
    return Profile(**content)  # type: ignore[arg-type]  # the types were looked at just above

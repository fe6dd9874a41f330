"""Who may do what: logins, the people behind them, and the groups that give them their part."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.errors import Json, UsageError

GROUPS = {
    "reader": "birth_reader",
    "operator": "birth_operator",
    "gatekeeper": "birth_gatekeeper",
    "reviewer": "birth_reviewer",
}
_LONGEST = 63  # bytes: PostgreSQL's NAMEDATALEN - 1


@dataclass(frozen=True, slots=True)
class Person:
    """A login with its person and groups. `warnings` say what would lead around the gates, or keeps it from working."""

    login: str
    person: str | None
    groups: tuple[str, ...]
    retired_at: str | None
    warnings: tuple[str, ...]

    def as_json(self) -> dict[str, Json]:
        """The person as the command line prints it."""
        return {
            "login": self.login,
            "person": self.person,
            "groups": list(self.groups),
            "retired_at": self.retired_at,
            "warnings": list(self.warnings),
        }


def warnings(
    *,
    person: str | None,
    groups: Sequence[str],
    exists: bool,
    can_login: bool,
    superuser: bool,
    createrole: bool,
    bypassrls: bool,
    retired: bool,
) -> tuple[str, ...]:
    """What somebody who reads the list must know of a login."""
    powers = [
        name for name, has in (("SUPERUSER", superuser), ("CREATEROLE", createrole), ("BYPASSRLS", bypassrls)) if has
    ]
    found = {
        "no role has this name": not exists,
        "it cannot log in": exists and not can_login,
        "it is not mapped to a person": person is None,
        "it is in no group": person is not None and not groups and not retired and exists,
        "it is retired but still in groups": retired and bool(groups),
        f"{', '.join(powers)}: it can bypass the gates": bool(powers),
    }
    return tuple(text for text, holds in found.items() if holds)


def checked(login: str, person: str | None = None) -> None:
    """Raise UsageError for a name that cannot be a role's, or an empty person."""
    if not login or "\0" in login or len(login.encode(errors="surrogatepass")) > _LONGEST:
        raise UsageError(
            f"invalid login: 1 to {_LONGEST} bytes, no NUL characters",
            code="bad_login",
            hint="Name a role of the database.",
        )
    if login.startswith(("pg_", "birth_")):
        raise UsageError(
            f"{login} cannot be a person's login",
            code="bad_login",
            hint="Names that start with pg_ or birth_ are groups.",
        )
    if person is not None and not person.strip():
        raise UsageError("the person has no name", code="no_person", hint="--person 'First Last'")


def name_of(person: str, known: Iterable[str]) -> str:
    """The name under which somebody is recorded: composed (NFC), with single blanks and none around it.

    Raises UsageError where it only looks like another one of `known`: people are told apart by it, and somebody who is
    there twice could certify what they did themselves.
    """
    name = " ".join(unicodedata.normalize("NFC", person).split())
    alike = sorted({other for other in known if other != name and _skeleton(other) == _skeleton(name)})
    if alike:
        raise UsageError(
            f"{name!r} looks like the recorded person {alike[0]!r}",
            code="person_alike",
            evidence={"person": name, "recorded": list(alike)},
            hint="Same person: write the recorded name. Another person: add a distinguishing part.",
        )
    return name


def _skeleton(name: str) -> str:
    """What a name reads like: its letters, marks and digits, without case and ways of writing them."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return "".join(letter for letter in folded if unicodedata.category(letter)[0] in "LMN")

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
# Letters that look like Latin ones, and what they look like. The database's list is the same: _birth_name_skeleton.
_LOOKALIKES = str.maketrans(
    "01Ii|\u0131\u0251\u0261\u0269\u0391\u0392\u0393\u0394\u0395\u0396\u0397\u0398\u0399\u039a\u039b"
    "\u039c\u039d\u039e\u039f\u03a0\u03a1\u03a3\u03a4\u03a5\u03a6\u03a7\u03a8\u03a9\u03b1\u03b2\u03b3"
    "\u03b5\u03b7\u03b9\u03ba\u03bd\u03bf\u03c1\u03c2\u03c4\u03c5\u03c7\u03c9\u0400\u0401\u0402\u0403"
    "\u0404\u0405\u0406\u0407\u0408\u0409\u040a\u040b\u040c\u040d\u040e\u040f\u0410\u0411\u0412\u0413"
    "\u0414\u0415\u0416\u0417\u0418\u0419\u041a\u041b\u041c\u041d\u041e\u041f\u0420\u0421\u0422\u0423"
    "\u0424\u0425\u0426\u0427\u0428\u0429\u042a\u042b\u042c\u042d\u042e\u042f\u0430\u0432\u0435\u043a"
    "\u043c\u043d\u043e\u0440\u0441\u0442\u0443\u0445\u044c\u0455\u0456\u0458\u04ba\u04bb\u04c0\u04cf"
    "\u0501\u051b\u051d\u0570\u0578\u057d\u0585",
    "olllllaglaby\u03b4ezh\u03b8lk\u03bbmn\u03beo\u03c0p\u03c3ty\u03c6x\u03c8wabyenlkvop\u03c3tuxw\u0450"
    "\u0451\u0452\u0453\u0454sl\u0457j\u0459\u045a\u045b\u045c\u045d\u045e\u045fa\u0431b\u0433\u0434e"
    "\u0436\u0437\u0438\u0439k\u043bmho\u043fpcty\u0444x\u0446\u0447\u0448\u0449\u044a\u044bb\u044d\u044e"
    "\u044fabekmhopctyxbsljhhlldqwhnuo",
)


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
    """What a reader of the list must know of a login."""
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
    if person is not None and not any(unicodedata.category(letter)[0] in "LN" for letter in person):
        raise UsageError("the person has no name", code="no_person", hint="--person 'First Last'")


def name_of(person: str, known: Iterable[str]) -> str:
    """The name under which a person is recorded: composed (NFC), with single blanks and none around it.

    Raises UsageError where it only looks like another one of `known`: people are told apart by it, and a person who is
    there twice could certify what they did themselves.
    """
    name = " ".join(unicodedata.normalize("NFC", person).split())
    alike = sorted({other for other in known if other != name and _are_alike(other, name)})
    if alike:
        raise UsageError(
            f"{name!r} looks like the recorded person {alike[0]!r}",
            code="person_alike",
            evidence={"person": name, "recorded": list(alike)},
            hint="Same person: write the recorded name. Another person: add a distinguishing part.",
        )
    return name


def _skeletons(name: str) -> tuple[str, str]:
    """What a name reads like, without case: its letters, marks and digits as they are, and as those they look like."""
    letters = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", name)
        if unicodedata.category(letter)[0] in "LMN" or letter == "|"
    )
    return unicodedata.normalize("NFKC", letters.casefold()), letters.translate(_LOOKALIKES).casefold()


def _are_alike(left: str, right: str) -> bool:
    return any(one == other for one, other in zip(_skeletons(left), _skeletons(right), strict=True))

"""Admission permits: a gatekeeper's leave to register so many rows, for a while."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.errors import UsageError

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_LIFETIME = re.compile(r"(?:[0-9]{1,8}[smhd]){1,4}")
LONGEST_LIFETIME = timedelta(days=366)
_MOST_ROWS = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Permit:
    """One permit as it stands. `collections` is None where every collection is admitted, `run` where every run is.

    `between` are the hours that it admits at, with their time zone; `gateway_full` is the fingerprint of all that was
    bound when it was opened.
    """

    permit: int
    state: str
    budget: int
    used: int
    collections: tuple[str, ...] | None
    reason: str
    opened_by: str
    opened_at: datetime
    expires_at: datetime
    gateway: str | None
    gateway_full: str | None = None
    run: int | None = None
    ticket: str | None = None
    between: str | None = None

    @property
    def is_live(self) -> bool:
        """Whether it admits rows now, or will at its hours."""
        return self.state in ("open", "outside_hours")

    @property
    def scope(self) -> str:
        """What it admits, for people: collections, its run, its hours."""
        parts = [", ".join(self.collections or ("every collection",))]
        parts += [] if self.run is None else [f"run {self.run} only"]
        parts += [] if self.between is None else [self.between]
        return ", ".join(parts)


def open_for(permits: Iterable[Permit], run: int) -> tuple[Permit, ...]:
    """The open permits that admit rows of a run: those that are bound to none, or to this one."""
    return tuple(each for each in permits if each.state == "open" and each.run in (None, run))


def admitted(permits: Iterable[Permit], to_go: Mapping[str, int]) -> int:
    """How many of the rows to go, by collection, what is left of open permits admits at most."""
    total = sum(to_go.values())
    left = 0
    for each in permits:
        if each.state == "open":
            named = total if each.collections is None else sum(to_go.get(name, 0) for name in each.collections)
            left += min(each.budget - each.used, named)
    return min(left, total)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a gatekeeper wants to admit: so many rows, for so long, and why."""

    budget: int
    lifetime: timedelta
    reason: str


def asked(text: str) -> Asked:
    """Read `ROWS LIFETIME REASON`, as in `100,000 2h stage 2`. Raises UsageError for anything else."""
    rows, _, rest = text.strip().partition(" ")
    expires, _, reason = rest.strip().partition(" ")
    digits = rows.replace(",", "")
    if not (digits.isascii() and digits.isdecimal() and int(digits)):
        raise _incomplete("the rows it admits", text)
    if int(digits) > _MOST_ROWS:
        raise UsageError(
            f"a permit admits at most {_MOST_ROWS:,} rows",
            code="bad_permit",
            evidence={"asked": text},
            hint="Write the number of missing rows, or a little more.",
        )
    if not expires:
        raise _incomplete("its lifetime: 30m, 2h, 1d", text)
    found = lifetime(expires)
    if not reason.strip():
        raise _incomplete("a reason, recorded in the ledger", text)
    return Asked(int(digits), found, reason.strip())


def _incomplete(what: str, text: str) -> UsageError:
    return UsageError(
        f"the permit is incomplete: add {what}",
        code="bad_permit",
        evidence={"asked": text},
        hint="Write ROWS LIFETIME REASON, as in 100,000 2h stage 2.",
    )


def lifetime(text: str) -> timedelta:
    """Read a lifetime such as 2h, 90m or 1d12h. Raises UsageError for anything else, zero, and more than a year."""
    parts = re.findall(r"([0-9]+)([smhd])", text) if _LIFETIME.fullmatch(text) else []
    found = sum((timedelta(**{_UNITS[unit]: int(number)}) for number, unit in parts), timedelta())
    if not timedelta() < found <= LONGEST_LIFETIME:
        raise UsageError(
            f"invalid lifetime {text!r}",
            code="bad_lifetime",
            evidence={"expires": text},
            hint=f"Write 30m, 2h, 1d or 1h30m; at most {LONGEST_LIFETIME.days}d.",
        )
    return found

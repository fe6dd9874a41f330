"""Admission permits: a gatekeeper's leave to register so many rows, for a while."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.errors import UsageError

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_LIFETIME = re.compile(r"(?:[0-9]{1,8}[smhd]){1,4}")
LONGEST_LIFETIME = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Permit:
    """One permit as it stands. `collections` is None where every collection is admitted."""

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


def lifetime(text: str) -> timedelta:
    """Read a lifetime such as 2h, 90m or 1d12h. Raises UsageError for anything else, zero, and more than a year."""
    parts = re.findall(r"([0-9]+)([smhd])", text) if _LIFETIME.fullmatch(text) else []
    found = sum((timedelta(**{_UNITS[unit]: int(number)}) for number, unit in parts), timedelta())
    if not timedelta() < found <= LONGEST_LIFETIME:
        raise UsageError(
            f"{text!r} is no lifetime of a permit",
            code="bad_lifetime",
            evidence={"expires": text},
            hint=f"Write 30m, 2h, 1d or 1h30m; at most {LONGEST_LIFETIME.days}d.",
        )
    return found

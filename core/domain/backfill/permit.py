"""Admission permits: a gatekeeper's leave to register so many rows, for a while."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.errors import UsageError

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_ALL_IN_ONE = re.compile(r"[0-9][0-9,]*\s+[0-9]+[a-z][0-9a-z]*\s+\S.*")
_LIFETIME = re.compile(r"(?:[0-9]{1,8}[smhd]){1,4}")
LONGEST_LIFETIME = timedelta(days=366)
_MOST_ROWS = 2**63 - 1
BACKFILL, WITHDRAW = "backfill", "withdraw"  # what a permit admits: rows to register, or to take back


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
    kind: str = BACKFILL

    @property
    def is_live(self) -> bool:
        """Whether it admits rows now, or will at its hours."""
        return self.state in ("open", "outside_hours")

    @property
    def scope(self) -> str:
        """What it admits, for people: collections, its run, its hours."""
        parts = [] if self.run is None else [f"run {self.run} only"]
        parts += self.collections or ([] if parts else ["every collection"])
        parts += [] if self.between is None else [self.between]
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class PermitRequest:
    """A permit that an operator asked for: the rows of a run that had no outcome then. `state`: open, granted, over."""

    request: int
    state: str
    run: int
    budget: int
    lifetime: timedelta
    between: str | None
    ticket: str | None
    reason: str
    requested_by: str
    requested_at: datetime
    collections: int

    @property
    def text(self) -> str:
        """What is asked for, for people: all that a grant would admit."""
        plural = "" if self.collections == 1 else "s"
        parts = [
            f"{self.budget:,} rows of run {self.run} only ({self.collections:,} collection{plural})",
            f"for {self.lifetime}",
        ]
        return ", ".join([*parts, *_conditions(self.between, self.ticket)])


def _conditions(between: str | None, ticket: str | None) -> list[str]:
    """What else a permit is asked to be bound to, for people."""
    return ([] if between is None else [f"at {between}"]) + ([] if ticket is None else [f"ticket {ticket}"])


def open_for(permits: Iterable[Permit], run: int, *, withdraws: bool = False) -> tuple[Permit, ...]:
    """The open permits that admit rows of a run: of its kind, and bound to no run, or to this one."""
    kind = WITHDRAW if withdraws else BACKFILL
    return tuple(each for each in permits if each.state == "open" and each.kind == kind and each.run in (None, run))


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
class PermitTerms:
    """What a gatekeeper wants to admit, or an operator asks for: so many rows, for so long, of what, when, and why."""

    budget: int
    lifetime: timedelta
    reason: str
    collections: tuple[str, ...] = ()
    run: int | None = None
    between: str | None = None
    ticket: str | None = None

    @property
    def text(self) -> str:
        """The terms in words for people: rows, lifetime, collections, run, conditions; without the reason."""
        parts = [f"{self.budget:,} row{'' if self.budget == 1 else 's'} for {self.lifetime}"]
        parts.append(", ".join(self.collections) or ("any collection" if self.run is None else f"run {self.run} only"))
        parts += [] if self.run is None or not self.collections else [f"run {self.run} only"]
        return ", ".join([*parts, *_conditions(self.between, self.ticket)])


FIELDS = ("rows", "lifetime", "reason", "collections", "run", "hours", "ticket")


def asked(fields: Mapping[str, str]) -> PermitTerms:
    """Read a form of FIELDS; the last four may be empty. Raises UsageError whose evidence names the wrong `field`.

    `ROWS LIFETIME REASON` may all stand in the first field, as in `100,000 2h stage 2`: who knows it types no tabs. So
    they may in the reason, where a form begins whose first fields are filled in.
    """
    if (together := _all_in_one(fields)) is not None:
        field, apart = together
        try:
            return asked(apart)
        except UsageError as error:
            raise _wrong(field, error.message, error.hint) from error
    first = fields.get("rows", "").strip()
    digits = first.replace(",", "")
    if not (digits.isascii() and digits.isdecimal() and int(digits)):
        raise _wrong("rows", "the permit is incomplete: add the rows it admits", "Write a number, as in 100,000.")
    if int(digits) > _MOST_ROWS:
        raise _wrong("rows", f"a permit admits at most {_MOST_ROWS:,} rows", "Write the number of missing rows.")
    if not fields.get("lifetime"):
        raise _wrong("lifetime", "the permit is incomplete: add its lifetime", "Write 30m, 2h or 1d.")
    try:
        found = lifetime(fields["lifetime"])
    except UsageError as error:
        raise _wrong("lifetime", error.message, error.hint) from error
    if not fields.get("reason", "").strip():
        raise _wrong("reason", "the permit is incomplete: add a reason", "It is recorded in the ledger.")
    run = fields.get("run", "").removeprefix("run-")
    if run and not (run.isascii() and run.isdecimal() and 0 < int(run) <= _MOST_ROWS):
        raise _wrong("run", f"invalid run {run!r}", "Write its number, as in 3, or nothing for every run.")
    return PermitTerms(
        budget=int(digits),
        lifetime=found,
        reason=fields["reason"].strip(),
        collections=tuple(name.strip() for name in fields.get("collections", "").split(",") if name.strip()),
        run=int(run) if run else None,
        between=fields.get("hours") or None,
        ticket=fields.get("ticket") or None,
    )


def _all_in_one(fields: Mapping[str, str]) -> tuple[str, dict[str, str]] | None:
    """The field that holds more than is its own, and what the fields are then."""
    first = fields.get("rows", "").split(maxsplit=2)
    if len(first) > 1:
        return "rows", {**fields, **dict(zip(FIELDS, first, strict=False))}
    reason = fields.get("reason", "")
    if _ALL_IN_ONE.fullmatch(reason):
        return "reason", {**fields, **dict(zip(FIELDS, reason.split(maxsplit=2), strict=False))}
    return None


def _wrong(field: str, message: str, hint: str) -> UsageError:
    return UsageError(message, code="bad_permit", evidence={"field": field}, hint=hint)


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

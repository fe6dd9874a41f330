"""Naming who holds what was waited for in vain."""

from collections.abc import Sequence
from dataclasses import asdict

from core.db.rows.lock import Holder, Wait
from core.errors import ConsoleError

_LOCK_NOT_AVAILABLE = "55P03"


def is_unnamed(error: ConsoleError) -> bool:
    """Whether a lock was not granted in time, and its holder was not looked up yet."""
    return error.sqlstate == _LOCK_NOT_AVAILABLE and "holders" not in error.evidence


def name_holders(error: ConsoleError, holders: Sequence[Holder]) -> None:
    """Put `holders`, rows of lock.holders, into the evidence; into the message where it can only be that one."""
    error.evidence = {**error.evidence, "holders": [asdict(each) for each in holders]}
    if len(holders) == 1 and holders[0].alone:
        error.message = _said(holders[0])


def name_waits(error: ConsoleError, waits: Sequence[Wait]) -> None:
    """Put `waits`, rows of lock.waits, into the evidence, and the first into the message: it was waited for."""
    error.evidence = {**error.evidence, "holders": [asdict(each) for each in waits]}
    first, others = waits[0], len(waits) - 1
    who = f"{_who(first)}{f' and {others} more' if others else ''}"
    if first.held:
        error.message = f"{first.table} is locked ({first.held}) by {who}{_for(first.seconds)}"
    else:
        error.message = f"{who} waits for {first.table}, and other sessions queue behind it"


def _who(wait: Wait) -> str:
    if not wait.process:
        return f"the {wait.application} of {wait.login}"
    return f"process {wait.process} of {wait.login}" + (f" ({wait.application})" if wait.application else "")


def _for(seconds: int | None) -> str:
    return "" if seconds is None else f" for {seconds} s"


def _said(holder: Holder) -> str:
    who = f"process {holder.process} of {holder.login}"
    if holder.application:
        who += f" ({holder.application})"
    if not holder.granted:
        return f"{who} waits for {holder.table}, and other sessions queue behind it"
    # Another login's transaction shows its age to those who may see it only.
    return f"{holder.table} is locked by {who}" + (f" for {age} s" if (age := holder.seconds) is not None else "")

"""Naming who holds what was waited for in vain."""

from collections.abc import Sequence
from dataclasses import asdict

from core.db.rows.lock import Holder
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


def _said(holder: Holder) -> str:
    who = f"process {holder.process} of {holder.login}"
    if holder.application:
        who += f" ({holder.application})"
    if not holder.granted:
        return f"{who} waits for {holder.table}, and other sessions queue behind it"
    # Another login's transaction shows its age to those who may see it only.
    return f"{holder.table} is locked by {who}" + (f" for {age} s" if (age := holder.seconds) is not None else "")

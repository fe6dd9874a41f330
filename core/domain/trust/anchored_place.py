"""Why a chain may not hold an event that was anchored: what two servers' histories tell, and no more."""

from dataclasses import dataclass

INSTALLATION = "installation"
REWIND = "rewind"
CHANGE = "change"
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class History:
    """Where an anchor was written, or where the chain is now.

    `timeline` and `wal` (bytes) are None in anchors from before version 0.2.0.
    """

    genesis: str | None
    system_identifier: str
    timeline: int | None
    wal: int | None


def cause(then: History, now: History) -> tuple[str, str]:
    """A word for programs and one for people: another installation, a rewind, or a change.

    No person is blamed without ground: a failover, a restore and a second installation leave traces of their own.
    """
    if then.genesis != now.genesis:
        return INSTALLATION, (
            "the first events differ, so the anchor is of another installation, or the chain was replaced as a whole"
        )
    if then.system_identifier != now.system_identifier:
        return REWIND, "the database is on another server now: it was restored there, or the server was upgraded"
    if then.timeline is None or then.wal is None:
        return UNKNOWN, "a failover, a restore, or an administrator who changed events: this anchor names no timeline"
    if then.timeline != now.timeline:
        return REWIND, (
            f"the server went from timeline {then.timeline} to {now.timeline}: a failover to a replica that lagged, or"
            " a restore"
        )
    if now.wal is not None and now.wal < then.wal:
        return REWIND, "the server's WAL ends before the anchor: its storage was set back to a snapshot"
    return CHANGE, (
        "the server's history is unbroken, so no failover took it: a dump was restored into the database, or a"
        " superuser changed events"
    )

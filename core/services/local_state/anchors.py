"""When an anchor of which chain was last written on this machine: how old the newest is, is worth a glance."""

from datetime import UTC, datetime

from core.services.local_state.memory import Memory

_CHAINS = Memory("anchors.json", most=200)


def remember(genesis: str, at: datetime) -> None:
    """Keep that an anchor was written."""
    _CHAINS.remember(genesis, at.isoformat())


def latest(genesis: str) -> datetime | None:
    """When the latest was written here; None where this machine knows of none."""
    try:
        return datetime.fromisoformat(_CHAINS.recall(genesis)).astimezone(UTC)
    except (KeyError, TypeError, ValueError):
        return None

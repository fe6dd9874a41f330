"""When an anchor of which chain was last written on this machine: how old the newest is, is worth a glance."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.services.local_state import private_file
from core.settings import state_home

_KEPT = 200  # chains; the one anchored longest ago is forgotten first


def remember(genesis: str, at: datetime) -> None:
    """Keep that an anchor was written. A folder that cannot be written costs only the memory."""
    known = _read()
    known.pop(genesis, None)
    known[genesis] = at.isoformat()
    with suppress(OSError):
        private_file.write(_file(), json.dumps(dict(list(known.items())[-_KEPT:])))


def latest(genesis: str) -> datetime | None:
    """When the latest was written here; None where this machine knows of none."""
    try:
        return datetime.fromisoformat(_read()[genesis]).astimezone(UTC)
    except (KeyError, TypeError, ValueError):
        return None


def _file() -> Path:
    return state_home() / "anchors.json"


def _read() -> dict[str, Any]:
    try:
        found = json.loads(_file().read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}

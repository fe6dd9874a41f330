"""What this login saw last in a database, kept on this machine from one session to the next."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from core.db.connection.session import Connection
from core.db.rows.audit import GENESIS
from core.db.rows.session import IDENTITY
from core.domain.overview.activity import LastSeen
from core.services.local_state import private_file
from core.settings import state_home

_KEPT = 50  # databases; the one looked at longest ago is forgotten first


def file_of(connection: Connection) -> str:
    """What tells this ledger, seen by this login, from every other: a copy of a database is another one."""
    genesis, who = connection.row(GENESIS), connection.one(IDENTITY)
    return f"{genesis and genesis.hash}/{who.database}/{connection.schema}/{who.login}"


def recall(key: str) -> LastSeen | None:
    """What was seen last; None where nothing was, or nothing that can be read."""
    try:
        known = _read()[key]
        return LastSeen(int(known["seq"]), {str(name): str(value) for name, value in known["figures"].items()})
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def remember(key: str, look: LastSeen) -> None:
    """Keep what is seen now. A folder that cannot be written costs only the memory."""
    known = _read()
    known.pop(key, None)
    known[key] = {"seq": look.seq, "figures": dict(look.figures)}
    with suppress(OSError):
        private_file.write(_file(), json.dumps(dict(list(known.items())[-_KEPT:])))


def _file() -> Path:
    return state_home() / "looks.json"


def _read() -> dict[str, Any]:
    try:
        found = json.loads(_file().read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}

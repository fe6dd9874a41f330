"""What this login saw last in a database, kept on this machine from one session to the next."""

from core.db.connection.session import Connection
from core.db.rows.audit import GENESIS
from core.db.rows.session import IDENTITY
from core.domain.overview.activity import LastSeen
from core.services.local_state.memory import Memory

_DATABASES = Memory("looks.json", most=50)


def file_of(connection: Connection) -> str:
    """What tells this ledger, seen by this login, from every other: a copy of a database is another one."""
    genesis, who = connection.row(GENESIS), connection.one(IDENTITY)
    return f"{genesis and genesis.hash}/{who.database}/{connection.schema}/{who.login}"


def recall(key: str) -> LastSeen | None:
    """What was seen last; None where nothing was, or nothing that can be read."""
    try:
        known = _DATABASES.recall(key)
        return LastSeen(int(known["seq"]), {str(name): str(value) for name, value in known["figures"].items()})
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def remember(key: str, look: LastSeen) -> None:
    """Keep what is seen now."""
    _DATABASES.remember(key, {"seq": look.seq, "figures": dict(look.figures)})

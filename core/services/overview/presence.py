"""Who else is connected with a console of ours, and what they apply: every reader may see names, and no more."""

from dataclasses import dataclass

from core.db.connection.connecting import own_name
from core.db.connection.session import Connection
from core.db.rows.presence import OTHERS


@dataclass(frozen=True, slots=True)
class Present:
    """One other process: `name` is pid@host as it calls itself, `run` what it applies, if it does."""

    login: str
    name: str
    connections: int
    run: int | None


def others(connection: Connection) -> list[Present]:
    """The other consoles and appliers on this database, by login."""
    return [
        Present(other.login, other.name.partition(" ")[2], other.connections, other.run)
        for other in connection.rows(OTHERS, {"own": own_name()})
    ]

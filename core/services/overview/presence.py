"""Who else is connected with a console of ours, and what they apply: everybody may see names, nobody more."""

from dataclasses import dataclass

from core.db.connection.session import Connection, own_name


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
        Present(row["login"], row["name"].partition(" ")[2], row["connections"], row["run"])
        for row in connection.rows("presence.others", {"own": own_name()})
    ]

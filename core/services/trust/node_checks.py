"""What the doctor asks of the nodes of Citus: whether they let the tables be read that they keep."""

from collections.abc import Collection, Iterator

from psycopg import sql

from core.db.connection.session import Connection
from core.db.install import nodes, registry_nodes
from core.db.rows import doctor
from core.db.sources.counts import row_count
from core.domain.trust.check import Check, check
from core.errors import ConsoleError, Json, Unavailable
from core.services.classify.sources import living_of

_SHOWN = 20


def shards(connection: Connection) -> Iterator[Check]:
    """A row of each REQUIRED collection that the nodes keep is read, as plan and apply read it. None where none is."""
    rows = connection.rows(doctor.SHARDS)
    if not rows:
        return
    refused: dict[doctor.Shards, ConsoleError] = {}
    for row in rows:
        if why := _refusal(connection, row):
            refused[row] = why
        if isinstance(why, Unavailable):
            break  # what a node that stands still is asked takes half a minute each time
    evidence: dict[str, Json] = {row.collection: why.message for row, why in [*refused.items()][:_SHOWN]}
    yield check(
        "shards",
        "the nodes of Citus let birth_caller read every REQUIRED collection that they keep",
        "failed" if refused else "passed",
        {"collections": len(rows), "unreadable": evidence},
        "Check that each node runs. `birth-console init` lets birth_caller log in there, and read the shards.",
        _letting_read(refused) if refused else [],
    )


def _letting_read(refused: Collection[doctor.Shards]) -> list[str]:
    tables = [sql.Identifier(row.schema, row.table) for row in refused]
    granted = nodes.reading(sorted({row.schema for row in refused}), tables).as_string()
    return [f"{nodes.login().as_string()};", granted.rstrip()]


def registry(connection: Connection) -> Iterator[Check]:
    """Nodes that keep the registry let people read it and birth_caller register. None where none keeps it."""
    found = connection.row(doctor.REGISTRY_ON_NODES)
    if found is None:
        return
    table = sql.Identifier(found.schema, found.table)
    evidence: list[Json] = []
    statements: list[str] = []
    if connection.one(registry_nodes.kept(connection.schema, table)).outdated:
        evidence.append("it was distributed after it was bound")
        statements.append(f"{registry_nodes.redefining(connection.schema).as_string()};")
    if lacking := _lacking(connection, table):
        evidence += lacking[:_SHOWN]
        statements.append(f"{registry_nodes.letting_in(found.schema, table).as_string()};")
    yield check(
        "registry_nodes",
        "the nodes of Citus that keep the registry let people read it, and birth_caller register",
        "failed" if evidence else "passed",
        {"registry": f"{found.schema}.{found.table}", "lacking": evidence},
        "Check that each node runs. Then run `birth-console init` once more, also after a person was added.",
        statements,
    )


def _lacking(connection: Connection, table: sql.Identifier) -> list[str]:
    """What each node lacks; why nothing is known, where this login is not let in."""
    try:
        with connection.reading():
            return [f"{row.name}: {row.result}" for row in connection.rows(registry_nodes.lacking(table))]
    except ConsoleError as error:
        if connection.is_closed:
            raise
        return [error.message]


def _refusal(connection: Connection, row: doctor.Shards) -> ConsoleError | None:
    table = living_of(row.rows)
    if table is None:
        return None
    try:
        with connection.reading():
            connection.one(row_count(table))
    except ConsoleError as error:
        if connection.is_closed:
            raise
        return error
    return None

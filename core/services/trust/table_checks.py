"""Checks of the company's side: its registry, the tables of its collections, and what keeps their rows apart."""

from collections.abc import Iterator, Sequence

from core.db.connection.session import Connection
from core.db.rows import doctor
from core.domain.trust.check import Check, check
from core.services.adopt.unenrolled import unenrolled as unenrolled_tables

_READING = "birth_owner, birth_caller, birth_reader"
_SHOWN = 5


def registry(connection: Connection) -> Check:
    """Codes are unique by an index, or in each partition of a registry that has some."""
    found = connection.one(doctor.REGISTRY)
    facts = {"indexed": found.is_indexed, "unique": found.is_unique}
    if found.is_partitioned:
        return check(
            "registry_index",
            "a unique index on entity_code guards the registry, which is partitioned",
            "warning" if found.is_unique_in_part else "failed",
            {**facts, "unique_in_each_partition": found.is_unique_in_part},
            "PostgreSQL keeps codes unique in each partition only: two collections can share a code."
            if found.is_unique_in_part
            else f"Create a unique index on {found.code} and the columns that the registry is partitioned by:"
            " without it, codes can be registered twice, and batches read the whole registry.",
        )
    return check(
        "registry_index",
        "a unique index on entity_code guards the registry",
        "passed" if found.is_unique else "failed",
        facts,
        "Create the index: without it, collections can share a code, and batches read the whole registry.",
        [] if found.is_unique else [f"CREATE UNIQUE INDEX CONCURRENTLY ON {found.registry} ({found.code});"],
    )


def row_security(connection: Connection) -> Check:
    """Rows that a policy hides would count as missing."""
    hidden = [row.table for row in connection.rows(doctor.ROW_SECURITY)]
    return check(
        "row_security",
        "row-level security hides no rows of registry and sources",
        "failed" if hidden else "passed",
        {"tables": hidden},
        "Exempt these collections and keep the policies: hidden rows would count as missing.",
    )


def sources(connection: Connection) -> Iterator[Check]:
    """What is read of each source: rights, then statistics."""
    rows = connection.rows(doctor.SOURCES)
    unread = [row for row in rows if row.closed or row.unread or row.guarded]
    yield check(
        "sources",
        "birth_caller and the groups may read every REQUIRED collection",
        "failed" if unread else "passed",
        {"unreadable": _few(unread), "with_row_security": _few([row for row in unread if row.guarded])},
        "Grant the missing privileges. Exempt collections with row-level security: they cannot be backfilled.",
        [
            *_entering(unread),
            *(f"GRANT SELECT ON {row.table} TO {_READING};" for row in unread if row.unread),
        ],
    )
    unknown = [row for row in rows if row.unknown]
    yield check(
        "statistics",
        "the server has statistics of every REQUIRED collection",
        "warning" if unknown else "passed",
        {"without": _few(unknown)},
        "ANALYZE these tables: suggestions and plans need statistics.",
        [f"ANALYZE {row.table};" for row in unknown],
    )


def _entering(rows: Sequence[doctor.Source]) -> list[str]:
    schemas = sorted({row.schema for row in rows if row.closed})
    return [f"GRANT USAGE ON SCHEMA {schema} TO {_READING};" for schema in schemas]


def heirs(connection: Connection) -> Check:
    """Inheritance copies no trigger."""
    rows = connection.rows(doctor.HEIRS)
    return check(
        "heirs",
        "tables that inherit from a REQUIRED collection have the birth trigger, too",
        "failed" if rows else "passed",
        {"without_trigger": len(rows), "tables": [row.table for row in rows[:_SHOWN]]},
        "Attach the gateway's trigger to these tables, too: inheritance copies none. `birth-console init` does it where"
        " the gateway is the console's own.",
        [row.remedy for row in rows if row.remedy],
    )


def kept(connection: Connection) -> Check:
    """A proof is of its moment. What holds rows apart from then on is the table's own constraint."""
    rows = connection.rows(doctor.UNKEPT)
    return check(
        "identities_kept",
        "constraints keep each identity: UNIQUE and NOT NULL",
        "warning" if rows else "passed",
        {"unkept": len(rows), "identities": [f"{row.collection} ({row.identity})" for row in rows[:_SHOWN]]},
        "Ask the tables' owners to run the remedy. Else a row without a code, or with another row's, may come.",
        [statement for row in rows for statement in row.statements],
    )


def names(connection: Connection) -> Check:
    """A collection whose name two schemas have is read from the first."""
    found = {row.collection: row.schemas for row in connection.rows(doctor.AMBIGUOUS)}
    return check(
        "names",
        "each collection's name matches one table",
        "warning" if found else "passed",
        {"ambiguous": dict(list(found.items())[:_SHOWN])},
        "Name the right table in birth_collection_place. Several schemas have one; the first is taken.",
    )


def unenrolled(connection: Connection) -> Check:
    """Rows of these tables are registered by none."""
    found = unenrolled_tables(connection)
    return check(
        "unenrolled",
        "every table that was to be enrolled is a collection",
        "warning" if found else "passed",
        {"tables": [*found[:_SHOWN]], "found": len(found)},
        "Enrol them: `birth-console init --collections …`, or `--exempt …`. Nothing registers their rows.",
    )


def _few(rows: Sequence[doctor.Source]) -> list[str]:
    shown = [str(row.collection) for row in rows[:_SHOWN]]
    return [*shown, f"and {len(rows) - _SHOWN} more"] if len(rows) > _SHOWN else shown

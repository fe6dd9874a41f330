"""What the doctor asks of the database itself: what is installed and bound, and whether its sources can be read."""

from collections.abc import Iterator, Mapping, Sequence

from core.db.connection.session import Connection
from core.db.install import installer
from core.db.rows import doctor
from core.domain.trust.check import Check, check
from core.services.trust import foreign_objects

_SHOWN = 5


def checks(connection: Connection, remedies: Mapping[str, Sequence[str]]) -> Iterator[Check]:
    """Every such check, in the order in which they are mended. `remedies` are the audit's. Changes nothing."""
    yield _migrations(connection)
    yield _binding(connection, remedies)
    yield foreign_objects.look(connection)
    yield _pins(connection)
    yield _server(connection)
    yield _registry(connection)
    yield _row_security(connection)
    yield from _sources(connection)
    yield _heirs(connection)
    yield _names(connection)


def _migrations(connection: Connection) -> Check:
    done = {row.name: row.sha256 for row in connection.rows(doctor.MIGRATIONS)}
    parts = installer.parts()
    missing = [part.name for part in parts if part.name not in done]
    differing = [part.name for part in parts if done.get(part.name, part.sha256) != part.sha256]
    return check(
        "migrations",
        "what is installed is of this version",
        "failed" if missing else "warning" if differing else "passed",
        {"installed": len(done), "missing": missing, "differing": differing},
        "`birth-console init` installs what is missing; what differs was installed by another version.",
    )


def _binding(connection: Connection, remedies: Mapping[str, Sequence[str]]) -> Check:
    found = connection.one(doctor.BINDING)
    fine = found.there and found.writes and not found.unknown
    return check(
        "binding",
        "the register function is bound, and birth_owner may call it",
        "passed" if fine and found.callable else "failed",
        {
            "function": found.signature,
            "present": found.there,
            "volatile": found.writes,
            "callable": found.callable,
            "unknown_parameters": found.unknown,
            "binding": found.binding,
        },
        "Have the rights given." if fine else "Bind it anew: `birth-console init --bind FUNCTION 'p_code=$code' …`.",
        remedies.get("binding", ()),
    )


def _pins(connection: Connection) -> Check:
    found = connection.one(doctor.PINS)
    return check(
        "fingerprints",
        "the gateway is the one that permits and runs were made for",
        "warning" if found.permits or found.runs else "passed",
        {"live": found.live, "permits": found.permits, "runs": found.runs},
        "Find out who changed the gateway; then open a new permit, and plan again.",
    )


def _server(connection: Connection) -> Check:
    found = connection.row(doctor.SERVER) or doctor.Server(installed_on=None, live=None, runs=[])
    moved = found.installed_on != found.live
    return check(
        "server",
        "the server is the one that this was installed on",
        "warning" if moved or found.runs else "passed",
        {"installed_on": found.installed_on, "live": found.live, "runs_planned_before": found.runs},
        "It was restored elsewhere or upgraded: compare the ledger with an anchor, and plan again.",
    )


def _registry(connection: Connection) -> Check:
    found = connection.one(doctor.REGISTRY)
    return check(
        "registry_index",
        "entity_code is unique in the registry, by an index",
        "passed" if found.is_unique else "failed",
        {"indexed": found.is_indexed, "unique": found.is_unique},
        "Without it two collections may come to share a code, and every batch reads the whole registry.",
        [] if found.is_unique else [f"CREATE UNIQUE INDEX CONCURRENTLY ON {found.registry} (entity_code);"],
    )


def _row_security(connection: Connection) -> Check:
    hidden = [row.table for row in connection.rows(doctor.ROW_SECURITY)]
    return check(
        "row_security",
        "no row security hides rows of the registry or beside it",
        "failed" if hidden else "passed",
        {"tables": hidden},
        "Counts and plans would take hidden rows for missing, so they are refused: disable it on these tables.",
    )


def _sources(connection: Connection) -> Iterator[Check]:
    rows = connection.rows(doctor.SOURCES)
    unread = [row for row in rows if row.closed or row.unread or row.guarded]
    yield check(
        "sources",
        "birth_owner and the groups read every REQUIRED collection",
        "failed" if unread else "passed",
        {"unreadable": _few(unread), "with_row_security": _few([row for row in unread if row.guarded])},
        "Give the rights; a table with row security cannot be backfilled: part of its rows would pass for missing.",
        [*_entering(unread), *(f"GRANT SELECT ON {row.table} TO birth_owner, birth_reader;" for row in unread
                               if row.unread)],
    )  # fmt: skip
    unknown = [row for row in rows if row.unknown]
    yield check(
        "statistics",
        "the server has statistics of every REQUIRED collection",
        "warning" if unknown else "passed",
        {"without": _few(unknown)},
        "Suggestions and plans rest on them: ANALYZE the tables.",
        [f"ANALYZE {row.table};" for row in unknown],
    )


def _entering(rows: Sequence[doctor.Source]) -> list[str]:
    schemas = sorted({row.schema for row in rows if row.closed})
    return [f"GRANT USAGE ON SCHEMA {schema} TO birth_owner, birth_reader;" for schema in schemas]


def _heirs(connection: Connection) -> Check:
    rows = connection.rows(doctor.HEIRS)
    return check(
        "heirs",
        "tables that inherit from a REQUIRED collection meet the gateway, too",
        "failed" if rows else "passed",
        {"without_trigger": len(rows), "tables": [row.table for row in rows[:_SHOWN]]},
        "Their rows are the collection's, but inherit no trigger: `birth-console init` attaches the console's own.",
        [row.remedy for row in rows if row.remedy],
    )


def _names(connection: Connection) -> Check:
    found = {row.collection: row.schemas for row in connection.rows(doctor.AMBIGUOUS)}
    return check(
        "names",
        "each collection's name says which table it is",
        "warning" if found else "passed",
        {"ambiguous": dict(list(found.items())[:_SHOWN])},
        "Tables of that name are in several schemas: the first is taken. Say which in birth_collection_place.",
    )


def _few(rows: Sequence[doctor.Source]) -> list[str]:
    shown = [str(row.collection) for row in rows[:_SHOWN]]
    return [*shown, f"and {len(rows) - _SHOWN} more"] if len(rows) > _SHOWN else shown

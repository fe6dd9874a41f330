"""What the doctor asks of the database itself: what is installed and bound, and whether its sources can be read."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from core.db.connection.session import Connection
from core.db.install import catalog, installer
from core.db.rows import doctor
from core.db.rows.audit import PLACE
from core.domain.trust.check import Check, check
from core.services.adopt.unenrolled import unenrolled
from core.services.trust import foreign_objects
from core.version import SCHEMA_VERSION

_SHOWN = 5
_DIFFERENCES = 20


Remedies = Callable[[str], Sequence[str]]


def checks(remedies: Remedies) -> list[tuple[str, Callable[[Connection], Iterable[Check]]]]:
    """Every such check by its id, in the order in which they are mended. `remedies` tells the audit's of a check.

    Each changes nothing, and may raise a ConsoleError by itself.
    """
    return [
        ("schema", _one(schema)),
        ("schema_alone", _one(_alone)),
        ("binding", lambda connection: [_binding(connection, remedies)]),
        ("visible_writes", _one(_visible_writes)),
        ("strangers", _one(foreign_objects.examine)),
        ("closure", _one(_closure)),
        ("fingerprints", _one(_pins)),
        ("server", _one(_server)),
        ("history", _one(_history)),
        ("registry_index", _one(_registry)),
        ("row_security", _one(_row_security)),
        ("sources", _sources),
        ("heirs", _one(_heirs)),
        ("identities_kept", _one(_kept)),
        ("names", _one(_names)),
        ("unenrolled", _one(_unenrolled)),
    ]


def _one(look: Callable[[Connection], Check]) -> Callable[[Connection], Iterable[Check]]:
    return lambda connection: [look(connection)]


def schema(connection: Connection) -> Check:
    """Version and objects, compared by a query of this program: a function that compares may have been replaced."""
    found: list[str] = []
    if connection.installed == SCHEMA_VERSION:
        live = catalog.live(connection)
        differing = {each.text: each for each in catalog.differences(catalog.recorded(connection), live)}
        differing |= {each.text: each for each in catalog.foreign_bodies(connection.schema, live)}
        found = [*differing, *_record(connection), *_files(connection)]
    is_current = connection.installed == SCHEMA_VERSION and not found
    return check(
        "schema",
        "the installed schema matches this version",
        "passed" if is_current else "failed",
        {
            "installed": connection.installed,
            "current": SCHEMA_VERSION,
            "differences": [*found[:_DIFFERENCES]],
            "found": len(found),
        },
        "Find out who changed it; `birth-console upgrade` restores functions and privileges, and names the rest."
        if found
        else "`birth-console upgrade --dry-run` shows what would change.",
    )


def _alone(connection: Connection) -> Check:
    """What others create in the schema could take the place of what is ours."""
    return check(
        "schema_alone",
        "only birth_owner may create in the console's schema",
        "passed" if connection.creator is None else "failed",
        {"schema": connection.schema, "others": connection.creator},
        "REVOKE CREATE ON SCHEMA … FROM that role; ALTER SCHEMA … OWNER TO birth_owner.",
    )


def _record(connection: Connection) -> list[str]:
    """What is wrong with the record itself: it must be what its event in the chain says."""
    is_whole = connection.one(doctor.SCHEMA_RECORD).is_whole
    return [] if is_whole else ["the record of installed objects changed: digest"]


def _files(connection: Connection) -> list[str]:
    """Files that this program has and the database was not installed from."""
    done = {row.name: row.sha256 for row in connection.rows(doctor.MIGRATIONS)}
    return [f"file {part.name} {'changed' if part.name in done else 'missing'}" for part in installer.parts()
            if done.get(part.name) != part.sha256]  # fmt: skip


def _binding(connection: Connection, remedies: Remedies) -> Check:
    found = connection.one(doctor.BINDING)
    fine = found.there and found.writes and not found.unknown
    return check(
        "binding",
        "the register function is bound, and birth_caller may call it",
        "passed" if fine and found.callable else "failed",
        {
            "function": found.signature,
            "present": found.there,
            "volatile": found.writes,
            "callable": found.callable,
            "called": "once per batch" if found.set_based else "once per row",
            "unknown_parameters": found.unknown,
            "binding": found.binding,
        },
        "Grant the missing privileges."
        if fine
        else "Bind it again: `birth-console init --bind FUNCTION 'p_code=$code' …`.",
        () if fine and found.callable else remedies("binding"),
    )


def _visible_writes(connection: Connection) -> Check:
    """What a batch may have written elsewhere is found by the server's own count."""
    found = {row.name: row.why for row in connection.rows(doctor.UNSEEN_WRITES)}
    return check(
        "visible_writes",
        "the server counts every write of the register function",
        "failed" if found else "passed",
        {"unseen": found},
        "Keep registry and --register-writes tables ordinary tables of this database, not foreign or distributed ones.",
    )


def _closure(connection: Connection) -> Check:
    """What the company's code consists of, whatever its author: it runs as birth_caller."""
    found = connection.rows(doctor.CLOSURE)
    acting = [f"{each.kind} {each.name}" for each in found if each.acts]
    return check(
        "closure",
        "code that runs when rows are registered belongs to no login of the console",
        "warning" if acting else "passed",
        {
            "objects": [
                {"object": f"{each.kind} {each.name}", "owner": each.owner, "reached_by": each.reached_by}
                for each in found
            ],
            "acting_owners": acting,
        },
        "Give these objects to a role that no login of the console is a member of.",
    )


def _pins(connection: Connection) -> Check:
    found = connection.one(doctor.PINS)
    return check(
        "fingerprints",
        "the gateway matches open permits and runs",
        "warning" if found.permits or found.runs else "passed",
        {"live": found.live, "permits": found.permits, "runs": found.runs},
        "Ask the gateway's owner about the change. Then open a new permit and plan again.",
    )


def _server(connection: Connection) -> Check:
    found = connection.row(doctor.SERVER) or doctor.Server(installed_on=None, live=None, runs=[])
    moved = found.installed_on != found.live
    return check(
        "server",
        "the server is the one of the installation",
        "warning" if moved or found.runs else "passed",
        {"installed_on": found.installed_on, "live": found.live, "runs_planned_before": found.runs},
        "The database was restored or upgraded. Compare the ledger with an anchor, then plan again.",
    )


def _history(connection: Connection) -> Check:
    """A failover or restore leaves another timeline; what it took, only records outside the database show."""
    found, live = connection.one(doctor.HISTORY), connection.one(PLACE)
    return check(
        "history",
        "the server's history is the one that runs and installation were recorded on",
        "warning" if found.changes else "passed",
        {
            "live": {"system_identifier": live.system_identifier, "timeline": live.timeline},
            "recorded_on": found.changes,
            "losses_told": found.losses,
        },
        "A failover or restore may have taken decisions. Compare with an anchor: `birth-console audit --anchor FILE`."
        " Then a gatekeeper accepts: `birth-console audit --accept-history REASON`.",
    )


def _registry(connection: Connection) -> Check:
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


def _row_security(connection: Connection) -> Check:
    hidden = [row.table for row in connection.rows(doctor.ROW_SECURITY)]
    return check(
        "row_security",
        "row-level security hides no rows of registry and sources",
        "failed" if hidden else "passed",
        {"tables": hidden},
        "Exempt these collections and keep the policies: hidden rows would count as missing.",
    )


def _sources(connection: Connection) -> Iterator[Check]:
    rows = connection.rows(doctor.SOURCES)
    unread = [row for row in rows if row.closed or row.unread or row.guarded]
    yield check(
        "sources",
        "birth_owner and the groups may read every REQUIRED collection",
        "failed" if unread else "passed",
        {"unreadable": _few(unread), "with_row_security": _few([row for row in unread if row.guarded])},
        "Grant the missing privileges. Exempt collections with row-level security: they cannot be backfilled.",
        [*_entering(unread), *(f"GRANT SELECT ON {row.table} TO birth_owner, birth_reader;" for row in unread
                               if row.unread)],
    )  # fmt: skip
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
    return [f"GRANT USAGE ON SCHEMA {schema} TO birth_owner, birth_reader;" for schema in schemas]


def _heirs(connection: Connection) -> Check:
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


def _kept(connection: Connection) -> Check:
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


def _names(connection: Connection) -> Check:
    found = {row.collection: row.schemas for row in connection.rows(doctor.AMBIGUOUS)}
    return check(
        "names",
        "each collection's name matches one table",
        "warning" if found else "passed",
        {"ambiguous": dict(list(found.items())[:_SHOWN])},
        "Name the right table in birth_collection_place. Several schemas have one; the first is taken.",
    )


def _unenrolled(connection: Connection) -> Check:
    found = unenrolled(connection)
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

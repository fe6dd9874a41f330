"""What the doctor asks of the database itself: what is installed and bound, and whether its sources can be read."""

from collections.abc import Callable, Iterable, Sequence

from core.db.connection.session import Connection
from core.db.install import catalog, installer
from core.db.rows import doctor
from core.db.rows.audit import PLACE
from core.domain.trust.check import Check, check
from core.services.trust import foreign_objects, node_checks, table_checks
from core.services.trust.bindings import bindings
from core.version import SCHEMA_VERSION

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
        ("bound", _one(_bound)),
        ("closure", _one(_closure)),
        ("fingerprints", _one(_pins)),
        ("server", _one(_server)),
        ("history", _one(_history)),
        ("registry_index", _one(table_checks.registry)),
        ("row_security", _one(table_checks.row_security)),
        ("sources", table_checks.sources),
        ("shards", node_checks.shards),
        ("registry_nodes", node_checks.registry),
        ("heirs", _one(table_checks.heirs)),
        ("identities_kept", _one(table_checks.kept)),
        ("names", _one(table_checks.names)),
        ("unenrolled", _one(table_checks.unenrolled)),
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


def _bound(connection: Connection) -> Check:
    found = bindings(connection)
    return check(
        "bound",
        "bound objects are as they were when they were bound",
        "warning" if any(each.changed for each in found) else "passed",
        {each.part: f"{each.object}: {each.since}" for each in found},
        "Ask the owner about each change. To keep it, bind the object again: `birth-console init --bind-registry …`.",
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

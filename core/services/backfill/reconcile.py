"""Reconciling: the missing set once more, by another query shape, in one snapshot; equal, or the plan is stale."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from psycopg import sql

from core.db.connection.session import Connection
from core.db.rows.ledger import SOURCES, Source
from core.db.rows.plan import RECONCILE, Codes
from core.db.rows.sources import Drifted, Unidentified
from core.db.sources import codec, missing
from core.domain.backfill.runs import Run
from core.domain.classify.identity import COLUMN
from core.domain.steps import Tell
from core.errors import Json, Stale
from core.services.backfill import runs, steps
from core.services.classify import sources


@dataclass(frozen=True, slots=True)
class Drift:
    """How the source differs from the plan, in rows."""

    late: int = 0
    gone: int = 0
    registered_since: int = 0


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """A run whose plan and source agree, but for the drift that was accepted: `planned` and `source` are rows.

    `rows` are the codes that moved, by collection.
    """

    run: int
    planned: int
    source: int
    drift: Drift
    accepted: int = 0
    rows: Mapping[str, Codes] = field(default_factory=dict)


def reconcile(
    connection: Connection, number: int, note: str, *, allow: int = 0, tell: Tell | None = None
) -> Reconciliation:
    """Recount a run's missing set and record that it is what was planned, but for at most `allow` rows.

    Raises Stale with the drift where it is not; nothing is written then. `tell` hears of each table that is done.
    """
    run = runs.run(connection, number)
    entries = connection.rows(SOURCES, {"run": number})
    types = sources.types_of_each(connection, [entry.relid for entry in entries])
    for entry in entries:
        _missing_of(entry, types.get(entry.relid, {}), connection.schema)
    try:
        with steps.told(connection, "recounted", weights(run), tell):
            found = connection.one(RECONCILE, {"run": number, "note": note, "rows": allow}).drift
    except Stale as error:
        differing = error.evidence.get("collections")
        if error.code != "plan_differs" or not isinstance(differing, list):
            raise
        with connection.snapshot():
            drift = {each.collection: _drift(connection, each) for each in entries if each.collection in differing}
        raise _stale(number, drift) from None
    return Reconciliation(
        run=number,
        planned=run.missing,
        source=run.missing + found.late - found.gone - found.registered_since,
        drift=Drift(found.late, found.gone, found.registered_since),
        accepted=found.accepted,
        rows={name: moved.codes for name, moved in found.rows.items()},
    )


def weights(run: Run) -> dict[str, int]:
    """The rows of each source of a run, as planned: how long each takes to read."""
    return {entry.collection: entry.source_rows for entry in run.entries}


def missing_set(connection: Connection, entry: Source) -> sql.Composed:
    """The statement that finds the codes of an entry that are missing now. Raises as `missing_now` does."""
    table, code = missing_now(connection, entry)
    return missing.missing_set(table, code, connection.schema, windowed=entry.windowed)


def missing_now(connection: Connection, entry: Source) -> tuple[sql.Composable, sql.Composable]:
    """The table of an entry and its code, under the identity it was planned with.

    Raises Stale where the table is gone or lacks a column of that identity.
    """
    return _missing_of(entry, sources.types_of(connection, entry.relid), connection.schema)


def _missing_of(entry: Source, types: Mapping[str, str], schema: str) -> tuple[sql.Composable, sql.Composable]:
    table = sources.living_of(entry.living) or sources.table_of(entry.table_schema, entry.table_name)
    if table is None or not set(entry.columns) <= types.keys():
        raise Stale(
            f"the table of {entry.collection} no longer matches the plan",
            code="plan_stale",
            evidence={"collection": entry.collection, "columns": list(entry.columns)},
            hint="Plan again.",
        )
    parts = codec.parts(entry.columns, types, entry.collection)
    collection = None if entry.strategy == COLUMN else entry.collection
    return table, codec.code_expression(collection, parts, schema)


def _drift(connection: Connection, entry: Source) -> tuple[Drifted, Unidentified]:
    table, code = missing_now(connection, entry)
    drifted = connection.one(missing.drift(table, code, entry.ledger_id, connection.schema))
    return drifted, connection.one(missing.faulty_codes(table, code))


def _stale(number: int, drift: Mapping[str, tuple[Drifted, Unidentified]]) -> Stale:
    total = Drift(
        late=sum(drifted.late for drifted, _ in drift.values()),
        gone=sum(drifted.gone for drifted, _ in drift.values()),
        registered_since=sum(drifted.registered_since for drifted, _ in drift.values()),
    )
    unidentified = sum(broken.without_code + broken.duplicates for _, broken in drift.values())
    collections: dict[str, Json] = {
        name: {**asdict(drifted), **asdict(broken)} for name, (drifted, broken) in drift.items()
    }
    return Stale(
        f"run {number} no longer matches the source: {total.late} late, {total.gone} gone, "
        f"{total.registered_since} registered since"
        + (f", {unidentified} rows without a unique code" if unidentified else ""),
        code="plan_differs",
        evidence={"run": number, "drift": asdict(total), "collections": collections},
        hint="Plan again, then reconcile. If the table is in use: `plan --reconcile`, or --allow-drift ROWS.",
    )

"""The accounts of a soak, by SQL of its own: every source row is registered once, and every run's figures are true."""

from typing import Any

from tests import small
from tests.databases import Database
from tests.soak.world import TABLES

_MISSING = """
SELECT count(*) FROM public.{0} AS s
WHERE NOT EXISTS (SELECT FROM birth.birth_registry AS r WHERE r.entity_code = s.code AND r.collection_name = '{0}')
"""
_RUNS = """
SELECT count(*) AS runs, count(*) FILTER (WHERE status = 'applied') AS applied,
    count(*) FILTER (WHERE status = 'certified') AS certified,
    count(*) FILTER (WHERE status = 'superseded') AS superseded FROM birth.birth_backfill_run
"""
_ROWS = """
SELECT (SELECT count(*) FROM birth.birth_registry) AS registry,
    (SELECT count(*) FROM birth.birth_registry WHERE dot_origin LIKE 'birth-backfill:run-%') AS by_runs,
    (SELECT sum(registered) FROM birth.birth_backfill_batch)::bigint AS batches_registered,
    (SELECT sum(existing) FROM birth.birth_backfill_batch)::bigint AS batches_existing,
    (SELECT sum(vanished) FROM birth.birth_backfill_batch)::bigint AS batches_vanished,
    (SELECT count(*) FROM birth.birth_backfill_batch) AS batches,
    (SELECT count(*) FROM birth.birth_ledger_event) AS events,
    (SELECT coalesce(sum(batches), 0)::bigint FROM birth.birth_backfill_loss) AS lost_batches_recorded
"""
_OPEN = """
SELECT count(*) FROM birth.birth_backfill_run AS r WHERE r.status IN ('applied', 'certified') AND EXISTS (SELECT
    FROM birth.birth_backfill_ledger AS l LEFT JOIN LATERAL (
        SELECT sum(seq_to - seq_from + 1) AS items, bool_and(finished_at IS NOT NULL) AS done
        FROM birth.birth_backfill_batch AS b WHERE b.ledger_id = l.ledger_id) AS b ON true
    WHERE l.run_id = r.run_id AND l.missing > 0 AND (b.items IS DISTINCT FROM l.missing OR NOT b.done))
"""


def faults(database: Database) -> list[str]:
    """What is lost, doubled or counted wrongly; after the last run nothing may be missing."""
    found = small.faults(database.run(small.FIGURES)[0], later=True)
    found += [f"rows of {table} are missing" for table in TABLES if database.value(_MISSING.format(table))]
    if database.value(_OPEN):
        found.append("runs that ended without an outcome for each item")
    rows = figures(database)
    if rows["by_runs"] != rows["batches_registered"]:
        found.append("the registry holds other rows of runs than their batches counted")
    return found


def figures(database: Database) -> dict[str, Any]:
    """Runs and rows of the whole soak."""
    return {**database.run(_RUNS)[0], **database.run(_ROWS)[0]}

"""What applying a run would change now: read, and told before anything is written."""

from collections.abc import Iterable

from core.db.connection.session import Connection
from core.db.rows.plan import CLOCK, EXTENTS, RATE
from core.db.rows.session import IDENTITY
from core.domain.backfill import preview as domain
from core.domain.backfill.preview import Extent, Preview, Rate, Surroundings
from core.domain.backfill.progress import ApplyProgress
from core.domain.backfill.runs import Run
from core.domain.backfill.stray import Stray
from core.services.backfill import beginning, live_runs, permits

_BATCHES = 200


def read(
    connection: Connection,
    run: Run,
    *,
    progress: ApplyProgress | None = None,
    strays: Iterable[Stray] = (),
    skipped: int = 0,
) -> Preview:
    """Look at a run with the permits, gates and rates of now. Changes nothing, and reads no source.

    `progress` and `strays` are taken where the caller has them.
    """
    how = progress or next(each for each in live_runs.follow(connection, [run.run]) if each.run == run.run)
    to_go = {name: outcome.open for name, outcome in how.outcomes.items()}
    extents = {each.ledger_id: Extent(each.first, each.last, each.indexed)
               for each in connection.rows(EXTENTS, {"run": run.run})}  # fmt: skip
    around = Surroundings(
        database=connection.one(IDENTITY).database,
        now=connection.one(CLOCK).now,
        permits=tuple(permits.list_permits(connection)),
        rate=rate(connection),
        gates=beginning.gates(connection, run.run),
        phantoms={each.collection: each.phantoms for each in strays if each.phantoms},
        skipped=skipped,
    )
    return domain.preview(run, to_go, extents, around)


def rate(connection: Connection) -> Rate | None:
    """How fast a worker registered rows of late; None before the first batch."""
    found = connection.one(RATE, {"batches": _BATCHES})
    return None if found.slow is None or found.fast is None else Rate(found.batches, found.slow, found.fast)

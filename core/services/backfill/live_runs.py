"""Following runs from anywhere, by what stands in the database: one cheap query for all that are being applied."""

from collections.abc import Collection

from core.db.connection.session import Connection
from core.db.rows.live_runs import PROGRESS, Outcome, Progress
from core.domain.backfill.progress import ApplyProgress
from core.domain.backfill.runs import Accounting


def follow(connection: Connection, runs: Collection[int] = ()) -> list[ApplyProgress]:
    """How every run gets on that is being applied, and each of `runs`, whatever became of it."""
    return [_progress(found) for found in connection.rows(PROGRESS, {"runs": list(runs)})]


def _progress(found: Progress) -> ApplyProgress:
    return ApplyProgress(
        run=found.run,
        status=found.status,
        command=found.command,
        batch_size=found.batch_size,
        steered_by=found.steered_by,
        reason=found.reason,
        accounting=_accounting(found),
        outcomes={collection: _accounting(each) for collection, each in found.outcomes.items()},
        largest=found.largest,
        states=found.states,
        reasons=found.reasons,
        is_starting=found.is_starting,
        is_ending=found.is_ending,
    )


def _accounting(found: Progress | Outcome) -> Accounting:
    return Accounting(found.planned, found.registered, found.existing, found.vanished, found.quarantined)

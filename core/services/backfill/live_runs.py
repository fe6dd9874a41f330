"""Following runs from anywhere, by what stands in the database: one cheap query for all that are being applied."""

from collections.abc import Collection

from core.db.connection.session import Connection
from core.domain.backfill.progress import ApplyProgress, progress


def follow(connection: Connection, runs: Collection[int] = ()) -> list[ApplyProgress]:
    """How every run gets on that is being applied, and each of `runs`, whatever became of it."""
    return [progress(row) for row in connection.rows("live_runs.progress", {"runs": list(runs)})]

"""How a run that is applied gets on, as every reader sees it in the database, and how it may be applied."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from core.domain.backfill.pace import Estimate
from core.domain.backfill.runs import Accounting, Run
from core.errors import UsageError

MOST_WORKERS, LARGEST_BATCH = 64, 10_000


@dataclass(frozen=True, slots=True)
class ApplyProgress:
    """One look at a run: what became of its rows, how it is steered, and who is at work on it.

    `accounting` is that of the whole run, `outcomes` that of each collection.
    `batch_size` None leaves the size to the workers, `largest` is that of the latest batches. `states` counts the
    workers by what they do, `reasons` says what holds them up.
    """

    run: int
    status: str
    command: str
    batch_size: int | None
    steered_by: str
    reason: str | None
    accounting: Accounting
    outcomes: Mapping[str, Accounting]
    largest: int | None
    states: Mapping[str, int]
    reasons: tuple[str, ...]
    is_starting: bool = False
    is_ending: bool = False

    @property
    def done(self) -> int:
        """Rows with an outcome."""
        return self.accounting.planned - self.accounting.open

    @property
    def workers(self) -> int:
        """How many are at work, or wait to be."""
        return sum(self.states.values())

    @property
    def paused_or_cancelled(self) -> str:
        """The state that a command put the run in: paused, cancelled, or an empty text."""
        return {"pause": "paused", "cancel": "cancelled"}.get(self.command, "")

    @property
    def is_going(self) -> bool:
        """Whether rows get their outcome: workers are at work, and it is not paused."""
        return bool(self.workers) and not self.paused_or_cancelled


def now(run: Run, progress: ApplyProgress | None) -> Run:
    """A run as it stands since it was read, where it is followed."""
    if progress is None:
        return run
    return replace(
        run,
        status=progress.status,
        command=progress.command,
        working=tuple(progress.states),
        waits_for=progress.reasons,
        is_starting=progress.is_starting,
        is_ending=progress.is_ending,
    )


class Pacing:
    """The estimate of a run that is observed now and then. What passes while it is not going is left out."""

    def __init__(self, progress: ApplyProgress, now: float) -> None:
        self.estimate = Estimate(progress.accounting.open, now)
        self._latest = progress

    def observe(self, progress: ApplyProgress, now: float) -> None:
        """Learn from another observation."""
        rows = progress.done - self._latest.done
        # When it was paused, or resumed, between two observations, how much of the time was work is unknown.
        counts = progress.is_going and self._latest.is_going
        # Fewer than before: a failover lost some. They are done again.
        counts = counts and rows >= 0
        (self.estimate.finished if counts else self.estimate.leave_out)(rows, now)
        self._latest = progress


@dataclass(frozen=True, slots=True)
class Effort:
    """How a run is to be applied: connections (None: as many as the server has idle cores), and rows a batch.

    None lets the size adapt.
    """

    workers: int | None = None
    batch_size: int | None = None

    @property
    def words(self) -> str:
        """The workers, in words."""
        if self.workers is None:
            return "1 worker, more while the server has idle cores"
        return f"{self.workers} worker{'' if self.workers == 1 else 's'}"

    @classmethod
    def parse(cls, text: str) -> "Effort":
        """Read `2`, `2 500` or `auto 500`: workers, then rows a batch. Raises UsageError for anything else."""
        found = re.fullmatch(r"\s*([0-9]{1,6}|auto)(?:\s+([0-9]{1,6}))?\s*", text)
        asked, rows = (found[1], int(found[2]) if found[2] else None) if found else ("0", None)
        workers = None if asked == "auto" else int(asked)
        if (workers is not None and not 1 <= workers <= MOST_WORKERS) or (
            rows is not None and not 1 <= rows <= LARGEST_BATCH
        ):
            raise UsageError(
                f"invalid: auto or 1 to {MOST_WORKERS} workers, then 1 to {LARGEST_BATCH:,} rows per batch",
                code="bad_effort",
                evidence={"given": text},
            )
        return cls(workers, rows)

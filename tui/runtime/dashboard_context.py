"""What goes with a refresh of the dashboard: what happened since, who else is here, how the blockers burn down."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.runtime.source import Link, Source

if TYPE_CHECKING:
    from core.domain.backfill.progress import ApplyProgress
    from core.domain.backfill.runs import Run
    from core.domain.overview.activity import LastSeen, LedgerEvent
    from core.domain.overview.burndown import Burndown
    from core.services.overview.presence import Present

POINTS = 60
MOST = 3  # runs that are told of


@dataclass(frozen=True, slots=True)
class RunNow:
    """A run, and how it gets on where it is being applied."""

    run: "Run"
    progress: "ApplyProgress | None"


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside the missing rows: phantoms by collection, and tables that are not enrolled."""

    phantoms: Mapping[str, int]
    unenrolled: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DashboardContext:
    """`last` is what this login saw before this session, told once. `burndown` is None where nothing happened.

    `runs` are those that are being applied, else the latest one. `rows` and what happened `before` are told once.
    """

    head: int
    events: "tuple[LedgerEvent, ...]"
    others: "tuple[Present, ...]"
    burndown: "Burndown | None"
    last: "LastSeen | None" = None
    runs: tuple[RunNow, ...] = ()
    rows: int | None = None
    before: "tuple[LedgerEvent, ...]" = ()


class ContextReader:
    """Reads what goes with each refresh, and keeps what was seen for the next session."""

    def __init__(self) -> None:
        self._place = ""
        self._kept: LastSeen | None = None
        self._is_told = False

    def read(self, source: Source, figures: Mapping[str, str]) -> DashboardContext:
        """Read it, in a thread. `figures` are those of the refresh."""
        return source.read("refresh", lambda link: self._read(link, figures))

    def _read(self, link: Link, figures: Mapping[str, str]) -> DashboardContext:
        # The first paint waits neither for the driver nor for what only this needs.
        from core.domain.overview.activity import LastSeen  # noqa: PLC0415 - as said
        from core.services.local_state import last_seen  # noqa: PLC0415 - as said
        from core.services.overview import activity, burndown, parallel_counts, presence  # noqa: PLC0415 - as said

        last = None
        place = last_seen.file_of(link)
        if place != self._place:
            self._kept = last = last_seen.recall(place)
        found = activity.since(link, None if self._kept is None else self._kept.seq)
        fresh = place != self._place or self._kept is None or self._kept.seq != found.head
        seen = LastSeen(found.head, dict(figures))
        if seen != self._kept:
            last_seen.remember(place, seen)
        self._place, self._kept = place, seen
        rows = None if self._is_told else parallel_counts.estimated_rows(link)
        before = () if self._is_told else activity.latest(link)
        self._is_told = True
        return DashboardContext(
            found.head,
            found.events,
            tuple(presence.others(link)),
            burndown.read(link, POINTS) if fresh else None,
            last,
            _runs(link),
            rows,
            before,
        )


def beside(link: Link, registered: Mapping[str, int]) -> Beside:
    """Read what stands beside the missing rows, once the collections are counted."""
    from core.services.adopt import unenrolled  # noqa: PLC0415 - the first paint does not wait for it
    from core.services.overview import matrix  # noqa: PLC0415 - as said

    return Beside(matrix.stray_rows(link, registered), unenrolled.known(link))


def _runs(link: Link) -> tuple[RunNow, ...]:
    from core.services.backfill import live_runs, runs  # noqa: PLC0415 - the first paint does not wait for it

    applied = {each.run: each for each in live_runs.follow(link)}
    if applied:
        return tuple(RunNow(runs.run(link, number), applied[number]) for number in sorted(applied, reverse=True)[:MOST])
    return tuple(RunNow(each, None) for each in runs.runs(link, 1))

"""What goes with a refresh of the dashboard: what happened since, who else is here, how the blockers burn down."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.runtime.source import Link, Source

if TYPE_CHECKING:
    from core.domain.overview.activity import LastSeen, LedgerEvent
    from core.domain.overview.burndown import Burndown
    from core.services.overview.presence import Present

POINTS = 60


@dataclass(frozen=True, slots=True)
class DashboardContext:
    """`last` is what this login saw before this session, told once. `burndown` is None where nothing happened."""

    head: int
    events: "tuple[LedgerEvent, ...]"
    others: "tuple[Present, ...]"
    burndown: "Burndown | None"
    last: "LastSeen | None" = None


class ContextReader:
    """Reads what goes with each refresh, and keeps what was seen for the next session."""

    def __init__(self) -> None:
        self._place = ""
        self._kept: LastSeen | None = None

    def read(self, source: Source, figures: Mapping[str, str]) -> DashboardContext:
        """Read it, in a thread. `figures` are those of the refresh."""
        return source.read("refresh", lambda link: self._read(link, figures))

    def _read(self, link: Link, figures: Mapping[str, str]) -> DashboardContext:
        # The first paint waits neither for the driver nor for what only this needs.
        from core.domain.overview.activity import LastSeen  # noqa: PLC0415 - as said
        from core.services.local_state import last_seen  # noqa: PLC0415 - as said
        from core.services.overview import activity, burndown, presence  # noqa: PLC0415 - as said

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
        return DashboardContext(
            found.head,
            found.events,
            tuple(presence.others(link)),
            burndown.read(link, POINTS) if fresh else None,
            last,
        )

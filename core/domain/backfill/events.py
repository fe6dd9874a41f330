"""What is told of a run while it is applied: events, versioned, one line of NDJSON each."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.errors import Json

EVENT_VERSION = 1


@dataclass(frozen=True, slots=True)
class ApplyEvent:
    """What happened: `event` is its name.

    started, workers, batch, quarantined, split, retry, throttled, released, paused, unavailable, reconnected,
    claim_lost, resolved, history_lost, hook_failed, stopped or done.
    """

    event: str
    facts: Mapping[str, Json] = field(default_factory=dict)

    def as_json(self) -> dict[str, Json]:
        """The event as one line of NDJSON."""
        return {"event": self.event, "v": EVENT_VERSION, **self.facts}

    def count(self, name: str) -> int:
        """A figure of the event; 0 where it has none."""
        value = self.facts.get(name)
        return value if isinstance(value, int) else 0

"""How fast a run goes: the size of the next batch, and what is left to go."""

from collections import deque
from dataclasses import dataclass, field

SMALLEST = 100
LARGEST = 10_000
CANARY = 100
TARGET_SECONDS = 0.5
_GROWTH = 1.2
_RECENT = 20


@dataclass(slots=True)
class Pace:
    """Rows of the next batch: towards half a second each, growing slowly, halved on trouble.

    A `fixed` size is an operator's choice: only trouble takes it down, and it grows back to what was chosen.
    """

    rows: int = 1000
    fixed: bool = False
    _chosen: int = field(init=False)

    def __post_init__(self) -> None:
        self._chosen = self.rows

    def finished(self, rows: int, seconds: float) -> None:
        """Learn from a batch of `rows` that took `seconds`."""
        if rows < self.rows:
            return  # the last batch of an entry is shorter: it says nothing about size
        grown = int(self.rows * _GROWTH)
        if self.fixed:
            self.rows = min(self._chosen, max(grown, self.rows))
        else:
            ideal = rows * TARGET_SECONDS / max(seconds, 0.001)
            self.rows = int(min(max(ideal, SMALLEST), LARGEST, grown))

    def troubled(self) -> None:
        """Halve after a timeout, a deadlock or a lost lock; never below the smallest batch."""
        self.rows = max(self.rows // 2, min(SMALLEST, self.rows))


def beginning_pace(chosen: int | None, *, is_spread: bool) -> Pace:
    """The pace of a worker that begins: the size that was chosen, else one that adapts.

    A batch of a registry or a source that is spread over servers asks each of them, however few rows it has: fewer rows
    would take about as long. So it has the largest size, and only trouble takes that down.
    """
    if chosen is None and is_spread:
        return Pace(LARGEST, fixed=True)
    return Pace() if chosen is None else Pace(chosen, fixed=True)


@dataclass(slots=True)
class Estimate:
    """Rate and time to go of all workers together: a range, since a single figure would pretend.

    Times are in seconds of one clock; what the workers wait for counts as well, unless it is left out.
    """

    planned: int
    began: float
    done: int = 0
    _left_out: int = field(default=0, init=False)  # rows of `done` that say nothing of the rate
    _recent: deque[tuple[float, int]] = field(init=False)

    def __post_init__(self) -> None:
        self._recent = deque([(self.began, 0)], maxlen=_RECENT + 1)

    def finished(self, rows: int, now: float) -> None:
        """Count a batch of `rows` that ended at `now`."""
        self.done += rows
        self._recent.append((now, self.done - self._left_out))

    def leave_out(self, rows: int, now: float) -> None:
        """Count `rows` that ended since the latest batch, but not the time: the work was held up for a part of it."""
        held_up = now - self._recent[-1][0]
        self.began += held_up
        self.done += rows
        self._left_out += rows
        self._recent = deque([(at + held_up, done) for at, done in self._recent], maxlen=_RECENT + 1)

    @property
    def rate(self) -> float:
        """Rows per second over the latest batches; 0 while nothing is known."""
        (since, before), (now, done) = self._recent[0], self._recent[-1]
        return (done - before) / (now - since) if now > since else 0.0

    def to_go(self) -> tuple[float, float] | None:
        """Seconds to go at the faster and at the slower of the latest and the average rate, or None while unknown."""
        now = self._recent[-1][0]
        if not self.rate:
            return None
        latest, average = self.rate, (self.done - self._left_out) / (now - self.began)
        left = max(self.planned - self.done, 0)
        return left / max(latest, average), left / min(latest, average)

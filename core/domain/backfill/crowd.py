"""How many workers a run has unless a number is given: one, and one more for each core that the server leaves idle."""

from dataclasses import dataclass, field

MOST = 4
# Where the server's cores cannot be counted, it has these.
ASSUMED_CORES = 2
# With fewer rows to go, a run is over before another worker would have helped.
WORTHWHILE_ROWS = 20_000
_LOOKS = 3  # before a second worker begins
_WEIGHT = 0.3  # of the latest look
_SLACK = 0.5  # of a core: what others may use of one that counts as idle
_PATIENCE = 0.75  # of a core: a look that meets another session at work sends no worker away at once


@dataclass(slots=True)
class Crowd:
    """Judges each look at the server: how many backends of others were at work then, or a tenth of a second before.

    `cores` are the server's. What cannot be seen counts as a busy server. Threads share it: one looks, the others ask.
    """

    cores: int = ASSUMED_CORES
    wanted: int = 1
    _busy: float = field(init=False, default=0.0)
    _looks: int = field(init=False, default=0)

    @property
    def is_new(self) -> bool:
        """Whether too few looks were taken to say more than one worker."""
        return self._looks < _LOOKS

    def looked(self, active: int | None) -> None:
        """Learn from a look. One worker more at a time; fewer, as soon as others need the cores."""
        if active is None:
            self._looks, self.wanted = 0, 1
            return
        self._busy = active if self._looks == 0 else self._busy + _WEIGHT * (active - self._busy)
        self._looks += 1
        if self.is_new:
            return
        idle = self.cores - self._busy
        if self.wanted + 1 <= min(idle + _SLACK, MOST):
            self.wanted += 1
        elif self.wanted > idle + _PATIENCE:
            self.wanted = max(1, int(idle + _SLACK))

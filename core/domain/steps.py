"""How a long look gets on, table by table: which are done, how many rows, how fast, and how long it may still take."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

_COARSE, _MINUTE, _HOUR = 20, 60, 3600


@dataclass(frozen=True, slots=True)
class Step:
    """One more table is done: `done` of `tables`. `rows` of `of_rows` were read, at `rate` rows per second.

    `to_go` is a range of seconds, None while nothing is known. Rows are those that were estimated or planned before.
    """

    what: str
    collection: str
    done: int
    tables: int
    rows: int
    of_rows: int
    rate: float
    to_go: tuple[float, float] | None

    @property
    def text(self) -> str:
        """The step in one line, without the collection's name, which is the data's."""
        parts = [f"{self.what} {self.done:,} of {self.tables:,}"]
        if self.of_rows:
            parts.append(f"{self.rows:,} of {self.of_rows:,} rows")
        if self.rate:
            parts.append(f"{self.rate:,.0f} {'rows' if self.collection else 'events'}/s")
        if self.to_go is not None and self.done < self.tables:
            soon, late = map(clock, self.to_go)
            parts.append(f"{soon} to go" if soon == late else f"{soon} to {late} to go")
        return " · ".join(parts)


Tell = Callable[[Step], None]


class Steps:
    """Counts the tables of one look. `weights` are their rows, by collection; times are seconds of one clock."""

    def __init__(self, what: str, weights: Mapping[str, int], now: float) -> None:
        self._what, self._weights, self._began = what, weights, now
        self._done: set[str] = set()
        self._latest = (0, now)
        self._rows = 0

    def done(self, collection: str, now: float) -> Step | None:
        """A table is done; None for one that is not of this look, or was told before."""
        if collection not in self._weights or collection in self._done:
            return None
        self._done.add(collection)
        (before, since), self._rows = self._latest, self._rows + self._weights[collection]
        self._latest = (self._rows, now)
        of_rows = sum(self._weights.values())
        average, latest = _rate(self._rows, now - self._began), _rate(self._rows - before, now - since)
        left = of_rows - self._rows
        rates = [each for each in (average, latest) if each]
        to_go = (left / max(rates), left / min(rates)) if rates else None
        return Step(self._what, collection, len(self._done), len(self._weights), self._rows, of_rows, average, to_go)

    def among(self, collection: str, rows: int, now: float) -> Step:
        """So many rows of one of several tables are read; with its last row, the table is done."""
        if rows >= self._weights[collection] and (step := self.done(collection, now)) is not None:
            return step
        read, of_rows = self._rows + rows, sum(self._weights.values())
        rate = _rate(read, now - self._began)
        to_go = ((of_rows - read) / rate,) * 2 if rate else None
        return Step(self._what, collection, len(self._done), len(self._weights), read, of_rows, rate, to_go)

    def within(self, rows: int, now: float) -> Step:
        """So many rows of a look at one thing are read; it is not over."""
        of_rows, rate = sum(self._weights.values()), _rate(rows, now - self._began)
        to_go = ((of_rows - rows) / rate,) * 2 if rate else None
        return Step(self._what, "", rows, of_rows, rows, 0, rate, to_go)


def _rate(rows: int, seconds: float) -> float:
    return rows / seconds if seconds > 0 else 0.0


def clock(seconds: float) -> str:
    """A duration for people, as coarse as the guess: 4 s, 3 min, 2.5 h."""
    if seconds < _COARSE:
        return f"{max(round(seconds), 1)} s"
    if seconds < 2 * _MINUTE:
        return f"{round(seconds / 5) * 5} s"
    if seconds < 2 * _HOUR:
        return f"{round(seconds / _MINUTE)} min"
    return f"{seconds / _HOUR:,.1f} h"

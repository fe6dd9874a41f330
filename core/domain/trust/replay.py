"""What the tables must hold, computed from the chain's events alone, beside what they do hold.

An event tells of each row that it made or changed: `{"t": table, "k": key, "r": row, "d": sha256 of the row's text}`,
without `r` and `d` where the row went. The latest telling holds.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from core.errors import Json


class Row(NamedTuple):
    """A row as a table holds it now: its digest."""

    table: str
    key: str
    digest: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A column, or a row (`column` None), of which chain and table say different things. None: there is no such row."""

    table: str
    key: str
    column: str | None
    chain: Json
    table_value: Json

    def as_json(self) -> dict[str, Json]:
        """The difference as the command line prints it."""
        return {
            "table": self.table,
            "key": self.key,
            "column": self.column,
            "chain": self.chain,
            "table_value": self.table_value,
        }


class Replay:
    """The state that events add up to. Holds a digest for each row, never the rows."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str], tuple[str, int]] = {}

    def take(self, seq: int, payload: str | None) -> None:
        """Follow one event."""
        if payload is None or '"rows"' not in payload:
            return
        for table, key, digest, _ in _rows(payload):
            if digest is None:
                self._told.pop((table, key), None)
            else:
                self._told[table, key] = digest, seq

    def differing(self, live: Iterable[Row]) -> list[tuple[str, str, int | None, bool]]:
        """Rows that differ: table, key, the event that told of it (None: none did), and whether the row is there."""
        left = dict(self._told)
        found: list[tuple[str, str, int | None, bool]] = []
        for table, key, digest in live:
            told = left.pop((table, key), None)
            if told is None or told[0] != digest:
                found.append((table, key, None if told is None else told[1], True))
        return found + [(table, key, seq, False) for (table, key), (_, seq) in left.items()]


def told_row(payload: str | None, table: str, key: str) -> Json:
    """The row as an event told it; its digest where the event told no more."""
    found: Json = None
    for name, where, digest, row in _rows(payload or "{}"):
        if (name, where) == (table, key):
            found = row if row is not None else digest
    return found


def differences(table: str, key: str, chain: Json, live: Json) -> Iterator[Difference]:
    """The columns in which a row differs; the row as one where either side is missing or told by its digest only."""
    if not isinstance(chain, Mapping) or not isinstance(live, Mapping):
        yield Difference(table, key, None, chain, live)
        return
    for column in sorted({*chain, *live}):
        if chain.get(column) != live.get(column):
            yield Difference(table, key, column, chain.get(column), live.get(column))


def _rows(payload: str) -> Iterator[tuple[str, str, str | None, Json]]:
    """What a payload tells of rows. Payloads that are nothing of ours tell nothing."""
    try:
        content = json.loads(payload)
    except (ValueError, RecursionError):
        return
    told = content.get("rows") if isinstance(content, dict) else None
    for each in told if isinstance(told, list) else ():
        if isinstance(each, dict) and isinstance(each.get("t"), str) and isinstance(each.get("k"), str):
            digest = each.get("d")
            yield each["t"], each["k"], digest if isinstance(digest, str) else None, each.get("r")

"""What the tables must hold, computed from the chain's events alone, beside what they do hold.

An event tells of each row that it made or changed: `{"t": table, "k": key, "r": row, "d": digest of the row}`,
without `r` and `d` where the row went. The latest telling holds. Events of the schema tell of each installed object.
"""

import json
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from core.errors import Json

# Told when they are finished, and never changed.
_TOLD_ONCE: Final = frozenset({"birth_backfill_batch", "birth_backfill_quarantine"})
_OBJECTS: Final = "birth_schema_object"
_SCHEMA_KINDS: Final = frozenset({"schema_installed", "schema_upgraded", "schema_recorded"})
_SUMS: Final = 1024
# Nearly all events of a long chain are of this kind. The functions alone append it, and of what others may name, its
# rows hold no more than strings, in which JSON writes each quote with a backslash: what these are found by is no text.
_MANY: Final = "batch"
_ROWS, _KEY, _ROW, _TABLE = '"rows": [{"d": "', '", "k": "', '", "r": {', '}, "t": "'
_BATCH, _BUDGET = _TABLE + 'birth_backfill_batch"}, {"d": "', _TABLE + 'birth_admission_budget"}]'
_DIGEST: Final = 64
_IMAGE: Final = _DIGEST + len(_KEY)
# What json.loads comes down to for a payload, which the chain wrote: there are hundreds of thousands of them.
_DECODE: Final = json.JSONDecoder().raw_decode


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


class Finding(NamedTuple):
    """A row that differs: the event that told of it (None: none did), and whether the table has it."""

    table: str
    key: str
    seq: int | None
    is_there: bool


class Replay:
    """The state that events add up to. Holds a digest for each row, never the rows.

    There is one batch or more to each event, so of rows that are told once and stay as they are only sums are kept:
    of what chain and table say, under a key that was unknown when they were written. Where a sum does not come out,
    `unsettled` names it, and a second Replay that follows `only` those says which rows differ.
    """

    def __init__(self, only: frozenset[int] | None = None) -> None:
        self._only = only
        self._told: dict[tuple[str, str], tuple[str, int]] = {}
        # What makes Python's own hash (64 bits) one that cannot be foretold, also where its seed is set from outside.
        self._secret = secrets.token_hex(32)
        self._sums = [0] * _SUMS
        self._retold: set[int] = set()
        self.unsettled: frozenset[int] = frozenset()

    def take(self, seq: int, kind: str, payload: str | None) -> None:
        """Follow one event."""
        if payload is None or '"rows"' not in payload:
            return
        if kind == _MANY and (images := _images_of_batch(payload)):
            for plain in images:
                self._take_row(seq, *plain)
            return
        content = _content(payload)
        if kind in _SCHEMA_KINDS and self._only is None:
            self._take_objects(seq, content)
        told = content.get("rows")
        for each in told if isinstance(told, list) else ():
            if image := _image(each):
                self._take_row(seq, *image)

    def _take_row(self, seq: int, table: str, key: str, digest: str | None) -> None:
        if table not in _TOLD_ONCE:
            if self._only is None:
                self._hold(table, key, digest, seq)
            return
        place = hash(key) % _SUMS
        if self._only is not None:
            if place in self._only:
                self._hold(table, key, digest, seq)
        elif digest is None:
            self._retold.add(place)
        else:
            self._sums[place] += hash(f"{self._secret}{table}\0{key}\0{digest}")

    def differing(self, live: Iterable[Row]) -> list[Finding]:
        """Rows that differ, but for those that are `unsettled` afterwards."""
        left = dict(self._told)
        sums = list(self._sums)
        found: list[Finding] = []
        for table, key, digest in live:
            if table in _TOLD_ONCE:
                place = hash(key) % _SUMS
                if self._only is None:
                    sums[place] -= hash(f"{self._secret}{table}\0{key}\0{digest}")
                    continue
                if place not in self._only:
                    continue
            elif self._only is not None:
                continue
            told = left.pop((table, key), None)
            if told is None or told[0] != digest:
                found.append(Finding(table, key, None if told is None else told[1], is_there=True))
        self.unsettled = frozenset(self._retold | {place for place, total in enumerate(sums) if total})
        return found + [Finding(table, key, seq, is_there=False) for (table, key), (_, seq) in left.items()]

    def _take_objects(self, seq: int, content: Mapping[str, Json]) -> None:
        """What an event of the schema tells of each installed object: the digest of its record."""
        objects, dropped = content.get("objects"), content.get("dropped")
        for name, digest in objects.items() if isinstance(objects, Mapping) else ():
            self._hold(_OBJECTS, name, digest if isinstance(digest, str) else None, seq)
        for name in dropped if isinstance(dropped, list) else ():
            self._hold(_OBJECTS, str(name), None, seq)

    def _hold(self, table: str, key: str, digest: str | None, seq: int) -> None:
        if digest is None:
            self._told.pop((table, key), None)
        else:
            self._told[table, key] = digest, seq


class Recent(Replay):
    """The same of the last events of a chain: only the rows that they tell of are compared, and each is held.

    Rows that went are among them: none of them may be there.
    """

    _GONE: Final = ""

    def told(self) -> list[tuple[str, str]]:
        """Table and key of each row that the events tell of."""
        return [*self._told]

    def differing(self, live: Iterable[Row]) -> list[Finding]:
        """Rows that differ; `live` are those of `told` that are there."""
        left = dict(self._told)
        found: list[Finding] = []
        for table, key, digest in live:
            told, seq = left.pop((table, key))
            if told != digest:
                found.append(Finding(table, key, seq, is_there=True))
        gone = [(table, key, seq) for (table, key), (digest, seq) in left.items() if digest != self._GONE]
        return found + [Finding(*each, is_there=False) for each in gone]

    def _take_row(self, seq: int, table: str, key: str, digest: str | None) -> None:
        self._hold(table, key, digest, seq)

    def _hold(self, table: str, key: str, digest: str | None, seq: int) -> None:
        self._told[table, key] = digest or self._GONE, seq


def told_row(payload: str | None, table: str, key: str) -> Json:
    """The row as an event told it; its digest where the event told no more."""
    found: Json = None
    content = _content(payload or "{}")
    objects = content.get("objects")
    if table == _OBJECTS:
        return objects.get(key) if isinstance(objects, Mapping) else None
    told = content.get("rows")
    for each in told if isinstance(told, list) else ():
        image = _image(each)
        if image is not None and image[:2] == (table, key):
            found = each.get("r", image[2])
    return found


def differences(table: str, key: str, chain: Json, live: Json) -> Iterator[Difference]:
    """The columns in which a row differs; the row as one where either side is missing or told by its digest only."""
    if not isinstance(chain, Mapping) or not isinstance(live, Mapping):
        yield Difference(table, key, None, chain, live)
        return
    for column in sorted({*chain, *live}):
        if chain.get(column) != live.get(column):
            yield Difference(table, key, column, chain.get(column), live.get(column))


def _content(payload: str) -> Mapping[str, Json]:
    """A payload's fields. Payloads that are nothing of ours have none."""
    try:
        content, _ = _DECODE(payload)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _images_of_batch(payload: str) -> Sequence[tuple[str, str, str]]:
    """Table, key and digest of the two rows that a batch's event tells of, without decoding it: a sixth of the time.

    Empty where it is written in any other way, or tells of other tables: then it is decoded.
    """
    start = payload.find(_ROWS)
    batch = start + len(_ROWS)
    batch_row = payload.find('"', batch + _IMAGE)
    batch_end = payload.find(_TABLE, batch_row)
    budget = batch_end + len(_BATCH)
    budget_row = payload.find('"', budget + _IMAGE)
    budget_end = payload.find(_TABLE, budget_row)
    batch_key, budget_key = payload[batch + _IMAGE : batch_row], payload[budget + _IMAGE : budget_row]
    if (
        start >= 0
        and payload.startswith(_ROW, batch_row)
        and payload.startswith(_BATCH, batch_end)
        and payload.startswith(_ROW, budget_row)
        and payload.startswith(_BUDGET, budget_end)
        and payload.startswith(_KEY, batch + _DIGEST)
        and payload.startswith(_KEY, budget + _DIGEST)
        and "\\" not in batch_key
        and "\\" not in budget_key
    ):
        return (
            ("birth_backfill_batch", batch_key, payload[batch : batch + _DIGEST]),
            ("birth_admission_budget", budget_key, payload[budget : budget + _DIGEST]),
        )
    return ()


def _image(told: Any) -> tuple[str, str, str | None] | None:  # noqa: ANN401 - what a payload may hold
    """Table, key and digest of what a payload tells of one row; None where it is no such thing."""
    if not isinstance(told, dict):
        return None
    table, key, digest = told.get("t"), told.get("k"), told.get("d")
    if not isinstance(table, str) or not isinstance(key, str):
        return None
    return table, key, digest if isinstance(digest, str) else None

"""Verifying the hash chain, alone and against anchors that were kept elsewhere."""

import json
import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from core.db.connection.ahead import Rows, asked_ahead
from core.db.connection.session import Connection
from core.db.rows.audit import (
    ACCEPT_HISTORY,
    COUNTERS,
    EVENTS,
    EVENTS_SINCE,
    GENESIS,
    HEAD,
    ORDERED_AT,
    PAYLOAD,
    PLACE,
    RETIRED,
    TOLD_ROW,
    TOLD_ROWS,
    TOLD_ROWS_OF,
)
from core.domain.steps import Steps, Tell
from core.domain.trust.anchored_place import History, cause
from core.domain.trust.chain import ORDERED_SINCE, Anchor, Audit, ChainEvent, Start, unmet, verify
from core.domain.trust.replay import Difference, Finding, Recent, Replay, Row, differences, told_row
from core.errors import Json, UsageError
from core.services.local_state import anchors
from core.version import is_first

_ANCHOR_VERSION = 1
_ENTRIES, _RETIRED = "birth_backfill_ledger", "birth_retired_row"
_MOST_DIFFERENCES = 1000  # rows; more say no more
_TOLD = 5000  # events; also how many are fetched at once where they are counted from one on
_MANY = 20_000  # events: with fewer, a second connection costs more than it saves
_LARGEST = 64 * 1024  # bytes
_HASH = re.compile(r"[0-9a-f]{64}")


def audit(connection: Connection, anchor: Path | None = None, *, tell: Tell | None = None) -> Audit:
    """Verify every event of the chain, in one snapshot, and the tables against what the events add up to.

    With `anchor`, also that the anchored event is still there. Raises UsageError for an anchor that cannot be read or
    belongs to another chain.
    """
    with connection.snapshot():
        anchors = [] if anchor is None else _read_anchor(connection, anchor)
        claimed, last = _head(connection)
        state = Replay()
        with _told_rows(connection, last) as told_rows:
            with closing(connection.stream(EVENTS)) as events:
                found = verify(_followed(map(ChainEvent._make, events), state, last, tell), claimed, anchors)
            if found.bad is not None or is_first(connection.installed):
                return found
            return replace(found, differences=tuple(_differences(connection, state, told_rows)))


def _head(connection: Connection) -> tuple[tuple[int, bytes] | None, int]:
    """The head that the ledger claims, and the number of its event; 0 where there is none."""
    head = connection.row(HEAD)
    return (None, 0) if head is None else ((head.seq, head.hash), head.seq)


def _told_rows(connection: Connection, last: int) -> AbstractContextManager[Callable[[], Rows]]:
    """What gives the digests of all rows: of many, the server makes them while the chain is verified."""
    if last < _MANY or is_first(connection.installed):
        return nullcontext(partial(connection.stream, TOLD_ROWS))
    return asked_ahead(connection, TOLD_ROWS)


def audit_since(connection: Connection, anchor: Path, *, tell: Tell | None = None) -> Audit:
    """Verify the events from an anchored one on, and the rows that they tell of: in the time that these take.

    The audit that wrote the anchor verified those before. Rows that no event since then tells of are not looked
    at. Raises UsageError as `audit` does.
    """
    with connection.snapshot():
        genesis, anchored = _read_anchor(connection, anchor)
        if genesis.hash != _genesis(connection):
            missed = unmet("the event is not the anchored event", [genesis])
            return Audit(0, "", 0, {"seq": 0, "kind": "genesis", **missed})
        claimed, last = _head(connection)
        kinds = sorted(ORDERED_SINCE)
        start = Start(anchored.seq, connection.one(ORDERED_AT, {"seq": anchored.seq, "kinds": kinds}).at_us)
        state = Recent()
        events = _followed(_from(connection, anchored.seq), state, last, tell)
        found = verify(events, claimed, [anchored], start)
        if found.bad is not None or is_first(connection.installed):
            return found
        told = state.told()
        rows = {"names": [name for name, _ in told], "keys": [key for _, key in told]}
        live = (Row(row.name, row.key, row.digest) for row in connection.rows(TOLD_ROWS_OF, rows))
        return replace(found, differences=tuple(_shown(connection, state.differing(live))))


def _from(connection: Connection, seq: int) -> Iterator[ChainEvent]:
    """The events from one on, so many at a time."""
    while page := connection.rows(EVENTS_SINCE, {"seq": seq, "most": _TOLD}):
        for each in page:
            yield ChainEvent(each.seq, each.at_us, each.actor, each.kind, each.payload, each.prev, each.hash)
        seq = page[-1].seq + 1


def _followed(events: Iterable[ChainEvent], state: Replay, last: int, tell: Tell | None) -> Iterator[ChainEvent]:
    """The same events, each of which the replay has followed; so many at a time are told, of as many as `last` says."""
    steps = None if tell is None else Steps("events", {str(last): last + 1}, time.monotonic())
    for event in events:
        state.take(event.seq, event.kind, event.payload)
        if tell is not None and steps is not None and event.seq % _TOLD == _TOLD - 1:
            tell(steps.within(event.seq + 1, time.monotonic()))
        yield event


def _differences(connection: Connection, state: Replay, told_rows: Callable[[], Rows]) -> Iterator[Difference]:
    found = state.differing(map(Row._make, told_rows()))
    if state.unsettled:
        again = Replay(only=state.unsettled)
        for event in map(ChainEvent._make, connection.stream(EVENTS)):
            again.take(event.seq, event.kind, event.payload)
        found += again.differing(map(Row._make, connection.stream(TOLD_ROWS)))
    yield from _shown(connection, found)
    for each in connection.rows(COUNTERS)[:_MOST_DIFFERENCES]:
        key = str(each.ledger_id)
        chain: dict[str, Json] = {"next_seq": each.wanted_seq, "last_epoch": each.wanted_epoch}
        yield from differences(_ENTRIES, key, chain, {"next_seq": each.next_seq, "last_epoch": each.last_epoch})
    for kept in connection.rows(RETIRED)[:_MOST_DIFFERENCES]:
        chain = {"rows": kept.wanted_rows, "digest": kept.wanted_digest}
        yield from differences(_RETIRED, kept.key, chain, {"rows": kept.rows, "digest": kept.digest})


def _shown(connection: Connection, found: list[Finding]) -> Iterator[Difference]:
    for table, key, seq, is_there in found[:_MOST_DIFFERENCES]:
        payload = None if seq is None else connection.one(PAYLOAD, {"seq": seq}).payload
        now = connection.one(TOLD_ROW, {"table": table, "key": key}).row if is_there else None
        yield from differences(table, key, told_row(payload, table, key), now)


def write_anchor(connection: Connection, found: Audit, path: Path) -> None:
    """Keep the head of a verified chain in a file: somewhere the database's superuser does not reach.

    Raises UsageError where the file exists or cannot be written.
    """
    written, genesis = datetime.now(UTC), _genesis(connection)
    content = {
        "anchor": _ANCHOR_VERSION,
        **_place(connection),
        "genesis": genesis,
        "seq": found.head_seq,
        "hash": found.head,
        "written_at": written.isoformat(timespec="seconds"),
    }
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(json.dumps(content, indent=2) + "\n")
    except OSError as error:
        raise UsageError(
            f"the anchor cannot be written: {error.strerror}",
            code="anchor_not_written",
            evidence={"file": str(path)},
            hint="Name a new file; an anchor is never overwritten.",
        ) from error
    if genesis is not None:
        anchors.remember(genesis, written)


def accept_history(connection: Connection, reason: str) -> int:
    """Accept that the server's history changed: runs that ended before count from here on. The number of the event.

    Raises NotAllowed for logins outside birth_gatekeeper, and UsageError without a reason, or where nothing changed.
    """
    return connection.one(ACCEPT_HISTORY, {"reason": reason}).event


def _read_anchor(connection: Connection, path: Path) -> list[Anchor]:
    """The two events that an anchor names: the chain's first one, and its head of then."""
    try:
        content = json.loads(_bounded(path))
        anchored: dict[str, Json] = {name: str(content[name]) for name in ("system_identifier", "database", "schema")}
        anchors = [Anchor(0, content["genesis"]), Anchor(content["seq"], content["hash"])]
        timeline, wal = (_position(content.get(name)) for name in ("timeline", "wal"))
        is_sound = content["anchor"] == _ANCHOR_VERSION and all(_is_event(each.seq, each.hash) for each in anchors)
    except OSError as error:
        raise _bad_anchor(path, error.strerror or "it cannot be read") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        found = str(error) if type(error) is ValueError else "not the JSON of an anchor"
        raise _bad_anchor(path, found) from error
    if not is_sound:
        raise _bad_anchor(path, "invalid version, event number or hash")
    live, genesis = _place(connection), _genesis(connection)
    # A backup carries its genesis wherever it is restored. Another genesis in the same place: a second installation, or
    # a chain that was replaced.
    if anchors[0].hash != genesis and any(live[name] != value for name, value in anchored.items()):
        raise UsageError(
            "the anchor was written for another chain",
            code="foreign_anchor",
            evidence={"anchor": anchored, "live": live},
            hint="Connect to the database and schema that the anchor names.",
        )
    then = History(anchors[0].hash, str(content["system_identifier"]), timeline, wal)
    now = History(genesis, str(live["system_identifier"]), _position(live["timeline"]), _position(live["wal"]))
    why, words = cause(then, now)
    return [replace(each, cause=why, words=words) for each in anchors]


def _position(value: object) -> int | None:
    """A timeline or a WAL position; None where an anchor has none. Raises ValueError for anything else."""
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{value!r} is not a position")
    return value


def _bounded(path: Path) -> str:
    """The text of a file that is no larger than an anchor may be; a device would never end."""
    with path.open("rb") as file:
        content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise ValueError(f"it has more than {_LARGEST} bytes")
    return content.decode("utf-8")


def _is_event(seq: object, digest: object) -> bool:
    is_number = isinstance(seq, int) and not isinstance(seq, bool) and seq >= 0
    return is_number and isinstance(digest, str) and _HASH.fullmatch(digest) is not None


def _bad_anchor(path: Path, found: str) -> UsageError:
    return UsageError(
        f"invalid anchor file {path}",
        code="bad_anchor",
        evidence={"file": str(path), "found": found},
        hint="Name a file from `birth-console audit --write-anchor`.",
    )


def _place(connection: Connection) -> dict[str, Json]:
    place = connection.one(PLACE)
    return {
        "database": place.database,
        "system_identifier": place.system_identifier,
        "schema": connection.schema,
        "timeline": place.timeline,
        "wal": place.wal,
    }


def _genesis(connection: Connection) -> str | None:
    found = connection.row(GENESIS)
    return None if found is None else found.hash

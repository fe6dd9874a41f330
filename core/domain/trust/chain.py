"""The hash chain of the ledger's events, and its verifier: written from the format, not from the SQL that appends.

    h = sha256('birth-ledger-v1' || prev || F(seq) || F(at_us) || F(actor) || F(kind) || F(payload))

F(NULL) = 00, else 01 || length as 4 bytes, big-endian || UTF-8 bytes; numbers as decimal text; prev as 32 raw bytes,
zeros for the first event.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from core.domain.trust.replay import Difference
from core.errors import Json

_DOMAIN = b"birth-ledger-v1"
GENESIS_PREV = bytes(32)
GENESIS = "genesis"
# What stands before a field of up to so many bytes.
_SHORT = [b"\x01" + length.to_bytes(4, "big") for length in range(64)]
# From the first event of one of these kinds on, times run forwards.
ORDERED_SINCE = frozenset({"schema_installed", "schema_upgraded"})


class ChainEvent(NamedTuple):
    """One event as it is stored. `at_us` is microseconds since 1970, UTC."""

    seq: int
    at_us: int
    actor: str
    kind: str
    payload: str | None
    prev: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class Anchor:
    """A head of the chain that was kept elsewhere: what the database held then, it must hold now.

    `cause` is why it may not, as far as servers tell: a word for programs, and one for people.
    """

    seq: int
    hash: str
    cause: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Audit:
    """The verdict on a chain. `bad` names the first event that is wrong, and why; None where all is well.

    `differences` are where the tables hold something else than the events add up to.
    """

    entries: int
    head: str
    head_seq: int
    bad: dict[str, Json] | None
    differences: tuple[Difference, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the whole chain holds, and the tables with it."""
        return self.bad is None and not self.differences


def event_hash(event: ChainEvent) -> bytes:
    """The hash that `event` must carry."""
    seq, at_us, actor, kind, payload, prev, _ = event
    return hashlib.sha256(
        _DOMAIN + prev + _number(seq) + _number(at_us) + _recurring(actor) + _recurring(kind) + _field(payload)
    ).digest()


class Start(NamedTuple):
    """An event that a walk begins at: its number, and its time where times run forwards from before it on."""

    seq: int
    at_us: int | None


def verify(
    events: Iterable[ChainEvent],
    head: tuple[int, bytes] | None,
    anchors: Iterable[Anchor] = (),
    start: Start | None = None,
) -> Audit:
    """Walk the chain from its genesis to the head that the database claims, and past every anchor.

    With `start`, from there on: `events` begin with it, what stands before is not looked at, and `entries` counts
    those that were walked.

    A tail that was cut off leaves a chain that is whole in itself: the stored head shows it, unless that was set
    back too; an anchor kept elsewhere shows it in any case. `head` is None where the database claims none.
    """
    wanted: dict[int, list[Anchor]] = {}
    first = 0 if start is None else start.seq
    orders = _Orders(None if start is None else start.at_us)
    for anchor in anchors:
        wanted.setdefault(anchor.seq, []).append(anchor)
    # The hash of an event covers what it follows: the first one that is walked says that by itself.
    prev, entries = None if first else GENESIS_PREV, first
    for event in events:
        if reason := _fault(event, entries, event.prev if prev is None else prev) or orders.fault(event):
            bad: dict[str, Json] = {"seq": event.seq, "kind": event.kind, "reason": reason}
            return _audit(first, entries, prev, bad)
        if wanted and (missed := [each for each in wanted.pop(event.seq, []) if each.hash != event.hash.hex()]):
            bad = {"seq": event.seq, "kind": event.kind, **unmet("the event is not the anchored event", missed)}
            return _audit(first, entries, prev, bad)
        prev = event.hash
        entries += 1
    end: dict[str, Json] | None = None
    if prev is not None and (reason := _end_fault(entries, prev, head)):
        end = {"seq": entries, "kind": None, "reason": reason}
    elif wanted:
        seq, gone = min(wanted.items())
        last = entries - 1 if prev is not None or head is None else head[0]
        reason = f"the anchored event {seq} is missing: the chain ends at event {last}"
        end = {"seq": seq, "kind": None, **unmet(reason, gone)}
    return _audit(first, entries, prev, end)


def _audit(first: int, entries: int, prev: bytes | None, bad: dict[str, Json] | None) -> Audit:
    return Audit(entries - first, "" if prev is None else prev.hex(), entries - 1, bad)


def unmet(reason: str, anchors: Sequence[Anchor]) -> dict[str, Json]:
    """Why an anchor is not met, with the cause that its server's history shows."""
    found = next((each for each in anchors if each.cause), None)
    return {"reason": reason} if found is None else {"reason": f"{reason}: {found.words}", "cause": found.cause}


def _end_fault(entries: int, prev: bytes, head: tuple[int, bytes] | None) -> str | None:
    if entries == 0:
        return "the chain has no events, not even the first"
    if head is None:
        return "the chain head is missing"
    if (entries - 1, prev) != head:
        return f"the chain ends at event {entries - 1}, but its head names event {head[0]}"
    return None


def _fault(event: ChainEvent, seq: int, prev: bytes) -> str | None:
    if event.seq != seq:
        return f"event {seq} is missing"
    if (event.kind == GENESIS) != (seq == 0):
        return "the chain starts again at this event" if seq else "the chain does not start with its genesis event"
    if event.prev != prev:
        return "the event does not follow the previous event"
    if event.hash != event_hash(event):
        return "the event's content does not match its hash"
    return None


class _Orders:
    """Whether times run forwards: from the first event on that tells of a schema which sees to it.

    Version 0.1.0 took the clock as it was, and a clock may be set back: that is no forgery.
    """

    def __init__(self, at_us: int | None) -> None:
        self._at_us = at_us

    def fault(self, event: ChainEvent) -> str | None:
        if self._at_us is None:
            if event.kind in ORDERED_SINCE:
                self._at_us = event.at_us
            return None
        if event.at_us < self._at_us:
            return "the event is older than the previous event"
        self._at_us = event.at_us
        return None


def _number(value: int) -> bytes:
    """The field of a number: its decimal text is short."""
    encoded = b"%d" % value
    return _SHORT[len(encoded)] + encoded


@lru_cache(maxsize=1024)
def _recurring(value: str) -> bytes:
    """The field of an actor or a kind: there are few of them, and hundreds of thousands of events."""
    return _field(value)


def _field(value: str | None) -> bytes:
    if value is None:
        return b"\x00"
    encoded = value.encode()
    return b"\x01" + len(encoded).to_bytes(4, "big") + encoded

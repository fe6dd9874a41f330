"""The verifier of the hash chain: every single change of a chain shows, and a cut tail shows against an anchor."""

import hashlib
import json
import struct
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.trust import replay
from core.domain.trust.chain import GENESIS, GENESIS_PREV, Anchor, Audit, ChainEvent, event_hash, verify

_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)


def chained(contents: Sequence[tuple[str, str, str | None]]) -> list[ChainEvent]:
    """A sound chain of a genesis and events of these actors, kinds and payloads."""
    events: list[ChainEvent] = []
    for seq, (actor, kind, payload) in enumerate([("postgres", GENESIS, '{"install": 1}'), *contents]):
        prev = events[-1].hash if events else GENESIS_PREV
        event = ChainEvent(seq, 1_700_000_000_000_000 + seq, actor, kind, payload, prev, b"")
        events.append(event._replace(hash=event_hash(event)))
    return events


def judged(events: Sequence[ChainEvent], *anchors: Anchor, head: tuple[int, bytes] | None = None) -> Audit:
    """The verdict, with the head set to where the events end unless another is named."""
    return verify(events, head or (len(events) - 1, events[-1].hash if events else GENESIS_PREV), anchors)


def resealed(events: Sequence[ChainEvent], start: int) -> list[ChainEvent]:
    """What somebody with all rights would do after a change: every hash from `start` on computed anew."""
    sealed = list(events[:start])
    for event in events[start:]:
        linked = event._replace(prev=sealed[-1].hash if sealed else GENESIS_PREV)
        sealed.append(linked._replace(hash=event_hash(linked)))
    return sealed


_CHAINS = st.lists(
    st.tuples(_TEXT, _TEXT.filter(lambda kind: kind != GENESIS), st.none() | _TEXT), min_size=3, max_size=8
).map(chained)


def test_the_hash_is_that_of_the_documented_format() -> None:
    event = ChainEvent(7, 1_234_567, "opé", "batch", None, bytes(range(32)), b"")

    def field(text: str) -> bytes:
        return b"\x01" + struct.pack(">i", len(text.encode())) + text.encode()

    written = b"birth-ledger-v1" + bytes(range(32)) + field("7") + field("1234567") + field("opé") + field("batch")
    assert event_hash(event) == hashlib.sha256(written + b"\x00").digest()
    assert event_hash(event._replace(payload="")) == hashlib.sha256(written + b"\x01\x00\x00\x00\x00").digest()


@given(_CHAINS)
def test_a_sound_chain_holds_and_so_does_every_anchor_of_it(events: list[ChainEvent]) -> None:
    found = judged(events, *(Anchor(event.seq, event.hash.hex()) for event in events))
    assert found == Audit(len(events), events[-1].hash.hex(), len(events) - 1, None)


@given(_CHAINS, st.data())
def test_each_change_of_a_single_field_is_found_at_its_event(events: list[ChainEvent], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(events) - 1))
    field = data.draw(st.sampled_from(ChainEvent._fields))
    old = getattr(events[place], field)
    other: st.SearchStrategy[object] = {
        int: st.integers(-(2**63), 2**63 - 1),
        bytes: st.binary(min_size=32, max_size=32),
    }.get(type(old), _TEXT | st.none() if field == "payload" else _TEXT)
    changed = events.copy()
    fields = events[place]._asdict() | {field: data.draw(other.filter(lambda new: new != old))}
    changed[place] = ChainEvent(**fields)
    bad = judged(changed, head=(len(events) - 1, events[-1].hash)).bad
    assert bad is not None
    assert bad["seq"] in (place, changed[place].seq)


@given(_CHAINS, st.data())
def test_two_events_that_changed_places_are_found(events: list[ChainEvent], data: st.DataObject) -> None:
    first, second = sorted(data.draw(st.sets(st.integers(0, len(events) - 1), min_size=2, max_size=2)))
    events[first], events[second] = events[second], events[first]
    assert not judged(events, head=(len(events) - 1, events[-1].hash)).ok
    renumbered = [event._replace(seq=seq) for seq, event in enumerate(events)]
    assert not judged(renumbered).ok


@given(_CHAINS, st.data())
def test_an_event_that_is_gone_from_the_middle_is_found_even_when_the_rest_is_renumbered(
    events: list[ChainEvent], data: st.DataObject
) -> None:
    del events[data.draw(st.integers(0, len(events) - 2))]
    assert not judged(events, head=(len(events), events[-1].hash)).ok
    assert not judged([event._replace(seq=seq) for seq, event in enumerate(events)]).ok


@given(_CHAINS, st.data())
def test_an_event_that_is_gone_is_found_even_when_the_rest_was_sealed_again(
    events: list[ChainEvent], data: st.DataObject
) -> None:
    gone = data.draw(st.integers(1, len(events) - 2))
    sealed = resealed([event for event in events if event.seq != gone], gone)
    bad = judged(sealed).bad
    assert bad is not None
    assert bad["reason"] == f"event {gone} is missing"


@given(_CHAINS)
def test_a_tail_that_is_sealed_in_itself_does_not_follow_what_it_was_put_behind(events: list[ChainEvent]) -> None:
    spliced = [event._replace(prev=bytes(31) + b"\x01") if event.seq == 1 else event for event in events]
    spliced[1] = spliced[1]._replace(hash=event_hash(spliced[1]))
    sealed = resealed(spliced, 2)
    bad = judged(sealed).bad
    assert bad is not None
    assert (bad["seq"], bad["reason"]) == (1, "the event does not follow the previous event")


@given(_CHAINS, st.data())
def test_a_cut_tail_shows_by_the_head_and_when_that_is_set_back_by_an_anchor(
    events: list[ChainEvent], data: st.DataObject
) -> None:
    kept = events[: data.draw(st.integers(1, len(events) - 1))]
    head = (len(events) - 1, events[-1].hash)
    assert not judged(kept, head=head).ok
    assert judged(kept).ok
    anchored = judged(kept, Anchor(head[0], head[1].hex()))
    assert anchored.bad is not None
    assert anchored.bad["reason"] == f"the anchored event {head[0]} is missing: the chain ends at event {len(kept) - 1}"


@given(_CHAINS, st.data())
def test_a_history_that_was_rewritten_and_sealed_again_shows_against_an_anchor_only(
    events: list[ChainEvent], data: st.DataObject
) -> None:
    place = data.draw(st.integers(1, len(events) - 1))
    forged = events.copy()
    forged[place] = events[place]._replace(actor=events[place].actor + "!")
    forged = resealed(forged, place)
    assert judged(forged).ok
    found = judged(forged, Anchor(len(events) - 1, events[-1].hash.hex())).bad
    assert found == {"seq": len(events) - 1, "kind": events[-1].kind, "reason": "the event is not the anchored event"}


def test_every_anchor_counts_also_where_two_name_one_event() -> None:
    events = chained([("a", "batch", None)])
    true, false = Anchor(1, events[1].hash.hex()), Anchor(1, "0" * 64)
    assert not judged(events, false, true).ok
    assert not judged(events, true, false).ok


def test_an_empty_chain_is_no_sound_one() -> None:
    found = judged([])
    assert found.bad == {"seq": 0, "kind": None, "reason": "the chain has no events, not even the first"}


def test_a_chain_whose_head_is_gone_is_no_sound_one() -> None:
    events = chained([])
    assert verify(events, None).bad == {"seq": 1, "kind": None, "reason": "the chain head is missing"}


def test_a_chain_begins_with_its_genesis_and_never_again() -> None:
    events = chained([("a", "batch", None)])
    headless = resealed([events[1]._replace(seq=0)], 0)
    assert judged(headless).bad == {
        "seq": 0,
        "kind": "batch",
        "reason": "the chain does not start with its genesis event",
    }
    twice = resealed([events[0], events[1]._replace(kind=GENESIS)], 1)
    assert judged(twice).bad == {"seq": 1, "kind": GENESIS, "reason": "the chain starts again at this event"}


def test_time_never_runs_backwards_along_a_chain() -> None:
    events = chained([("a", "schema_installed", None), ("a", "batch", None), ("a", "batch", None)])
    backdated = resealed([*events[:3], events[3]._replace(at_us=events[2].at_us - 1)], 3)
    assert judged(backdated).bad == {"seq": 3, "kind": "batch", "reason": "the event is older than the previous event"}


def test_a_clock_that_was_set_back_under_the_first_version_is_no_forgery() -> None:
    contents = [("a", "batch", None), ("a", "batch", None), ("a", "schema_upgraded", None), ("a", "batch", None)]
    events = chained(contents)
    stepped = resealed([*events[:2], events[2]._replace(at_us=events[0].at_us - 3_600_000_000), *events[3:]], 2)
    assert judged(stepped).ok


@pytest.mark.parametrize(("left", "right"), [("ab", "c"), ("a", "bc"), ("", "abc")])
def test_fields_do_not_run_into_each_other(left: str, right: str) -> None:
    event = chained([])[0]
    assert event_hash(event._replace(actor=left, kind=right)) != event_hash(event._replace(actor="abc", kind=""))


def test_two_thousand_events_verify() -> None:
    events = chained([("operator1", "batch", '{"run": 1, "registered": 1000}')] * 1_999)
    assert judged(events).entries == 2_000
    assert judged(events).ok


def told_by(kind: str, payload: str) -> list[replay.Finding]:
    """The rows that one event of this kind tells of: against tables that hold none, each differs."""
    state = replay.Replay(only=frozenset(range(1024)))
    state.take(7, kind, payload)
    return sorted(state.differing([]))


_NAMES = st.text(st.sampled_from('"\\{}[], :tkrdrowsé\n'), max_size=12) | st.sampled_from(
    ['"rows": [{"d": "', '"}], "rows": [{"d": "', '}, "t": "birth_backfill_batch"}']
)


@given(
    st.lists(
        st.tuples(st.sampled_from(["birth_backfill_batch", "birth_backfill_quarantine", "birth_x"]), _NAMES, _NAMES),
        max_size=4,
    ),
    _NAMES,
)
def test_a_batch_that_is_not_decoded_tells_what_it_tells_decoded(rows: list[tuple[str, str, str]], person: str) -> None:
    told = [
        {"d": f"{number:064x}", "k": key, "r": {"writes": {name: 1}, "claimed_person": name, "former_persons": [name]},
         "t": table} for number, (table, key, name) in enumerate(rows)
    ]  # fmt: skip
    for ascii_only in (True, False):
        payload = json.dumps({"run": 1, "rows": told, "person": person}, ensure_ascii=ascii_only)
        # Rows of other tables go another way, and those of one key are told by the last of them.
        assert told_by("batch", payload) == told_by("any other", payload)


def test_a_batch_as_it_is_written_need_not_be_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    batch, budget = (
        {"d": f"{number:064x}", "k": key, "r": {"writes": {}, "at": "now"}, "t": table}
        for number, (table, key) in enumerate([("birth_backfill_batch", "1/7"), ("birth_admission_budget", "4")])
    )
    payload = json.dumps({"run": 1, "rows": [batch, budget], "person": "One"})
    monkeypatch.setattr(replay, "_DECODE", None)
    assert told_by("batch", payload) == [replay.Finding("birth_backfill_batch", "1/7", 7, is_there=False)]

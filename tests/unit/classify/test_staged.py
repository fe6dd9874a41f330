"""Staged choices as a file, and which of them come back."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.classify.blocker import Blocker
from core.domain.classify.identity import column_identity, synthetic_identity
from core.domain.classify.staged import Kept, StagedDecision, read, restorable, write
from core.errors import Json, UsageError

NOW = datetime(2026, 6, 6, 14, 2, tzinfo=UTC)
TEXT = st.text(st.characters(exclude_characters="\0{}:/", exclude_categories=["Cs"]), min_size=1, max_size=15)
VERSION = st.integers(0, 2**31)


@st.composite
def choices(draw: st.DrawFn) -> StagedDecision:
    name, version, reason = draw(TEXT), draw(VERSION), draw(st.none() | TEXT)
    if draw(st.booleans()):
        return StagedDecision(name, None, version, reason)
    told: Json = {"rank": 1, "tier": "A", "score": 12.5} if draw(st.booleans()) else None
    columns = draw(st.lists(TEXT, min_size=1, max_size=3, unique=True))
    if draw(st.booleans()):
        return StagedDecision(name, column_identity(name, columns[0]), version, reason, told)
    template = f"{name}:" + "/".join(f"{{{column}}}" for column in columns)
    return StagedDecision(name, synthetic_identity(name, template), version, reason, told)


@given(st.lists(choices(), max_size=5), st.timezones())
def test_every_file_reads_back_as_it_was_written(staged: list[StagedDecision], zone: object) -> None:
    kept = Kept(NOW.astimezone(zone), tuple(staged))  # type: ignore[arg-type]  # a time zone
    assert read(write(kept)) == kept


GOOD: dict[str, Json] = {"collection": "ships", "strategy": "column", "identity": "code", "version": 3, "reason": None}


UNREADABLE: tuple[Json, ...] = (
    None,
    "ships",
    [],
    {**GOOD, "collection": None},
    {**GOOD, "collection": 7},
    {**GOOD, "collection": "sh\0ips"},
    {**GOOD, "reason": "\ud800"},
    {**GOOD, "strategy": "unclassified", "identity": None},
    {**GOOD, "strategy": "sql", "identity": "now()"},
    {**GOOD, "strategy": "exempt"},
    {**GOOD, "identity": None},
    {**GOOD, "identity": "x" * 64},
    {**GOOD, "identity": ["code"]},
    {**GOOD, "strategy": "synthetic", "identity": "ships:{id}||now()"},
    {**GOOD, "strategy": "synthetic", "identity": "boats:{id}"},
    {**GOOD, "version": "3"},
    {**GOOD, "version": True},
    {**GOOD, "version": None},
    {**GOOD, "reason": 7},
)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nothing",
        "null",
        "[]",
        "[" * 100_000,
        "{}",
        json.dumps({"at": NOW.isoformat()}),
        json.dumps({"at": NOW.isoformat(), "choices": {}}),
        json.dumps({"at": "yesterday", "choices": []}),
        json.dumps({"at": "2026-06-06T14:02:00", "choices": []}),
        json.dumps({"at": 7, "choices": []}),
        *(json.dumps({"at": NOW.isoformat(), "choices": [GOOD, each]}) for each in UNREADABLE),
    ],
)
def test_whatever_else_stands_in_the_file_is_refused_as_a_whole(text: str) -> None:
    with pytest.raises(UsageError, match="staged decisions cannot be read"):
        read(text)


def choice(collection: str, column: str = "code", version: int = 0) -> StagedDecision:
    return StagedDecision(collection, column_identity(collection, column), version)


def waiting(*names: str, version: int = 0) -> list[Blocker]:
    return [Blocker(name, has_table=True, version=version) for name in names]


def test_what_waits_as_it_did_comes_back_and_what_was_decided_meanwhile_is_named() -> None:
    kept = Kept(NOW, (choice("ships"), choice("ports", version=2), choice("crews")))
    found = restorable([kept], [*waiting("ships"), *waiting("ports", version=4)], ())
    assert found is not None
    assert (found.at, found.choices, found.overtaken) == (NOW, (choice("ships"),), ("ports", "crews"))


def test_the_latest_of_several_choices_counts_and_none_replaces_what_is_staged() -> None:
    early = Kept(NOW - timedelta(hours=1), (choice("ships", "name"), choice("ports")))
    late = Kept(NOW, (choice("ships", "code"), choice("crews")))
    found = restorable([late, early], waiting("ships", "ports", "crews"), {"crews"})
    assert found is not None
    assert (found.at, found.overtaken) == (NOW, ())
    assert set(found.choices) == {choice("ships", "code"), choice("ports")}


def test_where_nothing_was_kept_nothing_comes_back() -> None:
    assert restorable([], waiting("ships"), ()) is None
    assert restorable([Kept(NOW, ())], waiting("ships"), ()) is None

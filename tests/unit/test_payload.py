"""What JSON holds, as typed values: what a dataclass asks for is there and of its type, or it is said what is not."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from core.db.rows.query import from_json
from core.errors import GateClosed, Json


@dataclass(frozen=True, slots=True)
class Pin:
    planned: Json
    live: Json


@dataclass(frozen=True, slots=True)
class Entry:
    collection: str
    permit: int | None
    table: Pin


@dataclass(frozen=True, slots=True)
class Facts:
    status: str
    share: float
    either: str | int
    entries: tuple[Entry, ...]
    names: list[str]
    counts: Mapping[str, int]


def facts() -> dict[str, Any]:
    """JSON that fits."""
    entry = {"collection": "goods", "permit": None, "table": {"planned": [1, {"a": [2]}], "live": None}}
    return {
        "status": "planned", "share": 1, "either": 3, "entries": [entry], "names": ["a"], "counts": {"a": 1}, "more": 0,
    }  # fmt: skip


def test_json_that_fits_becomes_dataclasses_and_what_they_do_not_know_is_left_out() -> None:
    entry = Entry("goods", None, Pin([1, {"a": [2]}], None))
    assert from_json(Facts, facts(), "apply.facts") == Facts("planned", 1, 3, (entry,), ["a"], {"a": 1})


@pytest.mark.parametrize(
    ("bent", "said"),
    [
        ({"status": 1}, "status is int, not str"),
        ({"status": None}, "status is null, not str"),
        ({"share": True}, "share is bool, not float"),
        ({"either": 1.5}, "either is float, not str | int"),
        ({"entries": {}}, "entries is an object, not an array"),
        ({"entries": [{"collection": "goods", "table": {"planned": 1}}]},
         "entries[0].permit is missing; entries[0].table.live is missing"),
        ({"entries": ["goods"]}, "entries[0] is str, not an object"),
        ({"names": [1]}, "names[0] is int, not str"),
        ({"counts": {"goods": "1"}}, "counts.goods is str, not int"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_a_schema_mismatch_that_says_where(bent: dict[str, Any], said: str) -> None:
    with pytest.raises(GateClosed) as refused:
        from_json(Facts, {**facts(), **bent}, "apply.facts")
    assert refused.value.code == "schema_mismatch"
    columns = refused.value.evidence["columns"]
    assert isinstance(columns, list)
    assert "; ".join(columns) == said


def test_a_key_that_is_missing_is_a_schema_mismatch() -> None:
    found = facts()
    del found["status"]
    with pytest.raises(GateClosed) as refused:
        from_json(Facts, found, "apply.facts")
    assert refused.value.evidence == {"query": "apply.facts", "columns": ["status is missing"]}

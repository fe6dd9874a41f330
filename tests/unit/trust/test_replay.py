"""Replaying the chain: what a batch's event is read by without decoding it says the same as its JSON."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.trust import replay

_DIGESTS = st.text("0123456789abcdef", min_size=64, max_size=64)
# What text in an event may look like to get in the way of a reader that does not decode it.
_TRICKS = ['"', "\\", "{", "}", '", "r": {', '}, "t": "', '"rows": [{"d": "', "1/2"]
_TEXTS = st.one_of(st.text(max_size=12), st.lists(st.sampled_from(_TRICKS), max_size=4).map("".join))
_TABLES = st.sampled_from(["birth_backfill_batch", "birth_admission_budget", "birth_backfill_limit"])
_ROWS = st.dictionaries(
    _TEXTS, st.one_of(_TEXTS, st.integers(), st.dictionaries(_TEXTS, _TEXTS, max_size=1)), max_size=3
)
_IMAGES = st.fixed_dictionaries({"d": _DIGESTS, "k": _TEXTS, "r": _ROWS, "t": _TABLES})
_USUAL = {"run": 1, "epoch": 2, "person": "Linh"}


def a_payload(images: list[dict[str, object]]) -> str:
    """As the database writes it: shorter names come first."""
    return json.dumps({"run": 1, "rows": images, **_USUAL}, ensure_ascii=False)


def an_image(table: str, key: str, digest: str, **row: object) -> dict[str, object]:
    return {"d": digest * 64, "k": key, "r": row, "t": table}


@given(st.lists(_IMAGES, max_size=3))
def test_what_is_read_without_decoding_is_what_the_event_says_or_nothing(images: list[dict[str, object]]) -> None:
    found = replay._images_of_batch(a_payload(images))
    assert [*found] in ([], [(each["t"], each["k"], each["d"]) for each in images])


def test_the_event_of_a_batch_is_read_without_decoding() -> None:
    usual = [
        an_image("birth_backfill_batch", "1/2", "a", writes={"birth.birth_registry": 3}, claimed_person='A "}, {'),
        an_image("birth_admission_budget", "7", "b", used_rows=3),
    ]
    found = replay._images_of_batch(a_payload(usual))
    assert [*found] == [("birth_backfill_batch", "1/2", "a" * 64), ("birth_admission_budget", "7", "b" * 64)]


@pytest.mark.parametrize(
    "images",
    [
        [an_image("birth_admission_budget", "7", "b"), an_image("birth_backfill_batch", "1/2", "a")],
        [an_image("birth_backfill_batch", "1/2", "a")],
        [{"k": "1/2", "t": "birth_backfill_batch"}, an_image("birth_admission_budget", "7", "b")],
        [
            an_image("birth_backfill_batch", "1/2", "a"),
            an_image("birth_admission_budget", "7", "b"),
            an_image("birth_backfill_limit", "1", "c"),
        ],
    ],
)
def test_an_event_of_other_rows_is_decoded(images: list[dict[str, object]]) -> None:
    assert replay._images_of_batch(a_payload(images)) == ()

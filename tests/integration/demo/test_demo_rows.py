"""The demo's rows before any database sees them."""

import pytest

from core.demo.census import census, columns_of
from core.demo.draw import Drawn, drawn, total_rows
from core.demo.specs import COLLECTIONS


@pytest.fixture(scope="module")
def twofold() -> dict[str, Drawn]:
    found = list(drawn(2))
    assert len({each.shape.name for each in found}) == len(found)
    return {each.shape.name: each for each in found}


def test_every_collection_with_a_table_is_drawn_once_and_after_those_it_refers_to(twofold: dict[str, Drawn]) -> None:
    order = list(twofold)
    assert sorted(order) == sorted(name for name, row in census().items() if row.has_table)
    for shape in COLLECTIONS:
        for column in shape.columns:
            for needed in column.needs:
                parent, _, title = needed.partition(".")
                assert title in {each.name for each in next(s for s in COLLECTIONS if s.name == parent).columns}
                assert order.index(parent) <= order.index(shape.name)


def test_a_larger_demo_has_more_rows_where_more_make_sense(twofold: dict[str, Drawn]) -> None:
    for name, found in twofold.items():
        factor = 1 if found.shape.fixed else 2
        assert found.rows == census()[name].source_rows * factor
        assert found.rows - len(found.missed) == census()[name].registered_rows * factor
    assert sum(found.rows for found in twofold.values()) == total_rows(2)
    assert twofold["globals"].rows == 1
    assert twofold["messages"].rows == 14_600


def test_a_larger_demo_keeps_every_intended_identity_unique(twofold: dict[str, Drawn]) -> None:
    for name, found in twofold.items():
        if found.rows:
            parts = list(zip(*(found.columns[part] for part in columns_of(census()[name].intended)), strict=True))
            assert len(set(parts)) == found.rows, name
            assert all(value not in (None, "") for part in parts for value in part), name


def test_a_larger_demo_keeps_its_blemishes(twofold: dict[str, Drawn]) -> None:
    sources = twofold["agent_views"].columns["source_id"]
    topics = [str(code) for code in twofold["ai_discussions"].columns["topic_code"]]
    assert len(sources) - len(set(sources)) == 3
    assert len(topics) - len({code.strip() for code in topics}) == 2
    assert len(set(topics)) == len(topics)


def test_columns_of_a_collection_are_equally_long_and_hold_no_nul(twofold: dict[str, Drawn]) -> None:
    for found in twofold.values():
        for values in found.columns.values():
            assert len(values) == found.rows
            assert not any(isinstance(value, str) and "\0" in value for value in values)

"""Sources of registry columns, as somebody writes them."""

import pytest

from core.domain.adopt.register_column import read, read_all
from core.errors import UsageError


def test_a_look_up_is_a_table_a_column_and_equalities() -> None:
    found = read(
        "species_code=public.species_collection_map.species_code BY collection_name=$collection AND is_primary"
    )
    assert found.source == {
        "schema": "public", "table": "species_collection_map", "column": "species_code",
        "by": [{"column": "collection_name", "value": "collection"}, {"column": "is_primary", "is": True}]}  # fmt: skip
    assert found.columns == ("species_code", "collection_name", "is_primary")
    odd = read(
        """level="Ops"."the map".level by "Of"=$code and kind='it''s' and n=7 and old=false and s=$species_code"""
    )
    assert odd.table == ("Ops", "the map")
    assert odd.needs == ("species_code",)
    assert odd.source is not None
    assert odd.source["by"] == [
        {"column": "Of", "value": "code"}, {"column": "kind", "constant": "it's"}, {"column": "n", "constant": "7"},
        {"column": "old", "constant": "false"}, {"column": "s", "registered": "species_code"}]  # fmt: skip


def test_a_constant_a_value_nothing_and_the_default_are_told_apart() -> None:
    sources = {word: read(f"c={word}").source for word in ("observed", "'a b'", "$code", "NULL", "'NULL'", "DEFAULT")}
    assert sources == {
        "observed": {"constant": "observed"}, "'a b'": {"constant": "a b"}, "$code": {"value": "code"},
        "NULL": {"nothing": True}, "'NULL'": {"constant": "NULL"}, "DEFAULT": None}  # fmt: skip


def test_what_another_column_needs_comes_first() -> None:
    words = ["level=s.e.level BY code=$species", "species=s.m.species BY name=$collection"]
    assert [each.column for each in read_all(words)] == ["species", "level"]


def test_expressions_and_half_words_are_refused() -> None:
    for word in (
        "c", "c=", "=x", "c=s.t.a", "c=t.a BY x=$code", "c=s.t.a BY", "c=s.t.a BY x=lower($code)", "c=s.t.a BY x>1",
        "c=s.t.a BY x=1 OR y=2", "c=s.t.a BY x=y", "c=now()", "c=$origin", "c='a' 'b'", "c=s.t.a BY x=$code; DROP",
    ):  # fmt: skip
        with pytest.raises(UsageError):
            read(word)
    for words in (["a=x", "a=y"], ["a=s.t.c BY x=$b", "b=s.t.c BY x=$a"]):
        with pytest.raises(UsageError):
            read_all(words)

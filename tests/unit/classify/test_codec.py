"""The codec in SQL is composed from quoted names and refuses what has no stable text."""

import pytest

from core.db.sources import codec
from core.errors import GateClosed


@pytest.mark.parametrize("name", ["select", 'Weird "Name"', "a'; DROP TABLE team; --", "%s", "{}"])
def test_a_column_s_name_is_always_quoted(name: str) -> None:
    quoted = '"' + name.replace('"', '""') + '"'
    assert codec.part_text(name, "text").as_string() == f'(source.{quoted})::text COLLATE pg_catalog."default"'


def test_a_collection_s_name_is_a_literal() -> None:
    code = codec.code_expression("it's", codec.parts(["a"], {"a": "text"}, "it's"), "birth").as_string()
    assert code.startswith("'it''s:' || pg_catalog.replace(")


@pytest.mark.parametrize(
    "type_name",
    ["double precision", "real", "money", "json", "jsonb", "bytea", "interval", "time with time zone", "text[]",
     "point", "xml", "tsvector", "public.citext", "public.text", '"char"', "inet", "oid", ""],
)  # fmt: skip
def test_a_type_whose_text_depends_on_the_session_is_refused(type_name: str) -> None:
    with pytest.raises(GateClosed) as refused:
        codec.part_text("amount", type_name)
    assert refused.value.code == "type_unsupported"
    assert refused.value.evidence == {"column": "amount", "type": type_name}


def test_a_column_that_the_table_does_not_have_is_answered_with_those_it_has() -> None:
    with pytest.raises(GateClosed) as refused:
        codec.parts(["nme"], {"id": "integer", "name": "text"}, "team")
    assert refused.value.code == "column_missing"
    assert refused.value.evidence == {"table": "team", "column": "nme", "columns": ["id", "name"]}

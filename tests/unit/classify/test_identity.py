"""The template grammar, and codes that never collide."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.classify.identity import (
    COLUMN,
    LONGEST_IDENTIFIER,
    SYNTHETIC,
    Identity,
    Proof,
    column_identity,
    entity_code,
    foreign_hint,
    synthetic_identity,
)
from core.domain.classify.same_code import is_blank
from core.errors import GateClosed

# What is nasty in a code: its own punctuation, escapes of it, and the neighbourhood of both.
NASTY = st.sampled_from(
    ["%", "/", ":", "%2F", "%3A", "%25", "%252F", "a", "A", " ", "é", "é", "\u202e", "\U0001d4b3", "-", "0"]
)
PART = (st.lists(NASTY, min_size=1, max_size=6).map("".join) | st.text(min_size=1)).filter(
    lambda text: "\0" not in text and not is_blank(text)
)
NAME = st.text(st.characters(exclude_characters="{}\0", exclude_categories=["Cs"]), min_size=1, max_size=15)


def test_a_template_gives_its_columns_in_order_and_reads_back_the_same() -> None:
    identity = synthetic_identity("team", "team:{name}/{date_created}")
    assert identity == Identity("team", SYNTHETIC, ("name", "date_created"))
    assert identity.text == "team:{name}/{date_created}"


@given(st.lists(NAME, min_size=1, max_size=5, unique=True), NAME)
def test_every_list_of_column_names_survives_its_template(columns: list[str], collection: str) -> None:
    identity = Identity(collection, SYNTHETIC, tuple(columns))
    assert synthetic_identity(collection, identity.text) == identity


@pytest.mark.parametrize(
    "template",
    [
        "",
        "team",
        "team:",
        "team:name",
        "team:{}",
        "team:{name",
        "team:name}",
        "team:{{name}}",
        "team:{name}{id}",
        "team:{name}-{id}",
        "team:{name}/",
        "team:/{name}",
        "team:{name}//{id}",
        " team:{name}",
        "team:{name} ",
        "team:{name}\n",
        "team: {name}",
        "Team:{name}",
        "teams:{name}",
        "{name}",
        "public.team:{name}",
        "team:{name}/literal",
        "team:{name};DROP TABLE team",
        "team:' || current_user || '",
        "team:{name}' OR '1'='1",
        "team:{name}--",
        "team:{name}\0",
        "team:%(name)s",
        "team:{name}/{name}",
        "team:{name}/{id}/{name}",
    ],
)
def test_a_template_with_anything_but_its_own_prefix_and_columns_is_refused(template: str) -> None:
    with pytest.raises(GateClosed) as refused:
        synthetic_identity("team", template)
    assert refused.value.code in ("bad_template", "bad_identifier")
    assert refused.value.exit_status == 3
    assert refused.value.hint


@pytest.mark.parametrize("name", ["", "a\0b", "x" * 64, "é" * 32])
@pytest.mark.parametrize(
    "make",
    [
        lambda name: column_identity("team", name),
        lambda name: synthetic_identity("team", f"team:{{{name}}}"),
    ],
    ids=[COLUMN, SYNTHETIC],
)
def test_names_that_postgresql_would_cut_or_cannot_hold_are_refused(make: Callable[[str], Identity], name: str) -> None:
    with pytest.raises(GateClosed, match=r"bytes, no NUL|nothing else in it"):
        make(name)


def test_the_longest_identifier_is_counted_in_bytes() -> None:
    assert column_identity("team", "x" * LONGEST_IDENTIFIER).columns == ("x" * 63,)
    assert column_identity("team", "é" * 31).columns == ("é" * 31,)


@pytest.mark.parametrize("name", ["select", 'Weird "Name"', "a b", "id; DROP TABLE team", "${HOME}", "%s"])
def test_a_column_may_have_any_name_since_it_is_never_read_as_sql(name: str) -> None:
    assert column_identity("team", name).columns == (name,)


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        (("a", "b"), "team:a/b"),
        (("a/b", "c"), "team:a%2Fb/c"),
        (("a", "b/c"), "team:a/b%2Fc"),
        (("a:b", "%"), "team:a%3Ab/%25"),
        (("%2F", "x"), "team:%252F/x"),
        ((" a ", "é"), "team: a /é"),
    ],
)
def test_a_synthetic_code_escapes_percent_first_then_its_own_punctuation(parts: tuple[str, ...], code: str) -> None:
    assert entity_code(Identity("team", SYNTHETIC, ("x", "y")), parts) == code


def test_a_column_code_is_the_text_itself() -> None:
    assert entity_code(Identity("team", COLUMN, ("name",)), ["a/b:c%"]) == "a/b:c%"


@given(st.data(), st.integers(1, 4))
def test_two_different_tuples_never_give_one_code(data: st.DataObject, width: int) -> None:
    identity = Identity("team", SYNTHETIC, tuple(f"c{number}" for number in range(width)))
    row = st.tuples(*[PART] * width)
    one, other = data.draw(row), data.draw(row)
    assert (entity_code(identity, one) == entity_code(identity, other)) == (one == other)


@given(st.lists(PART, min_size=1, max_size=3), st.lists(PART, min_size=1, max_size=3))
def test_two_collections_never_give_one_synthetic_code(one: list[str], other: list[str]) -> None:
    first = Identity("os_items", SYNTHETIC, tuple(map(str, range(len(one)))))
    second = Identity("os_item", SYNTHETIC, tuple(map(str, range(len(other)))))
    assert entity_code(first, one) != entity_code(second, other)


@pytest.mark.parametrize("parts", [("", "a"), ("a", ""), ("a",), ("a", "b", "c"), ()])
def test_an_empty_or_missing_part_has_no_code(parts: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="at least one visible character"):
        entity_code(Identity("team", SYNTHETIC, ("x", "y")), parts)


def test_codes_that_a_gateway_registers_under_the_bare_name_of_the_table_are_told_as_that() -> None:
    found = Proof(25, 0, 0, 25, 0, 4, 0, 5, 0, foreign_examples=({"code": "R-1", "owner": "Rules"},))
    assert foreign_hint("Gov.Rules", found).startswith("Rows of this table are registered as Rules,")
    assert (foreign_hint("Gov.Others", found), foreign_hint("Rules", found)) == ("", "")

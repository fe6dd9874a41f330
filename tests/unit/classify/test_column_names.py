"""What a column's name is taken for."""

import pytest

from core.domain.classify.column_names import (
    CHANGING,
    LABEL,
    OWN_CODE,
    OWN_ID,
    REFERENCE,
    is_audit,
    is_birth,
    is_generic,
    is_ordinal,
    kind,
    plain_names,
    words,
)

TABLES = ("films", "film_actor", "actors", "customer", "shop_order", "countries")


@pytest.mark.parametrize(
    ("name", "table", "wanted"),
    [
        ("id", "films", OWN_ID),
        ("ID", "films", OWN_ID),
        ("film_id", "films", OWN_ID),
        ("FilmId", "films", OWN_ID),
        ("filmid", "films", OWN_ID),
        ("country_id", "countries", OWN_ID),
        ("film_id", "film_actor", REFERENCE),
        ("actor_id", "main_actor", REFERENCE),
        ("step_id", "work_steps", OWN_ID),
        ("actor_id", "films", REFERENCE),
        ("actorid", "films", REFERENCE),
        ("order_id", "films", REFERENCE),
        ("c_custkey", "customer", OWN_CODE),
        ("kundennummer", "kunden_stamm", OWN_CODE),
        ("partnumber", "parts", OWN_CODE),
        ("code", "films", OWN_CODE),
        ("film_code", "films", OWN_CODE),
        ("sku", "films", OWN_CODE),
        ("invoice_number", "films", OWN_CODE),
        ("phone_number", "films", CHANGING),
        ("name", "films", LABEL),
        ("unit_price", "films", CHANGING),
        ("created_at", "films", CHANGING),
        ("sort", "films", CHANGING),
        ("customer", "films", REFERENCE),
    ],
)
def test_a_name_says_whose_key_it_is(name: str, table: str, wanted: str) -> None:
    assert kind(name, table, TABLES) == wanted


def test_names_are_read_in_every_spelling() -> None:
    assert words("OrderLineNo") == words("order_line_no") == words("ORDER_LINE_NO") == ("order", "line", "no")


def test_a_name_that_holds_no_word_is_no_error() -> None:
    assert kind("_", "films", TABLES) == kind("$%", "films", TABLES)


def test_moments_of_birth_never_change_and_the_other_marks_of_editing_do() -> None:
    assert [name for name in ("date_created", "created_at", "updated_at", "status", "sort") if is_birth(name)] == [
        "date_created",
        "created_at",
    ]
    assert all(map(is_audit, ("date_created", "updated_at", "status", "sort", "user_updated")))


def test_a_dragged_position_is_no_running_number() -> None:
    assert is_ordinal("line_no")
    assert not is_ordinal("sort_no")


@pytest.mark.parametrize(
    ("table", "columns", "plain"),
    [
        ("line_items", ("l_order_key", "l_part_key", "l_tax"), ("order_key", "part_key", "tax")),
        ("films", ("film_id", "film_title", "film_year"), ("id", "title", "year")),
        ("line_items", ("l_order_key", "l_part_key", "tax"), ()),
        ("line_items", ("l_order_key", "p_part_key", "l_tax"), ()),
        ("line_items", ("l_order_key", "l_part_key"), ()),
        ("invoices", ("customer_id", "customer_name", "customer_city"), ()),
    ],
)
def test_a_prefix_that_all_columns_have_is_no_part_of_a_name(
    table: str, columns: tuple[str, ...], plain: tuple[str, ...]
) -> None:
    assert plain_names(table, columns) == dict(zip(columns, plain or columns, strict=True))


def test_a_generic_name_says_what_a_column_is_and_not_of_what() -> None:
    names = ("id", "code", "name", "price", "film_id", "customer")
    assert [name for name in names if is_generic(name)] == ["id", "code", "name"]

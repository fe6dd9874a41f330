"""Which tables become collections, and how they are called."""

import pytest

from core.domain.adopt.enrolment import EXEMPT, REQUIRED, Table, choose, left_out, tables_elsewhere, why_lost
from core.errors import UsageError

ORDERS = Table("public", "orders")
SOLD = Table("sales", "orders")
VIEW = Table("public", "all_orders", "a view")
TABLES = [ORDERS, Table("public", "Order Lines"), VIEW, SOLD, Table("sales", "people"), Table("a.b", "c")]


def names(registered: dict[str, Table | None], *globs: str) -> dict[str, str]:
    return {each.table.text: each.collection for each in choose(TABLES, registered, globs, ())}


def test_without_globs_the_tables_of_public_are_enrolled() -> None:
    assert names({}) == {"public.orders": "orders", "public.Order Lines": "Order Lines"}
    assert left_out(TABLES, (), ()) == [VIEW]


def test_tables_of_one_name_carry_their_schema_unless_one_was_there_before() -> None:
    both = {"public.orders": "public.orders", "sales.orders": "sales.orders"}
    assert names({}, "*.orders") == both
    assert names({"orders": ORDERS}, "*.orders") == {**both, "public.orders": "orders"}
    assert names({"orders": SOLD}, "public.orders") == {"public.orders": "public.orders"}


def test_a_registered_name_without_a_table_gets_the_table_of_that_name() -> None:
    found = choose(TABLES, {"people": None}, ("sales.people",), ())
    assert [(each.collection, each.is_new) for each in found] == [("people", False)]


def test_a_collection_whose_table_is_in_another_schema_is_found_by_its_whole_name_or_where_one_alone_has_it() -> None:
    registered: dict[str, Table | None] = {"sales.orders": None, "people": None, "orders": None, "c": ORDERS, "x": None}
    assert tables_elsewhere(TABLES, registered) == {"sales.orders": SOLD, "people": Table("sales", "people")}
    assert tables_elsewhere(TABLES, {"orders": None, "c": ORDERS}) == {"orders": SOLD}
    assert "orders" not in tables_elsewhere(TABLES, {"orders": None})
    listed = {SOLD, Table("sales", "people")}
    found = choose(TABLES, {"mine": SOLD, "people": None}, ("public.orders",), (), listed)
    assert [each.collection for each in found] == ["orders", "mine", "people"]


def test_a_registered_name_that_no_single_table_has_is_told_with_the_tables_that_are_meant() -> None:
    assert why_lost("orders", TABLES).startswith("2 tables have its name: public.orders, sales.orders. Name the one")
    assert why_lost("People", TABLES).startswith("no table has its name; sales.people differs in case")
    assert why_lost("all_orders", TABLES) == "no table has its name: it is not enrolled"


def test_what_is_exempt_is_enrolled_as_such_also_beside_the_globs() -> None:
    found = choose(TABLES, {}, ("public.orders",), ("sales.*",))
    assert {each.collection: each.requirement for each in found} == {
        "public.orders": REQUIRED, "sales.orders": EXEMPT, "people": EXEMPT}  # fmt: skip


def test_two_tables_never_become_one_collection() -> None:
    with pytest.raises(UsageError) as refused:
        choose([Table("a.b", "c"), Table("a", "b.c"), Table("x", "c"), Table("y", "b.c")], {}, ("*",), ())
    assert refused.value.code == "names_collide"
    assert refused.value.evidence["collection"] == "a.b.c"
    tables = refused.value.evidence["tables"]
    assert {"schema": "a.b", "table": "c"} in tables  # type: ignore[operator]
    assert {"schema": "a", "table": "b.c"} in tables  # type: ignore[operator]
    assert refused.value.hint.startswith("Narrow --collections and --exempt")
    assert choose([Table("a.b", "c"), Table("a", "b.c"), Table("x", "c"), Table("y", "b.c")], {}, ("x.*", "y.*"), ())


@pytest.mark.parametrize(("glob", "hint"), [("orders", "public.orders"), ("public.order", "public.orders")])
def test_a_glob_that_names_nothing_is_refused(glob: str, hint: str) -> None:
    with pytest.raises(UsageError) as refused:
        names({}, glob)
    assert (refused.value.code, hint in refused.value.hint) == ("nothing_matches", True)

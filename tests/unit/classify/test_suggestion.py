"""What the suggester makes of small tables, and when it dares to be sure."""

from collections.abc import Sequence

import pytest

from core.domain.classify.column_statistics import Column, Key, Reference, SampledTable, statistics
from core.domain.classify.decision import Decision
from core.domain.classify.suggestion import Suggestion, natural_columns, suggest

ROWS = 200


def table(
    name: str,
    columns: dict[str, Sequence[str | None]],
    *,
    types: dict[str, str] | None = None,
    keys: Sequence[Key] = (),
    references: Sequence[Reference] = (),
    tables: Sequence[str] = (),
    gateway: str | None = None,
) -> SampledTable:
    """A table that was read from end to end; columns of a key are NOT NULL, numbers are integers."""
    keyed = {column for key in keys for column in key.columns}
    return SampledTable(
        name,
        tuple(
            Column(column, (types or {}).get(column) or _type(texts), not_null=column in keyed)
            for column, texts in columns.items()
        ),
        keys=tuple(keys),
        references=tuple(references),
        rows=len(next(iter(columns.values()))),
        whole=True,
        sample={column: tuple(texts) for column, texts in columns.items()},
        tables=frozenset((*tables, name)),
        gateway_code=gateway,
    )


def _type(texts: Sequence[str | None]) -> str:
    return "integer" if texts and all(text is not None and text.isdecimal() for text in texts) else "text"


def numbers(count: int = ROWS, start: int = 1) -> list[str]:
    return [str(number) for number in range(start, start + count)]


def codes(prefix: str, count: int = ROWS) -> list[str]:
    return [f"{prefix}-{number:04d}" for number in range(count)]


def first(suggestion: Suggestion) -> tuple[str, str]:
    assert suggestion.first is not None
    return suggestion.first.identity.text, suggestion.tier


PRIMARY = Key(("id",), primary=True)


def test_what_a_template_cannot_name_is_not_suggested_but_as_a_column_of_its_own() -> None:
    found = suggest(
        table("ships", {"{id}": numbers(), "a}b": numbers(start=500), "id": numbers(start=900)}, keys=[Key(("{id}",))])
    )
    assert [each.identity.text for each in found.candidates] == ["ships:{id}"]
    coded = suggest(table("ships", {"ship_code{": codes("HULL")}, keys=[Key(("ship_code{",))]))
    for each in (*found.candidates, *coded.candidates):
        assert Decision("ships", each.identity.strategy, each.identity.text).wanted() == each.identity


def test_a_declared_code_is_safer_than_the_surrogate_beside_it() -> None:
    found = suggest(table("ships", {"id": numbers(), "hull_code": codes("HULL")}, keys=[PRIMARY, Key(("hull_code",))]))
    assert first(found) == ("hull_code", "A")
    assert found.candidates[1].identity.text == "ships:{id}"


def test_the_column_by_which_the_gateway_registers_comes_first_as_it_stands() -> None:
    columns: dict[str, Sequence[str | None]] = {
        "id": numbers(),
        "hull_code": codes("HULL"),
        "berth": numbers(start=700),
    }
    keys = [PRIMARY, Key(("hull_code",)), Key(("berth",))]
    assert first(suggest(table("ships", columns, keys=keys, gateway="hull_code"))) == ("hull_code", "A")
    told = suggest(table("ships", columns, keys=keys, gateway="berth"))
    assert first(told) == ("berth", "A")
    assert "the gateway registers new rows by it" in str(told.candidates[0].evidence["parts"])
    assert natural_columns(table("ships", columns, keys=keys, gateway="berth")) == ["hull_code", "berth"]
    assert suggest(table("ships", columns, keys=keys, gateway="berth"), {"berth": [{"code": "701"}]}).tier == "B"
    undeclared = suggest(table("ships", columns, gateway="berth"))
    assert undeclared.first is not None
    assert undeclared.first.identity.text == "berth"


def test_where_the_gateway_s_column_identifies_no_rows_nothing_else_is_accepted_unseen() -> None:
    columns: dict[str, Sequence[str | None]] = {"id": numbers(), "berth": [*numbers(ROWS - 1), "1"]}
    found = suggest(table("ships", columns, keys=[PRIMARY], gateway="berth"))
    assert first(found) == ("ships:{id}", "B")
    assert found.doubts == ("the gateway registers new rows by berth: a plan by any other column is refused",)


def test_a_surrogate_is_offered_with_its_collection_s_name() -> None:
    assert first(suggest(table("ships", {"id": numbers(), "name": ["a"] * ROWS}, keys=[PRIMARY]))) == (
        "ships:{id}",
        "A",
    )


@pytest.mark.parametrize("spoiled", [None, "", "x" * 201, "HULL-0001 "], ids=["null", "empty", "too long", "twin"])
def test_a_code_with_one_bad_value_is_out(spoiled: str | None) -> None:
    values: list[str | None] = [*codes("HULL", ROWS - 1), spoiled]
    found = suggest(table("ships", {"id": numbers(), "hull_code": values}, keys=[PRIMARY, Key(("hull_code",))]))
    assert [each.identity.columns for each in found.candidates] == [("id",)]


def test_codes_that_others_have_are_offered_with_the_collection_s_name_and_never_unseen() -> None:
    ships = table("ships", {"id": numbers(), "code": codes("S")}, keys=[PRIMARY, Key(("code",))])
    assert natural_columns(ships) == ["code"]
    found = suggest(ships, {"code": [{"code": "S-0001", "owner": "boats"}]})
    assert first(found) == ("ships:{code}", "B")
    assert found.candidates[0].evidence["collisions"] == [{"code": "S-0001", "owner": "boats"}]


def test_nobody_is_sure_of_codes_that_could_not_be_looked_up() -> None:
    ships = table("ships", {"id": numbers(), "code": codes("S")}, keys=[PRIMARY, Key(("code",))])
    assert suggest(ships, probed=False).tier == "B"


@pytest.mark.parametrize("values", [numbers(), [f"{n:08x}-0000-4000-8000-{n:012x}" for n in range(ROWS)]])
def test_numbers_and_uuids_kept_as_text_are_no_codes_of_their_own(values: list[str]) -> None:
    ships = table("ships", {"id": values}, types={"id": "text"}, keys=[PRIMARY])
    assert first(suggest(ships))[0] == "ships:{id}"


def test_a_junction_is_its_references_and_never_accepted_unseen() -> None:
    crews = table(
        "ships_sailors",
        {
            "id": numbers(),
            "ships_id": [str(n % 20) for n in range(ROWS)],
            "sailors_id": [str(n // 2) for n in range(ROWS)],
            "sort": ["1"] * ROWS,
        },
        keys=[PRIMARY],
        references=[Reference(("ships_id",), "ships"), Reference(("sailors_id",), "sailors")],
        tables=["ships", "sailors"],
    )
    assert first(suggest(crews)) == ("ships_sailors:{ships_id}/{sailors_id}", "B")


def test_parts_that_are_numbered_within_a_parent_are_that_parent_and_number() -> None:
    lines = table(
        "cargo_lines",
        {
            "id": numbers(),
            "manifest": [str(n // 4) for n in range(ROWS)],
            "line_no": [str(n % 4 + 1) for n in range(ROWS)],
            "tons": ["7"] * ROWS,
        },
        keys=[PRIMARY],
        references=[Reference(("manifest",), "manifests")],
        tables=["manifests"],
    )
    assert first(suggest(lines)) == ("cargo_lines:{manifest}/{line_no}", "B")


def test_uniqueness_by_accident_of_few_rows_is_never_sure() -> None:
    found = suggest(table("moods", {"name": ["calm", "wild", "odd"], "rate": ["1", "2", "3"]}))
    assert found.tier in ("B", "C")


def test_a_table_without_rows_is_never_sure() -> None:
    found = suggest(table("ships", {"id": []}, types={"id": "integer"}, keys=[PRIMARY]))
    assert first(found) == ("ships:{id}", "B")
    assert suggest(table("ships", {"id": []}, types={"id": "integer"})).doubts == ("the table has no rows",)


def test_a_table_that_nothing_identifies_has_no_candidates_and_says_so() -> None:
    found = suggest(table("noise", {"level": ["1", "1"]}))
    assert (found.candidates, found.tier) == ((), "C")
    assert found.doubts


def test_what_is_declared_goes_before_a_code_that_only_happens_to_be_unique() -> None:
    found = suggest(table("ships", {"id": numbers(), "code": codes("S")}, keys=[PRIMARY]))
    assert first(found) == ("ships:{id}", "A")
    assert found.candidates[1].identity.text == "code"


def test_a_declared_key_of_several_columns_is_accepted_unseen_where_nothing_is_near() -> None:
    columns: dict[str, Sequence[str | None]] = {
        "manifest_no": [str(n // 4) for n in range(ROWS)],
        "part": [str(n % 4) for n in range(ROWS)],
    }
    key = Key(("manifest_no", "part"), primary=True)
    assert first(suggest(table("cargo", columns, keys=[key]))) == ("cargo:{manifest_no}/{part}", "A")


def test_every_score_is_the_sum_of_its_parts_with_runner_up_and_margin() -> None:
    found = suggest(table("ships", {"id": numbers(), "code": codes("S")}, keys=[PRIMARY, Key(("code",))]))
    best, next_one = found.candidates[:2]
    for each in found.candidates:
        parts = each.evidence["parts"]
        assert isinstance(parts, dict)
        assert sum(parts.values()) == pytest.approx(each.score)
    assert best.evidence["runner_up"] == next_one.identity.text
    assert best.evidence["margin"] == pytest.approx(best.score - next_one.score)


def test_declared_keys_in_another_order_are_recognized() -> None:
    ships = table("ships", {"a": numbers(), "b": numbers()}, keys=[Key(("b", "a"), primary=True)])
    found = ships.declared(("a", "b"))
    assert found is not None
    assert found.primary


def test_a_sample_refutes_but_proves_nothing() -> None:
    whole = table("ships", {"code": codes("S"), "kind": ["x"] * ROWS})
    part = SampledTable("ships", whole.columns, rows=10**7, whole=False, sample=whole.sample)
    seen = {each.name: (each.unique, each.exactness) for each in statistics(part).columns}
    assert seen == {"code": (None, "sample"), "kind": (False, "sample")}
    assert {each.name: each.unique for each in statistics(whole).columns} == {"code": True, "kind": False}


def test_a_declared_key_is_unique_without_a_look() -> None:
    small = table("ships", {"id": numbers()}, keys=[PRIMARY])
    big = SampledTable("ships", small.columns, keys=(PRIMARY,), rows=10**7, sample=small.sample)
    (column,) = statistics(big).columns
    assert (column.nulls, column.distinct, column.unique, column.exactness) == (0, 10**7, True, "declared")


def test_values_that_are_the_same_code_identify_nothing_and_those_that_look_alike_are_never_accepted_unseen() -> None:
    def ranked(last: str) -> Suggestion:
        given = table("parts", {"code": [*codes("PART"), last], "note": ["x"] * (ROWS + 1)}, keys=[Key(("code",))])
        return suggest(given)

    assert first(ranked("PART-9999")) == ("code", "A")
    for twin in (" ", "PART -0001", "PART-0001\u200b", "PART-0001\u00a0", "\tPART-0001", "\uff30ART-0001", "\u00a0"):
        assert not any(each.identity.columns == ("code",) for each in ranked(twin).candidates), ascii(twin)
    for alike in ("part-0001", "PART-OOO1", "\u0420ART-0001"):
        found = ranked(alike)
        assert (*first(found), [*found.doubts]) == ("code", "B", ["some values differ only in case or look alike"])


def test_codes_of_several_columns_look_alike_only_where_all_their_parts_do() -> None:
    def doubts(years: Sequence[str]) -> list[str]:
        given = table(
            "holdings",
            {"ticker": [*codes("T", 20), "t-0001"], "year": [*["1990"] * 20, *years], "shares": numbers(21)},
            types={"year": "smallint"},
            keys=[Key(("ticker", "year"), primary=True)],
        )
        return [*suggest(given).doubts]

    assert doubts(["1991"]) == []
    assert doubts(["1990"]) == ["some values differ only in case or look alike"]

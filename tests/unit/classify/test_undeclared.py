"""What the suggester makes of tables that nobody declared a key for: values, names, and what other tables show."""

import gc
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from core.domain.classify.column_statistics import Column, SampledTable
from core.domain.classify.explanation import explained, likelihood
from core.domain.classify.facts import ColumnFacts
from core.domain.classify.key_search import searched
from core.domain.classify.observations import observed
from core.domain.classify.points import POINTS
from core.domain.classify.sister_tables import Decisions
from core.domain.classify.suggestion import Suggestion, suggest
from core.domain.classify.surroundings import Surroundings, outline

SHIPS = 60


def table(name: str, columns: Mapping[str, Sequence[str]], tables: Sequence[str] = ()) -> SampledTable:
    """A table without constraints that was read from end to end; decimals are integers, the rest is text."""
    return SampledTable(
        name,
        tuple(Column(column, "integer" if texts[0].isdecimal() else "text") for column, texts in columns.items()),
        rows=len(next(iter(columns.values()))),
        whole=True,
        sample={column: tuple(texts) for column, texts in columns.items()},
        tables=frozenset((*tables, name)),
    )


def numbers(count: int, start: int = 1) -> list[str]:
    return [str(number) for number in range(start, start + count)]


def fleet(languages: int = 1) -> dict[str, SampledTable]:
    """Ships and ports, with their names in so many languages."""
    names = ("ships", "ports", "ship_names", "port_names", "port_notes", "ship_notes", "languages")
    told = [(ship, language) for ship in range(1, SHIPS + 1) for language in range(1, languages + 1)]
    found: dict[str, dict[str, Sequence[str]]] = {
        "ships": {"id": numbers(SHIPS), "hull": [f"H{n % 7}" for n in range(SHIPS)]},
        "ports": {"id": numbers(SHIPS), "depth": [str(n % 9) for n in range(SHIPS)]},
        "languages": {"id": numbers(max(languages, 2)), "tongue": ["a"] * max(languages, 2)},
    }
    for kind in ("names", "notes"):
        for thing in ("ship", "port"):
            found[f"{thing}_{kind}"] = {
                f"{thing}_id": [str(ship) for ship, _ in told],
                "language_id": [str(language) for _, language in told],
                "wording": [f"{kind} of {n % 11}" for n in range(len(told))],
            }
    return {name: table(name, columns, names) for name, columns in found.items()}


def ranked(tables: dict[str, SampledTable], name: str) -> Suggestion:
    return suggest(tables[name], around=Surroundings(tuple(map(outline, tables.values()))))


def decided(
    chosen: Mapping[str, tuple[str, ...]] | None = None,
    rejected: Sequence[tuple[str, tuple[str, ...]]] = (),
    columns: Mapping[str, Sequence[str]] | None = None,
) -> Surroundings:
    """No other table was looked at, but people decided for some."""
    return Surroundings(decisions=Decisions(chosen or {}, rejected, columns or {}))


def first(suggestion: Suggestion) -> tuple[str, ...]:
    assert suggestion.first is not None
    return suggestion.first.identity.columns


def test_an_own_id_in_front_is_the_key_and_sure() -> None:
    found = ranked(fleet(), "ships")
    assert (first(found), found.tier) == (("id",), "A")


def test_a_translation_is_named_by_its_thing_and_its_language() -> None:
    assert first(ranked(fleet(languages=3), "ship_names")) == ("ship_id", "language_id")


def test_a_language_is_part_of_the_key_even_where_there_is_only_one_so_far() -> None:
    tables = fleet(languages=1)
    assert first(ranked(tables, "ship_names")) == ("ship_id", "language_id")
    assert first(suggest(tables["ship_names"])) == ("ship_id",)  # nothing but its sister tables tells


def test_what_sister_tables_need_counts_where_this_one_does_not_need_it_yet() -> None:
    tables = fleet(languages=3) | {"ship_notes": fleet(languages=1)["ship_notes"]}
    assert first(ranked(tables, "ship_notes")) == ("ship_id", "language_id")


@pytest.mark.parametrize(("values", "refers"), [(numbers(SHIPS), True), (numbers(SHIPS, start=5000), False)])
def test_a_column_refers_to_a_table_where_its_name_and_its_values_agree(values: list[str], *, refers: bool) -> None:
    tables = fleet()
    crew = table("crew", {"id": numbers(SHIPS), "ship_id": values}, tuple(tables))
    around = Surroundings(tuple(map(outline, [*tables.values(), crew])))
    assert bool(ColumnFacts(crew, around).parents("ship_id")) is refers


def test_an_outline_keeps_little_of_a_table_however_many_rows_it_has() -> None:
    sketch = outline(table("ships", {"id": numbers(5000)})).sketches["id"]
    assert len(sketch.hashes) <= 128
    assert sketch.holds(outline(table("boats", {"id": numbers(40)})).sketches["id"]) is not False


def test_a_number_that_runs_within_a_parent_is_a_part_of_the_key() -> None:
    lines = table(
        "cargo_lines",
        {
            "manifest_no": [str(n // 4) for n in range(200)],
            "weight": [str(n % 50) for n in range(200)],
            "line_no": [str(n % 4 + 1) for n in range(200)],
        },
    )
    assert set(first(suggest(lines))) == {"manifest_no", "line_no"}


def test_a_number_called_like_a_table_is_no_reference_to_it_and_may_count() -> None:
    rows = range(120)
    types = table(
        "ship_types",
        {
            "ship_id": [str(row // 2 + 1) for row in rows],
            "kind_id": [str(row % 7 + 1) for row in rows],
            "berth": [str(row % 2 + 1) for row in rows],
        },
        ("ships", "ship_types", "berths", "kinds"),
    )
    tables = {"ship_types": types, "berths": table("berths", {"id": numbers(400), "depth": ["7"] * 400})}
    facts = ColumnFacts(types, Surroundings(tuple(map(outline, tables.values()))))
    assert (facts.roles["kind_id"], facts.roles["berth"]) == ("reference", "neutral")
    assert observed(facts, ("ship_id", "berth"))["counts the rows of the rest"]


def test_a_column_tells_another_one_where_rows_that_are_alike_in_it_are_so_in_both_and_hardly_by_accident() -> None:
    rows = range(120)
    calls = table(
        "calls",
        {
            "ship_no": [str(row % 12) for row in rows],
            "flag": [f"F{row % 12 % 5}" for row in rows],
            "crane": [str(row * 7 // 12 % 3) for row in rows],
            "harbour": [str(row // 12) for row in rows],
        },
    )
    facts = ColumnFacts(calls, Surroundings())
    assert facts.tells("ship_no", "flag") == 1.0
    assert facts.tells("flag", "ship_no") < 0.5
    assert facts.tells("ship_no", "crane") < 0.2
    few = replace(calls, sample={name: texts[:13] for name, texts in calls.sample.items()})
    assert ColumnFacts(few, Surroundings()).tells("ship_no", "flag") == 0.0  # one pair of rows shows nothing
    seen = {columns: observed(facts, columns) for columns in searched(facts)}
    assert "not needed, and told by another part" in seen["ship_no", "flag", "crane", "harbour"]
    assert first(suggest(calls)) == ("ship_no", "harbour")


def test_nothing_is_added_to_a_table_s_own_id() -> None:
    tables = fleet(languages=1)
    ships = table(
        "ships", {"id": numbers(SHIPS), "language_id": ["1"] * SHIPS, "port_id": numbers(SHIPS)}, tuple(tables)
    )
    assert first(ranked(tables | {"ships": ships}, "ships")) == ("id",)


def test_a_set_that_is_larger_than_needed_is_a_candidate_too() -> None:
    names = fleet()["ship_names"]
    found = {frozenset(columns) for columns in searched(ColumnFacts(names, Surroundings()))}
    assert {frozenset({"ship_id"}), frozenset({"ship_id", "language_id"})} <= found


@pytest.mark.parametrize(("rows", "considered"), [(40, True), (60, False)])
def test_what_is_unique_alone_in_many_rows_is_not_weighed_with_two_more_that_nothing_needs(
    rows: int, *, considered: bool
) -> None:
    calls = {"crane": [str(n % 5) for n in range(rows)], "berth_no": numbers(rows), "ship_no": numbers(rows, 900)}
    found = {
        *searched(ColumnFacts(table("calls", {"pier": [str(n % 3) for n in range(rows)], **calls}), Surroundings()))
    }
    assert (("crane", "berth_no", "ship_no") in found) is considered
    assert {("berth_no",), ("pier", "crane", "berth_no")} <= found  # alone, and as a leading run


@pytest.mark.parametrize("style", ["prefixed tables", "prefixed columns", "camel case"])
def test_how_names_are_written_makes_no_difference(style: str) -> None:
    tables = fleet(languages=3)

    def told(name: str, column: str = "") -> str:
        if style == "prefixed tables":
            return column or f"app_{name}"
        if style == "prefixed columns":
            return f"{name[0]}{name[-1]}_{column}" if column else name
        first_word, *others = (column or name).split("_")
        return first_word + "".join(map(str.capitalize, others))

    renamed = {
        name: table(
            told(name),
            {told(name, column): [text or "" for text in texts] for column, texts in each.sample.items()},
            [told(other) for other in tables],
        )
        for name, each in tables.items()
    }
    assert first(ranked(renamed, "port_notes")) == (told("port_notes", "port_id"), told("port_notes", "language_id"))


def test_a_sample_alone_is_never_sure_and_the_whole_table_decides() -> None:
    ships = replace(fleet()["ships"], whole=False, rows=10**6)
    own: tuple[str, ...] = ("id",)
    sampled, held, refuted = (suggest(ships, checked=each) for each in (None, {own: True}, {own: False}))
    assert (sampled.tier, sampled.doubts) == ("B", ("only a sample was examined",))
    assert (first(held), held.tier) == (("id",), "A")
    assert ("id",) not in [each.identity.columns for each in refuted.candidates]


def test_probabilities_are_shares_and_points_explain_them() -> None:
    found = ranked(fleet(languages=3), "ship_names")
    likely = [float(str(each.evidence["probability"])) for each in found.candidates]
    assert likely == sorted(likely, reverse=True)
    assert sum(likely) <= 1.01
    for each in found.candidates:
        parts = each.evidence["parts"]
        assert isinstance(parts, dict)
        assert parts.keys() <= POINTS.keys()
        assert sum(parts.values()) == pytest.approx(each.score)


def test_an_explanation_says_how_sure_it_is_what_speaks_for_and_against_and_what_comes_next() -> None:
    lines = list(explained(ranked(fleet(languages=3), "ship_names")))
    assert lines[0].startswith("ship_names: tier ")
    assert any(line.strip().startswith("for: ") for line in lines)
    assert any(line.strip().startswith("against: ") for line in lines)
    assert any(line.strip().startswith("next: ship_names:") for line in lines)
    assert (
        " likely · observed, not declared · may be NULL · all rows examined" in lines[2 if "not in" in lines[1] else 1]
    )
    assert (likelihood(0.9999), likelihood(0.5), likelihood(0.001)) == ("over 99 %", "50 %", "under 1 %")


def test_what_people_chose_for_sister_tables_shifts_the_order_and_makes_nobody_sure() -> None:
    names = fleet()["ship_names"]
    alone = suggest(names)
    chosen = {f"{thing}_names": (f"{thing}_id", "language_id") for thing in ("port", "crew", "buoy", "lock", "quay")}
    helped = suggest(names, around=decided(chosen))
    assert (first(alone), first(helped)) == (("ship_id",), ("ship_id", "language_id"))
    assert helped.tier != "A"
    reads = {"meter": [f"M{n // 10}" for n in range(SHIPS)], "at_hour": [str(n % 10) for n in range(SHIPS)]}
    noted = table("reads_2024", reads | {"amount": [str(n % 7) for n in range(SHIPS)], "ticket": numbers(SHIPS, 900)})
    assert suggest(noted).doubts == ("another candidate is close",)
    others = {f"reads_{year}": ("meter", "at_hour") for year in (2021, 2022, 2023)}
    assert suggest(noted, around=decided(others)).doubts == ("sure only with the choices for sister tables",)
    assert helped.first is not None
    parts = helped.first.evidence["parts"]
    assert isinstance(parts, dict)
    assert "chosen so for sister tables" in parts
    assert first(suggest(names, around=decided({"port_logs": ("port_id", "language_id")}))) == ("ship_id",)


@pytest.mark.parametrize(
    ("own", "sister", "columns", "related"),
    [
        ("calls_2023", "calls_2024", (), True),  # years of one thing
        ("harbour_calls", "harbour_trips", ("pilot", "berth", "seen", "fee"), True),  # a prefix, and most columns
        ("calls", "trips", ("pilot", "berth", "seen"), True),  # the same columns, whatever they are called
        ("calls", "trips", ("pilot", "berth", "crane", "hull", "fee"), False),
        ("harbour_calls", "harbour_trips", ("pilot", "hull", "crane", "fee"), False),
        ("calls", "trips", ("pilot", "berth"), False),  # two columns that are the same say nothing
    ],
)
def test_sisters_are_called_alike_or_have_the_same_columns(
    own: str, sister: str, columns: Sequence[str], *, related: bool
) -> None:
    around = decided({sister: ("pilot", "seen")}, (), {sister: columns})
    sisters = around.decisions.of(own, ("pilot", "berth", "seen"))
    assert (sisters is not None) is related
    if sisters is not None:
        assert (sisters.chosen_alike(("pilot", "seen")), sisters.chosen_alike(("pilot",))) == (0.5, 0.0)


def test_what_people_rejected_for_sister_tables_falls_behind_and_keeps_the_rest_from_tier_a() -> None:
    names = fleet()["ship_names"]
    rejected = tuple((f"{thing}_names", (f"{thing}_id",)) for thing in ("port", "crew", "buoy", "lock", "quay"))
    suggestion = suggest(names, around=decided(rejected=rejected))
    parts = {each.identity.columns: each.evidence["parts"] for each in suggestion.candidates}
    alone = parts["ship_id",]
    assert isinstance(alone, dict)
    assert alone["rejected for sister tables"] < 0
    assert first(suggestion) != ("ship_id",)
    ships = suggest(fleet()["ships"], around=decided(rejected=(("ships", ("id",)),)))
    assert ships.tier == "A"  # its own past is no sister's


def test_a_first_candidate_that_people_rejected_for_sister_tables_is_never_accepted_unseen() -> None:
    tables = fleet()
    own = replace(tables["ships"], collection="ship_ports", tables=frozenset(tables))
    assert suggest(own).tier == "A"
    suspected = suggest(own, around=decided(rejected=(("crew_ports", ("id",)),)))
    assert first(suspected) == ("id",)
    assert suspected.tier == "B"
    assert "people rejected the same for sister tables" in suspected.doubts


def test_what_was_passed_over_stands_in_the_history_of_a_choice() -> None:
    found = ranked(fleet(languages=1), "ship_names")
    second = found.candidates[1]
    assert found.told(second) == {
        "rank": 2, "tier": found.tier, "score": second.score, "instead_of": ["ship_id", "language_id"]
    }  # fmt: skip
    assert found.first is not None
    assert "instead_of" not in str(found.told(found.first))


def test_a_table_that_was_ranked_is_kept_by_nothing() -> None:
    known = fleet()
    around = Surroundings(tuple(map(outline, known.values())))
    suggest(known["ship_names"], around=around)
    gone = weakref.ref(known["ship_names"])
    gc.disable()
    try:
        del known["ship_names"]
        assert gone() is None
    finally:
        gc.enable()

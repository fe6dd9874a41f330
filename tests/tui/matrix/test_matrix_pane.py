from dataclasses import replace
from functools import partial

import pytest
from textual.widget import Widget

from core.domain.overview.matrix import Counts, Facts, judge
from core.errors import NotAllowed
from tests.tui.driving import Driven, drive
from tests.tui.fakes import GONE, FakeSource, many


def test_the_matrix_shows_every_collection_and_totals_that_read_like_the_packet(source: FakeSource) -> None:
    async def scenario(console: Driven) -> None:
        await console.press("2")
        await console.counted()
        assert len(console.names()) == 75
        totals = " ".join(console.region("#totals").split())
        assert "27 column + 4 synthetic = 31 compatible · 43 unclassified · status 54/74" in totals
        assert "trigger 72, gap 2: iu_staging_payload, iu_staging_record" in totals

    drive(scenario, source)


def test_what_is_exempt_reads_as_exempt_and_neither_broken_nor_missing(source: FakeSource) -> None:
    facts = Facts("kept_out", "governed", "EXEMPT", "unclassified", None, False, "kept_out", "missing")  # noqa: FBT003 - no status
    source.rows = [judge(facts), *many(3)]
    source.counts = {"kept_out": Counts(7, 0, 7), **{row.facts.collection: Counts(1, 0, 1) for row in many(3)}}

    async def scenario(console: Driven) -> None:
        await console.press("2")
        await console.counted()
        (row,) = (line for line in console.region("#collections").splitlines() if "kept_out" in line)
        assert "- exempt" in row
        assert "- none" in row
        assert not any(word in row for word in ("broken", "unclassified", "✗", "?"))
        assert row.split()[-3:] == ["7", "0", "-"]
        assert "missing 3" in console.region("#totals")
        assert "1 exempt" in console.region("#view")
        await console.press("slash", *"kept", "enter", "g", "enter")
        await console.shows("only rows of REQUIRED collections are identified")
        assert "classify" not in console.region(".dialog").lower().replace("unclassified", "")

    drive(scenario, source, size=(240, 30))


def test_the_totals_do_not_call_compatible_what_lost_its_table(source: FakeSource) -> None:
    lost = Facts("lost", "governed", "REQUIRED", "column", "code", True, None, "no_table")  # noqa: FBT003 - its status
    source.rows = [judge(lost), *many(3)]

    async def scenario(console: Driven) -> None:
        await console.press("2")
        await console.counted()
        totals = " ".join(console.region("#totals").split())
        assert totals.startswith("2 column + 1 synthetic = 3 classified, 1 of them broken · 1 unclassified")

    drive(scenario, source)


def test_a_narrow_screen_keeps_the_important_columns_whole(source: FakeSource) -> None:
    async def scenario(console: Driven) -> None:
        await console.press("2")
        await console.counted()
        header = console.region("#collections").splitlines()[0]
        assert header.split() == ["collection▲", "strategy", "verdict", "trigger", "missing"]

    drive(scenario, source)


def test_a_screen_with_room_for_all_columns_shows_them_as_declared(source: FakeSource) -> None:
    async def scenario(console: Driven) -> None:
        await console.press("2")
        titles = [column.title for column in console.app.matrix.grid.columns_in_order()]
        assert titles == [
            "collection",
            "role",
            "requirement",
            "strategy",
            "identity",
            "status",
            "table",
            "trigger",
            "verdict",
            "source rows",
            "registered",
            "missing",
        ]
        assert "columns" not in console.region("#view")

    drive(scenario, source, size=(300, 30))


def test_going_sideways_keeps_the_name_and_reaches_every_column(source: FakeSource) -> None:
    async def scenario(console: Driven) -> None:
        await console.press("2")
        seen: set[str] = set()
        for _ in range(12):
            header = console.region("#collections").splitlines()[0]
            assert header.startswith(" collection")
            seen.update(title for title in ("registered", "requirement", "table", "status") if title in header)
            await console.press("right")
        assert seen == {"registered", "requirement", "table", "status"}
        assert "→" not in console.region("#view")
        for _ in range(12):
            await console.press("h")
        assert "← " not in console.region("#view")

    drive(scenario, source)


def has_width(widget: Widget, width: int) -> bool:
    return widget.size.width == width


def test_no_column_is_cut_at_the_edge(source: FakeSource) -> None:
    async def scenario(console: Driven) -> None:
        await console.press("2")
        grid = console.app.matrix.grid
        for width in range(40, 130, 7):
            await console.pilot.resize_terminal(width, 24)
            await console.until(partial(has_width, console.app.matrix, width))
            await console.until(lambda: grid.layout_._width == grid.size.width)
            shown = grid.layout_.shown
            assert sum(size + 2 for _, size in shown) - 1 <= grid.size.width or len(shown) == 2

    drive(scenario, source)


def test_counts_arrive_one_after_the_other(source: FakeSource) -> None:
    source.count_gate.clear()

    async def scenario(console: Driven) -> None:
        await console.press("2")
        await console.shows("counting, 73 to go")
        assert "…" in console.region("#collections")
        source.count_gate.set()
        await console.counted()
        assert "counting" not in console.screen()
        assert "339" in console.region("#collections")

    drive(scenario, source)


def test_what_is_on_the_screen_is_counted_first(source: FakeSource) -> None:
    source.count_gate.clear()

    async def scenario(console: Driven) -> None:
        await console.press("2")
        await console.press("S")
        await console.press("r")
        await console.until(lambda: source.looks > 1)
        source.count_gate.set()
        await console.counted()
        # What was under way when the order changed is counted beside the first of the new order.
        assert source.counted.index(max(source.counted)) <= 2 * source.counters

    drive(scenario, source)


def test_a_collection_that_cannot_be_counted_says_so_and_holds_up_no_other(source: FakeSource) -> None:
    source.counts["agents"] = NotAllowed("permission denied for table agents", hint="Ask the owner.")

    async def scenario(console: Driven) -> None:
        await console.press("2")
        await console.counted()
        line = next(line for line in console.region("#collections").splitlines() if " agents " in line)
        assert line.rstrip().endswith("!")
        assert len(console.app.matrix._counts) == 72
        await console.press("j", "enter", "plus")
        assert "permission denied for table agents" in console.screen()
        assert "Ask the owner." in console.screen()

    drive(scenario, source)


def test_collections_that_take_long_hold_up_no_other(source: FakeSource) -> None:
    source.slow = {"agents", "workflows"}

    async def scenario(console: Driven) -> None:
        await console.press("2")
        await console.shows("counting, 2 to go")
        assert len(console.app.matrix._counts) == 71
        source.slow_gate.set()
        await console.counted()
        assert len(console.app.matrix._counts) == 73

    drive(scenario, source)


def test_a_counter_without_a_connection_leaves_all_to_the_others(source: FakeSource) -> None:
    source.room = 1

    async def scenario(console: Driven) -> None:
        await console.press("2")
        await console.counted()
        assert len(console.app.matrix._counts) == 73
        source.counted.clear()
        source.room = 3
        await console.press("r")
        await console.until(lambda: len(source.counted) == 73)

    drive(scenario, source)


def test_counts_that_a_lost_connection_left_out_are_counted_after_it_is_back(source: FakeSource) -> None:
    source.count_gate.clear()

    async def scenario(console: Driven) -> None:
        await console.press("2")
        source.failure = GONE
        source.count_gate.set()
        await console.until(lambda: console.app.matrix._left is None)
        source.failure = None
        console.app.poller.now()
        await console.counted()
        assert len(console.app.matrix._counts) == 73

    drive(scenario, source)


def test_a_filter_narrows_while_typing_and_says_n_of_m(source: FakeSource) -> None:
    async def scenario(console: Driven) -> None:
        await console.press("2", "slash")
        await console.type("iu_")
        assert console.names() == ["iu_staging_payload", "iu_staging_record"]
        assert "2 of 75 match iu_" in console.screen()
        await console.press("enter", "j")
        assert console.under_cursor() == "iu_staging_record"
        await console.press("escape")
        assert len(console.names()) == 75
        assert console.under_cursor() == "iu_staging_record"

    drive(scenario, source)


@pytest.mark.parametrize(
    ("text", "count"), [("!unclassified", 31), ("-f iusr", 1), ("no table", 2), ("synthetic", 4), ("nothing at all", 0)]
)
def test_every_kind_of_filter_works_in_the_matrix(source: FakeSource, text: str, count: int) -> None:
    async def scenario(console: Driven) -> None:
        await console.press("2", "slash")
        await console.type(text)
        required = [name for name in console.names() if name in names]
        assert len(required) == count
        if not count:
            assert f"0 of 75 match {text}" in console.screen()

    names = {row.facts.collection for row in source.rows if row.facts.requirement == "REQUIRED"}
    drive(scenario, source)


def test_escape_in_the_filter_shows_everything_again(source: FakeSource) -> None:
    async def scenario(console: Driven) -> None:
        await console.press("2", "slash")
        await console.type("iu_q")
        await console.press("escape")
        assert len(console.names()) == 75
        assert console.app.focused is console.app.matrix.grid

    drive(scenario, source)


def test_an_empty_matrix_bears_every_key(source: FakeSource) -> None:
    source.rows = []

    async def scenario(console: Driven) -> None:
        await console.press("2", *"jkgGsShl", "pagedown", "pageup", "home", "end", "enter")
        assert "no collection is under the cursor" in console.screen()

    drive(scenario, source, await_refresh=False)


def test_sorting_goes_through_the_columns_and_back_by_reversal(source: FakeSource) -> None:
    async def scenario(console: Driven) -> None:
        await console.press("2")
        await console.counted()
        await console.press("j")
        before = console.under_cursor()
        await console.press("s")
        table = console.app.matrix.grid.table
        assert table.sorted_by.id == "strategy"
        assert table.row(0).facts.strategy == "column"
        assert console.under_cursor() == before
        await console.press("S")
        assert table.row(0).facts.strategy == "unclassified"
        await console.press("s", "s", "s", "S")
        assert table.sorted_by.id == "missing"
        top = table.row(0).counts
        assert top is not None
        assert top.missing == max(row.counts.missing or 0 for row in table.rows() if row.counts)
        assert "by missing ▼" in console.screen()

    drive(scenario, source)


def test_a_cursor_at_the_top_stays_there_to_show_the_first_of_the_new_order(source: FakeSource) -> None:
    async def scenario(console: Driven) -> None:
        await console.press("2", "S")
        assert console.under_cursor() == console.names()[0]
        assert console.app.matrix.grid.first_row == 0

    drive(scenario, source)


def test_rows_do_not_jump_while_counts_arrive_but_are_in_order_afterwards(source: FakeSource) -> None:
    source.count_gate.clear()

    async def scenario(console: Driven) -> None:
        await console.press("2", "s", "s", "s", "s", "S")
        names = console.names()
        await console.until(lambda: "counting" in console.screen())
        assert console.names() == names
        source.count_gate.set()
        await console.counted()
        table = console.app.matrix.grid.table
        values = [row.counts.missing for row in map(table.row, range(len(table))) if row.counts]
        known = [value for value in values if value is not None]
        assert known == sorted(known, reverse=True)

    drive(scenario, source)


def test_a_refresh_keeps_cursor_filter_order_and_the_counts_of_what_is_the_same(source: FakeSource) -> None:
    async def scenario(console: Driven) -> None:
        await console.press("2")
        await console.counted()
        await console.press("slash")
        await console.type("agent")
        await console.press("enter", "j")
        at = console.under_cursor()
        changed = next(row for row in source.rows if row.facts.collection == "agents")
        source.rows = [
            replace(row, facts=replace(row.facts, identity="other")) if row is changed else row for row in source.rows
        ]
        source.count_gate.clear()
        source.counted.clear()
        await console.press("r")
        await console.until(lambda: source.looks > 1)
        await console.until(lambda: "agents" not in console.app.matrix._counts)
        assert console.under_cursor() == at
        assert len(console.app.matrix._counts) == 72
        source.count_gate.set()
        await console.counted()
        await console.until(lambda: len(console.app.matrix._counts) == 73)

    drive(scenario, source)


def test_details_give_facts_counts_and_each_reason_and_close_with_escape(source: FakeSource) -> None:
    async def scenario(console: Driven) -> None:
        await console.press("2", "slash")
        await console.type("iu_staging_payload")
        await console.press("enter", "enter", "plus")
        text = console.screen()
        assert "iu_staging_payload" in text
        assert "PostgreSQL has no table of this name" in text
        assert "its identity is not classified yet" in text
        await console.press("escape")
        assert len(console.app.screen_stack) == 1

    drive(scenario, source)


def test_ten_thousand_rows_render_only_what_is_on_the_screen(source: FakeSource) -> None:
    source.rows = many(10_000)
    source.counts = {row.facts.collection: Counts(1, 1, 0) for row in source.rows}

    async def scenario(console: Driven) -> None:
        await console.press("2", "G")
        assert console.under_cursor() == "collection_09999"
        assert "collection_09999" in console.region("#collections")
        await console.press("g", *["pagedown"] * 40)
        grid = console.app.matrix.grid
        assert len(grid._strips) <= 2 * grid.size.height
        await console.press("slash")
        await console.type("9999")
        assert console.names() == ["collection_09999"]

    drive(scenario, source)


def test_nothing_is_counted_before_the_matrix_is_opened(source: FakeSource) -> None:
    async def scenario(console: Driven) -> None:
        await console.press("r")
        await console.until(lambda: source.looks > 1)
        assert not source.counted

    drive(scenario, source)

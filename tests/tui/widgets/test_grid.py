import pytest
from rich.cells import cell_len
from textual.geometry import Region

from core.domain.overview.matrix import Facts, MatrixRow, judge
from tests.tui.driving import Driven, drive
from tests.tui.fakes import FakeSource
from tui.widgets.cells import fit
from tui.widgets.grid import Grid

WIDE = ("日本語の表", "emoji🎉table", "cafe\u0301", "\uff37\uff29\uff24\uff25", "עברית", "plain")


def test_a_cursor_move_repaints_two_lines_and_nothing_else(source: FakeSource, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario(console: Driven) -> None:
        await console.press("2")
        await console.counted()
        grid = console.app.matrix.grid
        asked: list[Region] = []
        keep = grid.refresh

        def refresh(*regions: Region, **more: bool) -> Grid[MatrixRow]:
            asked.extend(regions or [grid.size.region])
            return keep(*regions, **more)

        monkeypatch.setattr(grid, "refresh", refresh)
        await console.press("j")
        assert asked == [Region(0, 1, 80, 1), Region(0, 2, 80, 1)]

    drive(scenario, source)


@pytest.mark.long
def test_at_the_edge_the_cursor_is_centred_so_that_the_next_keys_repaint_two_lines(source: FakeSource) -> None:
    async def scenario(console: Driven) -> None:
        await console.press("2")
        grid = console.app.matrix.grid
        tops = set()
        for _ in range(74):
            await console.press("j")
            tops.add(grid.first_row)
            assert grid.first_row <= grid.cursor < grid.first_row + grid.page
        assert len(tops) <= 75 // (grid.page // 2) + 1

    drive(scenario, source)


def test_every_movement_key_goes_where_it_says(source: FakeSource) -> None:
    async def scenario(console: Driven) -> None:
        await console.press("2")
        grid = console.app.matrix.grid
        for key, expected in (
            ("j", 1),
            ("down", 2),
            ("k", 1),
            ("up", 0),
            ("up", 0),
            ("pagedown", grid.page),
            ("ctrl+d", 2 * grid.page),
            ("pageup", grid.page),
            ("ctrl+u", 0),
            ("end", 74),
            ("j", 74),
            ("home", 0),
            ("G", 74),
            ("g", 0),
        ):
            await console.press(key)
            assert grid.cursor == expected, key

    drive(scenario, source)


def test_wide_and_combining_characters_leave_the_columns_aligned(source: FakeSource) -> None:
    source.rows = [
        judge(
            Facts(
                name, "governed", "REQUIRED", "unclassified", None, native_status=False, table=name, trigger="enabled"
            )
        )
        for name in WIDE
    ]

    async def scenario(console: Driven) -> None:
        await console.press("2")
        lines = [line for line in console.region("#collections").splitlines() if "unclassified" in line]
        assert len(lines) == len(WIDE)
        assert len({cell_len(line.partition("?")[0]) for line in lines}) == 1
        assert {cell_len(line) for line in console.lines()} == {80}

    drive(scenario, source)


def test_text_is_cut_to_whole_cells_and_says_so() -> None:
    assert fit("日本語", 5) == "日本…"
    assert fit("日本語", 4) == "日 …"
    assert fit("abc", 5) == "abc  "
    assert fit("abc", 5, right=True) == "  abc"
    assert {cell_len(fit(text, width)) for text in WIDE for width in (3,)} == {3}


def test_the_row_under_the_cursor_has_a_mark_and_not_only_a_colour(source: FakeSource) -> None:
    async def scenario(console: Driven) -> None:
        await console.press("2", "j")
        marked = [line for line in console.region("#collections").splitlines() if line.startswith("▌")]
        assert len(marked) == 1
        assert console.under_cursor() in marked[0]

    drive(scenario, source)


def test_a_click_puts_the_cursor_there_and_the_wheel_scrolls(source: FakeSource) -> None:
    async def scenario(console: Driven) -> None:
        await console.press("2")
        await console.pilot.click("#collections", offset=(5, 4))
        assert console.app.matrix.grid.cursor == 3
        console.app.matrix.grid.on_mouse_scroll_down()
        assert console.app.matrix.grid.first_row == 3
        console.app.matrix.grid.on_mouse_scroll_up()
        assert console.app.matrix.grid.first_row == 0

    drive(scenario, source)

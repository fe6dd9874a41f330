from collections import Counter
from collections.abc import Iterator
from itertools import combinations

import pytest
from rich.cells import cell_len
from textual.keys import Keys

from core.errors import ConsoleError
from tests.tui.driving import Driven, drive
from tests.tui.fakes import FakeSource
from tui import deferred_panes
from tui.actions import _LABELS, ACTIONS, BY_ID
from tui.actors import Actor, Controller
from tui.pane import Pane
from tui.readiness.pane import ReadinessPane
from tui.widgets.help import COLUMN, help_text
from tui.widgets.key_line import KeyLine
from tui.widgets.palette import Palette

TAKEN_BY_TERMINALS = {f"ctrl+{letter}" for letter in "sbajkhmq"} | {"ctrl+enter"}


def test_every_action_has_its_own_id() -> None:
    assert len(BY_ID) == len(ACTIONS)


def test_every_action_has_a_handler_at_its_place() -> None:
    controllers = {name: each for each in Controller.__subclasses__() for name in each.ACTIONS}
    for action in ACTIONS:
        actors = [each for each in _actors(Actor) if action.place in each.PLACES]
        assert actors, action.id
        for performer in [controllers[action.id]] if action.id in controllers else actors:
            assert callable(getattr(performer, action.handler, None)), (action.id, performer)


def _actors(kind: type[Actor]) -> Iterator[type[Actor]]:
    for each in kind.__subclasses__():
        yield each
        yield from _actors(each)


def test_no_action_is_only_on_a_key_that_terminals_or_multiplexers_take() -> None:
    for action in ACTIONS:
        assert set(action.keys) - TAKEN_BY_TERMINALS, action.id


def test_no_key_means_two_things_where_both_could_be_pressed(source: FakeSource) -> None:
    async def scenario(console: Driven) -> None:
        for pane in console.app.query(Pane):
            together = [action for action in ACTIONS if action.place in (*pane.places, "console")]
            for one, other in combinations(together, 2):
                for key in set(one.keys) & set(other.keys):
                    # What has the focus is asked first: there a key may be taken, where the other keeps one.
                    assert one.place != other.place, (one.id, other.id)
                    outer = one if one.place == "console" else other
                    assert set(outer.keys) - {key} or (one.id, other.id) == ("run_back", "unfilter"), (one.id, other.id)

    drive(scenario, source)


def test_a_key_of_the_whole_console_is_taken_by_a_pane_only_to_read_again() -> None:
    everywhere = {key for action in ACTIONS if action.place == "console" for key in action.keys}
    taken = {
        (key, action.id) for action in ACTIONS if action.place != "console" for key in action.keys if key in everywhere
    }
    assert taken == {("r", "diff_reload")}


def test_every_tab_opens_a_pane_that_exists() -> None:
    opened = Counter(action.opens for action in ACTIONS if action.opens)
    assert opened == Counter(pane.id for pane in [ReadinessPane(), *deferred_panes.panes()])


def test_every_named_key_is_one_that_terminals_send() -> None:
    known = {key.value for key in Keys} | set(_LABELS)
    for action in ACTIONS:
        for key in action.keys:
            assert len(key) == 1 or key in known, key


def test_tabs_and_keys_come_from_the_registry(source: FakeSource) -> None:
    async def scenario(console: Driven) -> None:
        assert "1 Readiness" in console.region("#status")
        assert "2 Matrix" in console.region("#status")
        assert "sort" not in console.region("#keys")
        await console.press("2")
        assert "s sort" in console.region("#keys")
        assert len(console.region("#keys").rstrip()) < 80

    drive(scenario, source)


@pytest.mark.parametrize("width", [80, 120])
def test_help_and_quit_stand_on_every_pane_s_bottom_line(source: FakeSource, width: int) -> None:
    async def scenario(console: Driven) -> None:
        for key in ("1", "2", "3", "4"):
            await console.press(f"f{key}")
            line = console.app.screen.query_one(KeyLine)._keys.plain.rstrip()
            assert line.endswith("? help  q quit"), key
            assert len(line) < width

    drive(scenario, source, size=(width, 24))


def test_help_lists_every_key_of_the_pane_and_no_other(source: FakeSource) -> None:
    async def scenario(console: Driven) -> None:
        await console.press("2", "question_mark")
        assert "▼" in console.region(".dialog"), "more than is shown"
        await console.press("plus")
        await console.shows("+: smaller")
        text = console.screen()
        await console.press("space")
        text += console.screen()
        await console.press("G")
        text += console.screen()
        here = {*console.app.matrix.places, "console"}
        for action in ACTIONS:
            if action.place in here:
                assert action.title[:26] in text, action.id
        assert "… not counted yet" in text
        await console.press("escape", "1", "question_mark")
        assert "Sort by the next column" not in console.screen()
        assert "Quit" in console.screen(), "who enlarged one dialog reads the next one large"

    drive(scenario, source)


def test_help_says_why_an_action_is_not_possible(source: FakeSource) -> None:
    async def scenario(console: Driven) -> None:
        await console.press("2", "question_mark")
        text = console.screen()
        await console.press("G")
        assert "! no filter or mark is set"[:24] in text + console.screen()

    drive(scenario, source, size=(120, 36))


def test_the_palette_begins_with_what_was_typed_exactly_and_ends_with_what_cannot_be_done(source: FakeSource) -> None:
    async def scenario(console: Driven) -> None:
        await console.press("f4", "colon")
        await console.type("plan")
        palette = console.app.screen
        assert isinstance(palette, Palette)
        first = palette._grid.row_at_cursor()
        assert first is not None
        assert first.id == "run_plan"
        await console.press("escape", "f2", "colon")
        await console.type("the")
        palette = console.app.screen
        assert isinstance(palette, Palette)
        listed = [palette._grid.table.row(index) for index in range(len(palette._grid.table))]
        possible = [not console.app.reason(action) for action in listed]
        assert possible == sorted(possible, reverse=True)
        assert len(set(possible)) == 2

    drive(scenario, source)


@pytest.mark.parametrize("said", ["a" * 77, "a" * 78, "a" * 79, "漢" * 60])
def test_an_answer_that_does_not_fit_says_where_the_rest_is(source: FakeSource, said: str) -> None:
    async def scenario(console: Driven) -> None:
        console.app.say(said)
        await console.pilot.pause()
        line = console.region("#keys").rstrip()
        assert cell_len(line) <= 80
        assert line.endswith("… @") == (cell_len(said) > 78)
        console.app.tell(ConsoleError("short", hint="and what to do"))
        await console.pilot.pause()
        assert console.region("#keys").rstrip() == " short… @"

    drive(scenario, source)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_help_gives_reasons_as_a_whole_on_every_width(width: int) -> None:
    reason = "no earlier plan shares a collection with it"
    text = help_text(("matrix", "list"), lambda _: reason, "", width).plain
    left = [line[:COLUMN].strip() for line in text.splitlines()]
    assert f"{' '.join(left)} ".count(f"! {reason} ") > 5
    assert max(map(len, text.splitlines())) <= {60: 1, 80: 2, 120: 3}[width] * (COLUMN + 2) - 2


def test_on_every_width_help_begins_with_the_keys_of_the_pane_and_the_list(source: FakeSource) -> None:
    async def scenario(console: Driven) -> None:
        await console.press("2", "question_mark")
        first = console.region(".dialog")
        assert all(each in first for each in ("Plan marked", "Sort by the next", "Page down", "+: all"))
        await console.press("plus")
        assert "▼" not in console.region(".dialog"), "three columns hold all of it"

    drive(scenario, source, size=(120, 36))


def test_help_lists_the_digits_that_open_panes_in_every_pane(source: FakeSource) -> None:
    async def scenario(console: Driven) -> None:
        for pane in ("f3", "f2"):
            await console.press(pane, "question_mark")
            pages = [console.screen()]
            while "▲ end" not in pages[-1]:
                await console.press("space")
                pages.append(console.screen())
            assert any("4 F4     Ledger" in page for page in pages)
            await console.press("escape")

    drive(scenario, source)


def test_digits_open_panes_everywhere(source: FakeSource) -> None:
    async def scenario(console: Driven) -> None:
        for _ in range(2):
            await console.press("3", "2")
            assert "rows 1 to" in console.screen()

    drive(scenario, source)


def test_a_key_that_can_do_nothing_says_why(source: FakeSource) -> None:
    async def scenario(console: Driven) -> None:
        await console.press("2", "escape")
        assert "Clear filter, then marks: no filter" in console.region("#keys")
        console.app.screen.query_one("#keys").hush()  # type: ignore[attr-defined]
        await console.pilot.pause()
        assert "q quit" in console.region("#keys")

    drive(scenario, source)


@pytest.mark.parametrize("key", ["colon", "ctrl+p"])
def test_the_palette_finds_an_action_and_performs_it(source: FakeSource, key: str) -> None:
    async def scenario(console: Driven) -> None:
        await console.press(key)
        await console.type("matr")
        await console.press("enter")
        assert console.app.pane.id == "matrix"
        await console.press(key)
        await console.type("rvrs")
        await console.press("enter")
        assert console.app.matrix.grid.table.descending
        assert len(console.app.screen_stack) == 1

    drive(scenario, source)


def test_the_palette_lists_what_is_not_possible_with_its_reason_and_escape_leaves_it(source: FakeSource) -> None:
    async def scenario(console: Driven) -> None:
        await console.press("2", "colon", "down", "up")
        await console.type("clear")
        assert "no filter or mark" in console.screen()
        await console.press("enter")
        assert "Clear filter, then marks: no filter" in console.region("#keys")
        await console.press("colon")
        await console.type("nothing like this")
        await console.press("enter", "escape")
        assert len(console.app.screen_stack) == 1

    drive(scenario, source)


@pytest.mark.parametrize("keys", [("q",), ("ctrl+c",), ("question_mark", "ctrl+c"), ("colon", "ctrl+c")])
def test_quit_leaves_from_everywhere(source: FakeSource, keys: tuple[str, ...]) -> None:
    async def scenario(console: Driven) -> None:
        await console.press(*keys)
        assert not console.app.is_running or console.app._exit

    drive(scenario, source)


def test_a_letter_typed_into_the_filter_is_no_command(source: FakeSource) -> None:
    async def scenario(console: Driven) -> None:
        await console.press("2", "slash", "q", "1", "r")
        assert console.app.is_running
        assert console.app.pane.id == "matrix"
        assert console.app.matrix.grid.table.filter.text == "q1r"

    drive(scenario, source)


def test_keys_of_the_panes_do_nothing_under_a_dialog(source: FakeSource) -> None:
    async def scenario(console: Driven) -> None:
        await console.press("2", "question_mark", "1", "s", "j", "k", "g", "G")
        assert console.app.pane.id == "matrix"
        assert console.app.matrix.grid.table.sorted_by.id == "collection"
        await console.press("q")
        assert console.app.is_running
        assert len(console.app.screen_stack) == 1

    drive(scenario, source)


def test_a_keymap_moves_an_action_by_its_id(source: FakeSource) -> None:
    async def scenario(console: Driven) -> None:
        console.app.set_keymap({"matrix": "f5"})
        await console.press("f5")
        assert console.app.pane.id == "matrix"

    drive(scenario, source)

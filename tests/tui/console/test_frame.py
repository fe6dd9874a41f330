"""What the console does around its panes: copying, exporting, commands, log, logins, themes, keys."""

import asyncio
import base64
import json
from dataclasses import replace
from pathlib import Path

import pytest

from core.services.overview import presence
from core.settings import state_home
from tests.databases import Database
from tests.tui.driving import Driven, OnData, drive, drive_real
from tests.tui.fakes import FakeSource, StillClock
from tui.app import ConsoleApp
from tui.console.keymap import usable
from tui.console.theme_picker import remembered
from tui.terminal import clipboard


@pytest.fixture(autouse=True)
def a_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIRTH_CONSOLE_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What goes to the terminal past the screen."""
    found: list[str] = []
    monkeypatch.setattr(ConsoleApp, "send", lambda _, sequence: found.append(sequence))
    return found


def copied(sequence: str) -> str:
    return base64.b64decode(sequence.removeprefix("\x1b]52;c;").removesuffix("\x07")).decode()


def test_y_copies_the_row_the_cell_all_rows_or_the_screen(source: FakeSource, sent: list[str]) -> None:
    async def scenario(console: Driven) -> None:
        await console.press("2")
        for key in ("r", "c", "a", "s"):
            await console.press("y", key)
        row, cell, everything, screen = map(copied, sent)
        assert row.split("\t")[0] == cell == console.under_cursor()
        assert everything.count("\n") == 77
        assert "QT-001 ✗ BLOCKED" in screen
        await console.press("y", "escape")
        assert len(sent) == 4

    drive(scenario, source)


def test_inside_tmux_and_screen_the_sequence_is_wrapped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMUX", "a socket,1,0")
    assert clipboard.sequence("x") == "\x1b]52;c;eA==\x07" + "\x1bPtmux;\x1b\x1b]52;c;eA==\x07\x1b\\"
    monkeypatch.delenv("TMUX")
    monkeypatch.setenv("TERM", "screen.xterm-256color")
    wrapped = clipboard.sequence("y" * 1000)
    chunks = wrapped.removeprefix("\x1bP").removesuffix("\x1b\\").split("\x1b\\\x1bP")
    assert max(map(len, chunks)) <= 252
    assert copied("".join(chunks)) == "y" * 1000


DROPS = "tmux accepts no copies; saved to {} (tmux options: set-clipboard, allow-passthrough)"
PASSES = "5 characters sent through tmux to the terminal's clipboard"
MAY_DROP = "sent to tmux, which may drop it; also saved to {}"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("external/0", DROPS),
        ("off/off", DROPS),
        ("on/off", PASSES),
        ("external/1", PASSES),
        ("external/all", PASSES),
        ("external/", PASSES),  # before 3.3 there is no allow-passthrough
        ("/", MAY_DROP),
        ("", MAY_DROP),
    ],
)
def test_what_tmux_does_not_pass_on_is_in_a_file_and_not_said_to_be_copied(
    source: FakeSource, sent: list[str], monkeypatch: pytest.MonkeyPatch, answer: str, said: str
) -> None:
    tmux = Path.cwd() / "tmux"
    tmux.write_text(f"#!/bin/sh\necho '{answer}'\n" if answer else "#!/bin/sh\nexit 1\n")
    tmux.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmux.parent}:/usr/bin:/bin")
    monkeypatch.setenv("TMUX", "a socket,1,0")

    async def scenario(console: Driven) -> None:
        console.app.copy_text("roses")
        await console.until(lambda: console.app.said)
        assert bool(sent) == (said != DROPS)
        kept = list((state_home() / "copied").glob("*"))
        assert [each.read_text() for each in kept] == (["roses"] if said != PASSES else [])
        assert console.app.said[-1].text == said.format(*kept)

    drive(scenario, source)


def test_copies_in_one_second_are_kept_in_files_of_their_own() -> None:
    assert {clipboard.to_file(text).read_text() for text in ("one", "two", "three")} == {"one", "two", "three"}


def test_what_is_too_long_for_a_clipboard_is_in_a_file(source: FakeSource, sent: list[str]) -> None:
    async def scenario(console: Driven) -> None:
        console.app.copy_text("x" * (clipboard.LONGEST + 1))
        assert not sent
        (kept,) = (state_home() / "copied").iterdir()
        assert len(kept.read_text()) == clipboard.LONGEST + 1
        assert str(kept) in console.app.said[-1].text

    drive(scenario, source)


@pytest.mark.parametrize(
    "ending", ["csv", *(pytest.param(ending, marks=pytest.mark.long) for ending in ("json", "md")), "svg"]
)
def test_e_writes_what_is_shown_and_never_over_a_file(source: FakeSource, tmp_path: Path, ending: str) -> None:
    target = tmp_path / f"rows.{ending}"

    async def scenario(console: Driven) -> None:
        await console.press("2", "slash", *"staging", "enter", "E", "ctrl+u")
        await console.type(f"rows.{ending}")
        await console.press("enter")
        assert "iu_staging_record" in target.read_text(encoding="utf-8").replace("&#160;", " ")
        if ending == "json":
            assert [row["collection"] for row in json.loads(target.read_text())] == console.names()
        before = target.read_bytes()
        await console.press("E", "ctrl+u")
        await console.type(f"rows.{ending}")
        await console.press("enter")
        assert "it is not overwritten" in console.screen()
        assert target.read_bytes() == before

    drive(scenario, source)


def test_x_lists_the_commands_that_do_the_same_and_copies_the_chosen_one(database: Database, sent: list[str]) -> None:
    async def scenario(console: OnData) -> None:
        await console.press("3")
        await console.settled()
        await console.until(lambda: "birth-console classify" in console.app.pane.twin("accept"))
        await console.press("X")
        await console.shows("birth-console classify --accept-")
        await console.press("enter")
        assert copied(sent[0]) == "birth-console suggest feedbacks --explain", "the pane's own come first"

    drive_real(scenario, database)


def test_the_log_keeps_what_was_said_with_evidence_and_hint(source: FakeSource) -> None:
    async def scenario(console: Driven) -> None:
        await console.press("at")
        assert "no messages yet" in console.region("#keys")
        await console.press("L", "at")
        await console.shows("only in the demo")

    drive(scenario, source)


def test_a_list_to_choose_from_shows_no_order(source: FakeSource) -> None:
    async def scenario(console: Driven) -> None:
        for key in ("y", "T", "X"):
            await console.press(key)
            assert len(console.app.screen_stack) == 2
            assert "▲" not in console.region(".palette")
            await console.press("escape")

    drive(scenario, source)


def test_a_login_of_the_demo_becomes_another_one_on_the_same_screen(source: FakeSource) -> None:
    source.who = replace(source.who, is_demo=True)

    async def scenario(console: Driven) -> None:
        await console.press("L", "j", "j", "enter")
        await console.shows("gatekeeper1@demo")
        await console.press("L")
        await console.shows("current login")

    drive(scenario, source)


def test_elsewhere_than_in_the_demo_nobody_becomes_another(database: Database) -> None:
    async def scenario(console: OnData) -> None:
        await console.press("L")
        assert "the DSN sets the login" in console.region("#keys")

    drive_real(scenario, database, "viewer1")


def test_the_theme_is_chosen_and_remembered(source: FakeSource) -> None:
    async def scenario(console: Driven) -> None:
        assert console.app.theme == "birth-dark"
        await console.press("T", "j", "enter")
        assert console.app.theme == "birth-light"

    drive(scenario, source)
    assert remembered() == "birth-light"


def test_a_terminal_of_16_colours_has_one_look_and_says_so(source: FakeSource, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def scenario(console: Driven) -> None:
        assert console.app.theme == "birth-plain"
        await console.press("T")
        assert "its own colours only" in console.region("#keys")

    drive(scenario, source)


def test_a_keymap_moves_actions_and_what_cannot_work_is_said(source: FakeSource) -> None:
    async def scenario(console: Driven) -> None:
        await console.press("f5")
        assert console.app.pane.id == "matrix"
        assert "f5" in console.region("#status").lower()
        assert any("unknown action nonsense" in each.text for each in console.app.said)

    drive(scenario, source, keymap={"matrix": ("f5",), "nonsense": ("x",)})


def test_a_key_that_would_mean_two_things_is_refused() -> None:
    keys, problems = usable({"refresh": ("q",), "sort": ("f6",), "quit": ("nope nope",)})
    assert keys == {"sort": ("f6",)}
    assert len(problems) == 2
    assert "q is the key of quit" in problems[1]


def test_a_connection_tells_who_else_is_here(database: Database) -> None:
    with database.connect("operator1") as one:
        assert presence.others(one) == []
        database.run("SELECT 1")
        other = database.psql("operator2")
        other.execute("SET application_name = 'birth-console 4711@elsewhere'")
        (found,) = presence.others(one)
        other.close()
    assert (found.login, found.name, found.connections, found.run) == ("operator2", "4711@elsewhere", 1, None)


@pytest.mark.parametrize("keys", [("2",), ("4",), ("colon", *"matrix", "enter"), ("right_square_bracket",)])
def test_a_key_before_the_first_figures_finds_its_pane(source: FakeSource, keys: tuple[str, ...]) -> None:
    """The panes that nobody sees at first are mounted late, but no key is lost over that."""
    source.open_gate.clear()

    async def run() -> None:
        app = ConsoleApp(source, StillClock())
        async with app.run_test(size=(80, 24)) as pilot:
            assert not app.query("#matrix")
            await pilot.press(*keys)
            assert app.pane.id == ("ledger" if keys == ("4",) else "matrix")
            source.open_gate.set()
            await Driven(app, pilot, source).until(lambda: app.matrix.grid.table.total)
            app.poller.stop()

    asyncio.run(run())


def test_without_any_key_the_panes_are_there_once_figures_are_shown(source: FakeSource) -> None:
    async def run() -> None:
        app = ConsoleApp(source, StillClock())
        async with app.run_test(size=(80, 24)) as pilot:
            await Driven(app, pilot, source).until(lambda: app.is_complete and app.matrix.grid.table.total)
            app.poller.stop()

    asyncio.run(run())


def test_the_mouse_opens_panes_and_sorts_by_the_column_that_is_clicked(source: FakeSource) -> None:
    async def scenario(console: Driven) -> None:
        bar = console.lines()[1]
        await console.pilot.click(offset=(bar.index("2 Matrix") + 1, 1))
        await console.until(lambda: console.app.pane.id == "matrix")
        await console.counted()
        header = console.lines()[2]
        await console.pilot.click(offset=(header.index("missing"), 2))
        await console.shows("by missing ▲")
        await console.pilot.click(offset=(header.index("missing"), 2))
        await console.shows("by missing ▼")
        await console.pilot.click(offset=(5, 5))
        await console.until(lambda: console.app.matrix.grid.cursor == 2)

    drive(scenario, source)

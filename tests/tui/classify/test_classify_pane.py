import re
import threading
from collections.abc import Callable, Iterator, Sequence

import pytest

from core.domain.classify.blocker import CandidateEvidence
from core.domain.classify.identity import column_identity, synthetic_identity
from core.services.classify import classify
from tests import line
from tests.databases import Database
from tests.tui.classify.conftest import LEFT
from tests.tui.driving import DEADLINE_SECONDS, OnData, drive_real
from tui.classify import service_calls
from tui.classify.pane import ClassifyPane
from tui.runtime.source import Source

BLOCKERS = "SELECT count(*) FROM birth.birth_collections() WHERE requirement = 'REQUIRED' AND strategy IS NULL"
MOST_KEYS = 60


def pane(console: OnData) -> ClassifyPane:
    return console.app.screen_stack[0].query_one(ClassifyPane)


def staged(console: OnData) -> dict[str, str]:
    return {name: choice.text for name, choice in pane(console).staging.choices.items()}


async def opened(console: OnData) -> None:
    """Open the pane, and wait for all evidence."""
    await console.press("3")
    await console.settled()
    await console.until(lambda: pane(console).grid.table.total)
    await console.settled()


async def go_to(console: OnData, collection: str) -> None:
    index = pane(console).grid.table.index(collection)
    assert index is not None
    pane(console).grid.move_to(index)
    await console.until(lambda: collection in console.region("#evidence"))


async def look(console: OnData) -> str:
    """Wait until the evidence of the collection under the cursor is told; its name."""
    row = pane(console).grid.row_at_cursor()
    assert row is not None
    await console.until(lambda: row.name in console.region("#evidence"))
    return row.name


def recorded(database: Database, collection: str) -> str | None:
    found = database.run(
        "SELECT strategy || ' ' || array_to_string(columns, '/') AS identity FROM birth.birth_identity"
        f" WHERE collection_name = '{collection}'"
    )
    return found[0]["identity"] if found else None


def test_the_43_blockers_are_resolved_as_intended_in_at_most_60_keys_with_a_look_at_each_unclear_one(
    database: Database,
) -> None:
    pressed = 0
    looked_at: set[str] = set()

    async def press(console: OnData, *keys: str) -> None:
        nonlocal pressed
        await console.press(*keys)
        pressed += len(keys)

    async def save(console: OnData) -> None:
        await press(console, "w", "enter")
        await console.settled()
        await console.until(lambda: not staged(console))

    async def operator(console: OnData) -> None:
        await opened(console)
        await press(console, "A")
        for _ in range(43 - 2 - len(staged(console))):
            looked_at.add(await look(console))
            await press(console, "a")
        assert len(staged(console)) == 41
        await save(console)
        # What is said agrees with each count.
        await console.shows("0 staged · 2 undecided")
        await console.shows("41 saved")
        await console.press("1")
        await console.shows("identity_unclassified_blockers       2")

    async def gatekeeper(console: OnData) -> None:
        await opened(console)
        for _ in range(2):
            looked_at.add(await look(console))
            await press(console, "e", *"no table", "enter")
        await save(console)

    drive_real(operator, database)
    assert database.value(BLOCKERS) == 2
    drive_real(gatekeeper, database, "gatekeeper1")
    assert database.value(BLOCKERS) == 0
    assert len(looked_at) == 15, "each of those that the console does not call clear was on the screen before its key"
    assert pressed + 2 <= MOST_KEYS, "with the digit that opens the pane, twice"
    for name, wanted in line.intended().items():
        if name == "team":
            continue  # two keys fit its rows; which one is meant stands in no column
        expected = None if wanted is None else f"{wanted.strategy} {'/'.join(wanted.columns)}"
        assert recorded(database, name) == expected, name


@pytest.fixture
def held_evidence(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """The first portion of evidence comes at once, the others when the test lets them."""
    let_go = threading.Event()
    evidence = service_calls.evidence

    def held(source: Source, names: Sequence[str], tell: Callable[[tuple[CandidateEvidence, ...]], None]) -> None:
        def tell_then_wait(found: tuple[CandidateEvidence, ...]) -> None:
            tell(found)
            let_go.wait(DEADLINE_SECONDS)

        evidence(source, names, tell_then_wait)

    monkeypatch.setattr(service_calls, "evidence", held)
    yield let_go
    let_go.set()


def test_no_collection_is_under_the_cursor_before_the_clearest_come_first(
    few: Database, held_evidence: threading.Event
) -> None:
    async def scenario(console: OnData) -> None:
        await console.press("3")
        await console.shows("Sampling 8 of 10; sorted when done.")
        for key in ("a", "tab", "x", "space"):
            assert "under the cursor" in (await answer(console, key))
        assert staged(console) == {}
        held_evidence.set()
        await console.settled()
        row = pane(console).grid.row_at_cursor()
        assert row is not None
        assert (row.name, row.tier) == (pane(console).grid.table.name(0), "A")
        await console.shows(f"▌{row.name}")
        await console.until(lambda: "Sampling" not in console.screen())

    drive_real(scenario, few)


def test_what_was_marked_in_the_matrix_is_what_the_queue_begins_with(few: Database) -> None:
    async def scenario(console: OnData) -> None:
        await console.press("2", "slash")
        await console.type("team")
        await console.press("enter", "space", "c")
        await console.settled()
        await console.settled()
        row = pane(console).grid.row_at_cursor()
        assert row is not None
        assert row.name == "team"

    drive_real(scenario, few)


@pytest.mark.parametrize("keys", ["j", "jx", "ja", "G"])
def test_no_row_moves_under_a_cursor_that_was_moved(few: Database, held_evidence: threading.Event, keys: str) -> None:
    async def scenario(console: OnData) -> None:
        await console.press("3")
        await console.shows("Sampling 8 of 10; sorted when done.")
        await console.press(*keys)
        grid = pane(console).grid
        row, order = grid.row_at_cursor(), grid.table.names()
        assert row is not None
        held_evidence.set()
        await console.settled()
        assert all(each.evidence for each in grid.table.rows() if each.blocker.has_table)
        assert grid.table.names() == order == sorted(order)
        assert (after := grid.row_at_cursor()) is not None
        assert after.name == row.name
        assert "collection▲" in console.region("#queue")
        await console.press("s")
        assert "state▲" in console.region("#queue")

    drive_real(scenario, few)


def test_what_is_staged_is_chosen_by_key_taken_back_by_u_and_written_by_nothing_but_w(few: Database) -> None:
    async def scenario(console: OnData) -> None:
        await opened(console)
        assert "nothing is staged" in (await answer(console, "w"))
        await go_to(console, "os_items")
        await console.press("tab")  # the evidence follows the candidate in question
        await console.until(lambda: "▸2" in console.region("#evidence"))
        assert re.search("▸2 . {id} ", console.region("#evidence"))
        await console.press("shift+tab")
        await console.until(lambda: "▸1" in console.region("#evidence"))
        assert re.search("▸1 . {sku} ", console.region("#evidence"))
        assert "os_items: candidate 2 staged. u: undo" in (await answer(console, "tab", "a"))
        assert staged(console) == {"os_items": "os_items:{id}"}
        await go_to(console, "os_items")
        assert "os_items:{id} staged" in console.region("#evidence")
        await console.press("u")
        assert staged(console) == {}
        await console.press("x")  # the first is set aside, and a takes the second
        await console.press("a")
        assert staged(console) == {"os_items": "os_items:{id}"}
        await console.press("u")
        await go_to(console, "os_items")
        assert "no candidate 9" in (await answer(console, "apostrophe", "9"))
        # i explains the candidate in question, where tab explains the others and enter accepts; enter alone does the
        # same until a candidate was gone to, which it takes.
        await console.press("apostrophe", "1", "i")
        for said in ("1 os_items:{sku}", "likely · declared", "rows examined", "for: ", "next: os_items:{id}, "):
            assert said in console.screen()
        await console.press("tab")
        await console.shows("2 os_items:{id}")
        await console.press("shift+tab", "escape")
        assert staged(console) == {}
        await console.press("tab", "enter")
        assert staged(console) == {"os_items": "os_items:{id}"}
        await console.press("u")
        await go_to(console, "os_items")
        await console.press("i", "shift+tab", "enter", "[", "]")
        assert staged(console) == {"os_items": "os_items:{sku}"}
        assert few.value(BLOCKERS) == len(LEFT)
        await console.press("w")
        await console.shows("Save 1 decision")
        assert "→ os_items:{sku}" in console.screen()
        assert "118 rows: os_items:" in console.screen()
        assert staged(console)
        await console.press("enter")
        await console.settled()
        assert recorded(few, "os_items") == "synthetic sku"
        assert few.value(BLOCKERS) == len(LEFT) - 1

    drive_real(scenario, few)


async def answer(console: OnData, *keys: str) -> str:
    """What the console says to a key."""
    await console.press(*keys)
    return console.region("#keys")


def test_a_template_is_tried_on_the_sample_while_it_is_typed(few: Database) -> None:
    async def scenario(console: OnData) -> None:
        await opened(console)
        await go_to(console, "team")
        await console.press("t")
        await console.settled()
        await console.press("ctrl+u")
        await console.type("team:{department}")
        await console.shows("some rows share a code")
        await console.shows("rows give team:")
        await console.press("enter")  # refuted: it stays
        assert len(console.app.screen_stack) == 2
        await console.press("ctrl+u")
        await console.type("team:{nope}")
        await console.shows("unknown column nope")
        await console.press("ctrl+u")
        await console.type("team:{name}/{date_created}")
        await console.shows("→ team:")
        await console.press("enter")
        assert staged(console) == {"team": "team:{name}/{date_created}"}

    drive_real(scenario, few)


def test_each_decision_has_its_own_result_and_what_is_refused_stays_staged_with_the_reason(few: Database) -> None:
    async def scenario(console: OnData) -> None:
        await opened(console)
        await go_to(console, "categories")
        await console.press("a")
        await go_to(console, "block_library")
        await console.press("a")
        few.run("ALTER TABLE public.categories DROP COLUMN slug CASCADE")
        await console.press("w", "enter")
        await console.settled()
        assert recorded(few, "block_library") == "column block_key"
        assert recorded(few, "categories") is None
        assert staged(console) == {"categories": "slug"}
        await go_to(console, "categories")
        assert "slug" in console.region("#evidence")
        assert "! refused" in console.region("#queue")

    drive_real(scenario, few)


def test_the_second_of_two_operators_is_told_who_decided_since_they_looked(few: Database) -> None:
    async def scenario(console: OnData) -> None:
        await opened(console)
        await go_to(console, "os_projects")
        await console.press("tab", "a")
        with few.connect("operator2") as other:
            classify.classify(other, column_identity("os_projects", "project_code"))
        await console.press("w", "enter")
        await console.settled()
        await console.settled()
        await go_to(console, "os_projects")
        assert "operator2 changed os_projects since" in " ".join(console.region("#evidence").split())
        assert recorded(few, "os_projects") == "column project_code"

    drive_real(scenario, few)


def test_what_somebody_else_has_decided_leaves_the_queue_when_its_staged_choice_is_taken_back(
    few: Database,
) -> None:
    async def scenario(console: OnData) -> None:
        await opened(console)
        for keys in (("a",), ("tab", "a")):
            await go_to(console, "os_projects")
            await console.press(*keys)
        await go_to(console, "os_items")
        await console.press("tab", "a")
        with few.connect("operator2") as other:
            classify.classify(other, column_identity("os_projects", "project_code"))
        await console.press("r")
        await console.settled()
        row = pane(console).grid.table.get("os_projects")
        assert row is not None
        assert row.overtaken
        await go_to(console, "os_projects")
        assert "os_projects:{id} staged. u: discard" in console.region("#evidence")
        for key in ("a", "t", "x"):
            assert "another session decided it. u: discard" in (await answer(console, key))
        await console.press("u")
        assert pane(console).grid.table.get("os_projects") is None
        assert staged(console) == {"os_items": "os_items:{id}"}
        await console.press("u")
        assert staged(console) == {}
        assert not pane(console).staging.can_undo
        await console.press("r")
        await console.settled()
        assert pane(console).grid.table.get("os_projects") is None

    drive_real(scenario, few)


def test_one_change_of_many_is_taken_back_without_what_somebody_else_has_decided(few: Database) -> None:
    async def scenario(console: OnData) -> None:
        await opened(console)
        await console.press("A")
        count = len(staged(console))
        assert "contacts" in staged(console)
        with few.connect("operator2") as other:
            classify.classify(other, synthetic_identity("contacts", "contacts:{id}"))
        await console.press("r")
        await console.settled()
        await go_to(console, "os_items")
        await console.press("tab", "a", "u", "u")
        assert staged(console) == {}
        assert pane(console).grid.table.get("contacts") is None
        await console.press("A")
        assert len(staged(console)) == count - 1

    drive_real(scenario, few)


def test_one_identity_is_staged_for_all_marked_collections_that_have_it(few: Database) -> None:
    async def scenario(console: OnData) -> None:
        await opened(console)
        assert "no staged id… @" in (await answer(console, "semicolon"))
        for name in ("os_tasks", "os_deals", "team"):
            await go_to(console, name)
            await console.press("space")
        await go_to(console, "contacts")
        await console.press("a")
        await go_to(console, "contacts")
        said = await answer(console, "semicolon")
        assert "2 staged, 1 without such a candidate" in said
        assert staged(console) == {name: f"{name}:{{id}}" for name in ("contacts", "os_tasks", "os_deals")}

    drive_real(scenario, few)


def test_what_the_login_or_the_collection_forbids_says_why(few: Database) -> None:
    async def scenario(console: OnData) -> None:
        await opened(console)
        assert "needs birth_gatekeeper" in (await answer(console, "e"))
        grid = pane(console).grid
        grid.move_last()
        await console.pilot.pause()
        assert "it has no table" in (await answer(console, "a"))
        assert "it has no table" in (await answer(console, "t"))

    async def viewer(console: OnData) -> None:
        await opened(console)
        assert "needs birth_operator" in (await answer(console, "a"))
        assert "needs birth_operator" in (await answer(console, "u"))

    drive_real(scenario, few)
    drive_real(viewer, few, "viewer1")

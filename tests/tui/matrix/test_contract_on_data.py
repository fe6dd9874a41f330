"""A collection opened from the matrix, on a real database."""

import asyncio
import base64

from psycopg import sql

from tests.databases import Database
from tests.homes import eventually
from tests.tui.driving import OnData, drive_real
from tui.widgets.sheet import Sheet

HOSTILE = "[bold]x[/] \x1b[31m\u202e"


async def open_collection(console: OnData, name: str) -> None:
    """Filter for it, and open it."""
    await console.press("2", "slash")
    await console.type(name)
    await console.press("enter", "g", "enter")
    await console.shows("· contract")
    if not Sheet.are_large:
        await console.press("plus")


async def read_through(console: OnData) -> str:
    """Everything that can be scrolled to, from top to bottom."""
    await console.press("g")
    seen = [line.strip("│ ▁▂▃▄▅▆▇█") for line in console.lines()]
    for _ in range(12):
        await console.press("pagedown")
        seen += [text for line in console.lines() if (text := line.strip("│ ▁▂▃▄▅▆▇█")) not in seen]
    return "\n".join(seen)


def test_a_sound_collection_shows_every_gate_and_the_sql_that_runs(database: Database) -> None:
    sent: list[str] = []

    async def scenario(console: OnData) -> None:
        console.app.send = sent.append  # type: ignore[method-assign,assignment]  # what goes to the terminal
        await open_collection(console, "agents")
        await console.shows("✓ all_ok")
        await console.press("y")
        text = await read_through(console)
        assert "✓ passed   no two rows have the same code" in text
        for title in (
            "counts source and registered rows",
            "stores the missing rows",
            "reads one batch",
            "registers the batch",
        ):
            assert title in text
        await console.press("escape")
        assert console.app.focused is console.app.matrix.grid

    drive_real(scenario, database)
    copied = base64.b64decode(sent[0].split(";")[2].rstrip("\x07")).decode()
    assert "fn_birth_register" in copied
    # What was copied runs as it is: four statements, each with its title as a comment.
    assert [line[:3] for line in copied.splitlines() if line.startswith("-- ")] == ["-- "] * 4
    assert database.run(copied.split(";\n")[0])[0]["source_rows"] > 0


def test_a_broken_collection_says_which_gate_and_what_to_do_and_has_no_sql(database: Database) -> None:
    async def scenario(console: OnData) -> None:
        await open_collection(console, "doc_reviews")
        await console.settled()
        text = await read_through(console)
        assert "✗ failed   its identity is classified" in text
        assert "→ Classify it." in text
        assert "? unknown  no two rows have the same code" in text
        assert "SQL that" not in text
        await console.press("y", "escape")
        await console.shows("there is no SQL to copy")

    drive_real(scenario, database, "viewer1")


def test_database_text_in_a_contract_is_neither_markup_nor_control(database: Database) -> None:
    hostile = sql.Identifier(HOSTILE)
    with database.psql("postgres") as admin:
        admin.execute(sql.SQL("CREATE TABLE public.{} ({} text PRIMARY KEY)").format(hostile, hostile))
        admin.execute(sql.SQL("INSERT INTO public.{} VALUES ({})").format(hostile, sql.Literal(HOSTILE)))
        admin.execute(sql.SQL("GRANT SELECT ON public.{} TO birth_owner, birth_caller, birth_reader").format(hostile))
        admin.execute("INSERT INTO birth.collection_registry (collection_name) VALUES (%s)", [HOSTILE])
        admin.execute("INSERT INTO birth.birth_policy (collection_name) VALUES (%s)", [HOSTILE])
        admin.execute("SELECT birth.birth_identity_import(%s, 'column', ARRAY[%s], 'a test')", [HOSTILE, HOSTILE])

    async def scenario(console: OnData) -> None:
        await open_collection(console, "bold")
        await console.settled()
        text = await read_through(console)
        assert not any(character in text for character in "\x1b\u202e")
        assert r"[bold]x[/] \x1b[31m\u202e" in text
        assert r'public."[bold]x[/] \x1b[31m\u202e"' in text

    drive_real(scenario, database, size=(120, 36))


def test_a_collection_that_vanished_says_so(database: Database) -> None:
    async def scenario(console: OnData) -> None:
        await console.press("2")
        database.run(
            "ALTER TABLE public.agents DISABLE TRIGGER USER; DELETE FROM birth.birth_policy"
            " WHERE collection_name = 'agents'; DELETE FROM birth.birth_identity WHERE collection_name = 'agents';"
            " DELETE FROM birth.collection_registry WHERE collection_name = 'agents'"
        )
        await console.press("slash")
        await console.type("agents")
        await console.press("enter", "g", "enter")
        await console.shows("! not read: unknown collection agents")

    drive_real(scenario, database)


def test_marked_collections_are_handed_to_classify_and_to_the_ledger(database: Database) -> None:
    async def scenario(console: OnData) -> None:
        await console.press("2", "c")
        await console.shows("Classify marked collections: mark collections with space first")
        # The first is unclassified, the second is not.
        await console.press("g", "space", "space", "c")
        await console.until(lambda: console.app.pane.id == "classify")
        await console.settled()
        assert set(console.app.pane._grid().marked) == {"agent_views"}  # type: ignore[union-attr]
        await console.press("f2", "p")
        await console.until(lambda: console.app.pane.id == "ledger")
        await console.shows("enter: plan 1 marked")
        await console.press("enter")
        await console.shows("run-1")
        await console.press("escape", "f2", "escape", "g", "space", "p")
        await console.shows("Plan marked collections: no marked collection can be planned")

    drive_real(scenario, database)
    assert database.run("SELECT collection_name FROM birth.birth_backfill_ledger") == [{"collection_name": "agents"}]


def test_a_contract_that_is_closed_is_not_read_on_and_holds_up_no_other(database: Database) -> None:
    proving = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        " AND query LIKE 'SELECT count(*) AS rows, count(*) FILTER%'"
    )

    async def waits(proofs: int) -> bool:
        seconds = 10  # a proof that nobody stops gives up after thirty
        return await asyncio.to_thread(eventually, lambda: database.value(proving) == proofs, seconds)

    async def scenario(console: OnData) -> None:
        with database.psql("postgres") as other:
            other.execute("BEGIN")
            other.execute("LOCK TABLE agents")
            await open_collection(console, "agents")
            assert await waits(1)
            await console.press("escape")
            assert await waits(0)
            await console.press("escape")
            await open_collection(console, "workflows")
            await console.shows("checking its rows")
            other.execute("ROLLBACK")
            await console.shows("✓ all_ok")
            await console.press("escape")

    drive_real(scenario, database)

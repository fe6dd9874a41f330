"""Pages of a diff, read from both ends: they must tell the same, whatever their size."""

from collections.abc import Iterator

import pytest

from core.db.connection.session import Connection
from core.domain.backfill.diff import Cursor, DiffRow, View
from core.domain.filter import Filter
from core.services.backfill import diff, diff_pages
from core.services.backfill import plan_diff as compared_plans
from core.services.backfill.apply_options import Options
from tests import small
from tests.databases import Database, TestServer, a_clone

EVERYTHING = 10_000
_POISON = "IF p_entity_code = 'G-000010' THEN RAISE 'bad' USING ERRCODE = '23514'; END IF;"
_UNSEEN = "SET session_replication_role = replica;"


@pytest.fixture(scope="module")
def compared(server: TestServer, small_template: str) -> Iterator[tuple[Database, int, int]]:
    """A run with every kind of row, and the plan before it, which knew other rows."""
    with a_clone(server, small_template) as database:
        small.registering(database, before=_POISON)
        before = small.a_run(database, goods=60, notes=12)
        database.run("DELETE FROM public.goods WHERE id BETWEEN 21 AND 25")
        database.run("DELETE FROM public.notes")
        small.fill(database, parts=40)
        database.run(f"{_UNSEEN} INSERT INTO public.goods SELECT n, 'F-' || n, n FROM generate_series(900, 909) AS n")
        run = small.reconciled(database)
        database.run("DELETE FROM public.goods WHERE id IN (3, 40)")
        small.drive(database, run, Options(batch_size=20, max_batches=1, patience=20))
        # Of two collections: pages end within each, and between them.
        database.run(f"{_UNSEEN} INSERT INTO public.notes VALUES ('late 1'), ('late 2')")
        database.run(f"{_UNSEEN} INSERT INTO public.goods VALUES (950, 'F-950', 1), (951, 'F-951', 1)")
        yield database, before, run


def _forward(connection: Connection, view: View, rows: int, after: Cursor | None = None) -> list[DiffRow]:
    found: list[DiffRow] = []
    at: Cursor | None = after or Cursor()
    while at is not None:
        page = diff_pages.forward(connection, view, at, rows)
        assert len(page.rows) <= rows
        found += page.rows
        at = page.next
    return found


def _backward(connection: Connection, view: View, rows: int, until: Cursor | None = None) -> list[DiffRow]:
    found: list[DiffRow] = []
    while True:
        page = diff_pages.backward(connection, view, until, rows)
        assert len(page.rows) <= rows
        found = [*page.rows, *found]
        until = page.next
        if until is None:
            return found


CODES = ("", "g-00000", "!G-0000", "-f g 5", "%", "_", "\\\\", "LATE", "f-90")


@pytest.mark.parametrize("only", [None, "+", "=", "-", "!", "~"])
@pytest.mark.parametrize("shown", ["items", "plans"])
def test_pages_from_either_end_tell_all_that_passes_the_filter(
    compared: tuple[Database, int, int], monkeypatch: pytest.MonkeyPatch, shown: str, only: str | None
) -> None:
    database, before, run = compared
    monkeypatch.setattr(diff_pages, "_SCOPE", 9)
    monkeypatch.setattr(compared_plans, "_SCOPE", 9)
    is_late = only == "~" and shown == "items"
    compared_with = before if shown == "plans" else None
    with database.connect() as connection:
        found = diff.diff(connection, View(run, "~" if is_late else None, compared_with), rows=EVERYTHING).rows
        for codes in CODES:
            view = View(run, only, compared_with, Filter(codes))
            passes = view.codes.test()
            whole = [row for row in found if only in (None, row.kind) and passes(row.code.lower())]
            _must_tell(connection, view, whole, is_late=is_late)


def _must_tell(connection: Connection, view: View, whole: list[DiffRow], *, is_late: bool) -> None:
    told = diff.diff(connection, view, rows=EVERYTHING)
    begun = diff.diff(connection, view, rows=2)
    assert (list(told.rows), told.next) == (whole, None), view
    assert (list(begun.rows), begun.next is None) == (whole[:2], len(whole) <= 2), view
    for rows in (3, 64) if view.codes.text in CODES[:2] else (7,):
        assert _forward(connection, view, rows) == whole, view
        if not is_late:
            assert _backward(connection, view, rows) == whole, view
    middle = whole[len(whole) // 2].at if whole else Cursor()
    if whole and not is_late:
        # A row's cursor divides the rest from what lies before it, the row itself included.
        assert _backward(connection, view, 5, middle) + _forward(connection, view, 5, middle) == whole, view


@pytest.mark.parametrize(
    ("shown", "only", "codes", "made"),
    [
        ("items", None, "f-90", [f"F-{n}" for n in range(900, 910)]),
        ("items", "!", "g-00001", ["G-000010"]),
        ("items", "~", "LATE 2", ["late 2"]),
        ("plans", "-", "G-", [f"G-{n:06}" for n in range(21, 26)]),
        ("plans", "+", "!part", [f"F-{n}" for n in range(900, 910)]),
    ],
)
def test_the_rows_that_pass_are_those_that_were_made(
    compared: tuple[Database, int, int], shown: str, only: str | None, codes: str, made: list[str]
) -> None:
    database, before, run = compared
    with database.connect() as connection:
        view = View(run, only, before if shown == "plans" else None, Filter(codes))
        assert [row.code for row in diff.diff(connection, view, rows=EVERYTHING).rows] == made


def test_an_outline_knows_where_every_item_lies(compared: tuple[Database, int, int]) -> None:
    database, _, run = compared
    with database.connect() as connection:
        lie = diff_pages.outline(connection, run)
        rows = diff.diff(connection, View(run), rows=EVERYTHING).rows
    assert lie.total == len(rows)
    assert [lie.position(row.at) for row in rows] == list(range(1, lie.total + 1))
    assert [lie.position(lie.cursor(place)) for place in range(lie.total + 1)] == list(range(lie.total + 1))

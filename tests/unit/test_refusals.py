"""Every code that people or scripts may meet stands in a test, and words of people are refused by their codes."""

import ast
import re
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

import psycopg
import pytest

from core.db.connection.errors import console_error
from core.domain.adopt import register_column
from core.domain.backfill.diff import Cursor
from core.domain.backfill.progress import Effort
from core.domain.trust import people
from core.errors import UsageError
from core.settings import ON_EVENT, resolve
from tests.mutate.mutants import refusal_codes
from tests.sources import nodes_of_modules

_ROOT = Path(__file__).parents[2]
_SELF = Path(__file__)
# Codes without a test, with the reason.
_UNTESTED = {
    "ambiguous_schema": "an installation of 0.1.0 in two schemas; no release made one",
    "commit_in_doubt": "a server that forgot a transaction; faults cut links, and servers remember",
    "database_error": "what a server says that nobody foresaw",
    "demo_not_registered": "a demo whose own data broke the gateway",
    "demo_programs_unusable": "a broken wheel",
    "not_undone": "an undo that meets another session's decision; the database's refusal is tested",
    "run_waiting": "all workers wait for others; a state for people who look on",
    "system_error": "the operating system's own errors",
}


def test_every_code_of_a_refusal_stands_in_a_test_or_says_why_not() -> None:
    texts = "\n".join(
        path.read_text(encoding="utf-8") for path in sorted((_ROOT / "tests").rglob("test_*.py"))
    ).replace(_SELF.read_text(encoding="utf-8").partition("_UNTESTED = {")[2].partition("\n}\n")[0], "")
    codes = {code for code in (*refusal_codes(), *_python_codes()) if not code.endswith("_")}
    assert len(codes) > 150
    # To split all tests into words takes ten times as long.
    assert {code for code in codes if not _stands(code, texts)} <= _UNTESTED.keys()


def _stands(code: str, texts: str) -> bool:
    at = texts.find(code)
    while at >= 0 and re.search(r"\w", texts[at - 1] + texts[at + len(code)]):
        at = texts.find(code, at + 1)
    return at >= 0


REFUSED: list[tuple[str, Callable[[], object]]] = [
    ("bad_cursor", lambda: Cursor.parse("1:2")),
    ("bad_cursor", lambda: Cursor.parse("1:2:x")),
    ("bad_effort", lambda: Effort.parse("0")),
    ("bad_effort", lambda: Effort.parse("two")),
    ("bad_login", lambda: people.checked("")),
    ("bad_login", lambda: people.checked("birth_owner")),
    ("bad_login", lambda: people.checked("x" * 64)),
    ("no_person", lambda: people.checked("somebody", " .")),
    ("bad_register_column", lambda: register_column.read("species")),
]


@pytest.mark.parametrize(("code", "read"), REFUSED)
def test_words_that_say_nothing_are_refused_by_their_code(code: str, read: Callable[[], object]) -> None:
    with pytest.raises(UsageError) as found:
        read()
    assert found.value.code == code


@pytest.mark.parametrize("told", ["notify", "[]", '["notify", 1]', '{"program": "notify"}'])
def test_a_program_that_hears_of_events_is_a_list_of_words(monkeypatch: pytest.MonkeyPatch, told: str) -> None:
    monkeypatch.setenv(ON_EVENT, told)
    with pytest.raises(UsageError) as found:
        resolve(dsn="dbname=somewhere")
    assert (found.value.code, found.value.evidence) == ("bad_on_event", {"given": told})


def test_a_value_that_the_driver_cannot_send_is_refused_by_its_code() -> None:
    assert console_error(psycopg.DataError("PostgreSQL text fields cannot contain NUL")).code == "bad_value"


def _python_codes() -> Iterator[str]:
    for each in chain.from_iterable(nodes_of_modules().values()):
        if isinstance(each, ast.keyword) and each.arg == "code":
            texts = (str(node.value) for node in ast.walk(each.value) if isinstance(node, ast.Constant))
            yield from (text for text in texts if re.fullmatch(r"[a-z][a-z0-9_]+", text))

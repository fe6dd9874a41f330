"""What is printed for people fits their terminal, and stays one line where a program reads it."""

import sys

import pytest

from core.cli import ascii_signs, tables
from core.cli.error_text import print_error
from core.domain.wording import in_words
from core.errors import GateClosed

_HINT = "Ask a gatekeeper for a permit that covers all of it: `birth-console permit open --budget ROWS`. Then retry."
_GATE = {"gate": "permit_in_scope", "title": "an open permit with budget covers every collection", "evidence": ["a"]}
_ERROR = GateClosed("run 1 may not be applied: 1 gate is closed", evidence={"gates": [_GATE]}, hint=_HINT)


def test_an_error_on_a_terminal_breaks_between_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    print_error(_ERROR, as_json=False)
    lines = capsys.readouterr().err.splitlines()
    assert max(map(len, lines)) <= 60
    assert " ".join(line.strip() for line in lines if not line.startswith("  closed")).endswith(_HINT)
    assert [line for line in lines if line.startswith("    ")] != []
    assert [line for line in lines if "`birth-console permit open --budget ROWS`" in line] != []


def test_an_error_into_a_pipe_has_a_line_for_each_thing_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    print_error(_ERROR, as_json=False)
    assert capsys.readouterr().err.splitlines()[-1] == f"hint: {_HINT}"


def test_a_table_is_folded_between_words_and_stands_in_lines_where_that_does_not_help() -> None:
    cells = [["collection", "verdict", "because"], ["navigation_items", "compatible", "declared unique, not null"]]
    wide, narrow = tables.fit(cells[0], cells[1:], 80), tables.fit(cells[0], cells[1:], 55)
    assert wide is not None
    assert narrow is not None
    assert wide.widths == [16, 10, 25]
    assert narrow.widths[:2] == [16, 10]
    assert sum(narrow.widths) <= 55 - 2 * tables.GAP
    less = tables.fit([*cells[0], "at"], [[*cells[1], "2026-11-29 00:00:00"]], 60, spare=["because"])
    assert less is not None
    assert (less.headings, less.is_cut) == (["collection", "verdict", "at"], False)
    # What says nothing goes first, then what says the same of each row.
    kinds = [["1", "backfill", "all", ""], ["2", "withdraw", "all", ""]]
    few = tables.fit(["permit", "kind", "collections", "run", "x"], [[*each, "y"] for each in kinds], 22,
                     spare=["kind", "collections"])  # fmt: skip
    assert few is not None
    assert few.headings == ["permit", "kind", "x"]
    cut = tables.fit(cells[0], [["navigation_items", "a", "navigation_items_editable"]], 46)
    assert cut is not None
    assert (cut.is_cut, cut.rows[0][2]) == (True, "navigati…editable")
    assert tables.fit(cells[0], cells[1:], 39) is None
    # The name of the collection stands beside its identity: it goes before anything is cut or left out.
    named = [["navigation_items", "navigation_items:{id}", "x"], ["", "agents:{a}/{b}", "y"], ["a", "x:{", "column:y"]]
    short = tables.fit(["collection", "identity", "at"], named, 38, spare=["at"])
    assert short is not None
    assert (short.is_short, short.is_cut, short.headings[-1]) == (True, False, "at")
    assert [row[1] for row in short.rows] == ["{id}", "{a}/{b}", "{"]
    assert [row[2] for row in short.rows] == ["x", "y", "column:y"]
    roomy = tables.fit(["collection", "identity", "at"], named, 60)
    assert roomy is not None
    assert (roomy.is_short, roomy.rows) == (False, named)
    lines = list(tables.expanded(cells[0], cells[1:], 40))
    assert lines[1:3] == ["collection  navigation_items", "verdict     compatible"]
    words = " ".join(lines).split()
    assert {"compatible", "navigation_items", "declared", "unique,"} <= set(words)


def test_evidence_reads_as_words() -> None:
    found = {
        "rows": 12000,
        "is_unique": True,
        "parts": {"name": -1.5},
        "none": [],
        "codes": ["a", "b"],
        "x": [{"y": 1}],
    }
    assert in_words(found) == "rows 12,000, is unique yes, parts (name -1.5), none none, codes a; b, x (y 1)"


def test_a_locale_that_is_c_by_name_gets_plain_signs() -> None:
    assert ascii_signs.is_plain({"LC_ALL": "C", "LANG": "en_US.UTF-8"})
    assert ascii_signs.is_plain({"LANG": "POSIX"})
    assert not ascii_signs.is_plain({"LC_ALL": "C.UTF-8", "LANG": "C"})
    assert not ascii_signs.is_plain({})

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.domain.overview.matrix import Facts, judge
from core.domain.overview.readiness import Claim, Readiness
from core.errors import ConsoleError
from tests.tui.driving import Driven, drive
from tests.tui.fakes import FakeSource

MARKUP, ESCAPE, OVERRIDE, CLICK = "[bold]x[/]", "\x1b[31mred", "a\u202eb", "[@click=app.leave]q[/]"
HOSTILE = (MARKUP, ESCAPE, OVERRIDE, CLICK, "two\nlines", "tab\there", "back\\slash", "[/]")
SHOWN = (
    "[bold]x[/]",
    r"\x1b[31mred",
    r"a\u202eb",
    "[@click=app.leave]q[/]",
    r"two\nlines",
    r"tab\there",
    r"back\\slash",
)


@pytest.fixture
def hostile(source: FakeSource) -> FakeSource:
    source.rows = [
        judge(Facts(name, name, name, name, name, True, name, name))  # noqa: FBT003 - eight of one kind
        for name in HOSTILE
    ]
    source.who = replace(source.who, login=ESCAPE, database=MARKUP, word=CLICK)
    claims = tuple(Claim(text, text, text, "5", text) for text in (MARKUP, ESCAPE))
    source.dashboard = Readiness(
        {**source.dashboard.metrics, "qt001_gate": f"BLOCKED_{OVERRIDE}"}, source.dashboard.census, claims
    )
    return source


def clean(text: str) -> bool:
    return not any(character in text for character in "\x1b\u202e\t\r")


@pytest.mark.parametrize("size", [(80, 24), (240, 50)])
def test_database_text_in_the_matrix_is_neither_markup_nor_control(hostile: FakeSource, size: tuple[int, int]) -> None:
    async def scenario(console: Driven) -> None:
        await console.press("2")
        text = console.screen()
        assert clean(text)
        for shown in SHOWN:
            assert shown in text
        assert {len(line) for line in console.lines()} == {size[0]}

    drive(scenario, hostile, size)


def test_database_text_on_the_dashboard_is_neither_markup_nor_control(hostile: FakeSource) -> None:
    async def scenario(console: Driven) -> None:
        text = console.screen()
        assert clean(text)
        assert r"\x1b[31mred@[bold]x[/]:birth" in text
        assert "[@click=app.leave]q[/]" in text
        assert r"BLOCKED_a\u202eb" in text
        assert "[bold]x[/]" in console.region("#claims")
        assert r"\x1b[31mred" in console.region("#claims")

    drive(scenario, hostile, (160, 40))


def test_database_text_in_details_is_neither_markup_nor_control(hostile: FakeSource) -> None:
    async def scenario(console: Driven) -> None:
        await console.press("2")
        for _ in HOSTILE:
            name = console.under_cursor()
            await console.press("enter")
            assert clean(console.screen())
            assert (r"\x1b[31mred" in console.region(".dialog")) == (name == ESCAPE)
            await console.press("escape", "j")

    drive(scenario, hostile)


@pytest.mark.parametrize("text", HOSTILE)
def test_error_text_is_neither_markup_nor_control(source: FakeSource, text: str) -> None:
    async def scenario(console: Driven) -> None:
        source.failure = ConsoleError(f"<{text}>", hint=f"<{text}>")
        await console.press("r")
        await console.shows("STALE")
        assert clean(console.screen())
        if text in (MARKUP, CLICK):
            assert console.screen().count(f"<{text}>") == 2

    drive(scenario, source)


@pytest.mark.parametrize("text", [MARKUP, "[/]", "\\"])
def test_a_typed_filter_is_never_markup(source: FakeSource, text: str) -> None:
    async def scenario(console: Driven) -> None:
        await console.press("2", "slash")
        names = {"[": "left_square_bracket", "]": "right_square_bracket", "/": "slash", "\\": "backslash"}
        await console.press(*(names.get(letter, letter) for letter in text))
        assert "0 of 75 match" in console.screen()

    drive(scenario, source)


def parsers(tree: ast.AST) -> Iterator[int]:
    """Lines where a text that is not the source's own would be parsed as markup."""
    statics = {"Static"} | {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and any(ast.unparse(base) == "Static" for base in node.bases)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Static":
            if not any(word.arg == "markup" and ast.unparse(word.value) == "False" for word in node.keywords):
                yield node.lineno
        elif isinstance(node, ast.ClassDef) and node.name in statics and "markup=False" not in ast.unparse(node):
            yield node.lineno
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute):
            is_title = node.targets[0].attr in ("border_title", "border_subtitle")
            if is_title and not isinstance(node.value, ast.Constant) and "Content" not in ast.unparse(node.value):
                yield node.lineno


def test_nothing_that_shows_text_parses_it() -> None:
    files = sorted(Path("tui").rglob("*.py"))
    assert len(files) > 20
    assert [f"{file}:{line}" for file in files for line in parsers(ast.parse(file.read_text()))] == []

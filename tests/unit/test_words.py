"""Texts that an operator reads use plain words, one per thing: no sentence holds a phrase that is refused here.

Read are the literals of Python with a blank in them (docstrings only where they are a command's help), the literals
of the SQL that is installed with its COMMENTs, and the documents outside of code. Comments name who acts, too.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from core.db.install import released
from tests.console import ROOT
from tests.sources import nodes, nodes_of_modules

# A phrase, and what to write instead. `birth-console docs glossary` has the words, one for each thing.
REFUSED = {
    r"(some|no|any|every)body|(some|any)one|no one|who(m|so)?ever": "name the actor: another session, an administrator",
    r"whatever|whichever": "name the thing",
    r"(?<!there )(is|are|was|were) no (?!longer|more than)\w+": "invalid X; X is not a valid Y",
    r"takes? no [a-z]": "does not take",
    r"what (is|was|are|were|has|had|becomes?|became|stands|opens|lacks) ": "a noun: staged decisions, the difference",
    r"do what|how it (is|was)|who (is|was) who": "a noun, or a verb of the glossary",
    r"anew": "again",
    r"look(s|ed)? (again|away|at|on)|since you(r last)? look(ed)?|when looked": "refresh, check, read",
    r"had a hand in": "took part in",
    r"sets? (them |it |rows |\S+ rows )?aside": "quarantined",
    r"steer(s|ed|ing)?": "control, pause, resume",
    r"no longer is": "no longer matches",
    r"law of birth|heirs?|strangers?|born": "a word that the glossary has",
    r"by leave of": "under",
    r"go(es)? on(?! a)|went on": "continue",
    r"row security": "row-level security",
    r"of (its|their|your|our|one's) own|of (yours|theirs|ours|mine)": "own, separate, your",
    r"rows a (batch|page)|batches a \w+": "per",
    r"try again|tried again": "retry",
    r"have (them|it|the \w+) (given|run|done|made)": "the verb itself: grant, ask an administrator to run",
    r"leave (it|them|\S+) (out|away)|left out of": "omit",
    r"misspelt|mended?|somewhere else": "misspelled, repair, elsewhere",
}
_REFUSED = [(re.compile(rf"\b({phrase})\b" if phrase[-1] != " " else rf"\b({phrase})", re.IGNORECASE), better)
            for phrase, better in REFUSED.items()]  # fmt: skip
_ANY = re.compile("|".join(pattern.pattern for pattern, _ in _REFUSED), re.IGNORECASE)
# Comments, too, name who acts.
_UNNAMED = r"(?:some|no|any|every)body|who(?:so)?ever"
_DATA = ("core/demo/specs", "core/demo/values.py", "core/demo/hostile.py", "core/demo/texts.py", "core/demo/words.py")
_STATEMENT = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH|CREATE|ALTER|GRANT|REVOKE|SET|RESET|COPY|BEGIN)\b")
_SQL = re.compile(r"--[^\n]*|'((?:[^']|'')*)'")
_CODE = re.compile(r"^```.*?^```$|`[^`]*`|<!--.*?-->|\]\([^)]*\)", re.DOTALL | re.MULTILINE)


class Text(NamedTuple):
    """A text that an operator may read, and where its first line stands."""

    line: int
    text: str


def test_no_text_that_an_operator_reads_holds_a_refused_phrase() -> None:
    found = [each for path, texts in _all_texts() for each in complaints(path, texts)]
    assert not found, "\n".join(["", *found])


@pytest.mark.parametrize(
    ("source", "line", "phrase"),
    [
        ('say("nobody applies it")', 1, "nobody"),
        ('x = 1\nsay(f"run {x} is held by somebody else")', 2, "somebody"),
        ('say(\n    "the first part, "\n    "and look again")', 2, "look again"),
        ('@click.command()\ndef plan():\n    """Plan whatever is there."""', 3, "whatever"),
        ('say("this is no replica")', 1, "is no replica"),
        ('say("Record what is valid although something else is not.")', 1, "what is "),
    ],
)
def test_a_refused_phrase_is_named_with_its_line(source: str, line: int, phrase: str) -> None:
    (found,) = complaints("core/x.py", python_texts(list(nodes(ast.parse(source)))))
    assert found.startswith(f"core/x.py:{line}: “{phrase}”")


@pytest.mark.parametrize(
    "source",
    [
        'def f():\n    """Whoever calls this is nobody."""',
        "# somebody wrote this comment",
        'say("nobody")',
        'run("SELECT 1 AS nobody FROM somebody")',
        'say("there is no run; it no longer matches the source")',
    ],
)
def test_comments_docstrings_identifiers_and_statements_are_not_texts(source: str) -> None:
    assert list(complaints("core/x.py", python_texts(list(nodes(ast.parse(source)))))) == []


def test_comments_and_docstrings_name_the_actor_as_well() -> None:
    python = re.compile(rf"(?<!\")\b(?:{_UNNAMED})\b", re.IGNORECASE)
    sql = re.compile(rf"--.*\b(?:{_UNNAMED})\b", re.IGNORECASE)
    assert python.search("# somebody wrote this comment")
    assert sql.search("SELECT 1; -- whoever reads this")
    released_files = released.first().schema.keys()
    sources = [
        (_name(path), path.read_text(encoding="utf-8"), unnamed)
        for folder, kind, unnamed in (("core", "*.py", python), ("tui", "*.py", python), ("core/sql", "*.sql", sql))
        for path in (ROOT / folder).rglob(kind)
    ]
    assert [
        f"{name}: {line.strip()}" for name, text, unnamed in sources
        if not name.startswith(_DATA) and name.removeprefix("core/sql/") not in released_files
        for line in text.splitlines() if unnamed.search(line)
    ] == []  # fmt: skip


def test_sql_and_documents_are_read_as_well() -> None:
    sql = "-- somebody\nSELECT 'is it''s anew', 'somebody'; -- 'anew is'\nPERFORM f('nobody may %s here');"
    assert [each.split(":")[1] for each in complaints("x.sql", sql_texts(sql))] == ["2", "3"]
    document = "# Title\n\n`somebody`\n\n```sh\nnobody here\n```\n\nAsk somebody\nelse.\n"
    (found,) = complaints("x.md", [Text(1, _without_code(document))])
    assert found.startswith("x.md:9: “somebody”: ")


def complaints(path: str, texts: Iterator[Text] | list[Text]) -> Iterator[str]:
    """A line for each refused phrase: where it stands, and better words."""
    for line, text in texts:
        in_a_line = re.sub(r"\s", " ", text)
        for pattern, better in _REFUSED if _ANY.search(in_a_line) else ():
            for match in pattern.finditer(in_a_line):
                yield f"{path}:{line + text.count(chr(10), 0, match.start())}: “{match[0]}”: write {better}"


def python_texts(read: list[ast.AST]) -> Iterator[Text]:
    """The literals with a blank in them, f-strings with `{}` for each value, and the help of commands."""
    skipped = {id(text) for text in _docstrings(read)}
    for node in read:
        if isinstance(node, ast.JoinedStr):
            skipped |= {id(part) for part in node.values}
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            text = node.value
        else:
            continue
        if " " in text.strip() and not _STATEMENT.match(text):
            yield Text(node.lineno, text)


def _docstrings(read: list[ast.AST]) -> Iterator[ast.Constant]:
    """Those that no operator reads: all but a command's."""
    for node in read:
        if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        first = node.body[0] if node.body else None
        is_help = isinstance(node, ast.FunctionDef) and any(
            re.search(r"command|group", ast.unparse(each)) for each in node.decorator_list
        )
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and not is_help:
            yield first.value


def sql_texts(source: str) -> Iterator[Text]:
    """The literals with a blank in them."""
    for match in _SQL.finditer(source):
        if match[1] and " " in match[1].strip() and not _STATEMENT.match(match[1]):
            yield Text(1 + source.count("\n", 0, match.start()), match[1].replace("''", "'"))


def _without_code(document: str) -> str:
    return _CODE.sub(lambda code: re.sub(r"[^\n]", "x", code[0]), document)


def _all_texts() -> Iterator[tuple[str, list[Text]]]:
    for name, read in nodes_of_modules().items():
        if not name.startswith(_DATA):
            yield name, list(python_texts(read))
    for path in sorted((ROOT / "core" / "sql").rglob("*.sql")):
        yield _name(path), list(sql_texts(path.read_text(encoding="utf-8")))
    for path in (ROOT / "README.md", *sorted((ROOT / "core" / "docs").glob("*.md"))):
        yield _name(path), [Text(1, _without_code(path.read_text(encoding="utf-8")))]


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()

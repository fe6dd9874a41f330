"""What documents, comments and messages name is there: files by their path, modules by their dotted name."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote

from tests.console import ROOT
from tests.documents import DOCUMENTS

_MOST_LINES = 400  # about 150 are the aim
_LAYERS = "cli|services|domain|sql"
_PATH = re.compile(rf"(?<![\w/.-])(?:(?:core|tui|tests|snapshots)/|(?:{_LAYERS})/)[\w./*%-]*[\w*]")
_NAME = re.compile(r"(?<![\w/.-])(?:core|tui)(?:\.[a-z_]\w*)+")
_ANY = re.compile(r"\b[A-Z]{4,}\b")  # as in core/sql/queries/NOUN.sql
_MADE_UP = re.compile(r"/[a-z]\.\w+$")  # a test's own, as in core/a.sql
_TEXTS = ("*.py", "*.sql", "*.tcss", "*.toml")


@cache
def _texts() -> dict[Path, str]:
    """Everything that is written for people, but this."""
    return {file.relative_to(ROOT): file.read_text(encoding="utf-8") for file in _files()}


def _files() -> Iterator[Path]:
    yield from (*DOCUMENTS.values(), *(ROOT / name for name in ("CHANGELOG.md", "Makefile", "pyproject.toml")))
    for top in ("core", "tui", "tests"):
        for pattern in _TEXTS:
            yield from (file for file in (ROOT / top).rglob(pattern) if file != Path(__file__))


@cache
def _is_there(path: str) -> bool:
    found = _ANY.sub("*", unquote(path))
    if found.partition("/")[0] in _LAYERS.split("|"):
        found = f"core/{found}"
    return any(ROOT.glob(found)) if "*" in found else (ROOT / found).exists()


@cache
def _is_known(name: str) -> bool:
    """Whether a dotted name is a module, or in the text of one."""
    place, *rest = name.split(".")
    folder = ROOT / place
    while rest and (folder / rest[0]).is_dir():
        folder /= rest.pop(0)
    if rest and (module := folder / f"{rest[0]}.py").exists():
        return all(re.search(rf"\b{word}\b", module.read_text(encoding="utf-8")) for word in rest[1:])
    return not rest


def test_every_path_that_is_named_exists() -> None:
    for file, text in _texts().items():
        gone = {path for path in _PATH.findall(text) if not (_is_there(path) or _MADE_UP.search(path))}
        assert not gone, file


def test_every_module_that_is_named_exists() -> None:
    for file, text in _texts().items():
        gone = {name for name in _NAME.findall(text) if not _is_known(name)}
        assert not gone, file


def test_no_file_of_python_is_longer_than_400_lines() -> None:
    lengths = {file.as_posix(): text.count("\n") for file, text in _texts().items() if file.suffix == ".py"}
    assert len(lengths) > 500
    assert {name: lines for name, lines in lengths.items() if lines > _MOST_LINES} == {}

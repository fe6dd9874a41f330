"""The glossary is held to what is there: each command, option, key, table, function and event that it names exists."""

import re
from collections.abc import Iterator

import click

from core.cli.command_index import COMMANDS, load
from tests.console import ROOT
from tui.actions import ACTIONS

_ROW = re.compile(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
_OBJECT = re.compile(r"CREATE (?:OR REPLACE )?(?:TABLE|VIEW|FUNCTION|TRIGGER|ROLE) (?:\{S\}\.)?(\w+)")
_TEXT = (ROOT / "core" / "docs" / "glossary.md").read_text(encoding="utf-8")
_SQL = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "core" / "sql").rglob("*.sql")))
_SERVICES = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "core" / "services").rglob("*.py")))


def _rows() -> list[tuple[str, str, str]]:
    return [row for row in _ROW.findall(_TEXT) if row[0] != "word" and not row[0].startswith("---")]


def test_every_word_stands_once_with_one_meaning() -> None:
    words = [word for word, _, _ in _rows()]
    assert len(words) > 100
    assert sorted(words) == sorted(set(words))
    meanings = [meaning for _, meaning, _ in _rows()]
    assert sorted(meanings) == sorted(set(meanings))


def test_every_word_of_the_design_stands_there() -> None:
    wanted = {
        "collection", "requirement", "identity", "unclassified", "registry", "gateway", "register", "missing", "run",
        "entry", "item", "permit", "gate", "reconcile", "verify", "certify", "ledger", "plan", "apply",
        "acceptance gate", "readiness", "matrix", "late rows", "profile", "control", "paused", "gate check", "refresh",
        "next action",
    }  # fmt: skip
    assert wanted - {word for word, _, _ in _rows()} == set()


def test_every_command_and_option_that_it_names_is_there() -> None:
    known = {option for name in COMMANDS for option in _options(load(name))}
    for word, _, where in _rows():
        for span in re.findall(r"`([^`]+)`", re.sub(r"(keys?|events?|kind) `.*?`(, `.*?`)*", "", where)):
            name, *options = span.removeprefix("birth-console ").split()
            if span.startswith("--"):
                name, options = "", [span]
            if re.match(r"birth_|fn_|trg_|collection_registry", name):
                continue
            assert not name or name in COMMANDS, (word, span)
            assert {option for option in options if option.startswith("--")} <= known, (word, span)


def _options(command: click.Command) -> Iterator[str]:
    for parameter in command.params:
        yield from parameter.opts
    if isinstance(command, click.Group):
        for each in command.commands.values():
            yield from _options(each)


def test_every_table_function_trigger_and_group_that_it_names_is_there() -> None:
    objects = set(_OBJECT.findall(_SQL)) | set(re.findall(r"birth_(?:reader|operator|gatekeeper|reviewer|owner)", _SQL))
    for word, meaning, where in _rows():
        for name in re.findall(r"`((?:birth|fn|trg)_\w+|collection_registry)\b", meaning + where):
            assert name in objects, (word, name)


def test_every_event_of_the_chain_stands_there_and_no_other() -> None:
    appended = re.findall(
        r"birth_ledger_append\(\s*(?:'([a-z_]+)'|CASE [^;]*?THEN '([a-z_]+)'\s+ELSE '([a-z_]+)'\s*END)", _SQL
    )
    kinds = {kind for each in appended for kind in each if kind}
    kinds |= set(re.findall(r"SELECT \{\}\('([a-z_]+)', \{\}\)", _SERVICES))
    named = {
        event
        for _, _, where in _rows()
        for found in re.findall(r"events? ((?:`[a-z_]+`(?:, )?)+)", where)
        for event in re.findall(r"`([a-z_]+)`", found)
    }
    assert named == kinds


def test_every_key_that_it_names_is_one_of_an_action() -> None:
    keys = {key for action in ACTIONS for key in action.keys}
    for word, _, where in _rows():
        for key in re.findall(r"keys? `([^`]+)`", where):
            assert key in keys, (word, key)

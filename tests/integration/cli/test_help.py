"""Help that can be trusted: every command has examples, every example is one that the command takes."""

import os
import re
import shlex
import subprocess
from datetime import timedelta

import click
import pytest

from core.cli.command_index import COMMANDS, load
from core.cli.commands.docs import documents
from core.cli.examples import EXAMPLES
from core.services.backfill import permits
from tests import line
from tests import small as small_database
from tests.console import command, environment, run
from tests.databases import Database

PROGRAMS = {"dot-birth-backfill-plan": "plan", "dot-birth-backfill-apply": "apply"}
GIVEN_BEFORE = {"--as": 1, "--profile": 1}


def _leaves(group: click.Command, path: str) -> list[str]:
    if isinstance(group, click.Group):
        return [leaf for name, each in group.commands.items() for leaf in _leaves(each, f"{path} {name}")]
    return [path]


def test_every_command_has_examples_and_no_example_is_left_over() -> None:
    leaves = [leaf for name in COMMANDS for leaf in _leaves(load(name), name)]
    assert set(leaves) == set(EXAMPLES)


@pytest.mark.parametrize("line", [line for lines in EXAMPLES.values() for line in lines])
def test_every_example_is_one_that_its_command_takes(line: str) -> None:
    words = shlex.split(line.removeprefix('eval "$(').removesuffix(')"').split(" > ")[0])
    program, *rest = words
    if program in PROGRAMS:
        rest = [PROGRAMS[program], *rest]
    while rest[0] in GIVEN_BEFORE:
        rest = rest[1 + GIVEN_BEFORE[rest[0]] :]
    _parse(load(rest[0]), rest)


def _parse(found: click.Command, words: list[str]) -> None:
    if isinstance(found, click.Group):
        rest = list(words[1:]) if words[1:] and words[1] in found.commands else ["show", *words[1:]]
        _parse(found.commands[rest[0]], rest)
    else:
        found.make_context(words[0], list(words[1:]))


def test_help_shows_the_examples() -> None:
    assert "EXAMPLES\n    birth-console apply 1\n" in run("apply", "--help").out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_gets_its_script(shell: str) -> None:
    script = run("completion", shell).out
    assert "_BIRTH_CONSOLE_COMPLETE" in script


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("birth-console docs ru", {"runbook"}),
        ("birth-console permit ", {"open", "close", "list", "request", "grant"}),
        ("birth-console --as op", {"operator1", "operator2"}),
        ("birth-console control 1 pa", {"pause"}),
    ],
)
def test_completion_offers_commands_and_values_without_connecting(typed: str, offered: set[str]) -> None:
    words = environment(
        _BIRTH_CONSOLE_COMPLETE="bash_complete",
        COMP_WORDS=typed,
        COMP_CWORD=str(len(typed.split()) - (not typed.endswith(" "))),
        BIRTH_CONSOLE_DSN="host=nowhere.invalid",
    )
    done = subprocess.run(command("birth-console"), env=words, capture_output=True, text=True, timeout=60, check=False)
    assert {line.split(",", 1)[1] for line in done.stdout.splitlines()} == offered
    assert os.linesep not in done.stderr


def test_completion_offers_what_the_database_knows_for_each_program(small: Database) -> None:
    small_database.fill(small, goods=3)
    with small.connect() as operator:
        number = line.make_plan(operator, "goods")
        permits.request(operator, number, lifetime=timedelta(hours=1), reason="why")
    for program, typed, offered in (
        ("birth-console", "birth-console columns go", {"goods"}),
        ("birth-console", "birth-console classify goods --column ", {"id", "code", "price"}),
        ("birth-console", "birth-console verify ", {"1"}),
        ("birth-console", "birth-console permit grant ", {"1"}),
        ("birth-console", "birth-console people retire rev", {"reviewer1"}),
        ("dot-birth-backfill-plan", "dot-birth-backfill-plan not", {"notes"}),
        ("dot-birth-backfill-apply", "dot-birth-backfill-apply ", {"1"}),
    ):
        words = environment(
            COMP_WORDS=typed,
            COMP_CWORD=str(len(typed.split()) - (not typed.endswith(" "))),
            BIRTH_CONSOLE_DSN=small.dsn("viewer1"),
            **{f"_{program.replace('-', '_').upper()}_COMPLETE": "bash_complete"},
        )
        done = subprocess.run(command(program), env=words, capture_output=True, text=True, timeout=60, check=False)
        assert {each.split(",", 1)[1] for each in done.stdout.splitlines()} == offered, typed


def test_without_a_terminal_the_console_says_what_to_do_instead() -> None:
    answer = run()
    assert (answer.status, answer.out) == (2, "")
    assert "no_terminal" in answer.err


def test_a_command_of_an_older_name_still_runs_and_help_shows_its_present_name_only() -> None:
    assert run("profile", "--help").out == run("columns", "--help").out.replace(
        "console columns [", "console profile ["
    )
    shown = [line.split()[0] for line in run("--help").out.partition("Read:")[2].splitlines() if line.strip()]
    assert "columns" in shown
    assert "profile" not in shown


def test_every_page_has_one_line_that_says_what_it_is_for() -> None:
    topics = run("docs", "--json").document["topics"]
    assert {topic["topic"] for topic in topics} == set(documents())
    for topic in topics:
        assert re.fullmatch(r"[A-Z`].{20,62}\.", topic["summary"]), topic
        assert f"{topic['summary']}\n" in run("docs").out


@pytest.mark.parametrize("name", COMMANDS)
def test_help_fits_a_screen_of_80_columns(name: str) -> None:
    lines = [line for line in run(name, "--help").out.splitlines() if not line.startswith("    birth-console ")]
    assert max(map(len, lines)) <= 80

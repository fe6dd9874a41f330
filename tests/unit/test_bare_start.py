import pytest
from click.testing import CliRunner

from core.cli.bare_start import bare_start
from core.cli.main import HELP
from core.cli.root import root
from core.settings import Settings, resolve

BARE: tuple[list[str], ...] = (
    [],
    ["--dsn", "dbname=shop"],
    ["--dsn=dbname=shop host=/tmp"],
    ["--as", "gatekeeper1", "--read-only"],
    ["--read-only", "--dsn", "dbname=a", "--schema", "s", "--dsn", "dbname=b"],
    ["--as=viewer1"],
)
FULL: tuple[list[str], ...] = (
    ["status"],
    ["--dsn", "dbname=shop", "status"],
    ["--json"],
    ["--help"],
    ["--version"],
    ["--debug"],
    ["--connect-timeout", "3"],
    ["--schema"],
    ["--dsn", "--read-only"],
    ["--read-only=yes"],
    ["--", "status"],
    ["-q"],
    ["--sch", "s"],
)


@pytest.mark.parametrize("arguments", BARE, ids=" ".join)
def test_a_start_without_a_command_is_read_as_the_command_line_reads_it(arguments: list[str]) -> None:
    found = bare_start(arguments, {})
    assert found is not None
    opened: list[Settings] = []
    assert CliRunner().invoke(root(opened.append), arguments, help_option_names=HELP).exit_code == 0
    assert [resolve(**found)] == opened  # type: ignore[arg-type]


@pytest.mark.parametrize("arguments", FULL, ids=" ".join)
def test_what_is_more_than_that_is_left_to_the_command_line(arguments: list[str]) -> None:
    assert bare_start(arguments, {}) is None


def test_a_shell_that_completes_is_answered_by_the_command_line() -> None:
    assert bare_start([], {"_BIRTH_CONSOLE_COMPLETE": "bash_complete"}) is None

"""What a command shows on a terminal: long answers are paged, no word is broken, and none of it disturbs a pipe."""

import os
import pty
import re
import struct
import termios
from contextlib import suppress
from fcntl import ioctl

import pytest
from rich.cells import cell_len

from tests import small as small_database
from tests.console import command, environment, run
from tests.databases import Database

_STYLE = re.compile(r"\x1b\[[0-9;]*m")


def on_a_terminal(*arguments: str, columns: int = 80, **extra: str) -> tuple[int, str]:
    """The exit status of a command on a terminal of 24 lines, and what stands there."""
    process, terminal = pty.fork()
    if process == 0:  # pragma: no cover - the command's own process
        words = command("birth-console", *arguments)
        os.execve(words[0], words, environment(TERM="xterm", NO_COLOR="1", **extra))  # noqa: S606 - no shell is meant
    ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    said = b""
    with suppress(OSError):  # how a terminal says that its last program went
        while part := os.read(terminal, 65536):
            said += part
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), _STYLE.sub("", said.decode()).replace("\r\n", "\n")


def test_a_long_answer_goes_through_the_pager_and_a_short_one_does_not() -> None:
    status, said = on_a_terminal("docs", "gates", BIRTH_CONSOLE_PAGER="sed 's/^/| /'", PAGER="false")
    assert (status, said[:2]) == (0, "| ")
    assert "| " not in on_a_terminal("docs", BIRTH_CONSOLE_PAGER="sed 's/^/| /'")[1]


@pytest.mark.parametrize("pager", ["true", "no-such-pager", "cat", ""])
def test_a_pager_that_is_left_or_missing_is_no_error(pager: str) -> None:
    status, said = on_a_terminal("docs", "gates", PAGER=pager)
    assert status == 0
    assert "Traceback" not in said
    assert ("without gaps" in said) == (pager != "true")


def test_nothing_is_paged_where_nobody_reads_on_a_terminal_or_wants_no_pager() -> None:
    assert "paged" not in on_a_terminal("docs", "gates", "--no-pager", PAGER="echo paged")[1]
    assert "paged" not in run("docs", "gates", extra={"PAGER": "echo paged", "TERM": "xterm"}).out


def test_no_line_of_an_answer_is_wider_than_the_terminal(shared: Database) -> None:
    for columns, words in ((80, "matrix"), (60, "status"), (60, "classify --history"), (40, "suggest os_items")):
        status, said = on_a_terminal(
            *words.split(), "--no-pager", "--dsn", shared.dsn("viewer1"), columns=columns, COLUMNS=str(columns)
        )
        wide = [line for line in said.splitlines() if cell_len(line) > columns and len(line.split()) > 1]
        assert (status, wide) == (0, []), words


def test_a_plan_a_recount_and_counts_say_on_a_terminal_how_far_they_are_unless_it_is_to_be_quiet(
    small: Database,
) -> None:
    small_database.fill(small, goods=20, parts=5)
    dsn = small.dsn("operator1")
    for words, told in (
        (["plan", "--all"], "planned 3 of 3"),
        (["reconcile", "1", "--note", "looked"], "recounted 3 of 3"),
        (["matrix", "--counts"], "counted 3 of 3"),
    ):
        status, said = on_a_terminal(*words, "--dsn", dsn)
        assert (status, told in said) == (0, True), said
    assert "counted" not in on_a_terminal("matrix", "--counts", "--quiet", "--dsn", dsn)[1]

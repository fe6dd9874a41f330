"""What a command prints: text for people or one JSON document on stdout; progress, messages and errors on stderr."""

import json
import re
import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any

from core.domain.text import visible
from core.errors import ConsoleError, Stopped

if TYPE_CHECKING:
    from rich.console import Console

# A pipe has no width: nothing may be cut or wrapped there.
_PIPE_WIDTH = 4000
_LINE_WIDTH = 80
_COMMAND = re.compile(r"`[^`]{1,74}`")
# Stands for a blank that no line ends at. Data cannot hold it: it is not visible.
_KEPT = "\x1f"


class ReaderGone(Exception):
    """The reader of our output went away (head, less). `status` is how to exit: a run that stops there is not done."""

    def __init__(self, status: int = 0) -> None:
        super().__init__("the reader of the output went away")
        self.status = status


@dataclass(frozen=True, slots=True)
class Output:
    """Where a command's answer goes. Text from the database is always made visible, and never read as markup."""

    as_json: bool
    wide: bool = False
    quiet: bool = False
    color: str = "auto"

    def document(self, content: Mapping[str, Any]) -> None:
        """Print one JSON document."""
        self._write(as_ascii(content, indent=2))

    def line(self, content: Mapping[str, Any]) -> None:
        """Print one line of NDJSON, at once, of something that is not over yet."""
        self._write(as_ascii(content), Stopped.exit_status)

    def text(self, line: str = "", style: str = "") -> None:
        """Print a line for people."""
        self.console().print(visible(line), style=style, soft_wrap=True)

    def wrapped(self, text: str) -> None:
        """Print what may be long under the line it belongs to, no line of it wider than people read."""
        for line in _fitting("    " + visible(text), _LINE_WIDTH, "    "):
            self.console().print(line, soft_wrap=True)

    def folded(self, label: str, text: str, style: str = "") -> None:
        """Print a label and what may be long beside it, broken between words and aligned; a pipe gets one line."""
        console, head = self.console(), visible(label) + " "
        for line in _fitting(head + visible(text), console.width, " " * len(head)):
            console.print(line, style=style, soft_wrap=True)

    def source(self, text: str) -> None:
        """Print our own text as it is, over several lines."""
        self._write(text.rstrip("\n"))

    def progress(self, message: str) -> None:
        """Say on stderr what takes its time, unless it is to be quiet."""
        if self.quiet:
            return
        sys.stderr.write(visible(message) + "\n")
        sys.stderr.flush()

    def pairs(self, rows: Iterable[tuple[str, object]]) -> None:
        """Print names and values in two columns."""
        rows = list(rows)
        width = max((len(name) for name, _ in rows), default=0)
        for name, value in rows:
            self.text(f"{name:<{width}}  {value}")

    def table(self, headings: Sequence[str], rows: Iterable[Sequence[object]], right: Iterable[str] = ()) -> None:
        """Print a table; `right` names the columns of figures.

        Where its columns do not fit, texts are folded between words; where that does not help, each row stands as
        lines of name and value.
        """
        from rich import box  # noqa: PLC0415 - JSON output and help do without rich
        from rich.table import Table  # noqa: PLC0415
        from rich.text import Text  # noqa: PLC0415

        from core.cli import tables  # noqa: PLC0415

        console, aligned = self.console(), set(right)
        texts = [[visible(shown(cell)) for cell in row] for row in rows]
        found = tables.widths([headings, *texts], console.width)
        if found is None:
            for line in tables.expanded(headings, texts, console.width):
                console.print(line, soft_wrap=True)
            return
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
        for heading in headings:
            table.add_column(Text(heading), justify="right" if heading in aligned else "left", overflow="fold")
        for row in texts:
            table.add_row(*map(Text, row))
        console.print(tables.folded(table, found))

    def _write(self, line: str, status: int = 0) -> None:
        try:
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
        except BrokenPipeError as error:
            raise ReaderGone(status) from error

    def console(self, *, stderr: bool = False) -> "Console":
        """A rich console that parses nothing: no markup, no emoji codes, no highlighting."""
        from rich.console import Console  # noqa: PLC0415 - JSON output and help do without rich

        class Terminal(Console):
            def on_broken_pipe(self) -> None:
                """Leave it to the entry point, which knows what to say and how to exit."""
                raise ReaderGone

        stream = sys.stderr if stderr else sys.stdout
        width = None if stream.isatty() and not self.wide else _PIPE_WIDTH
        return Terminal(
            stderr=stderr,
            markup=False,
            emoji=False,
            highlight=False,
            width=width,
            force_terminal=True if self.color == "always" else None,
            no_color={"always": False, "never": True}.get(self.color),
        )


def as_ascii(content: object, indent: int | None = None) -> str:
    """JSON in printable ASCII, so that no character of the data can act on a terminal."""
    return json.dumps(content, indent=indent, default=str).replace("\x7f", "\\u007f")


def print_error(error: ConsoleError, *, as_json: bool) -> None:
    """Print an error on stderr: a stable code, the message, what was found and what to do.

    Where nothing can be written, the exit status still tells.
    """
    if as_json:
        body = {"code": error.code, "message": error.message, "evidence": error.evidence, "hint": error.hint}
        lines = [as_ascii({"error": body}, indent=2)]
    else:
        lines = [f"error[{error.code}]: {visible(error.message)}", *_evidence(error.evidence)]
        if error.hint:
            lines.append(f"hint: {visible(error.hint)}")
        if sys.stderr.isatty():
            lines = [part for line in lines for part in _fitting(line, get_terminal_size().columns, _deeper(line))]
    with suppress(OSError):
        sys.stderr.write("\n".join(lines) + "\n")
        sys.stderr.flush()


def _fitting(line: str, width: int, indent: str) -> list[str]:
    """A line broken between words, but within no command in backticks: that is copied as it stands."""
    whole = _COMMAND.sub(lambda command: command[0].replace(" ", _KEPT), line)
    broken = textwrap.wrap(whole, max(width, 40), subsequent_indent=indent, break_on_hyphens=False)
    return [part.replace(_KEPT, " ") for part in broken] or [line]


def _deeper(line: str) -> str:
    return line[: len(line) - len(line.lstrip())] + "  "


def _evidence(evidence: Mapping[str, Any], indent: str = "  ") -> list[str]:
    gates = evidence.get("gates")
    if isinstance(gates, list):
        return [line for gate in gates for line in _closed(gate, indent)]
    told = {name: value for name, value in evidence.items() if value not in (None, [], "")}
    return [f"{indent}{visible(name)}: {_compact(value)}" for name, value in told.items()]


def _closed(gate: Mapping[str, Any], indent: str) -> list[str]:
    """A closed gate; under it what a decision of many was refused for, which has evidence and a hint of its own."""
    lines = [f"{indent}closed: {_gate(gate)}", *_evidence(gate.get("found") or {}, indent + "  ")]
    return [*lines, f"{indent}  hint: {visible(gate['hint'])}"] if gate.get("hint") else lines


def shown(cell: object) -> str:
    """A cell as text: nothing for None, words for what is structured, figures with thousands separated."""
    return "" if cell is None else in_words(cell) if isinstance(cell, (Mapping, list, tuple)) else str(cell)


def in_words(value: object, *, inside: bool = False) -> str:
    """Evidence as a reader would say it: `rows 1,000, nulls none`; what stands inside another is in parentheses."""
    if isinstance(value, Mapping):
        text = ", ".join(f"{str(name).replace('_', ' ')} {in_words(each, inside=True)}" for name, each in value.items())
        return f"({text})" if inside and text else text or "none"
    if isinstance(value, (list, tuple)):
        return "; ".join(in_words(each) for each in value) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "-" if value is None else f"{value:,}" if isinstance(value, int) else str(value)


def _gate(gate: Mapping[str, Any]) -> str:
    title = f" ({gate['title']})" if gate.get("title") else ""
    return f"{visible(gate['gate'] + title)}: {_compact(gate['evidence'])}"


def _compact(value: object) -> str:
    return visible(value) if isinstance(value, str) else visible(json.dumps(value, default=str, ensure_ascii=False))

"""What a command prints: text for people or one JSON document on stdout; progress, messages and errors on stderr."""

import json
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.cli import log
from core.cli.wording import cells, deeper, fitting, shown
from core.domain.text import visible
from core.errors import Stopped

if TYPE_CHECKING:
    from rich.console import Console

# A pipe has no width: nothing may be cut or wrapped there.
_PIPE_WIDTH = 4000
_LINE_WIDTH = 80
# Right-aligned, but names rather than amounts.
_NUMBERS = ("run", "permit", "version", "rank")


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
        """Print a line for people; a terminal gets it broken between words."""
        self.composed(visible(line), style)

    def composed(self, text: str, style: str = "") -> None:
        """Print a line whose parts were made visible before they were cut to its width."""
        console = self.console()
        for part in _broken(text, console, deeper(text)):
            console.print(part, style=style, soft_wrap=True)

    def wrapped(self, text: str) -> None:
        """Print what may be long under the line it belongs to, no line of it wider than people read."""
        console = self.console()
        for line in fitting("    " + visible(text), min(_LINE_WIDTH, console.width), "    "):
            console.print(line, soft_wrap=True)

    def folded(self, label: str, text: str, style: str = "") -> None:
        """Print a label and what may be long beside it, broken between words and aligned; a pipe gets one line."""
        console, head = self.console(), visible(label) + " " if label else ""
        for line in _broken(head + visible(text), console, " " * len(head)):
            console.print(line, style=style, soft_wrap=True)

    def source(self, text: str) -> None:
        """Print our own text as it is, over several lines."""
        self._write(text.rstrip("\n"))

    def progress(self, message: str) -> None:
        """Say on stderr what takes its time, unless it is to be quiet."""
        log.note(message)
        if self.quiet:
            return
        sys.stderr.write(visible(message) + "\n")
        sys.stderr.flush()

    def pairs(self, rows: Iterable[tuple[str, object]]) -> None:
        """Print names and values in two columns; a value that does not fit stands under its name."""
        texts = [(name, str(value)) for name, value in rows]
        width, room = max((len(name) for name, _ in texts), default=0), self.console().width
        for name, value in texts:
            taken = cells(visible(value))
            if width + 2 + taken > room >= taken + 4:
                self.text(name)
                self.text(f"    {value}")
            else:
                self.folded(f"{name:<{width}} ", value)

    def table(
        self,
        headings: Sequence[str],
        rows: Iterable[Sequence[object]],
        right: Collection[str] = (),
        *,
        spare: Sequence[str] = (),
        empty: str = "",
    ) -> None:
        """Print a table, or `empty` where it has no rows; `right` names the columns of figures.

        Where its columns do not fit, texts are folded between words, then columns without a value and those of `spare`
        are left out, the first of them first, then long words are cut in the middle. Where even that does not help,
        each row stands as lines of name and value.
        """
        from core.cli import tables  # noqa: PLC0415 - JSON output and help do without rich

        console, figures = self.console(), [name in right and name not in _NUMBERS for name in headings]
        texts = [[visible(shown(cell, figure=each)) for cell, each in zip(row, figures, strict=True)] for row in rows]
        if not texts and empty:
            self.folded("", empty)
            return
        fitted = tables.fit(headings, texts, console.width, spare)
        if fitted is None:
            for line in tables.expanded(headings, texts, console.width):
                console.print(line, soft_wrap=True)
            return
        console.print(tables.drawn(fitted, frozenset(right)))
        told = [name for at, name in enumerate(headings) if any(row[at] for row in texts)]
        if left := [name for name in told if name not in fitted.headings]:
            self.folded("", f"Left out: {', '.join(left)}. All columns: --wide.")
        elif fitted.is_cut:
            self.folded("", "Long words are cut (…). In full: --wide.")
        if fitted.is_short:
            self.folded("", "Identities stand without the collection's name and its colon. In full: --wide.")

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


def _broken(text: str, console: "Console", indent: str) -> list[str]:
    """The lines of a text on a terminal; a pipe gets one."""
    return [text] if console.width >= _PIPE_WIDTH else fitting(text, console.width, indent)

"""The documentation's commands, as a reader finds them: blocks of Markdown that name what they are.

` ```console ` holds commands after `$ ` (continued by lines after `> `) and, below each, lines of what it answers;
`…` stands for anything. A comment `# exits 3` names an exit status that is not 0. ` ```python NAME ` and
` ```csv NAME ` are files that the reader saves.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.console import ROOT

_FENCE = re.compile(r"^```(\w+) ?(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_STATUS = re.compile(r" +# exits (\d+)$")
DOCUMENTS = {path.stem: path for path in (ROOT / "README.md", *sorted((ROOT / "core" / "docs").glob("*.md")))}


@dataclass(slots=True)
class Shown:
    """One command, the status that it must end with, and the lines that its output must hold."""

    command: str
    status: int = 0
    answers: list[str] = field(default_factory=list)

    def is_answered_by(self, output: str) -> bool:
        """Whether the output holds every line that is shown, in that order."""
        lines = iter(output.splitlines())
        return all(any(_reads(shown, line) for line in lines) for shown in self.answers if shown.strip())


@dataclass(frozen=True, slots=True)
class SavedFile:
    """A file that the reader is told to save."""

    name: str
    text: str


def blocks(path: Path) -> Iterator[Shown | SavedFile]:
    """The commands and files of a document, from its top to its end."""
    for kind, name, body in _FENCE.findall(path.read_text(encoding="utf-8")):
        if kind == "console":
            yield from _commands(body)
        elif name:
            yield SavedFile(name, body)


def _reads(shown: str, line: str) -> bool:
    pattern = ".*".join(map(re.escape, shown.split("…")))
    return re.fullmatch(pattern, line.rstrip()) is not None


def _commands(body: str) -> Iterator[Shown]:
    shown: Shown | None = None
    for line in body.splitlines():
        if line.startswith("$ "):
            if shown is not None:
                yield shown
            status = _STATUS.search(line)
            shown = Shown(_STATUS.sub("", line[2:]), int(status[1]) if status else 0)
        elif shown is not None and line.startswith("> "):
            shown.command += "\n" + line[2:]
        elif shown is not None:
            shown.answers.append(line)
    if shown is not None:
        yield shown

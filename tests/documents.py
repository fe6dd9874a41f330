"""The documentation's commands, as a reader finds them: blocks of Markdown that name what they are.

` ```console ` holds commands after `$ ` (continued by lines after `> `) and, below each, lines of what it answers;
`…` stands for anything. A comment `# exits 3` names an exit status that is not 0. ` ```python NAME ` and
` ```csv NAME ` are files that the reader saves. ` ```python ` without a name is pasted into an interpreter, and
` ```text ` below it is what it prints.
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


@dataclass(frozen=True, slots=True)
class Keys:
    """What a reader presses as `login`: keys (`a` or `enter`), typed text, and what the screen then shows, if said."""

    login: str
    lines: tuple[tuple[tuple[str, ...], str], ...]


def keys(path: Path) -> list[Keys]:
    """The blocks ` ```keys LOGIN ` of a document, a line each: keys, `key*times`, "typed text", then `→ shown`."""
    found = []
    for kind, login, body in _FENCE.findall(path.read_text(encoding="utf-8")):
        if kind == "keys":
            lines = [line.partition("→") for line in body.splitlines()]
            found.append(Keys(login, tuple((tuple(_pressed(pressed)), shown.strip()) for pressed, _, shown in lines)))
    return found


def _pressed(text: str) -> Iterator[str]:
    for typed, key, times in re.findall(r'"([^"]*)"|([^\s"*]+)(?:\*(\d+))?', text):
        yield from typed if typed else [_NAMES.get(key, key)] * int(times or 1)


_NAMES = {"esc": "escape"}


@dataclass(frozen=True, slots=True)
class Example:
    """Python that a reader pastes, where it stands, and what it prints."""

    line: int
    code: str
    prints: Shown


def examples(path: Path) -> list[Example]:
    """The Python of a document, from its top to its end."""
    text = path.read_text(encoding="utf-8")
    found: list[Example] = []
    for fence in _FENCE.finditer(text):
        kind, name, body = fence.groups()
        if kind == "python" and not name:
            line = text.count("\n", 0, fence.start(3)) + 1
            found.append(Example(line, body, Shown(f"line {line}")))
        elif kind == "text" and found:
            found[-1].prints.answers.extend(body.splitlines())
    return found


def blocks(path: Path) -> Iterator[Shown | SavedFile]:
    """The commands and files of a document, from its top to its end."""
    for kind, name, body in _FENCE.findall(path.read_text(encoding="utf-8")):
        if kind == "console":
            yield from _commands(body)
        elif name and kind != "keys":
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

"""Another process that looks at small tables beside this one: the pure half of suggesting, on another core.

It is this program's own code, started with nothing but two pipes: no connection, no password, no terminal. What it
finds is what this process would find. It ends when its pipe does, so with its parent; where it cannot start, ends or
hangs, `Gone` is raised, and its tables are looked at here.
"""

import gc
import os
import pickle
import selectors
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import IO

from core.domain.classify.column_statistics import SampledTable
from core.domain.classify.sister_tables import Decisions
from core.domain.classify.suggestion import Suggestion, bare_values, suggest
from core.domain.classify.surroundings import Outline, Surroundings, outline
from core.errors import Json
from core.services.classify.unsplit import Room, Unsplit

_WORTH = 60  # tables: of fewer, a process costs more than it saves
_PATIENCE = 60.0  # seconds without a word, though something was asked
_LENGTH = struct.Struct(">Q")
_PIPE = 1 << 20  # bytes that a pipe should hold, so that who writes need not wait for who reads
_PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LANG", "LC_ALL", "TMPDIR")
_ROOT = Path(__file__).parents[3]


class Gone(Exception):
    """The helper cannot answer any more."""


@dataclass(frozen=True, slots=True)
class Look:
    """Take these tables in, and say of each what others need to know."""

    number: int
    tables: Sequence[Unsplit]
    compared: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """What others need to know of a table: its outline, where it is compared, and the values that may be taken."""

    outline: Outline | None
    values: Mapping[str, set[str]]


@dataclass(frozen=True, slots=True)
class Around:
    """The outlines of all tables, in order: those that the helper made itself by name only."""

    outlines: Sequence[Outline | str]
    decisions: Decisions


@dataclass(frozen=True, slots=True)
class Rank:
    """Rank the tables of a portion: of each, which of its columns' values are taken, and whether that was looked up."""

    number: int
    taken: Sequence[tuple[dict[str, Json], bool]]


@dataclass(frozen=True, slots=True)
class Answer:
    """To Look: what was seen of each table, None where its texts cannot be told apart. To Rank: the suggestions."""

    number: int
    seen: Sequence[Seen | None] = ()
    suggestions: Sequence[Suggestion] = ()


@dataclass(slots=True)
class Work:
    """What the helper does, without its pipes."""

    _held: dict[int, list[SampledTable | Unsplit]] = field(default_factory=dict)
    _own: dict[str, Outline] = field(default_factory=dict)
    _around: Surroundings = field(default_factory=Surroundings)
    _room: Room = field(default_factory=Room)

    def done(self, task: object) -> Answer | None:
        """Do what is asked."""
        if isinstance(task, Look):
            return self._looked(task)
        if isinstance(task, Rank):
            return self._ranked(task)
        if isinstance(task, Around):
            found = tuple(self._own[each] if isinstance(each, str) else each for each in task.outlines)
            self._around = Surroundings(found, task.decisions)
        return None

    def _looked(self, task: Look) -> Answer:
        seen: list[Seen | None] = []
        held = self._held[task.number] = []
        for one in task.tables:
            table = one.split()
            if table is None:
                seen.append(None)
                continue
            own = outline(table) if task.compared else None
            if own is not None:
                self._own[own.collection] = own
            seen.append(Seen(own, bare_values(table)))
            held.append(self._room.kept(table, one) or one)
        return Answer(task.number, seen=seen)

    def _ranked(self, task: Rank) -> Answer:
        found = []
        for one, (examples, probed) in zip(self._held.pop(task.number), task.taken, strict=True):
            table = one.split() if isinstance(one, Unsplit) else one
            if table is not None:
                found.append(suggest(table, examples, probed=probed, around=self._around))
        return Answer(task.number, suggestions=found)


def serve() -> None:
    """Be the helper, until the parent asks no more."""
    gc.disable()  # nothing here is in a circle, and to look for circles takes a sixth of the time
    incoming, outgoing = sys.stdin.buffer, sys.stdout.buffer
    work = Work()
    with suppress(BrokenPipeError):
        while (task := _read(incoming.read)) is not None:
            if (answer := work.done(task)) is not None:
                outgoing.write(_written(answer))
                outgoing.flush()


class Helper:
    """The helper as its parent sees it."""

    def __init__(self, command: Sequence[str]) -> None:
        """Start it. Raises OSError where that is impossible."""
        environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env=environment,
            start_new_session=True,  # what a terminal interrupts is the parent, which ends both
        )
        self._inbox, self._outbox = self._pipe(self._process.stdin), self._pipe(self._process.stdout)
        self._waiting = selectors.DefaultSelector()
        self._waiting.register(self._outbox, selectors.EVENT_READ)
        self._tasks: SimpleQueue[bytes | None] = SimpleQueue()
        # It writes what the helper has no time to read yet: that may be much, and this process has work of its own.
        self._writer = Thread(target=self._write, name="tasks for the helper", daemon=True)
        self._writer.start()

    @staticmethod
    def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
        assert pipe is not None  # noqa: S101 - for the checker: both were asked for
        with suppress(ImportError, AttributeError, OSError):
            import fcntl  # noqa: PLC0415 - not everywhere

            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE)
        return pipe

    def give(self, task: object) -> None:
        """Ask for something; that it arrives is not waited for."""
        self._tasks.put(_written(task))

    def answer(self, seconds: float | None = None) -> Answer | None:
        """The next answer; None where it has not begun to come in that time, or in the longest. Raises Gone."""
        if not self._waiting.select(_PATIENCE if seconds is None else seconds):
            return None
        try:
            found = _read(self._received)
        except (OSError, EOFError, pickle.UnpicklingError) as error:
            raise Gone from error
        if not isinstance(found, Answer):
            raise Gone
        return found

    def _received(self, count: int) -> bytes:
        found = bytearray()
        while len(found) < count:
            if not self._waiting.select(_PATIENCE):
                raise Gone
            part = self._outbox.read(min(count - len(found), _PIPE))
            if not part:
                break
            found += part
        return bytes(found)

    def _write(self) -> None:
        with suppress(OSError, ValueError):
            while (task := self._tasks.get()) is not None:
                rest = memoryview(task)
                while rest:
                    rest = rest[self._inbox.write(rest) :]

    def close(self) -> None:
        """End it, whatever it does. Twice is no error."""
        self._process.kill()
        self._process.wait()
        self._tasks.put(None)
        self._writer.join()
        self._waiting.close()
        self._inbox.close()
        self._outbox.close()


def _read(received: Callable[[int], bytes]) -> object:
    head = received(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    return pickle.loads(received(length))  # noqa: S301 - our own process wrote it


def _written(message: object) -> bytes:
    own = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    return _LENGTH.pack(len(own)) + own


def command() -> list[str]:
    """How the helper is started: this program's code, from where it is, and nothing that the environment adds."""
    code = f"import sys; sys.path.append({str(_ROOT)!r}); from {__name__} import serve; serve()"
    return [sys.executable, "-I", "-S", *(["-B"] if sys.dont_write_bytecode else []), "-c", code]


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def helping(tables: int) -> Iterator[Helper | None]:
    """A helper for so many tables; None where it is not worth it, there is one core, or it cannot start."""
    helper = None
    if tables >= _WORTH and cores() > 1 and sys.executable and os.name == "posix":
        with suppress(OSError):
            helper = Helper(command())
    try:
        yield helper
    finally:
        if helper is not None:
            helper.close()

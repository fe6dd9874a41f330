"""Hosts of a test's own: network namespaces, each with a line of its own to this machine, which can be cut."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum


class Cut(Enum):
    """What a line loses. Nobody is told: packets are gone without an answer."""

    ALL = "the line is down"
    ANSWERS = "requests arrive, answers are lost"
    REQUESTS = "requests are lost"


class Host:
    """A host whose line leads to `server`, an address of this machine's."""

    def __init__(self, number: int) -> None:
        self._name = f"birth{os.getpid()}n{number}"
        self._line = f"b{os.getpid()}n{number}"
        self.server, self._client = f"10.98.{number}.1", f"10.98.{number}.2"

    @property
    def within(self) -> tuple[str, ...]:
        """What runs a command on it."""
        return ("ip", "netns", "exec", self._name)

    def arrive(self) -> None:
        """Make it, with its line."""
        _run("ip", "netns", "add", self._name)
        _run("ip", "link", "add", self._line, "type", "veth", "peer", "name", "line", "netns", self._name)
        _run("ip", "address", "add", f"{self.server}/24", "dev", self._line)
        _run("ip", "link", "set", self._line, "up")
        _run(*self.within, "ip", "address", "add", f"{self._client}/24", "dev", "line")
        for device in ("lo", "line"):
            _run(*self.within, "ip", "link", "set", device, "up")

    def leave(self) -> None:
        """Remove it."""
        # Its line first: what goes with a namespace goes a while after it.
        for command in (["link", "delete", self._line], ["netns", "delete", self._name]):
            with suppress(subprocess.CalledProcessError):
                _run("ip", *command)

    @contextmanager
    def cut(self, cut: Cut) -> Iterator[None]:
        """Lose what `cut` says for a block."""
        do, undo = {
            Cut.ALL: (["ip", "link", "set", self._line, "down"], ["ip", "link", "set", self._line, "up"]),
            Cut.ANSWERS: _lost((), self._client, self._line),
            Cut.REQUESTS: _lost(self.within, self.server, "line"),
        }[cut]
        _run(*do)
        try:
            yield
        finally:
            _run(*undo)


@contextmanager
def hosts(count: int) -> Iterator[list[Host]]:
    """So many hosts, gone after the block."""
    made = [Host(number) for number in range(1, count + 1)]
    try:
        for each in made:
            each.arrive()
        yield made
    finally:
        for each in made:
            each.leave()


def unavailable() -> str:
    """Why this machine lets nobody make hosts; empty where it does."""
    if shutil.which("ip") is None:
        return "there is no program `ip`"
    try:
        with hosts(1):
            return ""
    except subprocess.CalledProcessError as error:
        return f"network namespaces are not allowed: {error.stderr.strip()}"


def _lost(within: tuple[str, ...], address: str, device: str) -> tuple[list[str], list[str]]:
    """What goes to an address goes to a card that is not there. Who sends it hears nothing of that."""
    wrong = ["ip", "neighbour", "replace", address, "lladdr", "02:00:00:00:00:99", "nud", "permanent", "dev", device]
    return [*within, *wrong], [*within, "ip", "neighbour", "delete", address, "dev", device]


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=30)

"""Errors for people: a stable code, what was found, what to do, and the exit status of their kind."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, TypeAlias

Json: TypeAlias = "str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None"
Evidence: TypeAlias = Mapping[str, Json]


class ConsoleError(Exception):
    """Something the user must be told. `code` is stable: scripts may match on it.

    `evidence` is what was found (JSON), `hint` is what to do about it, in one sentence.
    """

    exit_status: ClassVar[int] = 1
    default_code: ClassVar[str] = "unexpected"
    sqlstate: str = ""  # the server's own class of the error, where the server raised it

    def __init__(
        self, message: str, *, code: str | None = None, evidence: Evidence | None = None, hint: str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.evidence: Evidence = evidence or {}
        self.hint = hint


class Unavailable(ConsoleError):
    """The server cannot be reached, or went away."""

    default_code = "server_unavailable"


class NoAnswer(Unavailable):
    """The server is there and does not answer, or not yet: the same command goes on once it does."""

    exit_status = 7
    default_code = "no_answer"


class UsageError(ConsoleError):
    """The command itself cannot be understood."""

    exit_status = 2
    default_code = "usage"


class GateClosed(ConsoleError):
    """At least one gate is closed; the evidence names each of them. Nothing was written."""

    exit_status = 3
    default_code = "gate_closed"


class Stale(ConsoleError):
    """The database no longer is what the plan or the review saw."""

    exit_status = 4
    default_code = "stale"


class VerificationFailed(ConsoleError):
    """A check after the fact found something wrong."""

    exit_status = 5
    default_code = "verification_failed"


class NotAllowed(ConsoleError):
    """This login may not do that."""

    exit_status = 6
    default_code = "not_allowed"


class Stopped(ConsoleError):
    """Ended before everything was done; what is done is kept, and the rest can be resumed."""

    exit_status = 7
    default_code = "stopped"


class Interrupted(ConsoleError):
    """The user or the system ended it: Ctrl+C, a signal, a terminal that went away. What is done is kept."""

    exit_status = 130
    default_code = "interrupted"

"""Steering a run from any session: pause, resume, cancel, and the size of its batches."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime

from core.db.connection.session import Connection
from core.db.rows.apply import CONTROL, STEER
from core.errors import Json, UsageError

_COMMANDS = {"pause": "pause", "resume": "run", "cancel": "cancel", None: None}


@dataclass(frozen=True, slots=True)
class Control:
    """The control of a run now. `command` is run, pause or cancel; `batch_size` None leaves it to the workers."""

    run: int
    command: str
    batch_size: int | None
    reason: str | None
    steered_by: str
    steered_at: datetime

    def as_json(self) -> dict[str, Json]:
        """The control as the command line prints it."""
        return {**asdict(self), "steered_at": self.steered_at.isoformat()}


def send(
    connection: Connection,
    run: int,
    command: str | None,
    batch_size: int | None = None,
    reason: str | None = None,
    *,
    tell: Callable[[str], None] = lambda _: None,
) -> Control:
    """Give a command (pause, resume, cancel; None leaves it) and a batch size; workers obey before their next batch.

    Never waits for a batch. To cancel ends sessions that hold the head of the chain in a transaction that was left
    open: `tell` says which. Raises UsageError for an unknown run or command, NotAllowed for logins outside
    birth_operator.
    """
    if command not in _COMMANDS:
        raise UsageError(
            f"invalid command {command!r}",
            code="bad_command",
            hint=f"Choose one of {', '.join(filter(None, _COMMANDS))}.",
        )
    wanted = {"run": run, "command": _COMMANDS[command], "batch_size": batch_size, "reason": reason}
    with connection.notices(tell):
        connection.one(STEER, wanted)
    return read(connection, run)


def read(connection: Connection, run: int) -> Control:
    """The control of a run now."""
    found = connection.one(CONTROL, {"run": run})
    return Control(run, found.command, found.batch_size, found.reason, found.steered_by, found.steered_at)

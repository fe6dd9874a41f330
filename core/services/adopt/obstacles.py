"""What stops an installation, all of it at once: who removes one obstacle should not meet the next in the next run."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import psycopg
from psycopg import sql

from core.db.connection.session import Connection
from core.db.install import script
from core.db.install.script import Statement
from core.errors import ConsoleError, GateClosed, Json

_LOCKED: Final = "locked"
_EVENT_TRIGGER: Final = "event_trigger"
_OF_THE_SERVER: Final = (_LOCKED, _EVENT_TRIGGER)  # codes of what only running the script can find
_PATIENCE: Final = "1s"  # for each lock of a rehearsal that only looks for obstacles
_MOST_LOCKED: Final = 5  # tables that are waited for in it


class Obstacles:
    """What was found in the way so far, each with its own code, evidence and hint."""

    def __init__(self) -> None:
        self.found: list[ConsoleError] = []

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Go on behind the block where it meets one. Other errors are passed on."""
        try:
            yield
        except GateClosed as error:
            self.note(error)

    def note(self, error: ConsoleError) -> None:
        """Add one, unless it was met before."""
        if _thing(error) not in {_thing(each) for each in self.found}:
            self.found.append(error)

    def insist_on_none(self) -> None:
        """Raise the only one, or GateClosed (`obstacles`) that lists each as a closed gate."""
        if len(self.found) == 1:
            raise self.found[0]
        if self.found:
            raise GateClosed(
                f"{len(self.found)} obstacles stop the installation",
                code="obstacles",
                evidence={"gates": [_as_gate(each) for each in self.found]},
                hint="Remove each, then run init again. Nothing was changed.",
            )


def _thing(error: ConsoleError) -> tuple[str, str]:
    """What is in the way: of a locked table its name, since the message tells for how long."""
    return error.code, error.message.partition(" is locked ")[0]


def is_one(error: ConsoleError) -> bool:
    """Whether the server refused a statement for what stands in the way of an installation as such."""
    return error.code in _OF_THE_SERVER


@contextmanager
def remembered(met: list[ConsoleError]) -> Iterator[None]:
    """Put what is_one into `met` on its way."""
    try:
        yield
    except ConsoleError as error:
        if is_one(error):
            met.append(error)
        raise


def meet(connection: Connection, statements: Sequence[Statement], obstacles: Obstacles) -> None:
    """Run the script in a part that is taken back, and note what refuses: event triggers, and tables that are locked.

    What fails otherwise may only lack what an earlier statement would have made, and is not told. An event trigger that
    refused is switched off for the rest of this, where the login may: so the next one is met, too.
    """
    with connection.watched(), connection.driver.transaction(force_rollback=True):
        connection.set_local(lock_timeout=_PATIENCE)
        locked = 0
        for each in statements:
            if each.elsewhere:
                continue
            while (error := _refusal(connection, each)) is not None and is_one(error):
                locked += error.code == _LOCKED
                obstacles.note(error)
                if locked >= _MOST_LOCKED:
                    return
                if error.code == _LOCKED or not _switched_off(connection, error):
                    break


def _refusal(connection: Connection, statement: Statement) -> ConsoleError | None:
    try:
        with connection.transaction():  # within the caller's: what is refused does not end that
            script.run(connection.driver, [statement])
    except ConsoleError as error:
        return error
    return None


def _switched_off(connection: Connection, refused: ConsoleError) -> bool:
    name = sql.Identifier(str(refused.evidence["event_trigger"]))
    try:
        with connection.driver.transaction():
            connection.driver.execute("SET LOCAL ROLE NONE")
            connection.driver.execute(sql.SQL("ALTER EVENT TRIGGER {} DISABLE").format(name))
    except psycopg.Error:
        return False
    return True


def _as_gate(error: ConsoleError) -> dict[str, Json]:
    return {"gate": error.code, "title": error.message, "evidence": dict(error.evidence), "hint": error.hint}

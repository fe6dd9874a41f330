"""What this login may do with a run now: the facts behind the reasons, and what an apply would set out to do."""

from dataclasses import dataclass, replace

from core.db.connection.session import Connection
from core.db.rows import next_actions as rows
from core.db.rows.session import IDENTITY
from core.domain.backfill.next_actions import Login, Standing
from core.domain.backfill.preview import Preview
from core.domain.backfill.progress import ApplyProgress
from core.domain.backfill.runs import Run
from core.services.backfill import beginning, live_runs, preview, runs


@dataclass(frozen=True, slots=True)
class Intent:
    """What applying a run would do: how far it has got by now, what it would change, and who would."""

    run: Run
    progress: ApplyProgress
    preview: Preview
    login: str


def login(connection: Connection) -> Login:
    """Who asks, as the server sees it."""
    found = connection.one(rows.LOGIN)
    return Login(frozenset(found.groups), found.person)


def standing(connection: Connection, number: int) -> Standing | None:
    """How a run stands, seen by this login; None where there is no such run."""
    found = connection.row(rows.STANDING, {"run": number})
    if found is None:
        return None
    stands = Standing(
        found.status,
        found.command,
        found.held_by or "",
        tuple(found.parts),
        withdraws=found.withdraws,
        may_be_withdrawn=found.may_be_withdrawn,
    )
    return replace(stands, gates=beginning.gates(connection, number)) if stands.is_open else stands


def intent(connection: Connection, number: int) -> Intent:
    """Look at what an apply of a run would do. Changes nothing."""
    run = runs.run(connection, number)
    progress = next(each for each in live_runs.follow(connection, [number]) if each.run == number)
    return Intent(
        run=run,
        progress=progress,
        preview=preview.read(connection, run, progress=progress),
        login=connection.one(IDENTITY).login,
    )

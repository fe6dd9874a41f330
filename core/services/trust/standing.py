"""How databases stand: one by one, and those of all profiles side by side, over one connection each."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from core.db.connection.session import Connection
from core.db.rows.audit import GENESIS
from core.db.rows.standing import CERTIFIED, CHAIN, RUNS
from core.domain.trust.standing import Place, Standing
from core.errors import ConsoleError
from core.services.backfill import live_runs
from core.services.local_state import anchors
from core.services.overview import burndown, readiness
from core.services.session import Session
from core.settings import Settings

_SIDE_BY_SIDE = 8  # databases


def read(connection: Connection) -> Standing:
    """Look at one database. Counts no source: missing rows are those of the plans."""
    chain, genesis, last = connection.one(CHAIN), connection.one(GENESIS), connection.row(CERTIFIED)
    anchored = anchors.latest(genesis.hash)
    points = burndown.read(connection).points
    return Standing(
        readiness=readiness.read(connection),
        missing=points[-1].missing if points else None,
        runs={each.state: each.runs for each in connection.rows(RUNS)},
        active=tuple(live_runs.follow(connection)),
        certified=None if last is None else (last.run, last.at),
        head=chain.seq,
        head_hash=chain.hash,
        head_at=datetime.fromtimestamp(chain.at_us / 1_000_000, UTC),
        anchor_seconds=None if anchored is None else (chain.now - anchored).total_seconds(),
    )


def every(places: Mapping[str, Settings | ConsoleError]) -> tuple[Place, ...]:
    """Look at the databases of all profiles at once. One that cannot be reached, or is not ours, keeps its line."""
    with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
        return tuple(pool.map(_place, places.keys(), places.values()))


def _place(name: str, where: Settings | ConsoleError) -> Place:
    if isinstance(where, ConsoleError):
        return Place(name, None, where)
    try:
        with Session(where, _silent) as session, session.browse() as connection:
            return Place(name, read(connection))
    except ConsoleError as error:
        return Place(name, None, error)


def _silent(_: str) -> None:
    """Say nothing: several databases would speak at once."""

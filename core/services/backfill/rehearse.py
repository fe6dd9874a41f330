"""Rehearsing a run: the register function is asked for every planned row before anything is written."""

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from core.db.connection.session import Connection
from core.db.rows.apply import REHEARSE
from core.domain.backfill.runs import Entry
from core.domain.steps import Steps, Tell
from core.errors import ConsoleError, Json
from core.services import authorization
from core.services.backfill import runs
from core.services.backfill.apply import name_grant
from core.services.backfill.reconnect import Connect

ROWS = 1000  # rows of one call; of the real call, which is undone, one call for each collection
ROLLED_BACK = "rolled_back"
_NOTES = {
    "dry_run_undone": "The register function writes in its dry run: that was undone, but sequences may have moved on.",
    ROLLED_BACK: "No dry-run parameter is bound. The real call was made for {asked:,} of {planned:,} rows, at most"
    " 1,000 of each collection, and rolled back; sequences may have moved on.",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A planned row that the register function would refuse, with the server's reason."""

    collection: str
    entity_code: str
    sqlstate: str
    message: str


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What an apply would do. `mode` says how the register function was asked.

    dry_run: by its dry-run parameter, READ ONLY. dry_run_undone: the same, and it wrote something, which was undone.
    rolled_back: no such parameter is bound, so it registered `asked` of `planned` rows, and that was undone.
    """

    run: int
    mode: str
    planned: int
    asked: int
    would_register: int
    existing: int
    vanished: int
    would_refuse: tuple[Refusal, ...]

    @property
    def summary(self) -> str:
        """What would happen, in one line."""
        return (
            f"run {self.run}: {self.would_register:,} would register, {len(self.would_refuse):,} would be refused,"
            f" {self.existing:,} existing, {self.vanished:,} vanished; nothing was written"
        )

    @property
    def note(self) -> str:
        """What to know of how it was asked; nothing where nothing could have moved."""
        return _NOTES.get(self.mode, "").format(asked=self.asked, planned=self.planned)

    def as_json(self) -> dict[str, Json]:
        """The rehearsal as the command line prints it."""
        return {**asdict(self), "would_refuse": [asdict(each) for each in self.would_refuse]}


def rehearse(connect: Connect, number: int, tell: Tell | None = None) -> Rehearsal:
    """Ask the register function for every planned row of a run; nothing of it stays. `tell` hears of the progress.

    Raises NotAllowed for logins outside birth_operator, Stale where the plan no longer holds, and GateClosed where the
    real call must be made, and a gate is closed.
    """
    with connect() as connection:
        try:
            return rehearse_on(connection, number, tell)
        except ConsoleError as error:
            name_grant(error, connect)
            raise


def rehearse_on(connection: Connection, number: int, tell: Tell | None = None) -> Rehearsal:
    """The same on a connection that is there."""
    authorization.insist_on(connection, "birth_operator", "rehearse a run")
    found = _Found(number)
    entries = [each for each in runs.run(connection, number).entries if each.missing]
    steps = Steps("dry-run", {each.collection: each.missing for each in entries}, time.monotonic())
    for entry in entries:
        for rows in found.ask(connection, entry):
            if tell is not None:
                tell(steps.among(entry.collection, rows, time.monotonic()))
    return found.whole()


class _Found:
    def __init__(self, number: int) -> None:
        self._number = number
        self._modes: set[str] = set()
        self._planned = self._asked = self._would_register = self._existing = self._vanished = 0
        self._refused: list[Refusal] = []

    def ask(self, connection: Connection, entry: Entry) -> Iterator[int]:
        """Ask for the rows of one collection, in batches that each end their transaction; answers how many are done."""
        self._planned += entry.missing
        for start in range(1, entry.missing + 1, ROWS):
            end = min(start + ROWS - 1, entry.missing)
            with connection.transaction():
                told = connection.one(REHEARSE, {"ledger_id": entry.ledger_id, "seq_from": start, "seq_to": end})
            self._modes.add(told.mode)
            self._asked += end - start + 1
            self._would_register += told.would_register
            self._existing += told.existing
            self._vanished += told.vanished
            self._refused += [Refusal(entry.collection, **each) for each in told.would_refuse]
            if told.mode == ROLLED_BACK:
                yield entry.missing
                return
            yield end

    def whole(self) -> Rehearsal:
        """All of it. The mode that touched most is told where several came to be used."""
        mode = max(self._modes, key=("dry_run", "dry_run_undone", ROLLED_BACK).index, default="dry_run")
        return Rehearsal(
            self._number, mode, self._planned, self._asked, self._would_register, self._existing, self._vanished,
            tuple(self._refused),
        )  # fmt: skip

"""Planned runs over so many rows, and what must hold of them whatever happened meanwhile."""

from dataclasses import dataclass

from core.services.backfill import runs
from core.services.trust import verify
from tests import small
from tests.databases import Database


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """A reconciled run of `rows` rows, and how many rows the registry held `before` it."""

    database: Database
    number: int
    rows: int
    before: int

    def must_be_sound(self) -> None:
        """Nothing is lost, doubled or counted wrongly so far."""
        small.sound(self.database)
        grown = self.database.value("SELECT count(*) FROM birth.birth_registry") - self.before
        assert grown == small.account(self.database, self.number).registered

    def must_be_complete(self) -> None:
        """The run came to its end: sound, every row registered by it, and every acceptance gate says so."""
        self.must_be_sound()
        with self.database.connect() as connection:
            run = runs.run(connection, self.number)
            verified = verify.verify(connection, self.number)
        account = verified.accounting
        assert (run.status, account.planned, account.registered, account.open) == ("applied", self.rows, self.rows, 0)
        assert [gate.id for gate in verified.gates if not gate.passed] == []
        assert verified.rerun_delta == 0

    def settled(self) -> int:
        """Rows that have their outcome so far."""
        account = small.account(self.database, self.number)
        return account.planned - account.open


def a_run(database: Database, rows: int) -> PlannedRun:
    """Make so many rows that are missing, plan them and reconcile, with a permit that covers them."""
    number = small.a_run(database, "goods", goods=rows)
    return PlannedRun(database, number, rows, database.value("SELECT count(*) FROM birth.birth_registry"))

"""Withdrawing a run: a run of its own takes back the registry rows that the first one wrote."""

from dataclasses import dataclass

from core.db.connection.session import Connection
from core.db.rows.plan import LEFT, WITHDRAW
from core.domain.backfill.runs import Run
from core.errors import Json
from core.services.backfill import runs


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """The run that was planned, the run that it takes back, and the rows that are left, each kind with its reason."""

    run: Run
    withdraws: int
    left: tuple[Json, ...]

    @property
    def rows(self) -> int:
        """Rows that it takes back."""
        return self.run.missing


def withdraw(connection: Connection, number: int, reason: str) -> Withdrawal:
    """Plan to take back what a run registered; then reconcile, apply, verify and certify the run that comes back.

    Rows that were changed or certified since are left, and listed. Raises GateClosed where withdrawing is not allowed,
    or no row can be taken back, and NotAllowed for logins outside birth_operator.
    """
    with connection.transaction():
        made = connection.one(WITHDRAW, {"run": number, "reason": reason}).run
    left = connection.one(LEFT, {"run": made}).left
    return Withdrawal(runs.run(connection, made), number, tuple(left))

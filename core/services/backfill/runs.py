"""Runs and their entries, as the ledger holds them."""

from core.db.connection.guard import formatted
from core.db.connection.session import Connection, Row
from core.domain.backfill.runs import Accounting, ActiveWorker, Entry, Run, Statements, accounting
from core.errors import UsageError

_LATEST = 200


def runs(connection: Connection, limit: int = _LATEST) -> list[Run]:
    """The latest runs, newest first, with their entries."""
    return _with_entries(connection, connection.rows("ledger.runs", {"limit": limit}))


def run(connection: Connection, number: int) -> Run:
    """One run with its entries. Raises UsageError for a number that no run has."""
    found = connection.rows("ledger.run", {"run": number})
    if not found:
        raise UsageError(
            f"there is no run {number}",
            code="unknown_run",
            evidence={"run": number},
            hint="See `birth-console ledger`.",
        )
    return _with_entries(connection, found)[0]


def account(connection: Connection, number: int, late: int | None = None) -> Accounting:
    """What became of the rows of a run so far; `late` where somebody counted them."""
    return accounting(connection.rows("ledger.accounting", {"run": number}), late)


def workers(connection: Connection, number: int) -> list[ActiveWorker]:
    """Who is at work on a run now, and what holds them up."""
    return [ActiveWorker(**row) for row in connection.rows("ledger.workers", {"run": number})]


def statements(connection: Connection, number: int) -> list[Statements]:
    """The SQL that the plan and the batches of each entry run, laid out for people."""
    return [
        Statements(row["collection"], **{name: formatted(text) for name, text in row["statements"].items()})
        for row in connection.rows("ledger.statements", {"run": number})
    ]


def _with_entries(connection: Connection, rows: list[Row]) -> list[Run]:
    entries: dict[int, list[Entry]] = {row["run"]: [] for row in rows}
    for found in connection.rows("ledger.entries", {"runs": list(entries)}):
        number = found.pop("run")
        entries[number].append(Entry(**found))
    return [Run(**row, entries=tuple(entries[row["run"]])) for row in rows]

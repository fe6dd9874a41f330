"""Runs and their entries, as the ledger holds them."""

from core.db.connection.guard import formatted
from core.db.connection.session import Connection
from core.db.rows import ledger
from core.domain.backfill.runs import Accounting, ActiveWorker, Entry, Run, Statements
from core.errors import UsageError
from core.version import SCHEMA_VERSION

_LATEST = 200


def runs(connection: Connection, limit: int = _LATEST) -> list[Run]:
    """The latest runs, newest first, with their entries."""
    return _with_entries(connection, connection.rows(ledger.RUNS, {"run": None, "limit": limit}))


def run(connection: Connection, number: int) -> Run:
    """One run with its entries. Raises UsageError for a number that no run has."""
    found = connection.rows(ledger.RUNS, {"run": number, "limit": 1})
    if not found:
        raise UsageError(
            f"unknown run {number}",
            code="unknown_run",
            evidence={"run": number},
            hint="See `birth-console ledger`.",
        )
    return _with_entries(connection, found)[0]


def account(connection: Connection, number: int, late: int | None = None) -> Accounting:
    """What became of the rows of a run so far; `late` where they were counted."""
    entries = connection.rows(ledger.ACCOUNTING, {"run": number})
    return Accounting(
        planned=sum(each.planned for each in entries),
        registered=sum(each.registered for each in entries),
        existing=sum(each.existing for each in entries),
        vanished=sum(each.vanished for each in entries),
        quarantined=sum(each.quarantined for each in entries),
        late=late,
    )


def workers(connection: Connection, number: int) -> list[ActiveWorker]:
    """Who is at work on a run now, and what holds them up."""
    return [
        ActiveWorker(each.pid, each.login, each.state, each.reason, each.seen_at)
        for each in connection.rows(ledger.WORKERS, {"run": number})
    ]


def statements(connection: Connection, number: int) -> list[Statements]:
    """The SQL that the plan and the batches of each entry run, laid out for people."""
    found = connection.rows(ledger.STATEMENTS, {"run": number})
    return [
        Statements(each.collection, *map(_laid_out, (texts.plan, texts.read, texts.register)))
        for each in found
        for texts in (each.statements,)
    ]


def _laid_out(statement: str | None) -> str:
    return formatted(statement or "-- its table is gone")


def _stopped(connection: Connection, found: list[ledger.Run]) -> dict[int, str]:
    """Why runs that no session applies are stopped. A schema of another version does not say."""
    idle = [each.run for each in found if each.status == "applying" and not each.working]
    if not idle or connection.installed != SCHEMA_VERSION:
        return {}
    return {each.run: each.reason for each in connection.rows(ledger.STOPPED, {"runs": idle})}


def _with_entries(connection: Connection, found: list[ledger.Run]) -> list[Run]:
    stopped = _stopped(connection, found)
    entries: dict[int, list[Entry]] = {each.run: [] for each in found}
    for each in connection.rows(ledger.ENTRIES, {"runs": list(entries)}):
        entries[each.run].append(
            Entry(
                ledger_id=each.ledger_id,
                collection=each.collection,
                identity=each.identity,
                source_rows=each.source_rows,
                distinct_codes=each.distinct_codes,
                registered=each.registered,
                missing=each.missing,
                digest=each.digest,
            )
        )
    return [
        Run(
            run=each.run,
            status=each.status,
            command=each.command,
            digest=each.digest,
            planned_by=each.planned_by,
            planned_at=each.planned_at,
            reconciled_by=each.reconciled_by,
            superseded_by=each.superseded_by,
            withdraws=each.withdraws,
            working=tuple(each.working),
            waits_for=tuple(each.waits_for),
            is_starting=each.is_starting,
            is_ending=each.is_ending,
            stopped_by=stopped.get(each.run, ""),
            entries=tuple(entries[each.run]),
        )
        for each in found
    ]

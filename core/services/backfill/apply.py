"""Applying a run: gates, a canary, then workers side by side until every planned row has an outcome."""

from collections.abc import Generator
from contextlib import suppress
from threading import Event

from core.db.connection.guard import insist_harmless
from core.domain.backfill.events import ApplyEvent
from core.errors import ConsoleError, Json
from core.services.adopt import rehearsal
from core.services.backfill import runs
from core.services.backfill.apply_options import Options
from core.services.backfill.beginning import begin
from core.services.backfill.crew import Crew
from core.services.backfill.reconnect import Connect, as_stopped


def apply(
    connect: Connect, number: int, options: Options | None = None, interrupt: Event | None = None
) -> Generator[ApplyEvent, None, None]:
    """Register the planned rows of a run; the last event, `done`, holds the accounting.

    Every batch is one transaction: what is done stays done, and applying the run again resumes it. Raises
    UsageError for a condition that is no SELECT, NotAllowed for logins outside birth_operator, GateClosed naming each
    closed gate, Stale where a pin no longer holds, Stopped where the run was paused, cancelled, throttled, or stopped
    by its canary, its breaker or `max_batches`, and Interrupted once `interrupt` is set and the batches in flight have
    ended.
    """
    options = options or Options()
    if options.limits.condition is not None:
        insist_harmless(options.limits.condition)
    interrupt = interrupt or Event()
    begun = yield from begin(connect, number, options, interrupt)
    account = begun.account
    crew = Crew(connect, number, options, interrupt, is_spread=begun.is_spread)
    takes_back: dict[str, Json] = {} if begun.withdraws is None else {"withdraws": begun.withdraws}
    yield ApplyEvent("started", {"run": number, "planned": account.planned, "open": account.open, **takes_back})
    try:
        if begun.is_fresh:
            yield from crew.canary()
        yield from crew.work(account.open)
        yield from crew.finish()
    except ConsoleError as error:
        name_grant(error, connect)
        stopped = as_stopped(number, error)
        yield _stopped(number, stopped, connect)
        raise stopped from error


def name_grant(error: ConsoleError, connect: Connect) -> None:
    """Where the register function was refused something, say which grant it takes."""
    with suppress(ConsoleError):
        if rehearsal.is_refusal(error):
            with connect() as connection:
                grant = rehearsal.grant_for(connection, error)
            if grant:
                error.hint = (
                    "The register function runs as birth_caller, which lacks a privilege. Ask the object's owner"
                    f" to run: {grant} Then apply the run again."
                )


def _stopped(number: int, error: ConsoleError, connect: Connect) -> ApplyEvent:
    """The last event of a run that did not get to its end, with the accounting where the server can still be asked."""
    facts: dict[str, Json] = {"run": number, "reason": error.code, "message": error.message}
    with suppress(ConsoleError), connect() as connection:
        facts["accounting"] = runs.account(connection, number).as_json()
    return ApplyEvent("stopped", facts)

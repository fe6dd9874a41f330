"""Beginning an apply: every gate is judged, then the database begins the run, or goes on with it."""

from collections.abc import Generator
from dataclasses import dataclass, replace
from threading import Event

from core.db.connection.apply_connection import ApplyConnection
from core.db.connection.session import Connection
from core.db.rows.apply import BATCHES, BEGIN, FACTS
from core.db.rows.query import from_json
from core.domain.backfill.apply_gates import APPLY
from core.domain.backfill.events import ApplyEvent
from core.domain.backfill.run_facts import RunFacts
from core.domain.backfill.runs import Accounting
from core.domain.gates import Judgement, insist, judge
from core.errors import ConsoleError, NoAnswer, Unavailable
from core.services import authorization, link_checks
from core.services.backfill import runs
from core.services.backfill.apply_options import Options
from core.services.backfill.reconnect import Connect, Link, as_stopped


@dataclass(frozen=True, slots=True)
class Begun:
    """A run that may be applied: what is left of it, whether no batch of it was ever done, and what it takes back.

    `is_spread` tells of a registry or a source that other servers keep: each batch asks all of them.
    """

    account: Accounting
    is_fresh: bool
    withdraws: int | None
    is_spread: bool


def gates(connection: Connection, number: int) -> tuple[Judgement, ...]:
    """Every gate before an apply, with its verdict and evidence as of now."""
    facts = from_json(RunFacts, connection.one(FACTS, {"run": number}).facts, FACTS.name)
    return judge(APPLY, replace(facts, audit=(*facts.audit, *link_checks.detours(connection))))


def begin(connect: Connect, number: int, options: Options, stop: Event) -> Generator[ApplyEvent, None, Begun]:
    """Check the gates and begin. What a server that starts or is full refuses is tried again.

    A server that is not there is no reason to wait at this point; one that goes away later is.
    Raises NotAllowed for logins outside birth_operator, GateClosed naming each closed gate, Stale where a pin no longer
    holds, and Stopped where the server's refusals outlast the patience of `options`.
    """
    told: list[ApplyEvent] = []
    link = Link(number, _Arriving(connect), options.patience, stop=stop, tell=told.append)
    try:
        begun = link.repeating(lambda connection: _begun(connection, number, options))
    except _NotThereError as error:
        raise error.cause from None
    except ConsoleError as error:
        raise as_stopped(number, error) from error
    finally:
        link.drop()
    yield from told
    return begun


def _begun(connection: ApplyConnection, number: int, options: Options) -> Begun:
    authorization.insist_on(connection, "birth_operator", "apply a run")
    run, account = runs.run(connection, number), runs.account(connection, number)
    # Where every row has its outcome, no gate has anything left to hold up: only the last word is missing.
    stated = options.most_vanished is not None
    if stated or account.open or (run.status, run.command) != ("applying", "run"):
        insist(gates(connection, number), f"run {number} may not be applied")
        limits = {"most_quarantined": options.most_quarantined, "most_vanished": options.most_vanished}
        connection.one(BEGIN, {"run": number, **limits})
    batches = connection.one(BATCHES, {"run": number})
    return Begun(account, batches.finished == 0, run.withdraws, batches.spread)


class _NotThereError(Exception):
    def __init__(self, cause: ConsoleError) -> None:
        super().__init__(cause.message)
        self.cause = cause


class _Arriving:
    """Connects for the first time: where nothing answers, that is the end."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._was_there = False

    def __call__(self) -> ApplyConnection:
        try:
            connection = self._connect()
        except ConsoleError as error:
            if not self._was_there and error.code in (Unavailable.default_code, NoAnswer.default_code):
                raise _NotThereError(error) from error
            raise
        self._was_there = True
        return connection

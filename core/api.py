"""The whole line for scripts and notebooks: what the command line and the console do, through the same services.

    from core import api

    with api.connect() as db:
        print(db.readiness().gate)

Results are frozen dataclasses. What goes wrong is a `core.errors.ConsoleError`, with `code`, `evidence` and `hint`.
`birth-console docs api` shows the line from the first look to the certificate.
"""

from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Literal, Self, TypeAlias, Unpack
from weakref import WeakSet

from core import settings
from core.db.connection.session import Connection
from core.domain.backfill import permit as permit_texts
from core.domain.backfill.events import ApplyEvent
from core.domain.backfill.permit import Permit
from core.domain.backfill.runs import Run
from core.domain.classify.decision import Decision
from core.domain.classify.identity import Identity, column_identity, synthetic_identity
from core.domain.classify.suggestion import Suggestion
from core.domain.overview.readiness import Readiness
from core.domain.trust.chain import Audit
from core.domain.trust.check import Check
from core.errors import ConsoleError
from core.services.backfill import apply, control, permits, plan, reconcile, runs
from core.services.backfill.apply_options import GivenOptions, Options
from core.services.backfill.control import Control
from core.services.backfill.plan import Plan
from core.services.backfill.reconcile import Reconciliation
from core.services.classify import bulk, classify, suggest
from core.services.classify.bulk_check import Result
from core.services.classify.classify import Classification, Retired
from core.services.overview import matrix, parallel_counts, readiness
from core.services.overview.parallel_counts import Matrix
from core.services.session import Server, Session
from core.services.trust import audit, certify, doctor, verify
from core.services.trust.certify import Certificate
from core.services.trust.verify import Verification

__all__ = [
    "ApplyEvent", "Audit", "Certificate", "Check", "Classification", "ConsoleError", "Control", "Database", "Decision",
    "GivenOptions", "Identity", "Matrix", "Permit", "Plan", "Readiness", "Reconciliation", "Result", "Retired", "Run",
    "Server", "Suggestion", "Verification", "column_identity", "connect", "synthetic_identity",
]  # fmt: skip

ARun: TypeAlias = Run | int  # a run, or its number


def connect(
    *,
    dsn: str | None = None,
    schema: str | None = None,
    profile: str | None = None,
    login: str | None = None,
    read_only: bool = False,
) -> "Database":
    """Connect as the command line does: to `dsn`, else BIRTH_CONSOLE_DSN, else the profile, else the embedded demo.

    `login` picks who acts in the demo. Raises UsageError for what cannot be understood, Unavailable without an answer.
    """
    found = settings.resolve(dsn=dsn, schema=schema, profile=profile, login=login, read_only=read_only)
    database = Database(Session(found))
    try:
        database.server  # noqa: B018 - a wrong target is told here, not by the first question
    except BaseException:
        database.close()
        raise
    return database


class Database:
    """One database, as one login. Use as a context manager, or `close`. Not for several threads at once.

    Every method raises the ConsoleError that the command of its name exits with.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._held: dict[bool, Connection] = {}
        self._applying: WeakSet[Generator[ApplyEvent, None, None]] = WeakSet()

    @property
    def server(self) -> Server:
        """Who this is, and where: login, database, version, groups."""
        return self._session.server(self._reader)

    def readiness(self) -> Readiness:
        """The eight metrics, the census behind them, claims against live figures; `gate` is the verdict."""
        return readiness.read(self._reader)

    def matrix(self, *, counts: bool = False, every: bool = False) -> Matrix:
        """One row per REQUIRED collection, with `every` of all; with `counts`, over the profile's connections."""
        if counts:
            return parallel_counts.counted_matrix(self._session.browse, self._session.settings.counters, every=every)
        return Matrix(tuple(matrix.read(self._reader, every=every)), {})

    def suggest(self, collections: Iterable[str] | None = None) -> tuple[Suggestion, ...]:
        """Ranked identities, each explained: of `collections`, or of every unclassified one."""
        return tuple(suggest.suggestions(self._reader, _names(collections)))

    def runs(self) -> tuple[Run, ...]:
        """The latest runs with their entries, newest first."""
        return tuple(runs.runs(self._reader))

    def run(self, number: int) -> Run:
        """One run as it stands now."""
        return runs.run(self._reader, number)

    def permits(self) -> tuple[Permit, ...]:
        """Every permit there ever was, oldest first."""
        return tuple(permits.list_permits(self._reader))

    def verify(self, run: ARun) -> Verification:
        """Every acceptance gate of a run, on live data; `passed` sums them up. Raises nothing where one fails."""
        return verify.verify(self._reader, _number(run))

    def audit(self, anchor: Path | None = None) -> Audit:
        """The hash chain, from its first event to its head, and past an anchor; `ok` sums it up."""
        return audit.audit(self._reader, anchor)

    def doctor(self) -> tuple[Check, ...]:
        """What leads around the gates, each finding with what mends it."""
        return tuple(doctor.examine(self._reader))

    def classify(self, identity: Identity, *, reason: str | None = None) -> Classification:
        """Prove an identity on live data, then record it: a candidate's, or one that you make."""
        told = suggest.standing_of(self._writer, identity)
        return classify.classify(self._writer, identity, reason, suggestion=told)

    def accept_suggestions(self, *, dry_run: bool = False, keep_going: bool = False) -> tuple[Result, ...]:
        """Record what the suggester puts in tier A, each proven first: all or nothing, unless told to keep going."""
        return tuple(bulk.accept(self._writer, dry_run=dry_run, keep_going=keep_going))

    def classify_many(
        self, decisions: Iterable[Decision], *, dry_run: bool = False, keep_going: bool = False
    ) -> tuple[Result, ...]:
        """The same for decisions of your own, which are also held against each other. Each has its own result."""
        return tuple(bulk.classify_many(self._writer, list(decisions), dry_run=dry_run, keep_going=keep_going))

    def retire(self, collection: str, *, reason: str) -> Retired:
        """End an identity under which rows are registered: they keep their codes, the next one is for the others."""
        return classify.retire(self._writer, collection, reason)

    def exempt(self, collection: str, *, reason: str) -> Classification:
        """Exempt a collection from registration: for gatekeepers."""
        return classify.exempt(self._writer, collection, reason)

    def open_permit(
        self,
        *,
        budget: int,
        expires: str,
        reason: str,
        collections: Iterable[str] = (),
        expect_gateway: str | None = None,
        run: ARun | None = None,
        between: str | None = None,
        ticket: str | None = None,
        kind: str = permit_texts.BACKFILL,
    ) -> Permit:
        """Admit `budget` rows for a while (`30m`, `2h`, `1d`): for gatekeepers.

        Of one `run` with the plan that it has now, and `between` hours (`01:00-05:00`), where these are given.
        """
        return permits.open_permit(
            self._writer,
            budget=budget,
            lifetime=permit_texts.lifetime(expires),
            reason=reason,
            collections=_names(collections) or (),
            expect_gateway=expect_gateway,
            run=None if run is None else _number(run),
            between=between,
            ticket=ticket,
            kind=kind,
        )

    def close_permit(self, permit: Permit | int, *, reason: str) -> Permit:
        """Close a permit; waits for the batch in flight."""
        number = permit if isinstance(permit, int) else permit.permit
        return permits.close_permit(self._writer, number, reason)

    def plan(self, collections: Iterable[str] | None = None, *, note: str | None = None) -> Plan:
        """Store exactly which rows are missing: of `collections`, or of all that can be planned, in a new `run`.

        With a `note` the run is reconciled as well, in the snapshot of the plan.
        """
        return plan.plan(self._writer, _names(collections), note=note)

    def reconcile(self, run: ARun, *, note: str, allow: int = 0) -> Reconciliation:
        """Recount a run's missing rows by another query, in one snapshot: equal, or Stale is raised.

        Up to `allow` rows may have been born, be gone or be registered since the plan; they are listed.
        """
        return reconcile.reconcile(self._writer, _number(run), note, allow=allow)

    def apply(self, run: ARun, **options: Unpack[GivenOptions]) -> Generator[ApplyEvent, None, None]:
        """Register the planned rows, batch by batch; the last event, `done`, holds the accounting.

        Options are those of the command `apply`; without one, the profile's or the default. Work begins with the first
        event that is asked for. Who stops asking closes the iterator, or this: the batches in flight end, no other
        begins, and the run can be resumed.
        """
        settled = Options.of(self._session.settings.throttles, **options)
        events = verify.with_late_rows(apply.apply(self._session.apply, _number(run), settled), self._session.apply)
        self._applying.add(events)
        return events

    def control(
        self,
        run: ARun,
        command: Literal["pause", "resume", "cancel"] | None = None,
        *,
        batch_size: int | None = None,
        reason: str | None = None,
    ) -> Control:
        """Pause, resume or cancel an apply, or change its batches, from any session."""
        return control.send(self._writer, _number(run), command, batch_size, reason)

    def certify(self, run: ARun, *, note: str, evidence: str, acknowledged: Iterable[str] = ()) -> Certificate:
        """Stand for a run, as a reviewer who took no part in it; `evidence` is its `Verification.evidence_digest`."""
        seen = tuple(acknowledged)
        return certify.certify(self._writer, _number(run), note, looked_at=evidence, acknowledged=seen)

    def close(self) -> None:
        """End what is being applied after its batches in flight, and close every connection."""
        for events in list(self._applying):
            events.close()
        for connection in self._held.values():
            connection.close()
        self._held.clear()
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def _reader(self) -> Connection:
        return self._connection(writes=False)

    @property
    def _writer(self) -> Connection:
        return self._connection(writes=True)

    def _connection(self, *, writes: bool) -> Connection:
        held = self._held.get(writes)
        if held is None or held.is_closed:  # a notebook outlives its server's restarts
            held = self._held[writes] = self._session.write() if writes else self._session.browse()
        return held


def _number(run: ARun) -> int:
    return run if isinstance(run, int) else run.run


def _names(collections: Iterable[str] | None) -> list[str] | None:
    # A name alone is no list of letters.
    return [collections] if isinstance(collections, str) else None if collections is None else list(collections)

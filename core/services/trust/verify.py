"""Verifying a run: the acceptance gates, each proven on live data, in one snapshot."""

import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass

from core.db.connection.session import Connection
from core.db.rows.ledger import SOURCES
from core.db.rows.query import Query
from core.db.rows.sources import StillMissing
from core.db.rows.verify import EVIDENCE_DIGEST, FACTS, PEOPLE, REVIEWERS, SINCE_PLAN, Facts, Person
from core.db.rows.verify import Birth as BirthRow
from core.db.sources import missing
from core.domain.backfill.events import ApplyEvent
from core.domain.backfill.run_facts import Pin
from core.domain.backfill.runs import Accounting
from core.domain.gates import Judgement, judge
from core.domain.trust.acceptance_gates import ACCEPTANCE
from core.domain.trust.run_evidence import Birth, RunEvidence, RunState
from core.errors import ConsoleError
from core.services.backfill import reconcile, runs

LATE_SECONDS = 60.0  # nobody waits longer for a figure beside the accounting


@dataclass(frozen=True, slots=True)
class Verification:
    """The verdict on a run. `rerun_delta` is how many of its planned rows a rerun would register."""

    run: int
    gates: tuple[Judgement, ...]
    rerun_delta: int
    accounting: Accounting
    evidence_digest: str

    @property
    def passed(self) -> bool:
        """Whether every gate passed."""
        return all(gate.passed for gate in self.gates)


def verify(connection: Connection, number: int) -> Verification:
    """Ask every acceptance gate of a run. Changes nothing; anybody who may browse may verify."""
    with connection.snapshot():
        runs.run(connection, number)
        counted = list(_rerun(connection, number))
        delta, late = sum(each.planned for each in counted), sum(each.late for each in counted)
        seen = RunEvidence(
            state=_state(connection.one(FACTS, {"run": number})),
            participants=_people(connection, PEOPLE, number),
            reviewers=_people(connection, REVIEWERS, number),
            accounting=runs.account(connection, number, late),
            rerun_delta=delta,
            births=tuple(map(_birth, connection.rows(SINCE_PLAN, {"run": number}))),
        )
        digest = connection.one(EVIDENCE_DIGEST, {"run": number}).digest
    return Verification(number, judge(ACCEPTANCE, seen), delta, seen.accounting, digest)


def late_rows(connection: Connection, number: int, seconds: float = LATE_SECONDS) -> int | None:
    """Rows that were born after the plan and are missing now; None where that cannot be read within `seconds`."""
    until = time.monotonic() + seconds
    found = 0
    try:
        with connection.snapshot():
            _until(connection, until)
            for each in _rerun(connection, number):
                found += each.late
                _until(connection, until)
    except ConsoleError:
        return None
    return found


def with_late_rows(
    events: Generator[ApplyEvent, None, None], connect: Callable[[], Connection]
) -> Generator[ApplyEvent, None, None]:
    """The same events; `done` also says how many rows were born after the plan, null where they cannot be counted.

    Closing it closes `events`.
    """
    with closing(events):
        for event in events:
            account = event.facts.get("accounting")
            if event.event == "done" and isinstance(account, Mapping):
                found: int | None = None
                # The run is done, whatever becomes of this look.
                with suppress(ConsoleError), connect() as connection:
                    found = late_rows(connection, int(str(event.facts["run"])))
                yield ApplyEvent("done", {**event.facts, "accounting": {**account, "late": found}})
            else:
                yield event


def _until(connection: Connection, moment: float) -> None:
    """Let the next statement of this transaction end by then."""
    left = max(1, int(1000 * (moment - time.monotonic())))  # 0 would mean: without an end
    connection.driver.execute(f"SET LOCAL statement_timeout = {left}".encode())


def _rerun(connection: Connection, number: int) -> Iterator[StillMissing]:
    """Rows of each entry that are missing now: `planned` (but not in quarantine), and `late`: born since."""
    for entry in connection.rows(SOURCES, {"run": number}):
        unregistered = reconcile.missing_set(connection, entry)
        yield connection.one(missing.rerun(unregistered, entry.ledger_id, connection.schema))


def _people(connection: Connection, query: Query[Person], number: int) -> tuple[str, ...]:
    return tuple(each.person for each in connection.rows(query, {"run": number}))


def _state(found: Facts) -> RunState:
    return RunState(
        status=found.status,
        digest=found.digest,
        planned_by=found.planned_by,
        reconciled_by=found.reconciled_by,
        reconcile_note=found.reconcile_note,
        gateway=Pin(found.gateway_planned, found.gateway_live),
        alerts=Pin(found.alerts_planned, found.alerts_live),
        registry_triggers=Pin(found.registry_triggers_planned, found.registry_triggers_live),
        triggers_changed=found.triggers_changed,
        items_changed=found.items_changed,
        registry_planned=found.registry_planned,
        registry_live=found.registry_live,
        written=found.written,
        self_marked=found.self_marked,
        writes=found.writes,
        batches=found.batches,
        unfinished=found.unfinished,
        largest=found.largest,
    )


def _birth(found: BirthRow) -> Birth:
    return Birth(found.origin, found.collection, found.rows, found.ours, found.example, found.by_run)

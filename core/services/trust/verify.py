"""Verifying a run: the acceptance gates, each proven on live data, in one snapshot."""

import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass

from core.db.connection.session import Connection
from core.db.rows.ledger import SOURCES
from core.db.rows.sources import StillMissing
from core.db.rows.verify import ACCEPTANCE, EVIDENCE_DIGEST
from core.db.sources import missing
from core.domain.backfill.events import ApplyEvent
from core.domain.backfill.runs import Accounting
from core.domain.gates import Judgement
from core.domain.steps import Tell
from core.domain.trust.acceptance_gates import Judged, judgements
from core.errors import ConsoleError, Json, Stale
from core.services.backfill import reconcile, runs, steps

LATE_SECONDS = 60.0  # seconds; no reviewer waits longer for a figure beside the accounting


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


def verify(connection: Connection, number: int, *, tell: Tell | None = None) -> Verification:
    """Ask every acceptance gate of a run. Changes nothing; every login that may browse may verify.

    Raises Stale where a planned table, or a column of its identity, is gone. `tell` hears of each table that is read.
    """
    with connection.snapshot():
        weights = reconcile.weights(runs.run(connection, number))
        with steps.told(connection, "read again", weights, tell):
            judged = connection.rows(ACCEPTANCE, {"run": number})
        found = [Judged(each.gate, each.passed, each.evidence) for each in judged]
        delta, late = _rerun_delta({each.gate: each.evidence for each in found}, number)
        account = runs.account(connection, number, late)
        digest = connection.one(EVIDENCE_DIGEST, {"run": number}).digest
    return Verification(number, judgements(found), delta, account, digest)


def _rerun_delta(evidence: Mapping[str, Json], number: int) -> tuple[int, int]:
    """How many planned rows a rerun would register, and how many came since the plan."""
    found = evidence.get("rerun_delta")
    if not isinstance(found, Mapping) or "unreadable" in found:
        gone = found.get("unreadable") if isinstance(found, Mapping) else None
        raise Stale(
            f"the tables of run {number} no longer match the plan",
            code="plan_stale",
            evidence={"run": number, "collections": gone},
            hint="If a table was renamed or moved, an administrator records its place in birth_collection_place; then "
            "verify again. If it was dropped, or columns of its identity were, the run stays uncertified: exempt the "
            "collection, or classify it by other columns, and plan again.",
        )
    return int(str(found["rerun_delta"])), int(str(found["late"]))


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
    connection.set_local(statement_timeout=left)


def _rerun(connection: Connection, number: int) -> Iterator[StillMissing]:
    """Rows of each entry that are missing now: `planned` (but not in quarantine), and `late`: born since."""
    for entry in connection.rows(SOURCES, {"run": number}):
        unregistered = reconcile.missing_set(connection, entry)
        yield connection.one(missing.rerun(unregistered, entry.ledger_id, connection.schema))

"""Verifying a run: the acceptance gates, each proven on live data, in one snapshot."""

from dataclasses import dataclass

from core.db import missing
from core.db.connection import Connection
from core.domain.acceptance import ACCEPTANCE, RunEvidence
from core.domain.gates import Judgement, judge
from core.domain.ledger import Accounting
from core.services import ledger, reconcile


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
        ledger.run(connection, number)
        delta, late = _rerun(connection, number)
        seen = RunEvidence(
            facts=connection.rows("acceptance.facts", {"run": number})[0],
            participants=_people(connection, "acceptance.people", number),
            reviewers=_people(connection, "acceptance.reviewers", number),
            accounting=ledger.account(connection, number, late),
            rerun_delta=delta,
            births=tuple(connection.rows("acceptance.since_plan", {"run": number})),
        )
        digest = connection.value("acceptance.evidence_digest", {"run": number})
    return Verification(number, judge(ACCEPTANCE, seen), delta, seen.accounting, digest)


def _rerun(connection: Connection, number: int) -> tuple[int, int]:
    """Rows that are missing now: those of the plan (but not in quarantine), and those born since."""
    delta = late = 0
    for entry in connection.rows("ledger.sources", {"run": number}):
        unregistered = reconcile.missing_set(connection, entry)
        found = connection.rows(missing.rerun(unregistered, entry["ledger_id"], connection.schema))[0]
        delta += found["planned"]
        late += found["late"]
    return delta, late


def _people(connection: Connection, query: str, number: int) -> tuple[str, ...]:
    return tuple(row["person"] for row in connection.rows(query, {"run": number}))

"""Certifying: a reviewer who took no part verifies a run, and stands for the evidence. The database decides who may."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.db.connection.session import Connection
from core.db.rows.verify import ACKNOWLEDGE, CERTIFICATE, CERTIFY, STANDBYS
from core.domain.gates import insist
from core.errors import UsageError
from core.services import authorization
from core.services.trust import standbys, verify
from core.services.trust.verify import Verification


@dataclass(frozen=True, slots=True)
class Certificate:
    """A run that a reviewer stands for. `chain_head` is the hash of the event that says so."""

    run: int
    certificate: str
    chain_head: str
    chain_seq: int


@dataclass(frozen=True, slots=True)
class Given(Certificate):
    """A certificate just given. `synchronous` names the standbys that have it, too, as the server's setting does.

    None where there are none: a failover can lose it.
    """

    synchronous: str | None


@dataclass(frozen=True, slots=True)
class Certified(Certificate):
    """A certificate as the ledger keeps it: who stands for the run, since when, and in which words."""

    certified_by: str
    person: str
    certified_at: datetime
    note: str


def read(connection: Connection, number: int) -> Certified | None:
    """The certificate of a run, or None. `chain_head` is the hash of the event that says so, "" where that is gone."""
    found = connection.row(CERTIFICATE, {"run": number})
    if found is None:
        return None
    return Certified(
        run=found.run,
        certificate=found.certificate,
        chain_head=found.chain_head or "",
        chain_seq=found.chain_seq,
        certified_by=found.certified_by,
        person=found.person,
        certified_at=found.certified_at,
        note=found.note,
    )


def certify(
    connection: Connection,
    number: int,
    note: str,
    *,
    looked_at: str | None = None,
    acknowledged: Sequence[str] = (),
    confirmed: Callable[[Verification], bool] = lambda _: True,
) -> Given:
    """Verify `number` now, then certify its evidence. `looked_at` is the evidence digest of an earlier verify.

    `acknowledged` are alerts since the plan, by the signs that verify shows: each becomes an event, with the note as
    its reason, before the gates are judged. Who gives no `looked_at` is asked by `confirmed`, with what is found now.
    Raises UsageError (`evidence_missing`) where that is not confirmed, GateClosed where an acceptance gate does not
    pass, NotAllowed for a person who took part in the run and for logins outside birth_reviewer, and Stale where the
    evidence is no longer what was looked at.

    A synchronous standby is waited for, for a limited time. Raises Stopped where it is missing: nothing is recorded
    then. Also where it does not confirm what was recorded: then the same call by the same login waits again.
    """
    authorization.insist_on(connection, "birth_reviewer", "certify a run")
    if (given := _given(connection, number)) is not None:
        standbys.insist_reached(connection, number)
        return given
    authorization.insist_on_distance(connection, number)
    present = standbys.insist_present(connection)
    for alert in acknowledged:
        connection.one(ACKNOWLEDGE, {"run": number, "alert": alert, "reason": note})
    seen = verify.verify(connection, number)
    insist(seen.gates, f"run {number} may not be certified")
    if looked_at is None and not confirmed(seen):
        raise UsageError(
            f"run {number} is not certified: the evidence was not confirmed",
            code="evidence_missing",
            evidence={"run": number},
            hint=f"Read `birth-console verify {number}`, then add --evidence with the digest that it prints.",
        )
    digest = looked_at or seen.evidence_digest
    with standbys.committing(connection) as reached:
        done = connection.one(CERTIFY, {"run": number, "digest": digest, "note": note})
    if present.needed and not reached():
        raise standbys.silent(present, number)
    return Given(number, digest, done.chain_hash, done.chain_seq, done.synchronous or None)


def _given(connection: Connection, number: int) -> Given | None:
    """The certificate of a run that this login gave already, where standbys are to have it, too."""
    found = read(connection, number)
    if found is None or found.certified_by != connection.driver.info.user:
        return None
    names = connection.one(STANDBYS, {"wal": None}).names
    return Given(number, found.certificate, found.chain_head, found.chain_seq, names) if names else None

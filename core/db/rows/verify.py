"""Rows of core/sql/queries/verify.sql."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.db.rows.query import Done, Query
from core.errors import Json


@dataclass(frozen=True, slots=True)
class Gate:
    """An acceptance gate as the database judges it; `passed` is None where it cannot be judged."""

    gate: str
    passed: bool | None
    evidence: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Digest:
    """The digest of a run's evidence."""

    digest: str


@dataclass(frozen=True, slots=True)
class Certified:
    """The event that says that a run is certified, and the synchronous standbys that are to have it ("" for none)."""

    chain_seq: int
    chain_hash: str
    synchronous: str


@dataclass(frozen=True, slots=True)
class Certificate:
    """Who stands for a run; `chain_head` is None where the event that says so is gone."""

    run: int
    certified_by: str
    person: str
    certified_at: datetime
    note: str
    certificate: str
    chain_seq: int
    chain_head: str | None


@dataclass(frozen=True, slots=True)
class Standbys:
    """The server's synchronous standbys by their setting, and how many are `needed` to confirm a commit.

    `streaming` ones are there, and `reached` ones have all up to a position; None where it cannot be seen.
    """

    names: str
    needed: int
    streaming: int | None
    reached: int | None
    wal: str | None


ACCEPTANCE: Final = Query("verify.acceptance", Gate)
EVIDENCE_DIGEST: Final = Query("verify.evidence_digest", Digest)
CERTIFY: Final = Query("verify.certify", Certified)
ACKNOWLEDGE: Final = Query("verify.acknowledge", Done)
CERTIFICATE: Final = Query("verify.certificate", Certificate)
STANDBYS: Final = Query("verify.standbys", Standbys)

"""Rows of core/sql/queries/audit.sql."""

from dataclasses import dataclass
from typing import Final

from core.db.rows.query import Query
from core.errors import Json


@dataclass(frozen=True, slots=True)
class Head:
    """The head of the chain, as the database claims it."""

    seq: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Event:
    """One event of the chain."""

    seq: int
    at_us: int
    actor: str
    kind: str
    payload: str | None
    prev: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class OrderedAt:
    """When an event was, if times run forwards from before it on (microseconds since 1970)."""

    at_us: int | None


@dataclass(frozen=True, slots=True)
class Payload:
    """What an event says, as text."""

    payload: str | None


@dataclass(frozen=True, slots=True)
class ToldRow:
    """A row that events tell of: its table, its key, and the digest of what it holds now."""

    name: str
    key: str
    digest: str


@dataclass(frozen=True, slots=True)
class RowNow:
    """A row as it is now; None where there is none."""

    row: Json


@dataclass(frozen=True, slots=True)
class Counters:
    """An entry that does not continue behind its batches: its counters, and what its batches say they must be."""

    ledger_id: int
    next_seq: int
    wanted_seq: int
    last_epoch: int
    wanted_epoch: int


@dataclass(frozen=True, slots=True)
class Retired:
    """Rows of a retirement that are not those it was recorded with: how many stand in order, and their digest."""

    key: str
    rows: int
    wanted_rows: int | None
    digest: str | None
    wanted_digest: str | None


@dataclass(frozen=True, slots=True)
class Genesis:
    """The hash of the first event, as hex digits."""

    hash: str


@dataclass(frozen=True, slots=True)
class Trust:
    """A finding of birth_audit, or of birth_server_audit."""

    id: str
    title: str
    verdict: str
    evidence: Json
    hint: str


@dataclass(frozen=True, slots=True)
class Place:
    """Which database of which server this is, on which timeline, and how far its WAL has come (bytes)."""

    database: str
    system_identifier: str
    timeline: int
    wal: int


@dataclass(frozen=True, slots=True)
class Accepted:
    """The event that says that a changed history was accepted."""

    event: int


@dataclass(frozen=True, slots=True)
class Link:
    """This session's link, as the server sees it."""

    is_encrypted: bool
    is_local: bool


@dataclass(frozen=True, slots=True)
class Server:
    """What any server tells of itself and of this session; `clock` is in seconds since 1970."""

    pid: int
    login: str
    version: int
    version_text: str
    in_recovery: bool
    clock: float
    is_installed: bool


@dataclass(frozen=True, slots=True)
class Gateway:
    """The gateway's functions: the fingerprint of the trigger function, and how many there are of both names."""

    norm_md5: str | None
    overloads: int


@dataclass(frozen=True, slots=True)
class Session:
    """The login that asks, its person and groups, and the gateway."""

    login: str
    person: str | None
    groups: list[str]
    gateway: Gateway


HEAD: Final = Query("audit.head", Head)
EVENTS: Final = Query("audit.events", Event)
EVENTS_SINCE: Final = Query("audit.events_since", Event)
ORDERED_AT: Final = Query("audit.ordered_at", OrderedAt)
PAYLOAD: Final = Query("audit.payload", Payload)
TOLD_ROWS: Final = Query("audit.told_rows", ToldRow)
TOLD_ROWS_OF: Final = Query("audit.told_rows_of", ToldRow)
TOLD_ROW: Final = Query("audit.told_row", RowNow)
COUNTERS: Final = Query("audit.counters", Counters)
RETIRED: Final = Query("audit.retired", Retired)
GENESIS: Final = Query("audit.genesis", Genesis)
TRUST: Final = Query("audit.trust", Trust)
SERVER_AUDIT: Final = Query("audit.server_audit", Trust)
LINK: Final = Query("audit.link", Link)
PLACE: Final = Query("audit.place", Place)
ACCEPT_HISTORY: Final = Query("audit.accept_history", Accepted)
SERVER: Final = Query("audit.server", Server)
SESSION: Final = Query("audit.session", Session)

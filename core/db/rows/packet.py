"""Rows of core/sql/queries/packet.sql."""

from dataclasses import dataclass
from typing import Final

from core.db.rows.query import Query
from core.errors import Json


@dataclass(frozen=True, slots=True)
class Place:
    """Which database this is, who asks, and when."""

    database: str
    schema: str
    login: str
    person: str | None
    version: str
    system_identifier: str
    taken_at: str


@dataclass(frozen=True, slots=True)
class Renamed:
    """An entry of a run whose table is elsewhere than its collection's name says, or whose columns were renamed."""

    run: int
    collection: str
    place: str | None
    is_gone: bool
    planned: tuple[str, ...]
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """What a backfill must never change, as it is now; and the words that stand for what cannot be checked."""

    gateway: Json
    registry_triggers: str
    trigger_guard_alerts: int
    registry_rows: int
    closure: Json
    bindings: Json
    attestations: Json


@dataclass(frozen=True, slots=True)
class Chain:
    """The two ends of the chain, as hex digits."""

    seq: int
    head: str
    genesis: str | None


PLACE: Final = Query("packet.place", Place)
RENAMED: Final = Query("packet.renamed", Renamed)
FINGERPRINTS: Final = Query("packet.fingerprints", Fingerprints)
CHAIN: Final = Query("packet.chain", Chain)

"""Rows of core/sql/queries/doctor.sql."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.db.rows.query import Query
from core.errors import Json


@dataclass(frozen=True, slots=True)
class Migration:
    """A part that is installed, and the hash of its text."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Unkept:
    """An identity that no constraint keeps, with the statements that would."""

    collection: str
    identity: str
    statements: list[str]


@dataclass(frozen=True, slots=True)
class SchemaRecord:
    """Whether the record of what was installed is what its event in the chain says."""

    is_whole: bool


@dataclass(frozen=True, slots=True)
class Binding:
    """The register function, as it is bound; `writes` and `callable` are None where it is gone."""

    signature: str
    there: bool
    writes: bool | None
    callable: bool | None
    overloads: int
    set_based: bool
    unknown: list[str]
    binding: Json


@dataclass(frozen=True, slots=True)
class UnseenWrites:
    """A table that the register function writes, or a function, and why the server does not count the writes."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Pins:
    """The gateway's fingerprint now, and the permits and runs that were made for another."""

    live: str | None
    permits: list[int]
    runs: list[int]


@dataclass(frozen=True, slots=True)
class Server:
    """The server on which this was installed, the one it runs on, and the runs that were planned on another version."""

    installed_on: str | None
    live: str | None
    runs: list[int]


@dataclass(frozen=True, slots=True)
class History:
    """Other servers and timelines on which something was recorded, and how often acknowledged batches were lost."""

    changes: Json
    losses: int


@dataclass(frozen=True, slots=True)
class Registry:
    """Whether the registry's codes are indexed, and unique by that: in all of it, or in each partition."""

    is_unique: bool
    is_indexed: bool
    is_unique_in_part: bool
    is_partitioned: bool
    registry: str
    code: str


@dataclass(frozen=True, slots=True)
class Guarded:
    """A table of ours with row security."""

    table: str


@dataclass(frozen=True, slots=True)
class Stranger:
    """What birth_owner owns although no installation made it, and the roles that may use it."""

    object: str
    open_to: list[str]


@dataclass(frozen=True, slots=True)
class Source:
    """The table of a REQUIRED collection that birth_owner or the groups cannot read, or that was never analysed."""

    collection: str
    table: str
    schema: str
    closed: bool
    unread: bool
    guarded: bool
    unknown: bool


@dataclass(frozen=True, slots=True)
class RegistryOnNodes:
    """The registry, where nodes of Citus keep it."""

    schema: str
    table: str


@dataclass(frozen=True, slots=True)
class Shards:
    """The table of a REQUIRED collection that nodes of Citus keep, and one of its rows as a FROM takes it."""

    collection: str
    schema: str
    table: str
    rows: str | None


@dataclass(frozen=True, slots=True)
class Heir:
    """A table that inherits from a collection's without its trigger, and the SQL that attaches it, where we may."""

    table: str
    remedy: str | None


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """A collection whose name several schemas have a table of."""

    collection: str
    schemas: list[str]


@dataclass(frozen=True, slots=True)
class Remedy:
    """The SQL that mends what a finding of the audit names."""

    id: str
    statements: list[str]


@dataclass(frozen=True, slots=True)
class Reached:
    """An object of the company's that takes part when a row is registered; `acts`: its owner can act here, too."""

    kind: str
    name: str
    owner: str | None
    reached_by: str
    acts: bool


@dataclass(frozen=True, slots=True)
class Bound:
    """A part that is bound, what it was then (None: a stand-in, or bound by the first version), and what changed."""

    part: str
    object: str
    was: Mapping[str, Json] | None
    changed: list[str]
    bound_by: str | None
    bound_at: datetime | None
    is_ours: bool


BINDINGS: Final = Query("doctor.bindings", Bound)
CLOSURE: Final = Query("doctor.closure", Reached)
SCHEMA_RECORD: Final = Query("doctor.schema_record", SchemaRecord)
MIGRATIONS: Final = Query("doctor.migrations", Migration)
BINDING: Final = Query("doctor.binding", Binding)
UNSEEN_WRITES: Final = Query("doctor.unseen_writes", UnseenWrites)
PINS: Final = Query("doctor.pins", Pins)
SERVER: Final = Query("doctor.server", Server)
HISTORY: Final = Query("doctor.history", History)
REGISTRY: Final = Query("doctor.registry", Registry)
ROW_SECURITY: Final = Query("doctor.row_security", Guarded)
STRANGERS: Final = Query("doctor.strangers", Stranger)
SOURCES: Final = Query("doctor.sources", Source)
SHARDS: Final = Query("doctor.shards", Shards)
REGISTRY_ON_NODES: Final = Query("doctor.registry_on_nodes", RegistryOnNodes)
UNKEPT: Final = Query("doctor.unkept", Unkept)
HEIRS: Final = Query("doctor.heirs", Heir)
AMBIGUOUS: Final = Query("doctor.ambiguous", Ambiguous)
REMEDIES: Final = Query("doctor.remedies", Remedy)

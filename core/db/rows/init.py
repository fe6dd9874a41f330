"""Rows of core/sql/queries/init.sql."""

from dataclasses import dataclass
from typing import Final

from core.db.rows.query import Command, Query


@dataclass(frozen=True, slots=True)
class Server:
    """The server and the login that asks. `owns_schema` is None where there is no such schema.

    `finishes_roles`: it may create the roles that are missing, and let the groups read what birth_reader reads.
    `becomes_caller`: it is a member of birth_caller, or can make itself one.
    """

    database: str
    login: str
    quoted: str
    superuser: bool
    creates_roles: bool
    version: int
    encoding: str
    roles: tuple[str, ...]
    has_caller: bool
    becomes_caller: bool
    creates_schemas: bool
    grants_statistics: bool
    grants_signals: bool
    finishes_roles: bool
    owns_schema: bool | None
    schema_owner: str | None
    schema_filled: bool


@dataclass(frozen=True, slots=True)
class Owner:
    """What birth_owner may. `schema_ready` is None where there is no such schema, `groups_read` without the groups."""

    becomes: bool
    administers: bool
    groups_read: bool | None
    schema_ready: bool | None
    reads_statistics: bool
    ends_sessions: bool
    reads_authentication: bool


@dataclass(frozen=True, slots=True)
class Object:
    """An object of the schema by one of our names. `owned`: this login acts for its owner."""

    kind: str
    name: str
    owner: str
    owned: bool
    relid: int


@dataclass(frozen=True, slots=True)
class SchemaThere:
    """Whether there is a schema of a name."""

    there: bool


@dataclass(frozen=True, slots=True)
class Reads:
    """Whether this login may read a table."""

    reads: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an installation that was done."""

    name: str


@dataclass(frozen=True, slots=True)
class Schemas:
    """Where tables of collections are looked for, in this order."""

    schemas: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Attested:
    """What a person stands for in place of what the console cannot check: the setting, and the words."""

    name: str
    words: str


@dataclass(frozen=True, slots=True)
class RegisterWrites:
    """Tables that the register function may write besides the registry."""

    tables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Remedy:
    """What makes a check of the audit pass."""

    id: str
    statement: str


@dataclass(frozen=True, slots=True)
class SeesRemedies:
    """Whether this login may ask for remedies."""

    sees: bool


@dataclass(frozen=True, slots=True)
class Citus:
    """Whether the database is one of Citus."""

    here: bool


SERVER: Final = Query("init.server", Server)
OWNER: Final = Query("init.owner", Owner)
OBJECTS: Final = Query("init.objects", Object)
SCHEMA_THERE: Final = Query("init.schema_there", SchemaThere)
SEARCH_PATH: Final = Query("init.search_path", Schemas)
READS: Final = Query("init.reads", Reads)
RECORDED: Final = Query("init.recorded", Part)
SCHEMAS: Final = Query("init.schemas", Schemas)
TRY_EVENT_TRIGGER: Final = Command("init.try_event_trigger")
TAKE_BACK: Final = Command("init.take_back")
ATTESTED: Final = Query("init.attested", Attested)
REGISTER_WRITES: Final = Query("init.register_writes", RegisterWrites)
REMEDIES: Final = Query("init.remedies", Remedy)
SEES_REMEDIES: Final = Query("init.sees_remedies", SeesRemedies)
CITUS: Final = Query("init.citus", Citus)

"""Rows of core/sql/queries/init.sql."""

from collections.abc import Mapping
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
    roles: tuple[str, ...]
    has_caller: bool
    becomes_caller: bool
    creates_schemas: bool
    grants_statistics: bool
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
class CompanyTable:
    """A table of the company by one of the packet's names, or by the name that somebody gave."""

    part: str
    schema: str
    table: str
    owner: str
    owned: bool
    relid: int


@dataclass(frozen=True, slots=True)
class BoundTable:
    """A table of the company that was bound, and its columns' names under ours."""

    part: str
    schema: str
    table: str
    owner: str
    owned: bool
    relid: int
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class BoundGateway:
    """The company's gateway that is bound: the function of its triggers, and their name."""

    schema: str
    function: str
    pattern: str
    relid: int


@dataclass(frozen=True, slots=True)
class TriggerFunction:
    """A trigger function by the name that somebody gave."""

    schema: str
    function: str
    oid: int


@dataclass(frozen=True, slots=True)
class Met:
    """Which tables a gateway's trigger meets."""

    relid: int


@dataclass(frozen=True, slots=True)
class ColumnName:
    """A column."""

    name: str


@dataclass(frozen=True, slots=True)
class Beside:
    """An object of the company that has a name of ours."""

    kind: str
    schema: str
    name: str


@dataclass(frozen=True, slots=True)
class Reads:
    """Whether this login may read a table."""

    reads: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an installation that was done."""

    name: str


@dataclass(frozen=True, slots=True)
class Relation:
    """What reads like a table. `argument` is what the gateway's trigger on it is told."""

    relid: int
    schema: str
    name: str
    obstacle: str
    owned: bool
    takes_triggers: bool
    owns_schema: bool
    has_trigger: bool
    argument: bytes | None


@dataclass(frozen=True, slots=True)
class Heir:
    """A table that inherits from `parent`, at any depth."""

    parent: int
    relid: int
    schema: str
    name: str
    takes_triggers: bool
    has_trigger: bool


@dataclass(frozen=True, slots=True)
class Registering:
    """A trigger on a table that seems to register its rows, and its function."""

    relid: int
    trigger: str
    function: str


@dataclass(frozen=True, slots=True)
class Readable:
    """Whether birth_owner and the groups read a table, and enter its schema."""

    relid: int
    read: bool
    entered: bool


@dataclass(frozen=True, slots=True)
class Granted:
    """Whether one of our roles holds a right on a table, and the groups read it."""

    relid: int
    role: str
    right: str
    held: bool
    read: bool


@dataclass(frozen=True, slots=True)
class Registered:
    """A collection of the registry of collections."""

    collection: str
    governance_role: str | None


@dataclass(frozen=True, slots=True)
class Policy:
    """What a collection's policy requires."""

    collection: str
    requirement: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a collection's table is."""

    collection_name: str
    schema: str
    name: str


@dataclass(frozen=True, slots=True)
class Schemas:
    """Where tables of collections are looked for, in this order."""

    schemas: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Attested:
    """What somebody stands for in place of what the console cannot check: the setting, and the words."""

    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Function:
    """A function, what a caller gives it, and what this login may do with it."""

    oid: int
    name: str
    signature: str
    kind: str
    returns_set: bool
    volatility: str
    without_default: int
    names: tuple[str, ...]
    types: tuple[str, ...]
    pseudo: tuple[bool, ...]
    variadic: bool
    owned: bool
    schema: str


@dataclass(frozen=True, slots=True)
class Parts:
    """What a name consists of."""

    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CallableFunction:
    """Whether birth_caller may call a function."""

    callable: bool


@dataclass(frozen=True, slots=True)
class Bound:
    """The register function that is bound: its parameters with `value` or `constant` of each. None where none is."""

    signature: str | None
    name: str | None
    binding: Mapping[str, Mapping[str, str]]
    there: bool


@dataclass(frozen=True, slots=True)
class Remedy:
    """What makes a check of the audit pass."""

    id: str
    statement: str


@dataclass(frozen=True, slots=True)
class SeesRemedies:
    """Whether this login may ask for remedies."""

    sees: bool


SERVER: Final = Query("init.server", Server)
OWNER: Final = Query("init.owner", Owner)
OBJECTS: Final = Query("init.objects", Object)
SCHEMA_THERE: Final = Query("init.schema_there", SchemaThere)
SEARCH_PATH: Final = Query("init.search_path", Schemas)
COMPANY_TABLES: Final = Query("init.company_tables", CompanyTable)
NAMED_TABLE: Final = Query("init.named_table", CompanyTable)
BOUND_TABLES: Final = Query("init.bound_tables", BoundTable)
BOUND_GATEWAY: Final = Query("init.bound_gateway", BoundGateway)
TRIGGER_FUNCTION: Final = Query("init.trigger_function", TriggerFunction)
MET: Final = Query("init.met", Met)
TABLE_COLUMNS: Final = Query("init.table_columns", ColumnName)
BESIDE: Final = Query("init.beside", Beside)
READS: Final = Query("init.reads", Reads)
RECORDED: Final = Query("init.recorded", Part)
TABLES: Final = Query("init.tables", Relation)
HEIRS: Final = Query("init.heirs", Heir)
REGISTERING: Final = Query("init.registering", Registering)
READABLE: Final = Query("init.readable", Readable)
GRANTED: Final = Query("init.granted", Granted)
REGISTERED: Final = Query("init.registered", Registered)
POLICIES: Final = Query("init.policies", Policy)
PLACES: Final = Query("init.places", Place)
SCHEMAS: Final = Query("init.schemas", Schemas)
TRY_EVENT_TRIGGER: Final = Command("init.try_event_trigger")
ATTESTED: Final = Query("init.attested", Attested)
FUNCTIONS: Final = Query("init.functions", Function)
PARTS: Final = Query("init.parts", Parts)
CALLABLE: Final = Query("init.callable", CallableFunction)
BOUND: Final = Query("init.bound", Bound)
REMEDIES: Final = Query("init.remedies", Remedy)
SEES_REMEDIES: Final = Query("init.sees_remedies", SeesRemedies)

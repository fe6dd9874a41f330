"""A script in the making: what is to be done to a database, what stays as it is, what an administrator has to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from psycopg import sql

from core.db.connection.session import Connection
from core.db.install import installer
from core.db.install.script import Statement
from core.db.rows.init import READS, Object, Owner, Server
from core.domain.adopt.enrolment import Table
from core.errors import Json, NotAllowed
from core.services.adopt.obstacles import Obstacles

SUPERUSER = "a superuser"
ROLES_FROM_16 = 160_000  # since then a role is administered by its members with that option only
_ROLES = 5


@dataclass(frozen=True, slots=True)
class Survey:
    """The database as it was found, and what this login may do to it."""

    server: Server
    owner: Owner | None  # what birth_owner may; None where there is no such role
    objects: Mapping[tuple[str, str], Object]  # of the schema, by kind and name
    recorded: frozenset[str]  # parts of an installation that were done before
    attested: Mapping[str, str] = field(default_factory=dict)  # the words of a person for what cannot be checked
    makes_event_triggers: bool = False

    @property
    def login(self) -> str:
        """Who asks."""
        return self.server.login

    @property
    def is_superuser(self) -> bool:
        """Whether nothing can be refused."""
        return self.server.superuser

    @property
    def has_roles(self) -> bool:
        """Whether all five roles are there, and the groups read what birth_reader reads."""
        return len(self.server.roles) == _ROLES and self.owner is not None and bool(self.owner.groups_read)

    @property
    def is_member(self) -> bool:
        """Whether this login acts as birth_owner already."""
        return self.is_superuser or (self.owner is not None and self.owner.becomes)

    @property
    def can_install(self) -> bool:
        """Whether it can make objects for birth_owner, and the one for birth_caller where that is not done."""
        return (self.is_member or self.can_join) and (
            self.server.becomes_caller or installer.AS_CALLER in self.recorded
        )

    @property
    def can_join(self) -> bool:
        """Whether it can make itself a member of birth_owner, for as long as this takes."""
        if self.owner is None:
            return self.server.creates_roles
        return self.owner.administers or (self.server.creates_roles and not self.is_granular)

    @property
    def is_granular(self) -> bool:
        """Whether memberships come with or without their use: PostgreSQL 16 and newer."""
        return self.server.version >= ROLES_FROM_16

    def owner_of(self, kind: str, name: str) -> str | None:
        """Who owns an object of the schema, or None where there is none."""
        found = self.objects.get((kind, name))
        return None if found is None else found.owner

    def is_ours(self, kind: str, name: str) -> bool:
        """Whether an object is there and birth_owner's."""
        return self.owner_of(kind, name) == "birth_owner"


@dataclass(frozen=True, slots=True)
class Left:
    """Something that was there, or cannot be touched, and why."""

    object: str
    why: str


@dataclass(frozen=True, slots=True)
class CompanyTable:
    """A table of the company that plays a part. `columns` are the company's names under ours, where they differ.

    `is_new`: it is to be bound; else it was bound before.
    """

    part: str
    schema: str
    name: str
    owner: str
    owned: bool  # this login acts for its owner
    relid: int
    columns: Mapping[str, str]
    is_new: bool = False

    @property
    def text(self) -> str:
        """Its name for people."""
        return f"{self.schema}.{self.name}"

    @property
    def identifier(self) -> sql.Identifier:
        """Its quoted name."""
        return sql.Identifier(self.schema, self.name)

    def column(self, ours: str) -> str:
        """The company's name of a column."""
        return self.columns.get(ours, ours)


@dataclass(frozen=True, slots=True)
class CompanyGateway:
    """The company's gateway: the function of its triggers, and their name, where `*` is the table's."""

    schema: str
    function: str
    pattern: str
    oid: int
    is_new: bool = False

    @property
    def text(self) -> str:
        """Its name for people."""
        return f"{self.schema}.{self.function}"


@dataclass(slots=True)
class Draft:
    """A script in the making."""

    survey: Survey
    schema: str
    statements: list[Statement] = field(default_factory=list)
    company_schemas: tuple[str, ...] = ()  # where the company's objects are looked for
    tables: dict[str, CompanyTable] = field(default_factory=dict)  # the company's, by the part that they play
    left: list[Left] = field(default_factory=list)
    enrolled: list[dict[str, Json]] = field(default_factory=list)
    out_of_scope: dict[str, int] = field(default_factory=dict)  # collections that are not REQUIRED, by governance role
    bound: Json = None
    gateway: CompanyGateway | None = None  # the company's, where it is bound
    has_register: bool = False  # whether the company has a register function
    registers_by: list[str] = field(default_factory=list)  # the bound register function's name
    obstacles: Obstacles = field(default_factory=Obstacles)

    def add(self, what: str, statement: sql.Composed, *, as_owner: bool = False, needs: str = "",
            plumbing: bool = False, elsewhere: bool = False) -> None:  # fmt: skip
        """Append a step."""
        self.statements.append(Statement(what, statement, as_owner, needs, plumbing, elsewhere))

    def leave(self, name: str, why: str) -> None:
        """Note what stays as it is."""
        self.left.append(Left(name, why))

    def in_schema(self, name: str) -> sql.Identifier:
        """An object of the console's schema."""
        return sql.Identifier(self.schema, name)

    @property
    def possible(self) -> list[Statement]:
        """The steps that this login can do; none where it cannot become birth_owner, or nothing is to be done."""
        if not self.survey.can_install:
            return []
        doing = [each for each in self.statements if not each.needs]
        return doing if any(not each.is_plumbing for each in doing) else []


def identifier(table: Table) -> sql.Identifier:
    """A table's quoted name."""
    return sql.Identifier(table.schema, table.name)


def comma_separated(names: list[sql.Composable]) -> sql.Composed:
    """Names with commas between."""
    return sql.SQL(", ").join(names)


def insist_on_reading(connection: Connection, table: sql.Identifier) -> None:
    """Raise NotAllowed where this login cannot even see what is there."""
    place = table.as_string(connection.driver)
    found = connection.row(READS, {"table": place})
    if found is None or not found.reads:
        raise NotAllowed(
            f"this login may not read {place}",
            code="rights_missing",
            evidence={"table": place},
            hint="Run init as a superuser, as the tables' owner, or as a member of birth_owner.",
        )

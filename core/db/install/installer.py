"""Installs the console's objects: numbered schema files, then the functions, in one transaction, recorded."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from typing import Any

from psycopg import Cursor, sql
from psycopg.rows import scalar_row

from core.db.connection.connecting import Driver
from core.db.connection.errors import translated
from core.db.install.fragments import expanded
from core.db.queries import sections, within
from core.version import SCHEMA_VERSION

# Any two installers meet here, whatever schema they install into.
ADVISORY_LOCK = 7_216_350_012
ROLES = "schema/0001_roles.sql"
SCHEMA = "schema/0002_schema.sql"
CALLER_ROLE = "schema/0036_caller_roles.sql"
FIRST = (ROLES, SCHEMA, CALLER_ROLE)  # before everything else
# Files that others ask for, to know whether their tables and functions are there.
COLLECTION = "schema/0006_collection.sql"
BINDING = "functions/adopt/binding.sql"
BIND_TABLE = "functions/adopt/bind_table.sql"
BIND_GATEWAY = "functions/adopt/bind_gateway.sql"
# The installing login makes them and gives them to birth_caller, which birth_owner could not.
AS_CALLER = "functions/kernel/as_caller.sql"
OF_CALLER = (AS_CALLER, "functions/kernel/reading.sql")
REGISTER_COLUMN = "schema/0026_register_column.sql"
# A feature's functions come after those that it uses, for people who read a script; only `needs` decides.
_ROOMS = ("kernel", "adopt", "classify", "overview", "backfill", "trust")
_NEEDS = re.compile(r"\A-- needs: (.+)$", re.MULTILINE)
_MADE = re.compile(r"^CREATE (?:OR REPLACE )?(TABLE|FUNCTION|VIEW) \{S\}\.(\w+)", re.MULTILINE)
_RENAMED = re.compile(r"^ALTER TABLE \{S\}\.\w+ RENAME TO (\w+)", re.MULTILINE)

_DEFINES = re.compile(r"^-- defines: (?P<name>\w+)\((?P<given>[^()]*)\)$", re.MULTILINE)  # by a function of the file
_FUNCTION = re.compile(r"^CREATE (?:OR REPLACE )?FUNCTION \{S\}\.(?P<name>\w+)\((?P<given>[^()]*)\)", re.MULTILINE)
_BODY = re.compile(r" AS (?P<tag>\$\w+\$)(?P<body>.*?)(?P=tag)", re.DOTALL)
_NAME = re.compile(r"\w+")
_TRIGGERS = re.compile(r"^-- triggers: ([\w, ]+) on ([\w, ]+(?:\n-- birth_[\w, ]+)*)", re.MULTILINE)  # each on each
_TRIGGER = re.compile(r"^ *CREATE (?:OR REPLACE |CONSTRAINT )?TRIGGER (\w+) .* ON \{S\}\.(\w+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Part:
    """One step of an installation: a schema file, functions, a stand-in, or what only a superuser may do."""

    name: str
    text: str
    remade: bool = False  # takes the place of a function that is there

    @property
    def is_ours(self) -> bool:
        """Whether what it makes is birth_owner's in the end."""
        return not (self.name.startswith("superuser/") or self.name in (*FIRST, *OF_CALLER))

    @property
    def needs(self) -> list[str]:
        """The files of functions that come before it, by their names."""
        found = _NEEDS.search(self.text)
        return [f"functions/{name.strip()}.sql" for name in found[1].split(",")] if found else []

    @property
    def makes(self) -> list[tuple[str, str]]:
        """Kind and name of each object of the schema that it creates, or gives its name."""
        defined = [("function", found["name"]) for found in _DEFINES.finditer(self.text)]
        renamed = [("table", name) for name in _RENAMED.findall(self.text)]
        return [*((kind.lower(), name) for kind, name in _MADE.findall(self.text)), *defined, *renamed]

    @property
    def triggers(self) -> list[tuple[str, str]]:
        """Each trigger that it creates on a table of ours, with the table."""
        listed = [(trigger.strip(), table) for triggers, tables in _TRIGGERS.findall(self.text)
                  for trigger in triggers.split(",") for table in _NAME.findall(tables)]  # fmt: skip
        return [*_TRIGGER.findall(self.text), *listed]

    @property
    def functions(self) -> list[tuple[str, list[str]]]:
        """Name and types of the parameters that are given of each function that it creates; `{S}` is the schema."""
        found = [*_FUNCTION.finditer(self.text), *_DEFINES.finditer(self.text)]
        return [(each["name"], _types(each["given"])) for each in found]

    @property
    def again(self) -> "Part":
        """The same for a function that is there already."""
        return replace(self, remade=True)

    def bodies(self, schema: str) -> Iterator[tuple[str, str]]:
        """Name and sha256 of each function's body. Functions of one name that take other parameters are several."""
        for match in _FUNCTION.finditer(self.text):
            if body := _BODY.search(self.text, match.end()):
                text = within(body["body"], schema).as_string()
                yield match["name"], hashlib.sha256(text.encode()).hexdigest()

    def statement(self, schema: str) -> sql.Composed:
        """Its SQL."""
        text = self.text.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION") if self.remade else self.text
        return within(text, schema)

    def handed_over(self, schema: str) -> sql.Composed:
        """The statements that give what it makes to birth_owner; empty where it makes nothing of the kind.

        The installing login makes it: event triggers of the company's run as that login, and birth_owner has no
        rights on their tables.
        """
        if not self.is_ours:
            return sql.SQL("").format()
        lines = [f"ALTER {kind.upper()} {{S}}.{name} OWNER TO birth_owner;" for kind, name in self.makes
                 if kind != "function"]  # fmt: skip
        for name, types in self.functions:
            function = f"FUNCTION {{S}}.{name}({', '.join(types)})"
            lines.append(f"REVOKE ALL ON {function} FROM PUBLIC; ALTER {function} OWNER TO birth_owner;")
        return within("\n".join(lines), schema)

    def record(self, schema: str) -> sql.Composed:
        """The statement that remembers it."""
        return sql.SQL("INSERT INTO {}.birth_migration (name, sha256) VALUES ({}, {})").format(
            sql.Identifier(schema), sql.Literal(self.name), sql.Literal(self.sha256)
        )

    @property
    def sha256(self) -> str:
        """What tells whether a database was made by this version."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def parts() -> list[Part]:
    """The console's own objects, in the order in which they build on each other.

    The roles and the schema, the schema's files by their numbers, then the functions. What a file needs in its first
    line comes before it. Else
    functions need no order: their bodies are not looked at until they are called (`check_function_bodies`).
    """
    functions = {part.name: part for part in function_parts()}
    ordered: dict[str, Part] = {}

    def place(part: Part) -> None:
        for name in part.needs:
            place(functions[name])
        ordered.setdefault(part.name, part)

    schema = {part.name: part for part in schema_parts()}
    for part in [*map(schema.__getitem__, FIRST), *schema.values(), *functions.values()]:
        place(part)
    return list(ordered.values())


def schema_parts() -> list[Part]:
    """Roles, schema and tables: forward only, each applied once."""
    return list(_files("schema"))


def function_parts() -> list[Part]:
    """Functions, views and triggers: applied again when their text changes."""
    return [part for room in _ROOMS for part in _files(f"functions/{room}")]


def stand_ins() -> list[Part]:
    """The gateway's objects, each by the name of what it makes."""
    text = (resources.files("core.sql.reference") / "gateway.sql").read_text(encoding="utf-8")
    return [Part(f"reference/{name}", body) for name, body in sections(text).items()]


def superusers() -> list[Part]:
    """What only a superuser may do."""
    return list(_files("superuser"))


def recorded(kind: str, schema: str, before: str | None = None, restored: Sequence[str] = ()) -> sql.Composed:
    """The statement that takes what is there now for what this version installs, as an event of the chain."""
    given = [sql.Literal(kind), sql.Literal(before), sql.Literal(SCHEMA_VERSION), sql.Literal(list(restored))]
    return sql.SQL("SELECT {}.birth_schema_record({}::text[])").format(
        sql.Identifier(schema), sql.SQL(", ").join(given)
    )


def install(driver: Driver, schema: str, *, reference: bool) -> list[str]:
    """Install what is missing into `schema` of a database of our own, and say what was installed.

    `reference` also installs the stand-ins for the gateway and the trigger guard, all of them. Needs a superuser.
    Raises a ConsoleError; nothing is kept then. Databases that hold the company's objects are for `init`.
    """
    with translated(), driver.transaction(), driver.cursor(row_factory=scalar_row) as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ADVISORY_LOCK])
        done = _recorded(cursor, schema)
        cursor.execute("SET LOCAL check_function_bodies = off")
        first, own = parts()[: len(FIRST)], parts()[len(FIRST) :]
        statistics, authentication, guard, sessions = superusers()
        wanted = [*first, statistics, authentication, sessions]
        wanted += [*stand_ins(), *own, guard] if reference else own
        missing = [part for part in wanted if part.name not in done]
        for part in missing:
            _run(cursor, schema, part)
        if missing:
            for part in missing:
                cursor.execute(part.record(schema))
            cursor.execute(recorded("schema_installed", schema))
        return [part.name for part in missing]


def _types(given: str) -> list[str]:
    """The types in a list of parameters, each `[OUT] name type [DEFAULT …]`."""
    words = [each.split() for each in given.split(",") if each.strip()]
    return [" ".join(each[1:]).partition(" DEFAULT ")[0] for each in words if each[0] != "OUT"]


def _files(folder: str) -> Iterator[Part]:
    place = resources.files("core.sql").joinpath(folder)
    for each in sorted(place.iterdir(), key=lambda file: file.name):
        if each.name.endswith(".sql"):
            yield Part(f"{folder}/{each.name}", expanded(each.read_text(encoding="utf-8")))


def _recorded(cursor: Cursor[Any], schema: str) -> set[str]:
    cursor.execute("SELECT to_regclass(format('%%I.birth_migration', %s::text)) IS NOT NULL", [schema])
    if not cursor.fetchone():
        return set()
    cursor.execute(sql.SQL("SELECT name FROM {}.birth_migration").format(sql.Identifier(schema)))
    return set(cursor.fetchall())


def _run(cursor: Cursor[Any], schema: str, part: Part) -> None:
    cursor.execute(part.statement(schema))
    # Not in one with it: the trigger guard reads the text of a statement that alters a table.
    if part.handed_over(schema).as_string():
        cursor.execute(part.handed_over(schema))

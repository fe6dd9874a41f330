"""The tables that the suggester is judged on: read once from a server, then kept under build/.

A database is a folder with `schema.json` (tables with columns, types, keys) and one gzipped CSV of rows a table, or a
file of SQL. Folders are taken from BIRTH_BENCH_SCHEMAS; without it the small schemas beside this file are all there is.
"""

import gzip
import hashlib
import json
import os
import pickle
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from core.db.connection.session import Connection
from core.db.install.installer import install
from core.db.sources import sample
from core.domain.classify import column_statistics
from core.domain.classify.column_statistics import SampledTable
from core.errors import ConsoleError
from core.services.classify import column_statistics as statistics_service
from core.services.classify.column_statistics import Catalogs, Place
from core.settings import DEFAULT_SCHEMA
from tests.databases import TestServer, a_server

FOLDERS = "BIRTH_BENCH_SCHEMAS"
_OWN = Path(__file__).parent / "schemas"
_CACHE = Path("build/bench")
# What a sample looks like is told by these files: where one changes, everything is read anew.
_SOURCES = (__file__, sample.__file__, column_statistics.__file__, statistics_service.__file__)
_TABLES = """
SELECT c.oid::bigint AS relid, n.nspname AS schema, c.relname AS name
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND n.nspname NOT IN ('information_schema', 'birth') AND n.nspname NOT LIKE 'pg\\_%' ORDER BY 2, 3
"""
_KNOWN_TYPES = (
    "smallint", "integer", "bigint", "numeric", "real", "double", "text", "character", "date", "time", "interval",
    "boolean", "uuid", "json", "jsonb", "bytea", "inet", "name", "xml", '"char"', "bit",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Database:
    """The tables of one database, as they were declared."""

    name: str
    tables: tuple[SampledTable, ...]

    def hidden(self) -> "Database":
        """The same as if nobody had declared anything."""
        return Database(self.name, tuple(map(hidden, self.tables)))


def hidden(table: SampledTable) -> SampledTable:
    """The table as if nobody had declared anything: no keys, no foreign keys, no NOT NULL, no sequences."""
    columns = tuple(replace(column, not_null=False, generated=False) for column in table.columns)
    return replace(table, columns=columns, keys=(), references=(), referenced=frozenset())


def databases() -> list[Database]:
    """All of them, by name: the folders that the environment names, or the schemas beside this file."""
    named = os.environ.get(FOLDERS)
    wanted = sorted(each for each in Path(named or _OWN).iterdir() if each.suffix == ".sql" or each.is_dir())
    found = {each: _kept(each) for each in wanted}
    if missing := [each for each, database in found.items() if database is None]:
        with a_server() as server:
            for each in missing:
                found[each] = _keep(each, _loaded(server, each))
    return [database for database in found.values() if database is not None]


def read(dsn: str, name: str) -> Database:
    """Every table of a database that this login may read, where the console is installed; it is only read."""
    with Connection.open(dsn, DEFAULT_SCHEMA) as connection:
        return Database(name, tuple(_tables(connection)))


def _tables(connection: Connection) -> Iterator[SampledTable]:
    rows = connection.driver.execute(_TABLES.encode()).fetchall()
    places = [Place(str(name), int(relid), sql.Identifier(schema, name)) for relid, schema, name in map(_triple, rows)]
    catalogs = Catalogs(connection, places, known=places)
    for place in places:
        try:
            yield catalogs.table(connection, place)
        except ConsoleError as error:
            print(f"  left out: {place.collection}: {error.message}")  # noqa: T201 - a bench prints


def _triple(row: Any) -> Sequence[Any]:  # noqa: ANN401 - the driver's rows may be mappings or sequences
    return list(row.values()) if isinstance(row, Mapping) else row


def _loaded(server: TestServer, source: Path) -> Database:
    print(f"  loading {source.stem}")  # noqa: T201 - a bench prints
    with _a_database(server, f"bench_{source.stem}") as dsn:
        with psycopg.connect(dsn) as loading:
            if source.is_dir():
                for table in json.loads((source / "schema.json").read_text(encoding="utf-8")):
                    _fill(loading, source, table)
            else:
                loading.execute(source.read_bytes())
        with psycopg.connect(dsn, autocommit=True) as loading:
            loading.execute("ANALYZE")
        # Which columns hold secrets, and whose equality is their own, is told by functions of the console's.
        with Connection.open(dsn, DEFAULT_SCHEMA, read_only=False) as installing, installing.transaction():
            install(installing.driver, DEFAULT_SCHEMA, reference=True)
        return read(dsn, source.stem)


def _fill(loading: psycopg.Connection[Any], folder: Path, table: Mapping[str, Any]) -> None:
    """Create a table with its rows and keys. References are left out: cut rows would break them."""
    name = sql.Identifier(table["schema"], table["table"])
    loading.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(table["schema"])))
    columns = [
        sql.SQL("{} {} {}").format(
            sql.Identifier(each["name"]),
            sql.SQL(each["type"] if each["type"].startswith(_KNOWN_TYPES) else "text"),
            sql.SQL("NOT NULL" if each["not_null"] else ""),
        )
        for each in table["columns"]
    ]
    loading.execute(sql.SQL("CREATE TABLE {} ({})").format(name, sql.SQL(", ").join(columns)))
    rows = folder / f"{table['schema']}.{table['table']}.csv.gz".replace("/", "_")
    with loading.cursor().copy(sql.SQL("COPY {} FROM STDIN CSV").format(name)) as copy:
        copy.write(gzip.decompress(rows.read_bytes()))
    for key in table["keys"]:
        if key["type"] not in "pu":
            continue
        kind = sql.SQL("PRIMARY KEY" if key["type"] == "p" else "UNIQUE")
        listed = sql.SQL(", ").join(map(sql.Identifier, key["columns"]))
        try:
            with loading.transaction():
                loading.execute(sql.SQL("ALTER TABLE {} ADD {} ({})").format(name, kind, listed))
        except psycopg.Error as error:
            print(f"  {folder.name}.{table['table']}: {error}")  # noqa: T201 - a bench prints


@contextmanager
def _a_database(server: TestServer, name: str) -> Iterator[str]:
    server.create(name)
    try:
        yield make_conninfo(server.dsn, dbname=name)
    finally:
        server.drop(name)


def _kept(source: Path) -> Database | None:
    file = _file(source)
    return pickle.loads(file.read_bytes()) if file.exists() else None  # noqa: S301 - written by this module


def _keep(source: Path, database: Database) -> Database:
    file = _file(source)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(pickle.dumps(database))
    return database


def _file(source: Path) -> Path:
    files = [Path(each) for each in _SOURCES] + (sorted(source.iterdir()) if source.is_dir() else [source])
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return _CACHE / f"{source.stem}-{digest.hexdigest()[:16]}.pickle"

"""Finding and binding the company's own tables: the registry, the registry of collections, the policy, the alerts."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, TypeVar

from psycopg import sql
from psycopg.types.json import Jsonb

from core.db.connection.session import Connection
from core.db.install import installer
from core.db.rows import company as rows
from core.db.rows.enrolment import Policy, Registered
from core.db.rows.init import SCHEMA_THERE, SEARCH_PATH
from core.db.rows.query import Reading
from core.errors import GateClosed, UsageError
from core.services.adopt import typed_names
from core.services.adopt.script_draft import CompanyTable, Draft, insist_on_reading

R = TypeVar("R")

# The packet's names, by the part that they play.
NAMES: Final[Mapping[str, str]] = {
    "registry": "birth_registry",
    "collections": "collection_registry",
    "policy": "birth_policy",
    "alerts": "trigger_guard_alerts",
}
# Without these columns a table cannot play its part; others are read as NULL.
_NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "registry": ("entity_code", "collection_name", "dot_origin"),
    "collections": ("collection_name", "governance_role"),
    "policy": ("collection_name", "requirement"),
    "alerts": (),
}
# What packet.md names besides, and the console has under the same names in its own schema.
BESIDE: Final = ("birth_admission_permit", "birth_backfill_ledger", "v_birth_stage2_qt001_readiness_dashboard")
_MAPPABLE: Final[Mapping[str, frozenset[str]]] = {
    "registry": frozenset(
        {"entity_code", "collection_name", "species_code", "composition_level", "dot_origin", "born_at",
         "governance_role", "inspect_pen", "inspect_stamp", "inspect_gate", "certified", "certified_at",
         "source_key"}  # the key of the row that was registered, where a registry holds it
    ),
    "collections": frozenset({"collection_name", "governance_role"}),
    "policy": frozenset({"collection_name", "requirement"}),
    "alerts": frozenset(),
}  # fmt: skip


def schemas(connection: Connection, named: str) -> tuple[str, ...]:
    """Where the company's objects are looked for: the schema that is named, else the search path, then public.

    Never the console's own. Raises UsageError for a schema that does not exist.
    """
    if named:
        if not connection.one(SCHEMA_THERE, {"name": named}).there:
            raise UsageError(
                f"invalid company schema {named}: it does not exist",
                code="unknown_schema",
                evidence={"schema": named},
                hint="Name the schema that holds the birth registry with --company-schema.",
            )
        return (named,)
    connection.driver.execute("SET LOCAL search_path TO DEFAULT")
    found = connection.one(SEARCH_PATH).schemas
    connection.driver.execute("SET LOCAL search_path TO pg_catalog, pg_temp")
    return tuple(dict.fromkeys(name for name in (*found, "public") if name != connection.schema))


def find(connection: Connection, made: Draft, given: Mapping[str, Sequence[str]]) -> dict[str, CompanyTable]:
    """The company's table of each part that has one. `given` are the words of --bind-… by part.

    What was bound before stays bound, unless it is named again. A table that lacks a column is an obstacle, and left
    out. Raises UsageError for words that cannot be read.
    """
    found = {row.part: row for row in _candidates(connection, made)}
    bound = _bound(connection, made)
    tables: dict[str, CompanyTable] = {}
    for part, name in NAMES.items():
        if words := given.get(part):
            named = _named(connection, part, words)
            tables[part] = named if named == bound.get(part) else replace(named, is_new=True)
        elif part in bound:
            tables[part] = bound[part]
        elif part in found and made.survey.owner_of("table", name) is None and not _is_installed(made):
            row = found[part]
            tables[part] = CompanyTable(part, row.schema, row.table, row.owner, row.owned, row.relid, {}, is_new=True)
    lacking = {part: names for part, table in tables.items() if (names := _missing_columns(connection, table))}
    with made.obstacles.noted():
        _insist_on_columns([name for names in lacking.values() for name in names])
    with made.obstacles.noted():
        _insist_on_tables(connection, made, tables)
    with made.obstacles.noted():
        _insist_on_every_row(connection, tables)
    return {part: table for part, table in tables.items() if part not in lacking}


def draft(connection: Connection, made: Draft) -> None:
    """The steps that bind what was found, and the names of what is left beside."""
    for table in made.tables.values():
        made.leave(f"table {table.text}", f"it is there, and {table.owner}'s: bound as it is")
        if table.is_new:
            made.add(
                f"bind {table.text} as the {_TITLES[table.part]}",
                sql.SQL("SELECT {}({}, {}, {}, {})").format(
                    made.in_schema("birth_bind_table"),
                    sql.Literal(table.part),
                    sql.Literal(table.schema),
                    sql.Literal(table.name),
                    sql.Literal(Jsonb(dict(table.columns))),
                ),
            )
    for beside in connection.rows(rows.BESIDE, {"schemas": list(made.company_schemas), "names": list(BESIDE)}):
        made.leave(f"{beside.kind} {beside.schema}.{beside.name}", "the company's: the console's own stands beside it")


_TITLES: Final[Mapping[str, str]] = {
    "registry": "birth registry",
    "collections": "registry of collections",
    "policy": "policy",
    "alerts": "trigger guard's alerts",
}


def _is_installed(made: Draft) -> bool:
    return installer.BIND_TABLE in made.survey.recorded


def _candidates(connection: Connection, made: Draft) -> list[rows.CompanyTable]:
    parts, names = list(NAMES), list(NAMES.values())
    return connection.rows(rows.COMPANY_TABLES, {"parts": parts, "names": names, "schemas": list(made.company_schemas)})


def _bound(connection: Connection, made: Draft) -> dict[str, CompanyTable]:
    found = connection.rows(rows.BOUND_TABLES) if _is_installed(made) else []
    return {
        row.part: CompanyTable(row.part, row.schema, row.table, row.owner, row.owned, row.relid, row.columns)
        for row in found
    }


def _named(connection: Connection, part: str, words: Sequence[str]) -> CompanyTable:
    """The table that `--bind-… TABLE our_name=theirs …` names."""
    columns: dict[str, str] = {}
    for word in words[1:]:
        ours, equals, theirs = word.partition("=")
        if not equals or not theirs or ours not in _MAPPABLE[part]:
            raise UsageError(
                f"invalid column map {word}",
                code="bad_column_map",
                evidence={"word": word, "columns": sorted(_MAPPABLE[part])},
                hint=f"Write one of the columns, = and the company's name: {words[0]} entity_code=code",
            )
        columns[ours] = theirs
    row = None
    if len(typed_names.parts(connection, words[0])) in (1, 2):
        row = connection.row(rows.NAMED_TABLE, {"name": words[0]})
    if row is None:
        raise typed_names.unknown_table(words[0])
    return CompanyTable(part, row.schema, row.table, row.owner, row.owned, row.relid, columns)


def _missing_columns(connection: Connection, table: CompanyTable) -> list[str]:
    has = {row.name for row in connection.rows(rows.TABLE_COLUMNS, {"relid": table.relid})}
    wanted = [*_NEEDED[table.part], *table.columns]
    return [f"{table.text}.{table.column(each)}" for each in wanted if table.column(each) not in has]


def _insist_on_columns(absent: Sequence[str]) -> None:
    if absent:
        raise GateClosed(
            "the company's tables are not as the console knows them",
            code="unfit",
            evidence={"missing_columns": sorted(set(absent))},
            hint="Map the columns: `init --bind-registry TABLE entity_code=COLUMN …`; --bind-collections, --bind-policy"
            " likewise.",
        )


def _insist_on_tables(connection: Connection, made: Draft, tables: Mapping[str, CompanyTable]) -> None:
    """Beside a view of a packet's name, stand-ins would be another registry than the company's."""
    if _is_installed(made):
        return
    wanted = [NAMES[part] for part in ("registry", "collections", "policy") if part not in tables]
    found = connection.rows(rows.BESIDE, {"schemas": list(made.company_schemas), "names": wanted})
    if found:
        raise GateClosed(
            f"{found[0].schema}.{found[0].name} is not an ordinary table: it cannot be bound",
            code="unfit",
            evidence={"objects": [f"{each.schema}.{each.name}" for each in found]},
            hint="Name the table behind it: --bind-registry, --bind-collections or --bind-policy. If it is not the"
            " company's registry, name the schema that holds that one: --company-schema.",
        )


def _insist_on_every_row(connection: Connection, tables: Mapping[str, CompanyTable]) -> None:
    by_oid = {table.relid: table.text for table in tables.values()}
    hidden = [by_oid[row.relid] for row in connection.rows(rows.ROW_SECURITY, {"relids": list(by_oid)})]
    if hidden:
        raise GateClosed(
            "row-level security hides rows of the company's tables from birth_owner",
            code="unfit",
            evidence={"row_security": sorted(hidden)},
            hint="Keep it. The console has to read every row of these tables: with their owner, move the policies to"
            " views that applications read, or keep rows apart by GRANTs.",
        )


def policies(connection: Connection, made: Draft) -> dict[str, str | None]:
    """What the policy of each collection requires: the company's, and ours beside it."""
    found = _pairs(connection, made, "policy", "requirement", Policy)
    return {each.collection: each.requirement for each in found}


def governance_roles(connection: Connection, made: Draft) -> dict[str, str | None]:
    """The governance role of each registered collection: in the company's registry, and in ours beside it."""
    found = _pairs(connection, made, "collections", "governance_role", Registered)
    return {each.collection: each.governance_role for each in found}


def _pairs(connection: Connection, made: Draft, part: str, column: str, row: type[R]) -> list[R]:
    """Each collection with a column of its part; the company's rows last, so that they win."""
    places: list[tuple[sql.Identifier, str, str]] = []
    if made.survey.owner_of("table", NAMES[part]) is not None:
        places.append((sql.Identifier(made.schema, NAMES[part]), "collection_name", column))
    if (table := made.tables.get(part)) is not None:
        places.append((table.identifier, table.column("collection_name"), table.column(column)))
    found: list[R] = []
    for place, name, value in places:
        insist_on_reading(connection, place)
        statement = sql.SQL("SELECT {}::text AS collection, {}::text AS {} FROM {}").format(
            sql.Identifier(name), sql.Identifier(value), sql.Identifier(column), place
        )
        found += connection.rows(Reading(statement, row))
    return found

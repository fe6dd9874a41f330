"""Binding columns of the registry for the stand-in register function: what it fills in besides, and from where."""

from collections.abc import Mapping, Sequence
from typing import Final

from psycopg import sql
from psycopg.types.json import Jsonb

from core.db.connection.session import Connection
from core.db.install import installer
from core.db.rows import register_column as rows
from core.domain.adopt.register_column import RegisterColumn, read_all
from core.errors import GateClosed, Json
from core.services.adopt.script_draft import Draft, comma_separated

_STAND_IN = "fn_birth_register"
_OURS: Final[tuple[list[str], ...]] = ([], [_STAND_IN], [f"{_STAND_IN}_set"], [f"{_STAND_IN}_keyed"])


def draft(connection: Connection, made: Draft, words: Sequence[str]) -> None:
    """The steps that bind what `words` say, and let the stand-in read what it looks up.

    Raises UsageError for words that cannot be read, GateClosed for tables that are not there, or where the company's
    own register function is called.
    """
    known = _bound(connection, made)
    wanted = _wanted(made, words)
    if registers_by_stand_in(made):
        wanted += _key(made, wanted, known)
    if not wanted:
        return
    if not registers_by_stand_in(made):
        raise GateClosed(
            "the bound register function fills the registry's columns itself",
            code="not_bindable",
            evidence={"columns": [each.column for each in wanted], "register_function": made.registers_by},
            hint="Omit --register-column, or have the owner of the register function fill them.",
        )
    _let_read(connection, made, wanted)
    # What looks another one up is unbound before that.
    unbound = sorted(
        (each for each in wanted if each.source is None),
        key=lambda each: not RegisterColumn(each.column, dict(known.get(each.column, {}))).needs,
    )
    for each in [*unbound, *(each for each in wanted if each.source is not None)]:
        if each.column not in known if each.source is None else known.get(each.column) == each.source:
            continue
        source = sql.SQL("NULL") if each.source is None else sql.Literal(Jsonb(each.source))
        made.add(
            f"{'unbind' if each.source is None else 'bind'} the registry's column {each.column}",
            sql.SQL("SELECT {}({}, {})").format(
                made.in_schema("birth_bind_register_column"), sql.Literal(each.column), source
            ),
        )


def registers_by_stand_in(made: Draft) -> bool:
    """Whether rows are registered by the console's own register function, there or about to be."""
    is_made = any(each.what.startswith(_STAND_IN) for each in made.statements)
    return is_made or (made.survey.is_ours("function", _STAND_IN) and made.registers_by in _OURS)


def bound_columns(connection: Connection, made: Draft, words: Sequence[str]) -> set[str]:
    """Registry columns that the stand-in fills in besides, after this."""
    given = _wanted(made, words)
    gone = {each.column for each in given if each.source is None}
    known = _bound(connection, made)
    return (set(known) | {each.column for each in [*given, *_key(made, given, known)]}) - gone


def _key(made: Draft, given: Sequence[RegisterColumn], known: Mapping[str, object]) -> list[RegisterColumn]:
    """The column that holds the key of each row, where the registry names one and it is not bound otherwise."""
    registry = made.tables.get("registry")
    column = None if registry is None else registry.columns.get("source_key")
    if column is None or column in known or any(each.column == column for each in given):
        return []
    return [RegisterColumn(column, {"value": "source_key"})]


def _wanted(made: Draft, words: Sequence[str]) -> list[RegisterColumn]:
    """What `words` say, each column by the company's name of it: the words may have that one or ours.

    Raises UsageError for words that cannot be read.
    """
    registry = made.tables.get("registry")
    return read_all(words, {} if registry is None else registry.columns)


def _bound(connection: Connection, made: Draft) -> dict[str, Mapping[str, Json]]:
    if installer.REGISTER_COLUMN not in made.survey.recorded:
        return {}
    return {row.column: row.source for row in connection.rows(rows.BOUND)}


def _let_read(connection: Connection, made: Draft, wanted: Sequence[RegisterColumn]) -> None:
    """Reading of the very columns that are looked up, and nothing else of their tables."""
    read: dict[tuple[str, str], dict[str, None]] = {}
    for each in wanted:
        if each.table is not None:
            read.setdefault(each.table, {}).update(dict.fromkeys(each.columns))
    for (schema, table), columns in read.items():
        found = connection.row(rows.LOOKED_UP, {"schema": schema, "table": table, "columns": list(columns)})
        if found is None:
            raise GateClosed(
                f"there is no table {schema}.{table}",
                code="not_bindable",
                evidence={"schema": schema, "table": table},
                hint="Write schema.table.column; names with capitals in double quotes.",
            )
        if found.missing:
            raise GateClosed(
                f"{schema}.{table} has no column {', '.join(found.missing)}",
                code="not_bindable",
                evidence={"table": f"{schema}.{table}", "missing_columns": list(found.missing)},
                hint="Name columns of the table that is looked up.",
            )
        if found.read:
            continue
        names = comma_separated([sql.Identifier(name) for name in columns])
        made.add(
            f"the register function looks up {', '.join(columns)} of {schema}.{table}",
            sql.SQL("GRANT USAGE ON SCHEMA {} TO birth_caller; GRANT SELECT ({}) ON {} TO birth_caller").format(
                sql.Identifier(schema), names, sql.Identifier(schema, table)
            ),
            needs="" if made.survey.is_superuser or found.owned else f"its owner {found.owner}",
        )

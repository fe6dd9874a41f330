"""Gives rows of the demo their rows in the birth registry, through the register function."""

from dataclasses import dataclass

from psycopg import sql
from psycopg.rows import scalar_row

from core.db.connection.session import Connection
from core.db.rows.query import Reading
from core.demo.census import CensusRow
from core.demo.draw import Drawn
from core.demo.load import table_of
from core.demo.shape import Collection
from core.demo.values import CLOSING
from core.errors import ConsoleError

_CALL = (
    "SELECT count(*) FILTER (WHERE answer = 'registered') FROM ("
    "SELECT {schema}.fn_birth_register(p_collection_name => {collection}, p_entity_code => {code},"
    " p_born_at => {born_at}, p_dot_origin => 'GATEWAY', p_dry_run => false) AS answer"
    " FROM {table} AS source"
    " WHERE NOT EXISTS (SELECT FROM unnest({parts}) AS missed({names}) WHERE {same})"
    ") AS called"
)
_EXPRESSION = (
    "SELECT {schema}._birth_identity_expression({table}::regclass, {collection}, {strategy}, {columns}, 'source')"
    " AS code"
)


@dataclass(frozen=True, slots=True)
class Expression:
    """The code of a row, in the database's own SQL."""

    code: str


def register(connection: Connection, drawn: Drawn, row: CensusRow, schema: str) -> int:
    """Register every row but the missed ones, in one statement; return how many."""
    expected = drawn.rows - len(drawn.missed)
    # Not as a Reading: what that does is undone.
    with connection.driver.cursor(row_factory=scalar_row) as cursor:
        found = cursor.execute(_call(connection, drawn, row, schema)).fetchone()
    if found != expected:
        raise ConsoleError(
            f"{row.collection} should have {expected} registered rows, and has {found}",
            code="demo_not_registered",
            hint="Two collections of the demo have the same code: see core/demo/specs.",
        )
    return expected


def _call(connection: Connection, drawn: Drawn, row: CensusRow, schema: str) -> sql.Composed:
    table = table_of(drawn.shape, schema)
    own, collection = sql.Identifier(schema), sql.Literal(row.collection)
    expression = sql.SQL(_EXPRESSION).format(
        schema=own,
        collection=collection,
        table=sql.Literal(table.as_string()),
        strategy=sql.Literal(row.strategy),
        columns=sql.Literal(list(row.columns)),
    )
    code = connection.one(Reading(expression, Expression)).code
    names = [sql.Identifier(name) for name in row.columns]
    missed = [[str(drawn.columns[name][at]) for at in sorted(drawn.missed)] for name in row.columns]
    return sql.SQL(_CALL).format(
        schema=own,
        collection=collection,
        code=sql.SQL(code),  # the database's own expression, over columns named in this package
        born_at=_born_at(drawn.shape),
        table=table,
        parts=sql.SQL(", ").join(sql.Literal(part) + sql.SQL("::text[]") for part in missed),
        names=sql.SQL(", ").join(names),
        same=sql.SQL(" AND ").join(sql.SQL("missed.{0} = source.{0}::text").format(name) for name in names),
    )


def _born_at(shape: Collection) -> sql.Composed:
    """When a row was born, or else a fixed moment: never the moment of the build."""
    knows = any(column.name == "date_created" for column in shape.columns)
    candidates = [*([sql.Identifier("source", "date_created")] if knows else []), sql.Literal(CLOSING)]
    return sql.SQL("coalesce({})").format(sql.SQL(", ").join(candidates))

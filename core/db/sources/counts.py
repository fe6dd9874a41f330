"""Statements that count a source's rows, and those that are registered."""

from psycopg import sql

from core.db.rows.query import Reading
from core.db.rows.sources import Counts, Rows
from core.db.sources import bound
from core.db.sources.windows import probed


def counts(
    table: sql.Composable, code: sql.Composable, collection: str, schema: str, *, windowed: bool
) -> Reading[Counts]:
    """Source rows, and those whose code is registered for this collection."""
    if windowed:
        statement = sql.SQL(
            "SELECT count(*) AS source_rows, count(*) FILTER (WHERE owner = {}) AS registered FROM {}"
        ).format(sql.Literal(collection), probed(table, code, schema))
        return Reading(statement, Counts)
    statement = sql.SQL(
        "SELECT count(*) AS source_rows, count(r.entity_code) AS registered"
        " FROM (SELECT {code} AS code FROM {table} AS source) AS coded"
        " LEFT JOIN {registry} AS r ON r.entity_code = coded.code AND r.collection_name = {collection}"
    ).format(
        code=code,
        table=table,
        registry=bound.registry(schema),
        collection=sql.Literal(collection),
    )
    return Reading(statement, Counts)


def row_count(table: sql.Composable) -> Reading[Rows]:
    """How many rows a table holds."""
    return Reading(sql.SQL("SELECT count(*) AS rows FROM {}").format(table), Rows)

"""Statements that find codes of a source which another collection has as well."""

from collections.abc import Sequence

from psycopg import sql

from core.db.rows.query import Reading
from core.db.rows.sources import Collision, Met, Taken
from core.db.sources import bound
from core.db.sources.proof import EXAMPLES, Coded
from core.db.sources.windows import codes_with_owner


def foreign_codes(source: Coded, collection: str, schema: str) -> Reading[Collision]:
    """Codes that the registry holds for another collection, with their owner and their total.

    Materialized: under the LIMIT, planners before PostgreSQL 17 expect three rows and loop over both tables. The
    source's codes are computed once (OFFSET 0): else the server hashes a large source rather than few codes of others.
    """
    found = (
        sql.SQL("SELECT code, owner FROM {} WHERE owner <> {}").format(
            codes_with_owner(source.table, source.code, schema), sql.Literal(collection)
        )
        if source.windowed
        else sql.SQL(
            "SELECT r.entity_code AS code, r.collection_name AS owner"
            " FROM (SELECT {code} AS code FROM {table} AS source OFFSET 0) AS mine"
            " JOIN {registry} AS r ON r.entity_code = mine.code"
            " WHERE r.collection_name <> {collection} AND starts_with(r.entity_code, {prefix})"
        ).format(
            code=source.code,
            table=source.table,
            registry=bound.registry(schema),
            collection=sql.Literal(collection),
            prefix=sql.Literal(source.prefix),
        )
    )
    statement = sql.SQL(
        "WITH found AS MATERIALIZED ({found})"
        " SELECT code, owner, (SELECT count(*) FROM found) AS total FROM found ORDER BY 1 LIMIT {limit}"
    ).format(found=found, limit=sql.Literal(EXAMPLES))
    return Reading(statement, Collision)


def pending_collisions(
    source: Coded, others: Sequence[tuple[str, sql.Composable, sql.Composable]]
) -> Reading[Collision]:
    """Codes that another classified collection gives too. `others`: name, table and code of each, never empty."""
    union = sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT {} AS owner, {} AS code FROM {} AS source").format(sql.Literal(name), other_code, other_table)
        for name, other_table, other_code in others
    )
    statement = sql.SQL(
        "WITH found AS MATERIALIZED (SELECT other.code, other.owner"
        " FROM (SELECT {code} AS code FROM {table} AS source OFFSET 0) AS mine"
        " JOIN ({union}) AS other ON other.code = mine.code AND starts_with(other.code, {prefix}))"
        " SELECT code, owner, (SELECT count(*) FROM found) AS total FROM found ORDER BY 1, 2 LIMIT {limit}"
    ).format(
        code=source.code,
        table=source.table,
        union=union,
        prefix=sql.Literal(source.prefix),
        limit=sql.Literal(EXAMPLES),
    )
    return Reading(statement, Collision)


def met_codes(given: Sequence[tuple[str, sql.Composable, sql.Composable]]) -> Reading[Met]:
    """Codes that more than one of these collections gives: a few of each collection, with how many it has in all.

    One pass over all of them. `given`: name, table and code of each, never empty.
    """
    union = sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT {}::text AS giver, {} AS code FROM {} AS source").format(sql.Literal(name), code, table)
        for name, table, code in given
    )
    statement = sql.SQL(
        'WITH met AS MATERIALIZED (SELECT code COLLATE "C" AS code, array_agg(DISTINCT giver) AS givers'
        " FROM ({union}) AS given WHERE code IS NOT NULL"
        ' GROUP BY code COLLATE "C" HAVING min(giver) <> max(giver)),'
        " listed AS (SELECT each.giver, met.code,"
        " (SELECT min(other.name) FROM unnest(met.givers) AS other(name) WHERE other.name <> each.giver) AS owner,"
        " row_number() OVER own AS number, count(*) OVER (PARTITION BY each.giver) AS total"
        " FROM met, unnest(met.givers) AS each(giver) WINDOW own AS (PARTITION BY each.giver ORDER BY met.code))"
        " SELECT giver AS collection, code, owner, total FROM listed WHERE number <= {limit} ORDER BY giver, code"
    ).format(union=union, limit=sql.Literal(EXAMPLES))
    return Reading(statement, Met)


def taken_codes(others: Sequence[tuple[str, sql.Composable, sql.Composable]], codes: str) -> Reading[Taken]:
    """Which of `codes`, a JSON array of texts, classified collections give.

    `others`: name, table and code of each, never empty.
    """
    union = sql.SQL(" UNION ALL ").join(
        sql.SQL(
            "SELECT {code} AS code, {name}::text AS owner FROM {table} AS source"
            " WHERE {code} IN (SELECT wanted.code FROM wanted)"
        ).format(code=code, name=sql.Literal(name), table=table)
        for name, table, code in others
    )
    statement = sql.SQL(
        "WITH wanted AS MATERIALIZED"
        " (SELECT DISTINCT code FROM pg_catalog.json_array_elements_text({codes}::json) AS code) {union}"
    ).format(codes=sql.Literal(codes), union=union)
    return Reading(statement, Taken)

"""Statements that count a source's rows, and those that are registered."""

from collections.abc import Sequence

from psycopg import sql

from core.db.rows.query import Reading
from core.db.rows.sources import Counts, Joined, Rows, Tally
from core.db.sources import bound
from core.db.sources.windows import codes_with_owner


def counts(
    table: sql.Composable, code: sql.Composable, collection: str, schema: str, *, windowed: bool, grouped: bool
) -> Reading[Counts]:
    """Source rows: those registered for this collection, by how many codes; those without a code, or sharing one.

    Not `grouped`, each row counts as one code: right where no two rows share one, and several times as quick.
    """
    registry, owner = bound.registry(schema), sql.Literal(collection)
    if grouped:
        return _grouped(table, code, registry, owner, codes_with_owner(table, code, schema) if windowed else None)
    if windowed:
        statement = sql.SQL(
            "SELECT count(*) AS source_rows, count(*) FILTER (WHERE owner = {owner}) AS registered,"
            " count(*) FILTER (WHERE owner = {owner}) AS codes_registered,"
            " count(*) - count(code) AS unidentifiable, 0::bigint AS shared_codes FROM {probed}"
        ).format(owner=owner, probed=codes_with_owner(table, code, schema))
        return Reading(statement, Counts)
    statement = sql.SQL(
        "SELECT count(*) AS source_rows, count(r.entity_code) AS registered, count(r.entity_code) AS codes_registered,"
        " count(*) - count(coded.code) AS unidentifiable, 0::bigint AS shared_codes"
        " FROM (SELECT {code} AS code FROM {table} AS source) AS coded"
        " LEFT JOIN {registry} AS r ON r.entity_code = coded.code AND r.collection_name = {owner}"
    ).format(code=code, table=table, registry=registry, owner=owner)
    return Reading(statement, Counts)


def in_order(
    table: sql.Composable,
    code: sql.Composable,
    text: sql.Composable,
    collection: str,
    schema: str,
    *,
    ranges: Sequence[tuple[sql.Composable, sql.Composable]],
) -> Reading[Counts]:
    """What `counts` tells, not grouped, of a source whose codes are the `text` of one column, if they are not blank.

    Joined by that text alone: so it can be read from two indexes that hold it in order, range by range. What is
    registered for others is found first: within a join, each of the server's workers would read the whole registry.
    """
    registry, owner = bound.registry(schema), sql.Literal(collection)
    parts = sql.SQL(" UNION ALL ").join(
        sql.SQL(
            "SELECT count(*) AS source_rows, count(r.entity_code) AS known, array_agg(r.entity_code IS NOT NULL)"
            "   FILTER (WHERE NOT coalesce(ascii({text}) BETWEEN 33 AND 126, false) AND {code} IS NULL) AS blank"
            " FROM (SELECT * FROM {table} AS source WHERE {ours}) AS source"
            " LEFT JOIN (SELECT r.entity_code FROM {registry} AS r WHERE {theirs}) AS r ON r.entity_code = {text}"
        ).format(code=code, text=text, table=table, registry=registry, ours=ours, theirs=theirs)
        for ours, theirs in ranges
    )
    statement = sql.SQL(
        "WITH others AS MATERIALIZED ("
        "SELECT r.entity_code FROM {registry} AS r WHERE r.collection_name IS DISTINCT FROM {owner})"
        " SELECT met.source_rows, met.known - taken.rows AS registered, met.known - taken.rows AS codes_registered,"
        " met.unidentifiable, 0::bigint AS shared_codes"
        " FROM (SELECT sum(part.source_rows)::bigint AS source_rows,"
        "   (sum(part.known) - coalesce(sum(cardinality(array_positions(part.blank, true))), 0))::bigint AS known,"
        "   coalesce(sum(cardinality(part.blank)), 0)::bigint AS unidentifiable FROM ({parts}) AS part) AS met,"
        " (SELECT count(*) AS rows FROM {table} AS source JOIN others ON others.entity_code = {text}"
        "   WHERE {code} IS NOT NULL) AS taken"
    ).format(code=code, text=text, table=table, registry=registry, owner=owner, parts=parts)
    return Reading(statement, Counts)


def together(given: Sequence[tuple[sql.Composable, sql.Composable, str]], schema: str) -> Reading[Tally]:
    """What `counts` tells, not grouped, of several sources (table, code, collection): the registry is read once."""
    each = sql.SQL(" UNION ALL ").join(
        sql.SQL(
            "SELECT {place}::integer AS place, {owner}::text AS owner, {code} AS code FROM {table} AS source"
        ).format(place=sql.Literal(place), owner=sql.Literal(collection), code=code, table=table)
        for place, (table, code, collection) in enumerate(given)
    )
    statement = sql.SQL(
        "SELECT coded.place, count(*) AS source_rows, count(r.entity_code) AS registered,"
        " count(*) - count(coded.code) AS unidentifiable FROM ({each}) AS coded"
        " LEFT JOIN {registry} AS r ON r.entity_code = coded.code AND r.collection_name = coded.owner GROUP BY 1"
    ).format(each=each, registry=bound.registry(schema))
    return Reading(statement, Tally)


def joined(table: sql.Composable, code: sql.Composable, collection: str, schema: str) -> Reading[Joined]:
    """The figures of `counts` when `grouped`, by one join without groups; right while no two rows share one.

    Registered rows are as many as the registry's rows that they meet; of the missing ones no two hashes are the same.
    """
    statement = sql.SQL(
        "SELECT found.source_rows, found.registered, found.unidentifiable,"
        " (SELECT count(*) FROM {registry} AS r WHERE r.collection_name = {owner}) - found.phantoms"
        " AS codes_registered,"
        " (SELECT count(hash) - count(DISTINCT hash) FROM unnest(found.hashes) AS hash) AS doubtful"
        " FROM (SELECT count(coded.present) AS source_rows,"
        "   count(*) FILTER (WHERE coded.present AND r.entity_code IS NOT NULL) AS registered,"
        "   count(coded.present) - count(coded.code) AS unidentifiable,"
        "   count(*) FILTER (WHERE coded.present IS NULL) AS phantoms,"
        "   array_agg(hashtextextended(coded.code, 0)) FILTER (WHERE coded.code IS NOT NULL AND r.entity_code IS NULL)"
        "   AS hashes"
        "   FROM (SELECT true AS present, {code} AS code FROM {table} AS source) AS coded"
        "   FULL JOIN (SELECT entity_code FROM {registry} WHERE collection_name = {owner}) AS r"
        "   ON r.entity_code = coded.code) AS found"
    ).format(code=code, table=table, registry=bound.registry(schema), owner=sql.Literal(collection))
    return Reading(statement, Joined)


def _grouped(
    table: sql.Composable,
    code: sql.Composable,
    registry: sql.Composable,
    owner: sql.Literal,
    windows: sql.Composable | None,
) -> Reading[Counts]:
    if windows is None:
        grouped = sql.SQL(
            "SELECT grouped.rows, grouped.code, r.entity_code IS NOT NULL AS known"
            " FROM (SELECT code, count(*) AS rows FROM (SELECT {code} AS code FROM {table} AS source) AS coded"
            " GROUP BY code) AS grouped"
            " LEFT JOIN {registry} AS r ON r.entity_code = grouped.code AND r.collection_name = {owner}"
        ).format(code=code, table=table, registry=registry, owner=owner)
    else:
        grouped = sql.SQL(
            "SELECT count(*) AS rows, code, coalesce(bool_or(owner = {}), false) AS known FROM {} AS row GROUP BY code"
        ).format(owner, windows)
    statement = sql.SQL(
        "SELECT coalesce(sum(rows), 0)::bigint AS source_rows,"
        " coalesce(sum(rows) FILTER (WHERE known), 0)::bigint AS registered,"
        " count(*) FILTER (WHERE known) AS codes_registered,"
        " coalesce(sum(rows) FILTER (WHERE code IS NULL), 0)::bigint AS unidentifiable,"
        " coalesce(sum(rows) FILTER (WHERE rows > 1 AND code IS NOT NULL), 0)::bigint AS shared_codes"
        " FROM ({}) AS found"
    ).format(grouped)
    return Reading(statement, Counts)


def row_count(table: sql.Composable) -> Reading[Rows]:
    """How many rows a table holds."""
    return Reading(sql.SQL("SELECT count(*) AS rows FROM {} AS source").format(table), Rows)

"""One statement that proves the identities of many small tables, where nothing speaks against them."""

from collections.abc import Sequence
from typing import LiteralString

from psycopg import sql

from core.db.rows.query import Reading
from core.db.rows.sources import Plain
from core.db.sources import bound
from core.db.sources.proof import Coded, lookalike, suspect

# Of visible ASCII alone, as `looks` of core.db.sources.proof compares them: codes that differ so differ for every eye.
_LOOK: LiteralString = "pg_catalog.translate(pg_catalog.lower(coded.code), '01i|', 'olll') COLLATE \"C\""


def plain(given: Sequence[tuple[str, Coded]], schema: str) -> Reading[Plain]:
    """Of each table by its place in `given` (collection and source): rows, the longest code, and whether it is plain.

    Plain: every row has a code, all of visible ASCII, and no two look alike; none is registered for another collection
    or reads like a synthetic code of one. It fails where one of the tables cannot be read.
    """
    counted = sql.SQL(" UNION ALL ").join(_counted(place, source, schema) for place, (_, source) in enumerate(given))
    codes = sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT {}::integer AS place, {}::text AS own, {} AS code FROM {} AS source").format(
            sql.Literal(place), sql.Literal(collection), source.code, source.table
        )
        for place, (collection, source) in enumerate(given)
    )
    statement = sql.SQL(
        "WITH taken AS MATERIALIZED (SELECT DISTINCT coded.place FROM ({codes}) AS coded"
        " JOIN {registry} AS r ON r.entity_code = coded.code WHERE r.collection_name <> coded.own)"
        " SELECT each.place, each.rows, each.longest,"
        " each.plain AND each.place NOT IN (SELECT taken.place FROM taken) AS plain FROM ({counted}) AS each"
    ).format(codes=codes, registry=bound.registry(schema), counted=counted)
    return Reading(statement, Plain)


def _counted(place: int, source: Coded, schema: str) -> sql.Composable:
    return sql.SQL(
        "SELECT {place}::integer AS place, count(*) AS rows, coalesce(max(length(coded.code)), 0) AS longest,"
        " count(DISTINCT {look}) = count(*) AND count(*) FILTER (WHERE coded.doubtful) = 0 AS plain"
        " FROM (SELECT {code} AS code, {suspect} OR {lookalike} AS doubtful FROM {table} AS source) AS coded"
    ).format(
        place=sql.Literal(place),
        look=sql.SQL(_LOOK),
        code=source.code,
        suspect=suspect(source),
        lookalike=lookalike(source, schema),
        table=source.table,
    )

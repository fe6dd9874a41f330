"""The missing set, recomputed by another query shape than the plan's: a set difference instead of an anti join."""

from psycopg import sql

from core.db.rows.query import Reading
from core.db.rows.sources import Drifted, LateCode, StillMissing, Unidentified
from core.db.sources import bound
from core.db.sources.windows import codes_with_owner

EXAMPLES = 3


def missing_set(table: sql.Composable, code: sql.Composable, schema: str, *, windowed: bool) -> sql.Composed:
    """Codes of the source that the registry does not hold; `windowed` where the two cannot be joined."""
    if windowed:
        return sql.SQL("SELECT DISTINCT code FROM {} WHERE code IS NOT NULL AND owner IS NULL").format(
            codes_with_owner(table, code, schema)
        )
    return sql.SQL(
        "SELECT code FROM (SELECT {code} AS code FROM {table} AS source) AS coded WHERE code IS NOT NULL"
        " EXCEPT SELECT entity_code FROM {registry}"
    ).format(code=code, table=table, registry=bound.registry(schema))


def faulty_codes(table: sql.Composable, code: sql.Composable) -> Reading[Unidentified]:
    """Rows of the source without a code, and rows whose code another row gives too: a set cannot show either."""
    statement = sql.SQL(
        "SELECT count(*) - count(code) AS without_code,"
        ' count(code) - count(DISTINCT code COLLATE "C") AS duplicates'
        " FROM (SELECT {code} AS code FROM {table} AS source) AS coded"
    ).format(code=code, table=table)
    return Reading(statement, Unidentified)


def drift(table: sql.Composable, code: sql.Composable, ledger_id: int, schema: str) -> Reading[Drifted]:
    """How the source differs from the plan: late (born since), gone (no longer there), registered_since."""
    statement = sql.SQL(
        "WITH source_code AS MATERIALIZED (SELECT {code} AS code FROM {table} AS source),"
        " item AS MATERIALIZED (SELECT entity_code AS code FROM {item} WHERE ledger_id = {ledger_id}),"
        " late AS (SELECT code FROM source_code WHERE code IS NOT NULL"
        "   EXCEPT SELECT entity_code FROM {registry} EXCEPT SELECT code FROM item),"
        " gone AS (SELECT code FROM item EXCEPT SELECT code FROM source_code),"
        " registered AS (SELECT code FROM item WHERE code IN (SELECT entity_code FROM {registry}))"
        " SELECT (SELECT count(*) FROM late) AS late, (SELECT count(*) FROM gone) AS gone,"
        " (SELECT count(*) FROM registered) AS registered_since,"
        " ARRAY(SELECT code FROM late ORDER BY 1 LIMIT {limit}) AS late_examples,"
        " ARRAY(SELECT code FROM gone ORDER BY 1 LIMIT {limit}) AS gone_examples,"
        " ARRAY(SELECT code FROM registered ORDER BY 1 LIMIT {limit}) AS registered_examples"
    ).format(
        code=code,
        table=table,
        item=sql.Identifier(schema, "birth_backfill_item"),
        registry=bound.registry(schema),
        ledger_id=sql.Literal(ledger_id),
        limit=sql.Literal(EXAMPLES),
    )
    return Reading(statement, Drifted)


def rerun(missing: sql.Composable, ledger_id: int, schema: str) -> Reading[StillMissing]:
    """Of the rows missing now: those that were planned and are not in quarantine, and those that were not planned."""
    statement = sql.SQL(
        "SELECT count(*) FILTER (WHERE item.seq IS NOT NULL AND aside.seq IS NULL) AS planned,"
        " count(*) FILTER (WHERE item.seq IS NULL) AS late FROM ({missing}) AS missing"
        " LEFT JOIN {item} AS item ON item.ledger_id = {ledger_id} AND item.entity_code = missing.code"
        " LEFT JOIN {quarantine} AS aside ON aside.ledger_id = item.ledger_id AND aside.seq = item.seq"
        " WHERE missing.code IS NOT NULL"
    ).format(
        missing=missing,
        ledger_id=sql.Literal(ledger_id),
        item=sql.Identifier(schema, "birth_backfill_item"),
        quarantine=sql.Identifier(schema, "birth_backfill_quarantine"),
    )
    return Reading(statement, StillMissing)


def late_rows(
    missing: sql.Composable, ledger_id: int, schema: str, *, like: str | None, unlike: bool, skip: int, rows: int
) -> Reading[LateCode]:
    """Codes that are missing now, are no items of the entry and match the pattern (`unlike`: do not), in code order."""
    # A source's own collation may know no patterns.
    passing = sql.SQL(' AND lower(missing.code COLLATE "default") {test} lower({pattern})').format(
        test=sql.SQL("NOT LIKE" if unlike else "LIKE"), pattern=sql.Literal(like)
    )
    statement = sql.SQL(
        "SELECT missing.code FROM ({missing}) AS missing WHERE missing.code IS NOT NULL AND NOT EXISTS"
        " (SELECT FROM {item} AS item WHERE item.ledger_id = {ledger_id} AND item.entity_code = missing.code){passing}"
        ' ORDER BY missing.code COLLATE "C" OFFSET {skip} LIMIT {rows}'
    ).format(
        missing=missing,
        item=sql.Identifier(schema, "birth_backfill_item"),
        ledger_id=sql.Literal(ledger_id),
        passing=sql.SQL("") if like is None else passing,
        skip=sql.Literal(skip),
        rows=sql.Literal(rows),
    )
    return Reading(statement, LateCode)

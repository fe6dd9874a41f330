"""Statements over a source table that prove an identity, and name the rows that speak against it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import LiteralString

from psycopg import sql

from core.db.rows.query import Reading
from core.db.rows.sources import CodeExample, Distinct, Duplicate, Examined, KeyExample, TwinExample, Twins
from core.db.sources import bound

EXAMPLES = 3
# Up to its first colon, or up to its last: names of collections may hold colons, escaped parts never do.
_LOOKALIKE: LiteralString = (
    "strpos({code}, ':') > 0 AND (split_part({code}, ':', 1) IN (SELECT collection_name FROM {registry})"
    " OR left({code}, length({code}) - strpos(reverse({code}), ':')) IN (SELECT collection_name FROM {registry}))"
)
_SHORT_PARTS = 3  # numbers, uuids and dates, after a collection's name: far below the longest code


@dataclass(frozen=True, slots=True)
class Coded:
    """A source table with its code as SQL.

    `trimmed` is the same code over parts without surrounding blanks, `prefix` what all codes begin with. `free` are
    the parts that may be empty, padded or of any length; numbers, uuids and dates are none of it. A table that cannot
    be joined with the registry is `windowed`.
    """

    table: sql.Composable
    code: sql.Composable
    texts: Sequence[sql.Composable]
    trimmed: sql.Composable
    prefix: str
    free: Sequence[sql.Composable]
    windowed: bool = False


def _any(condition: LiteralString, texts: Sequence[sql.Composable]) -> sql.Composable:
    return sql.SQL(" OR ").join(sql.SQL(condition).format(text) for text in texts) if texts else sql.SQL("false")


def _is_null(source: Coded) -> sql.Composable:
    return _any("{} IS NULL", source.texts)


def _is_empty(source: Coded) -> sql.Composable:
    """A row with a NULL beside an empty text counts as one with a NULL, and only as that."""
    empty = _any("{} IS NOT DISTINCT FROM ''", source.free)
    return sql.SQL("({}) AND NOT ({})").format(empty, _is_null(source))


def proof(source: Coded, schema: str) -> Reading[Examined]:
    """Rows, NULLs, empties, rows with blanks around a part, the longest code and lookalikes of synthetic codes.

    One scan, which several workers can share. Nothing is computed that the types exclude.
    """
    short = not source.free and len(source.texts) <= _SHORT_PARTS
    bare = bool(source.free) and not source.prefix
    statement = sql.SQL(
        "SELECT count(*) AS rows, count(*) FILTER (WHERE {nulls}) AS nulls,"
        " count(*) FILTER (WHERE {empties}) AS empties,"
        " count(*) FILTER (WHERE {padded}) AS padded, {longest} AS longest,"
        " count(*) FILTER (WHERE {lookalike}) AS lookalikes FROM {table} AS source"
    ).format(
        table=source.table,
        nulls=_is_null(source),
        empties=_is_empty(source),
        padded=_any("{0} <> btrim({0})", source.free),
        longest=sql.SQL("0" if short else "coalesce(max(length({})), 0)").format(source.code),
        lookalike=sql.SQL(_LOOKALIKE if bare else "false").format(
            code=source.texts[0], registry=bound.collections(schema)
        ),
    )
    return Reading(statement, Examined)


def distinct(source: Coded) -> Reading[Distinct]:
    """How many different codes there are: sorted byte by byte, which is what makes it quick."""
    code, known = (source.code, "true") if source.prefix else (source.texts[0], "{} <> ''")
    statement = sql.SQL('SELECT count(DISTINCT ({}) COLLATE "C") AS distinct FROM {} AS source WHERE {}').format(
        code, source.table, sql.SQL(known).format(source.texts[0])
    )
    return Reading(statement, Distinct)


def twins(source: Coded) -> Reading[Twins]:
    """How many codes are left over when blanks around parts are dropped."""
    statement = sql.SQL("SELECT count(*) - count(DISTINCT trimmed) AS twins FROM ({}) AS codes").format(
        _trimmed(source)
    )
    return Reading(statement, Twins)


def _trimmed(source: Coded) -> sql.Composed:
    return sql.SQL(
        'SELECT ({code}) COLLATE "C" AS code, coalesce({trimmed}, {code}) COLLATE "C" AS trimmed'
        " FROM {table} AS source WHERE {code} IS NOT NULL GROUP BY 1, 2"
    ).format(code=source.code, trimmed=source.trimmed, table=source.table)


def null_examples(source: Coded, key: Sequence[str]) -> Reading[KeyExample]:
    """Rows where an identity column has no text, by their `key` columns; by their place without any."""
    return _row_examples(source, key, _is_null(source))


def empty_examples(source: Coded, key: Sequence[str]) -> Reading[KeyExample]:
    """Rows where an identity column is empty, named in the same way."""
    return _row_examples(source, key, _is_empty(source))


def _row_examples(source: Coded, key: Sequence[str], condition: sql.Composable) -> Reading[KeyExample]:
    pairs = [sql.SQL("{}, source.{}::text").format(sql.Literal(name), sql.Identifier(name)) for name in key]
    statement = sql.SQL(
        "SELECT jsonb_build_object({row}) AS example FROM {table} AS source"
        " WHERE {condition} ORDER BY {order} LIMIT {limit}"
    ).format(
        row=sql.SQL(", ").join(pairs) if pairs else sql.SQL("'ctid', source.ctid::text"),
        table=source.table,
        condition=condition,
        order=sql.SQL(", ").join(sql.SQL("source.{}").format(sql.Identifier(name)) for name in key or ["ctid"]),
        limit=sql.Literal(EXAMPLES),
    )
    return Reading(statement, KeyExample)


def duplicate_examples(table: sql.Composable, code: sql.Composable) -> Reading[Duplicate]:
    """Codes that several rows give, with how many."""
    statement = sql.SQL(
        "SELECT {code} AS code, count(*) AS rows FROM {table} AS source WHERE {code} IS NOT NULL"
        " GROUP BY 1 HAVING count(*) > 1 ORDER BY 2 DESC, 1 LIMIT {limit}"
    ).format(code=code, table=table, limit=sql.Literal(EXAMPLES))
    return Reading(statement, Duplicate)


def twin_examples(source: Coded) -> Reading[TwinExample]:
    """Codes that differ in blanks around their parts only."""
    statement = sql.SQL(
        "SELECT array_agg(code ORDER BY code) AS example FROM ({}) AS codes"
        " GROUP BY trimmed HAVING count(*) > 1 ORDER BY 1 LIMIT {}"
    ).format(_trimmed(source), sql.Literal(EXAMPLES))
    return Reading(statement, TwinExample)


def lookalike_examples(table: sql.Composable, code: sql.Composable, schema: str) -> Reading[CodeExample]:
    """Codes that read like a synthetic code of some collection."""
    statement = sql.SQL(
        "SELECT code AS example FROM (SELECT {code} AS code FROM {table} AS source) AS coded"
        " WHERE {lookalike} ORDER BY 1 LIMIT {limit}"
    ).format(
        code=code,
        table=table,
        lookalike=sql.SQL(_LOOKALIKE).format(
            code=sql.Identifier("code"),
            registry=bound.collections(schema),
        ),
        limit=sql.Literal(EXAMPLES),
    )
    return Reading(statement, CodeExample)

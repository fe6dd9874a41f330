"""Statements over a source table: proving an identity, counting, and recomputing a missing set."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import LiteralString

from psycopg import sql

from core.db.sources.windows import probed

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


def proof(source: Coded, schema: str) -> sql.Composed:
    """Rows, NULLs, empties, rows with blanks around a part, the longest code and lookalikes of synthetic codes.

    One scan, which several workers can share. Nothing is computed that the types exclude.
    """
    short = not source.free and len(source.texts) <= _SHORT_PARTS
    bare = bool(source.free) and not source.prefix
    return sql.SQL(
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
            code=source.texts[0], registry=sql.Identifier(schema, "collection_registry")
        ),
    )


def distinct(source: Coded) -> sql.Composed:
    """How many different codes there are: sorted byte by byte, which is what makes it quick."""
    code, known = (source.code, "true") if source.prefix else (source.texts[0], "{} <> ''")
    return sql.SQL('SELECT count(DISTINCT ({}) COLLATE "C") AS distinct FROM {} AS source WHERE {}').format(
        code, source.table, sql.SQL(known).format(source.texts[0])
    )


def twins(source: Coded) -> sql.Composed:
    """How many codes are left over when blanks around parts are dropped."""
    return sql.SQL("SELECT count(*) - count(DISTINCT trimmed) AS twins FROM ({}) AS codes").format(_trimmed(source))


def _trimmed(source: Coded) -> sql.Composed:
    return sql.SQL(
        'SELECT ({code}) COLLATE "C" AS code, coalesce({trimmed}, {code}) COLLATE "C" AS trimmed'
        " FROM {table} AS source WHERE {code} IS NOT NULL GROUP BY 1, 2"
    ).format(code=source.code, trimmed=source.trimmed, table=source.table)


def null_examples(source: Coded, key: Sequence[str]) -> sql.Composed:
    """Rows where an identity column has no text, by their `key` columns; by their place without any."""
    return _row_examples(source, key, _is_null(source))


def empty_examples(source: Coded, key: Sequence[str]) -> sql.Composed:
    """Rows where an identity column is empty, named in the same way."""
    return _row_examples(source, key, _is_empty(source))


def _row_examples(source: Coded, key: Sequence[str], condition: sql.Composable) -> sql.Composed:
    pairs = [sql.SQL("{}, source.{}::text").format(sql.Literal(name), sql.Identifier(name)) for name in key]
    return sql.SQL(
        "SELECT jsonb_build_object({row}) AS example FROM {table} AS source"
        " WHERE {condition} ORDER BY {order} LIMIT {limit}"
    ).format(
        row=sql.SQL(", ").join(pairs) if pairs else sql.SQL("'ctid', source.ctid::text"),
        table=source.table,
        condition=condition,
        order=sql.SQL(", ").join(sql.SQL("source.{}").format(sql.Identifier(name)) for name in key or ["ctid"]),
        limit=sql.Literal(EXAMPLES),
    )


def duplicate_examples(table: sql.Composable, code: sql.Composable) -> sql.Composed:
    """Codes that several rows give, with how many."""
    return sql.SQL(
        "SELECT {code} AS code, count(*) AS rows FROM {table} AS source WHERE {code} IS NOT NULL"
        " GROUP BY 1 HAVING count(*) > 1 ORDER BY 2 DESC, 1 LIMIT {limit}"
    ).format(code=code, table=table, limit=sql.Literal(EXAMPLES))


def twin_examples(source: Coded) -> sql.Composed:
    """Codes that differ in blanks around their parts only."""
    return sql.SQL(
        "SELECT array_agg(code ORDER BY code) AS example FROM ({}) AS codes"
        " GROUP BY trimmed HAVING count(*) > 1 ORDER BY 1 LIMIT {}"
    ).format(_trimmed(source), sql.Literal(EXAMPLES))


def lookalike_examples(table: sql.Composable, code: sql.Composable, schema: str) -> sql.Composed:
    """Codes that read like a synthetic code of some collection."""
    return sql.SQL(
        "SELECT code AS example FROM (SELECT {code} AS code FROM {table} AS source) AS coded"
        " WHERE {lookalike} ORDER BY 1 LIMIT {limit}"
    ).format(
        code=code,
        table=table,
        lookalike=sql.SQL(_LOOKALIKE).format(
            code=sql.Identifier("code"), registry=sql.Identifier(schema, "collection_registry")
        ),
        limit=sql.Literal(EXAMPLES),
    )


def foreign_codes(source: Coded, collection: str, schema: str) -> sql.Composed:
    """Codes that the registry holds for another collection, with their owner and their total.

    Materialized: under the LIMIT, planners before PostgreSQL 17 expect three rows and loop over both tables.
    """
    found = (
        sql.SQL("SELECT code, owner FROM {} WHERE owner <> {}").format(
            probed(source.table, source.code, schema), sql.Literal(collection)
        )
        if source.windowed
        else sql.SQL(
            "SELECT r.entity_code AS code, r.collection_name AS owner"
            " FROM {table} AS source JOIN {registry} AS r ON r.entity_code = {code}"
            " WHERE r.collection_name <> {collection} AND starts_with(r.entity_code, {prefix})"
        ).format(
            code=source.code,
            table=source.table,
            registry=sql.Identifier(schema, "birth_registry"),
            collection=sql.Literal(collection),
            prefix=sql.Literal(source.prefix),
        )
    )
    return sql.SQL(
        "WITH found AS MATERIALIZED ({found})"
        " SELECT code, owner, (SELECT count(*) FROM found) AS total FROM found ORDER BY 1 LIMIT {limit}"
    ).format(found=found, limit=sql.Literal(EXAMPLES))


def pending_collisions(source: Coded, others: Sequence[tuple[str, sql.Composable, sql.Composable]]) -> sql.Composed:
    """Codes that another classified collection gives too. `others`: name, table and code of each, never empty."""
    union = sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT {} AS owner, {} AS code FROM {} AS source").format(sql.Literal(name), other_code, other_table)
        for name, other_table, other_code in others
    )
    return sql.SQL(
        "WITH found AS MATERIALIZED (SELECT other.code, other.owner"
        " FROM (SELECT {code} AS code FROM {table} AS source) AS mine"
        " JOIN ({union}) AS other ON other.code = mine.code AND starts_with(other.code, {prefix}))"
        " SELECT code, owner, (SELECT count(*) FROM found) AS total FROM found ORDER BY 1, 2 LIMIT {limit}"
    ).format(
        code=source.code,
        table=source.table,
        union=union,
        prefix=sql.Literal(source.prefix),
        limit=sql.Literal(EXAMPLES),
    )


def taken_codes(others: Sequence[tuple[str, sql.Composable, sql.Composable]], codes: Sequence[str]) -> sql.Composed:
    """Which of `codes` classified collections give. `others`: name, table and code of each, never empty."""
    return sql.SQL(" UNION ALL ").join(
        sql.SQL(
            "SELECT {code} AS code, {name}::text AS owner FROM {table} AS source WHERE {code} = ANY ({codes})"
        ).format(code=code, name=sql.Literal(name), table=table, codes=sql.Literal(list(codes)))
        for name, table, code in others
    )


def counts(
    table: sql.Composable, code: sql.Composable, collection: str, schema: str, *, windowed: bool
) -> sql.Composed:
    """Source rows, and those whose code is registered for this collection."""
    if windowed:
        return sql.SQL(
            "SELECT count(*) AS source_rows, count(*) FILTER (WHERE owner = {}) AS registered FROM {}"
        ).format(sql.Literal(collection), probed(table, code, schema))
    return sql.SQL(
        "SELECT count(*) AS source_rows, count(r.entity_code) AS registered"
        " FROM (SELECT {code} AS code FROM {table} AS source) AS coded"
        " LEFT JOIN {registry} AS r ON r.entity_code = coded.code AND r.collection_name = {collection}"
    ).format(
        code=code,
        table=table,
        registry=sql.Identifier(schema, "birth_registry"),
        collection=sql.Literal(collection),
    )


def source_rows(table: sql.Composable) -> sql.Composed:
    """How many rows the source holds."""
    return sql.SQL("SELECT count(*) AS source_rows FROM {}").format(table)

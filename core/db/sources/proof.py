"""Statements over a source table that prove an identity, and name the rows that speak against it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import LiteralString

from psycopg import sql

from core.db.rows.query import Reading
from core.db.rows.sources import CodeExample, Different, Examined, KeyExample, Repeated, Twins
from core.db.sources import bound, codec
from core.db.sources.codec import Part

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

    `prefix` is what all codes begin with. A table that cannot be joined with the registry is `windowed`. `told_by` are
    the columns by which rows are told apart where their own equality calls different texts the same.
    """

    table: sql.Composable
    code: sql.Composable
    parts: Sequence[Part]
    prefix: str
    schema: str
    told_by: Sequence[str] = ()
    windowed: bool = False

    @property
    def texts(self) -> list[sql.Composable]:
        """The parts as text."""
        return [part.text for part in self.parts]

    @property
    def free(self) -> list[sql.Composable]:
        """The texts that may be empty, blank or of any length."""
        return [part.text for part in self.parts if part.free]


def _any(condition: LiteralString, texts: Sequence[sql.Composable]) -> sql.Composable:
    return sql.SQL(" OR ").join(sql.SQL(condition).format(text) for text in texts) if texts else sql.SQL("false")


def _is_null(source: Coded) -> sql.Composable:
    return _any("{} IS NULL", source.texts)


def _is_empty(source: Coded) -> sql.Composable:
    """A row with a NULL beside an empty text counts as one with a NULL, and only as that."""
    blank = _any("NOT {}", [codec.seen(text, source.schema) for text in source.free])
    return sql.SQL("({}) AND NOT ({})").format(blank, _is_null(source))


def proof(source: Coded, schema: str) -> Reading[Examined]:
    """Rows, NULLs, empties, whether codes may be or look alike, the longest code, lookalikes of synthetic codes.

    One scan, which several workers can share. Nothing is computed that the types exclude, and whether a code may have
    a twin only of what may look like another: that is any that does.
    """
    short = not source.free and len(source.parts) <= _SHORT_PARTS
    statement = sql.SQL(
        "SELECT count(*) AS rows, count(*) FILTER (WHERE {nulls}) AS nulls,"
        " count(*) FILTER (WHERE {empties}) AS empties,"
        " coalesce(max(CASE WHEN {mixed} THEN CASE WHEN {suspect} THEN 2 ELSE 1 END ELSE 0 END), 0) AS oddest,"
        " {longest} AS longest,"
        " count(*) FILTER (WHERE {lookalike}) AS lookalikes FROM {table} AS source"
    ).format(
        table=source.table,
        nulls=_is_null(source),
        empties=_is_empty(source),
        # Capital letters and digits that look like none of them differ for every eye.
        mixed=_any("{} ~ '[^!-HJ-NP-Z^_`{{}}~]'", source.free),
        suspect=suspect(source),
        longest=sql.SQL("0" if short else "coalesce(max(length({})), 0)").format(source.code),
        lookalike=lookalike(source, schema),
    )
    return Reading(statement, Examined)


def suspect(source: Coded) -> sql.Composable:
    """Whether a row's code may have a twin: it holds more than visible ASCII."""
    return _any("{} ~ '[^!-~]'", source.free)


def lookalike(source: Coded, schema: str) -> sql.Composable:
    """Whether a row's bare code reads like a synthetic code of some collection."""
    bare = bool(source.free) and not source.prefix
    return sql.SQL(_LOOKALIKE if bare else "false").format(code=source.texts[0], registry=bound.collections(schema))


def different(source: Coded) -> Reading[Different]:
    """Whether all codes are different: the server sorts texts alone, a third of what sorting rows takes.

    Never told where columns have an equality of their own, nor of rows that are empty alike: `repeated` says it.
    """
    only = source.texts[0] if len(source.texts) == 1 and not source.prefix else source.code
    statement = sql.SQL(
        'SELECT count(row.code) = count(DISTINCT row.code COLLATE "C") AS every'
        " FROM (SELECT {code} AS code FROM {table} AS source) AS row"
    ).format(code=only, table=source.table)
    return Reading(statement, Different)


def repeated(source: Coded) -> Reading[Repeated]:
    """How many rows have the code of another one, and the codes that most of them have, with how many do.

    One sort gives both.
    """
    own = [sql.SQL("source.{}").format(sql.Identifier(name)) for name in source.told_by]
    names = [sql.Identifier(f"part_{position}") for position in range(len(own))]
    statement = sql.SQL(
        "WITH repeated AS MATERIALIZED (SELECT min(code) AS code, max(code) AS other, count(*) AS rows"
        ' FROM (SELECT ({code}) COLLATE "C" AS code{own} FROM {table} AS source) AS coded'
        " WHERE code IS NOT NULL GROUP BY {keys} HAVING count(*) > 1)"
        " SELECT coalesce(sum(rows - 1), 0)::bigint AS surplus,"
        " (SELECT coalesce(jsonb_agg(jsonb_strip_nulls(to_jsonb(worst))), '[]') FROM (SELECT code, nullif(other, code)"
        " AS equals, rows FROM repeated ORDER BY rows DESC, code LIMIT {limit}) AS worst) AS examples FROM repeated"
    ).format(
        code=source.code,
        own=sql.SQL("").join(sql.SQL(", {} AS {}").format(*each) for each in zip(own, names, strict=True)),
        table=source.table,
        keys=sql.SQL(", ").join(names) if names else sql.Identifier("code"),
        limit=sql.Literal(EXAMPLES),
    )
    return Reading(statement, Repeated)


def twins(source: Coded) -> Reading[Twins]:
    """How many codes are left over when those that are the same code are one, with examples.

    A code of visible ASCII alone has only itself as its folded form, and is looked for among the folded ones first.
    """
    statement = sql.SQL(
        'WITH row AS NOT MATERIALIZED (SELECT ({code}) COLLATE "C" AS code FROM {table} AS source),'
        " folded AS MATERIALIZED (SELECT code, {fold}(code) COLLATE \"C\" AS form FROM row WHERE code ~ '[^!-~]'),"
        " same AS MATERIALIZED (SELECT code, form FROM folded UNION ALL SELECT plain.code, plain.code FROM ("
        "SELECT code FROM row WHERE code IN (SELECT form FROM folded) OFFSET 0) AS plain"
        " WHERE plain.code !~ '[^!-~]'), met AS MATERIALIZED ("
        "SELECT form, min(code) AS first, count(DISTINCT code) - 1 AS over FROM same"
        " GROUP BY form HAVING min(code) <> max(code))"
        " SELECT coalesce(sum(over), 0)::bigint AS twins, (SELECT coalesce(jsonb_agg(("
        "SELECT array_agg(DISTINCT same.code) FROM same WHERE same.form = few.form) ORDER BY few.first), '[]')"
        " FROM (SELECT form, first FROM met ORDER BY first LIMIT {limit}) AS few) AS examples FROM met"
    ).format(code=source.code, table=source.table, fold=codec.folded(source.schema), limit=sql.Literal(EXAMPLES))
    return Reading(statement, Twins)


def looks(source: Coded) -> Reading[Twins]:
    """How many codes are left over when those that look alike are one, with examples."""
    statement = sql.SQL(
        "WITH met AS MATERIALIZED (SELECT min(code) AS one, max(code) AS other, count(DISTINCT code) AS codes FROM ("
        ' SELECT ({code}) COLLATE "C" AS code FROM {table} AS source) AS coded WHERE code IS NOT NULL'
        " GROUP BY CASE WHEN code ~ '[^!-~]' THEN {look}(code) ELSE translate(lower(code), '01i|', 'olll') END"
        ' COLLATE "C" HAVING min(code) <> max(code))'
        " SELECT coalesce(sum(codes - 1), 0)::bigint AS twins,"
        " (SELECT coalesce(jsonb_agg(ARRAY[one, other]), '[]')"
        " FROM (SELECT one, other FROM met ORDER BY one LIMIT {limit}) AS few) AS examples FROM met"
    ).format(
        code=source.code,
        table=source.table,
        look=sql.Identifier(source.schema, "birth_code_look"),
        limit=sql.Literal(EXAMPLES),
    )
    return Reading(statement, Twins)


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

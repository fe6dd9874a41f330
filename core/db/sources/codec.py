"""The codec in SQL, composed from names only: how a row's identity columns become its entity_code.

The database has its own copy for planning and applying. The two are kept apart on purpose: proofs and
reconciliations run on this one, and the digests must agree. What is composed here takes no parameters, so a
percent sign stands for itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from psycopg import sql

from core.errors import GateClosed

_PLAIN = frozenset(
    {
        "text",
        "character varying",
        "character",
        "name",
        "smallint",
        "integer",
        "bigint",
        "uuid",
        "boolean",
    }
)
# Their texts are never empty, never padded, and short: a code of three of them is within any limit.
_SHORT = frozenset({"smallint", "integer", "bigint", "uuid", "boolean", "date"})
_BY_OUTPUT = frozenset({"enum", "citext"})
_ISO = {
    "date": "YYYY-MM-DD",
    "timestamp without time zone": 'YYYY-MM-DD"T"HH24:MI:SS.US',
    "timestamp with time zone": 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"',
}


@dataclass(frozen=True, slots=True)
class Part:
    """An identity column as text. `free` texts may be empty, blank or long: numbers, uuids and dates never are."""

    text: sql.Composable
    free: bool


@lru_cache(maxsize=1 << 14)
def part_text(column: str, type_name: str) -> sql.Composable:
    """A column of `source` as text that no session setting changes. Raises GateClosed for types that have none.

    The same columns are in many tables: their text is composed once, down to the letters.
    """
    return sql.SQL(_part_text(column, type_name).as_string())


def _part_text(column: str, type_name: str) -> sql.Composable:
    reference: sql.Composable = sql.SQL("source.{}").format(sql.Identifier(column))
    if type_name in _PLAIN:
        return _collated(reference)
    if type_name in _BY_OUTPUT:
        # Never by a cast: the owner of an enum may have made one to text that does whatever they like.
        return _collated(sql.SQL("CASE WHEN {0} IS NOT NULL THEN pg_catalog.format('%s', {0}) END").format(reference))
    if type_name == "numeric":
        return _collated(sql.SQL("pg_catalog.trim_scale({})").format(reference))
    if type_name in _ISO:
        return _collated(_iso(reference, type_name))
    raise GateClosed(
        f"column {column} has type {type_name}, which has no text that is the same in every session",
        code="type_unsupported",
        evidence={"column": column, "type": type_name},
        hint="Choose columns of type text, citext, integer, uuid, boolean, numeric, date, timestamp or enum.",
    )


def _collated(text: sql.Composable) -> sql.Composable:
    """As text under the database's own collation: a column's may be another, or call different texts equal."""
    return sql.SQL('({})::text COLLATE pg_catalog."default"').format(text)


def _iso(reference: sql.Composable, type_name: str) -> sql.Composable:
    """ISO 8601, by way of a timestamp without time zone: a zone may have skipped the day.

    Years before 1 are marked, or they would equal years after. Infinity has no date, and a date beyond what a
    timestamp holds has no text: both give NULL. UTC is an interval, not a name: since PostgreSQL 18, a session with a
    time zone of its own may call another one UTC.
    """
    zoned = type_name == "timestamp with time zone"
    stamp = sql.SQL("({} AT TIME ZONE interval '0')" if zoned else "{}::timestamp").format(reference)
    known = sql.SQL("{} < '294277-01-01'" if type_name == "date" else "true").format(reference)
    return sql.SQL(
        "CASE WHEN pg_catalog.isfinite({0}) AND {1} THEN pg_catalog.to_char({2}, {3})"
        " || CASE WHEN {2} < '0001-01-01' THEN ' BC' ELSE '' END END"
    ).format(reference, known, stamp, sql.Literal(_ISO[type_name]))


def parts(columns: Sequence[str], types: Mapping[str, str], table: str) -> list[Part]:
    """The text of each identity column. Raises GateClosed where the table has no such column."""
    for column in columns:
        if column not in types:
            raise GateClosed(
                f"{table} has no column {column}",
                code="column_missing",
                evidence={"table": table, "column": column, "columns": list(types)},
                hint="Name a column of the table.",
            )
    return [Part(part_text(column, types[column]), types[column] not in _SHORT) for column in columns]


def seen(text: sql.Composable, schema: str) -> sql.Composable:
    """Whether anything of a text is seen. Its first character tells most, any of visible ASCII nearly all."""
    return sql.SQL(
        "(pg_catalog.ascii({0}) BETWEEN 33 AND 126 OR {0} OPERATOR(pg_catalog.~) '[!-~]' OR {1}({0}) <> '')"
    ).format(text, folded(schema))


def code_expression(collection: str | None, given: Sequence[Part], schema: str) -> sql.Composable:
    """The code of a row: the one text where `collection` is None, else `collection:part/part`, each part escaped.

    NULL where a part is NULL, empty or blank.
    """
    present = [
        sql.SQL("CASE WHEN {1} THEN {0} END").format(part.text, seen(part.text, schema)) if part.free else part.text
        for part in given
    ]
    if collection is None:
        return present[0]
    escaped = sql.SQL(" || '/' || ").join(
        sql.SQL(
            "pg_catalog.replace(pg_catalog.replace(pg_catalog.replace({}, '%', '%25'), '/', '%2F'), ':', '%3A')"
        ).format(text)
        for text in present
    )
    return sql.SQL("{} || {}").format(sql.Literal(f"{collection}:"), escaped)


def folded(schema: str) -> sql.Composed:
    """The function that gives a code as it is compared."""
    return sql.SQL("{}").format(sql.Identifier(schema, "birth_code_fold"))

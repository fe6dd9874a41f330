"""One bounded sample of a table, fetched as text: it may refute what is believed of a column, never prove it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import starmap

from psycopg import sql

from core.db.rows.query import Reading
from core.db.rows.sources import Gathered, Sampled, Told
from core.db.sources import codec
from core.db.sources.texts import NULL_MARK, TEXT_END, UNIT_END
from core.errors import GateClosed

_WIDEST_CHARACTER, _HEADER = 4, 8  # bytes
_SHORT_TYPES = ("smallint", "integer", "bigint", "uuid", "date", "boolean")  # their texts are never long
_NEXT, _UNSET, _END = (f"E'\\x{ord(mark):02x}'" for mark in (TEXT_END, NULL_MARK, UNIT_END))
_MARKLESS = frozenset((*_SHORT_TYPES, "numeric"))  # their texts hold none of these


def usable(types: Mapping[str, str]) -> frozenset[str]:
    """The columns whose text does not depend on a session's settings."""
    return frozenset(name for name, type_name in types.items() if _has_text(type_name))


@cache
def _has_text(type_name: str) -> bool:
    try:
        codec.part_text("any", type_name)
    except GateClosed:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Sample:
    """What is read of a table: its columns as texts, and from which of its rows. `doubtful` are any texts at all."""

    texts: tuple[str, ...]
    doubtful: tuple[bool, ...]
    source: sql.Composed


def sample(
    table: sql.Composable, types: Mapping[str, str], *, rows: int, percent: float | None, longest: int
) -> Sample:
    """At most `rows` rows, their columns in the order of `types`.

    Over whole pages, about `percent` of the table's and always the same ones; None reads from its beginning.
    Columns without a stable text show only whether they are NULL; long values are not fetched, only that they are
    longer than `longest` characters.
    """
    tablesample: sql.Composable = sql.SQL("")
    if percent is not None:
        tablesample = sql.SQL(" TABLESAMPLE SYSTEM ({}) REPEATABLE (1)").format(sql.Literal(round(percent, 6)))
    known = usable(types)
    return Sample(
        tuple(_shown(name, type_name, longest if name in known else None) for name, type_name in types.items()),
        tuple(name in known and type_name not in _MARKLESS for name, type_name in types.items()),
        sql.SQL(" FROM {} AS source{} LIMIT {}").format(table, tablesample, sql.Literal(rows)),
    )


def by_row(one: Sample) -> Reading[Sampled]:
    """A sample row by row, each an array of texts. Slower than gathered(), and right whatever the texts hold."""
    listed = sql.SQL(f"SELECT ARRAY[{', '.join(one.texts)}]::text[] AS texts")
    return Reading(sql.Composed([listed, one.source]), Sampled)


def gathered(samples: Sequence[Sample]) -> Reading[Gathered]:
    """Several samples by one statement, column by column; see texts.taken_apart(). It fails where one of them does."""
    return Reading(sql.SQL(" UNION ALL ").join(starmap(_gathered, enumerate(samples))), Gathered)


def _gathered(place: int, one: Sample) -> sql.Composed:
    """Texts of a column are one text: neither client nor server handles each of them by itself."""
    named = [f"{text} AS c{at}" for at, text in enumerate(one.texts)]
    joined = [f"pg_catalog.string_agg(coalesce(row.c{at}, {_UNSET}), {_NEXT})" for at in range(len(one.texts))]
    counted = [f"pg_catalog.count(row.c{at})" for at, doubtful in enumerate(one.doubtful) if doubtful]
    head = (  # of texts that were composed above, and numbers
        f"SELECT {place} AS place, pg_catalog.count(*) AS rows, {' + '.join(counted) or '0::bigint'} AS filled,"  # noqa: S608
        f" pg_catalog.array_to_string(ARRAY[{', '.join(joined)}], {_END}) AS texts FROM (SELECT {', '.join(named)}"
    )
    return sql.Composed([sql.SQL(head), one.source, sql.SQL(") AS row")])


def told_apart(table: sql.Composable, columns: Sequence[str]) -> Reading[Told]:
    """Whether `columns` are set in all rows of a table, and no two rows are alike in them. Reads the whole table.

    Equal values have equal codes, so a repetition refutes an identity; that there is none proves nothing of its codes.
    """
    names = [sql.SQL("source.{}").format(sql.Identifier(name)) for name in columns]
    return Reading(
        sql.SQL(
            "SELECT NOT EXISTS (SELECT FROM {table} AS source WHERE {unset})"
            " AND NOT EXISTS (SELECT FROM {table} AS source GROUP BY {names} HAVING pg_catalog.count(*) > 1) AS apart"
        ).format(
            table=table,
            unset=sql.SQL(" OR ").join(sql.SQL("{} IS NULL").format(name) for name in names),
            names=sql.SQL(", ").join(names),
        ),
        Told,
    )


@lru_cache(maxsize=1 << 14)
def _shown(name: str, type_name: str, longest: int | None) -> str:
    """The same columns are in many tables: their text is composed once, down to the letters."""
    return _composed(name, type_name, longest).as_string()


def _composed(name: str, type_name: str, longest: int | None) -> sql.Composable:
    column = sql.SQL("source.{}").format(sql.Identifier(name))
    if longest is None:
        return sql.SQL("CASE WHEN {} IS NULL THEN NULL ELSE '' END").format(column)
    if type_name in _SHORT_TYPES:
        return codec.part_text(name, type_name)
    # Compressed or not, so many bytes are more characters than wanted; the value itself stays on the server's disk.
    return sql.SQL("CASE WHEN pg_catalog.pg_column_size({}) > {} THEN pg_catalog.repeat('.', {}) ELSE {} END").format(
        column,
        sql.Literal(_WIDEST_CHARACTER * longest + _HEADER),
        sql.Literal(longest + 1),
        codec.part_text(name, type_name),
    )

"""Missing rows that stand registered under another code: found by the key of their source."""

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg import sql

from core.db.rows.query import Reading
from core.db.rows.sources import Renamed
from core.db.sources import bound

_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class RegistryKey:
    """The company's registry, where it holds the key of each row's source: its table and the names of the columns."""

    table: sql.Identifier
    key: str
    code: str
    collection: str


def renamed(
    table: sql.Composable,
    code: sql.Composable,
    key: Sequence[str],
    collection: str,
    *,
    schema: str,
    registry_key: RegistryKey | None,
) -> Reading[Renamed]:
    """Rows of the source whose code is not registered, and whose key is: of runs as their items tell it.

    Where the registry holds the key itself, rows that a gateway registered are found, too.
    """
    old = sql.SQL(
        "SELECT item.source_key AS key, item.entity_code AS code, l.ledger_id AS place FROM {ledger} AS l"
        " JOIN {item} AS item ON item.ledger_id = l.ledger_id"
        " WHERE l.collection_name = {owner} AND l.locator = {names}::text[]"
    ).format(
        ledger=sql.Identifier(schema, "birth_backfill_ledger"),
        item=sql.Identifier(schema, "birth_backfill_item"),
        owner=sql.Literal(collection),
        names=sql.Literal(list(key)),
    )
    if registry_key is not None:
        # A key of several columns is written with / between them, as a register function is given it.
        held = sql.SQL("ARRAY[b.{}::text]" if len(key) == 1 else "string_to_array(b.{}::text, '/')")
        old += sql.SQL(" UNION ALL SELECT {}, b.{}::text, 0 FROM {} AS b WHERE b.{}::text = {}").format(
            held.format(sql.Identifier(registry_key.key)),
            sql.Identifier(registry_key.code),
            registry_key.table,
            sql.Identifier(registry_key.collection),
            sql.Literal(collection),
        )
    statement = sql.SQL(
        "SELECT count(*) AS rows,"
        " coalesce((array_agg(found.registered ORDER BY found.missing))[1:{most}], ARRAY[]::text[]) AS registered,"
        " coalesce((array_agg(found.missing ORDER BY found.missing))[1:{most}], ARRAY[]::text[]) AS missing FROM ("
        "SELECT DISTINCT ON (row.code) row.code AS missing, old.code AS registered"
        " FROM (SELECT {code} AS code, ARRAY[{key}] AS key FROM {table} AS source) AS row"
        " JOIN ({old}) AS old ON old.key = row.key AND old.code <> row.code"
        " JOIN {registry} AS r ON r.entity_code = old.code AND r.collection_name = {owner}"
        " WHERE NOT EXISTS (SELECT FROM {registry} AS done WHERE done.entity_code = row.code)"
        " ORDER BY row.code, old.place DESC) AS found"
    ).format(
        most=sql.Literal(_EXAMPLES),
        code=code,
        key=sql.SQL(", ").join(sql.SQL("source.{}::text").format(sql.Identifier(name)) for name in key),
        table=table,
        old=old,
        registry=bound.registry(schema),
        owner=sql.Literal(collection),
    )
    return Reading(statement, Renamed)

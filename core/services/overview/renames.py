"""Finding renames: rows that are missing, and stand registered under another code."""

from psycopg import sql

from core.db.connection.session import Connection
from core.db.rows.renames import KEY
from core.db.sources.renamed import RegistryKey, renamed
from core.domain.overview.matrix import Counts
from core.domain.overview.renames import NONE, Rename, Renames
from core.services.classify import sources


def find(connection: Connection, collection: str, phantoms: int | None, counts: Counts | None) -> Renames:
    """What can be told of a collection's missing rows: `phantoms` and `counts` are of the caller's snapshot.

    What a run registered is known by its items. Of what a gateway registered nothing is known but the code, unless the
    registry holds the key of the source: then as many as there are phantoms may be renames.
    """
    missing = 0 if counts is None else (counts.missing or 0) - (counts.unidentifiable or 0)
    if not phantoms or missing <= 0:
        return NONE
    most = min(phantoms, missing)
    source = sources.find(connection, collection)
    if source is None or source.table is None or source.identity is None or source.missing_columns or source.windowed:
        return Renames(0, most, ())
    place = connection.one(KEY, {"collection": collection})
    if not place.key:
        return Renames(0, most, ())
    registry = sql.Identifier(place.schema, place.table)
    held = None if place.held is None else RegistryKey(registry, place.held, place.code, place.owner)
    code, _ = sources.code_of(source, source.identity)
    statement = renamed(source.table, code, place.key, collection, schema=connection.schema, registry_key=held)
    found = connection.one(statement)
    examples = tuple(map(Rename, found.registered, found.missing))
    return Renames(found.rows, 0 if held is not None else max(0, most - found.rows), examples)

"""The codes that classified collections give: a collection that is classified next must not give one of them, too."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from psycopg import sql

from core.db.connection.session import Connection
from core.db.rows.identity import PENDING
from core.db.sources import codec
from core.domain.classify.identity import COLUMN, Identity
from core.errors import GateClosed
from core.services.classify import sources
from core.services.classify.sources import Source


@dataclass(frozen=True, slots=True)
class Pending:
    """A collection whose codes are a bare column's values: its table and the code as statements use them."""

    collection: str
    table: sql.Composable
    code: sql.Composable

    @property
    def triple(self) -> tuple[str, sql.Composable, sql.Composable]:
        """As core.db.sources.collisions takes it."""
        return self.collection, self.table, self.code


def bare(connection: Connection) -> list[Pending]:
    """Every classified REQUIRED collection whose code is a bare column.

    Synthetic ones begin with their own collection's name: they meet a column's codes only as lookalikes.
    """
    rows = connection.rows(PENDING)
    types = sources.types_of_each(connection, [row.relid for row in rows])
    found = []
    for row in rows:
        # A column whose type was changed to one without a stable text gives no codes any more.
        with suppress(GateClosed):
            parts = codec.parts(row.columns, types[row.relid], row.collection_name)
            table = sources.living_of(row.living) or sql.Identifier(row.table_schema, row.table_name)
            found.append(Pending(row.collection_name, table, codec.code_expression(None, parts, connection.schema)))
    return found


def proposed(decisions: Sequence[tuple[Source, Identity]]) -> list[Pending]:
    """The same for identities that are about to be recorded together."""
    return [
        Pending(source.collection, source.table, sources.code_of(source, identity)[0])
        for source, identity in decisions
        if identity.strategy == COLUMN and source.table is not None
    ]

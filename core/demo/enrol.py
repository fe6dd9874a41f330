"""What the console is told about the collections: policies, identities decided before, and stated figures."""

from typing import Final

from psycopg import sql

from core.db.connection.session import Connection
from core.demo.census import census

# Claim, source, figure: what documents state. Live evidence is held against them.
CLAIMS: Final = (
    ("trigger_gap", "documents before Stage 1 Report 08", "5"),
    ("script_compatibility", "frozen script, governed scope", "14 compatible / 22 broken of 36"),
    ("metadata_compatibility", "Stage 1 Report 08, 2026-06-06", "31 compatible / 43 broken of 74"),
)
_POLICY = "INSERT INTO {}.birth_policy (collection_name, requirement) VALUES (%s, %s)"
_IDENTITY = "SELECT {}.birth_identity_import(%s, %s, %s, 'recorded when the metadata matrix was drawn up')"
_CLAIM = "INSERT INTO {}.birth_evidence_claim (claim, source, stated) VALUES (%s, %s, %s)"


def enrol(connection: Connection, schema: str) -> None:
    """Write policies and claims; collection_registry itself is loaded like any other table."""
    own = sql.Identifier(schema)
    with connection.driver.cursor() as cursor:
        cursor.executemany(
            sql.SQL(_POLICY).format(own), [(row.collection, row.requirement) for row in census().values()]
        )
        cursor.executemany(sql.SQL(_CLAIM).format(own), CLAIMS)


def identify(connection: Connection, schema: str) -> None:
    """Write the identities that were decided before: their columns are there, and are pinned."""
    with connection.driver.cursor() as cursor:
        cursor.executemany(
            sql.SQL(_IDENTITY).format(sql.Identifier(schema)),
            [(row.collection, row.strategy, list(row.columns)) for row in census().values() if row.is_classified],
        )

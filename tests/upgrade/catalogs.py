"""Everything that the catalogs say of a schema, read by queries of the tests' own, to hold one against another."""

from pathlib import Path

from core.db.queries import sections
from tests.databases import Database

_QUERIES = sections(Path(__file__).with_name("catalogs.sql").read_text(encoding="utf-8"))


def catalog(database: Database) -> dict[str, str]:
    """What is said of each object, by its kind and name."""
    return {f"{kind} {row['name']}": row["said"] for kind, query in _QUERIES.items() for row in database.run(query)}

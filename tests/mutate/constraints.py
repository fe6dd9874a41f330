"""The constraints that can be dropped, of the catalog."""

from tests.databases import TestServer
from tests.mutate.mutants import Mutant, constraint
from tests.templates import SMALL

_CONSTRAINTS = """
SELECT t.relname AS name, c.conname
FROM pg_constraint AS c JOIN pg_class AS t ON t.oid = c.conrelid
WHERE t.relnamespace = 'birth'::regnamespace AND t.relname LIKE 'birth\\_%' AND c.contype IN ('c', 'u', 'f')
  AND t.relname NOT IN ('birth_registry', 'birth_policy')
ORDER BY 1, 2
"""


def constraints(server: TestServer) -> list[Mutant]:
    """Each of them, dropped."""
    with server.admin(SMALL) as admin:
        found = admin.execute(_CONSTRAINTS.encode()).fetchall()
    return [constraint(row["name"], row["conname"]) for row in found]

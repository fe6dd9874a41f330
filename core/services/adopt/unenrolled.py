"""Tables that came after `init`: the globs that it was given name them, and they are no collections."""

from core.db.connection.session import Connection
from core.db.rows.unenrolled import GLOBS, TABLES
from core.domain.adopt.enrolment import Table
from core.domain.adopt.system_tables import system_tables
from core.services.adopt.company_tables import BESIDE
from core.services.adopt.system_tables import products
from core.version import SCHEMA_VERSION

_PUBLIC = "public"


def known(connection: Connection) -> tuple[str, ...]:
    """The same, and nothing where the installed schema is of another version: it may not know the tables."""
    return unenrolled(connection) if connection.installed == SCHEMA_VERSION else ()


def unenrolled(connection: Connection) -> tuple[str, ...]:
    """Their names, as the matrix shows tables: bare in public, else with the schema.

    Not among them: what known products keep for themselves, and the company's own backfill. Where the globs
    were not kept (by 0.1.0), the schemas of the collections count.
    """
    found = connection.rows(TABLES)
    kept = connection.row(GLOBS)
    globs = kept.globs if kept is not None else tuple({f"{each.schema}.*" for each in found if each.enrolled})
    tables = {Table(each.schema, each.name): each for each in found}
    left = [
        table
        for table, each in tables.items()
        if not (each.enrolled or each.bound or table.name in BESIDE) and table.matches(globs)
    ]
    system = system_tables(tables, products()) if left else {}
    return tuple(table.name if table.schema == _PUBLIC else table.text for table in left if table not in system)

"""The company's tables under our names, as a query's FROM takes them."""

from psycopg import sql


def registry(schema: str) -> sql.Composed:
    """The birth registry."""
    return sql.SQL("{}()").format(sql.Identifier(schema, "birth_registry_rows"))


def collections(schema: str) -> sql.Composed:
    """The registry of collections."""
    return sql.SQL("{}()").format(sql.Identifier(schema, "birth_collection_rows"))

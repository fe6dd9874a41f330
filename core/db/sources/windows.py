"""Reading a source that cannot be joined with the registry: in windows, each probed by the registry's index."""

from psycopg import sql


def codes_with_owner(table: sql.Composable, code: sql.Composable, schema: str) -> sql.Composed:
    """A relation `(code, source_key, owner)`: a row's code, and the collection that it is registered for, or NULL."""
    query = sql.SQL("SELECT {} AS code, NULL::text AS source_key FROM {} AS source").format(code, table)
    return sql.SQL("{}({})").format(sql.Identifier(schema, "birth_windows"), sql.Literal(query.as_string()))

"""Puts what was drawn into the database: tables, rows, foreign keys, triggers, grants."""

from collections.abc import Iterable

from psycopg import sql

from core.db.connection.session import Connection
from core.demo.draw import Drawn
from core.demo.people import APPLICATION_ROLE
from core.demo.shape import Collection, Column

PUBLIC = "public"


def table_of(shape: Collection, schema: str) -> sql.Identifier:
    """The qualified name of a collection's table."""
    return sql.Identifier(schema if shape.installed else PUBLIC, shape.name)


def create_tables(connection: Connection, shapes: Iterable[Collection]) -> None:
    """Create the application's tables, as the application's own role."""
    statements = [_create_table(shape) for shape in shapes if not shape.installed]
    role = sql.Identifier(APPLICATION_ROLE)
    connection.driver.execute(sql.SQL("GRANT CREATE, USAGE ON SCHEMA public TO {}").format(role))
    connection.driver.execute(sql.SQL("SET LOCAL ROLE {}").format(role))
    connection.driver.execute(sql.SQL(";\n").join(statements))
    connection.driver.execute("RESET ROLE")


def _create_table(shape: Collection) -> sql.Composable:
    lines: list[sql.Composable] = [
        sql.Identifier(column.name) + sql.SQL(" ") + _fragment(column.definition) for column in shape.columns
    ]
    lines += [_fragment(constraint) for constraint in shape.constraints]
    return sql.SQL("CREATE TABLE {} ({})").format(sql.Identifier(PUBLIC, shape.name), sql.SQL(", ").join(lines))


def _fragment(text: str) -> sql.SQL:
    # Definitions are literals of this package: nothing a user typed ever gets here.
    return sql.SQL(text)


def copy_rows(connection: Connection, drawn: Drawn, schema: str) -> None:
    """Load a collection's rows, and let its sequence go on after them."""
    table = table_of(drawn.shape, schema)
    names = sql.SQL(", ").join(map(sql.Identifier, drawn.columns))
    with (
        connection.driver.cursor() as cursor,
        cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(table, names)) as copy,
    ):
        for row in zip(*drawn.columns.values(), strict=True):
            copy.write_row(row)
    for column in drawn.shape.columns:
        if column.is_serial and drawn.rows:
            _continue_sequence(connection, table, column, drawn.rows)


def _continue_sequence(connection: Connection, table: sql.Identifier, column: Column, last: int) -> None:
    connection.driver.execute(
        sql.SQL("SELECT setval(pg_get_serial_sequence({}, {}), {})").format(
            sql.Literal(table.as_string()), sql.Literal(column.name), sql.Literal(last)
        )
    )


def add_foreign_keys(connection: Connection, shapes: Iterable[Collection]) -> None:
    """Declare how the tables refer to each other; the rows are there, so that each key is checked at once."""
    connection.driver.execute(
        sql.SQL(";\n").join(
            _foreign_key(shape, column.name, *column.references.split("."))
            for shape in shapes
            for column in shape.columns
            if column.references is not None
        )
    )


def _foreign_key(shape: Collection, column: str, other: str, key: str) -> sql.Composed:
    return sql.SQL("ALTER TABLE {} ADD FOREIGN KEY ({}) REFERENCES {} ({})").format(
        sql.Identifier(PUBLIC, shape.name),
        sql.Identifier(column),
        sql.Identifier(PUBLIC, other),
        sql.Identifier(key),
    )


def create_triggers(connection: Connection, shapes: Iterable[Collection], schema: str) -> None:
    """Put the gateway's trigger on every table. The trigger guard is off: no tampering, but the beginning."""
    connection.driver.execute("SET LOCAL session_replication_role = replica")
    connection.driver.execute(
        sql.SQL(";\n").join(
            sql.SQL("CREATE TRIGGER trg_birth_gateway AFTER INSERT ON {} FOR EACH ROW EXECUTE FUNCTION {}({})").format(
                table_of(shape, schema), sql.Identifier(schema, "fn_birth_gateway"), sql.Literal(shape.name)
            )
            for shape in shapes
        )
    )
    connection.driver.execute("SET LOCAL session_replication_role = origin")


def grant_reading(connection: Connection, shapes: Iterable[Collection]) -> None:
    """Let the console's roles read the application's tables."""
    tables = sql.SQL(", ").join(table_of(shape, PUBLIC) for shape in shapes if not shape.installed)
    connection.driver.execute(sql.SQL("GRANT SELECT ON {} TO birth_owner, birth_caller, birth_reader").format(tables))
    connection.driver.execute("GRANT USAGE ON SCHEMA public TO birth_owner, birth_caller, birth_reader")

"""The least that shows the same figures: Textual's own table over one query. `python -m tests.bench.floor DSN`."""

import sys

import psycopg
from textual.app import App, ComposeResult
from textual.widgets import DataTable

QUERY = """
SELECT collection_name, governance_role, requirement, strategy, identity, trigger_state FROM birth.birth_collections()
"""


class Floor(App[None]):
    """No gates, no states, no thread: it connects, asks, and shows."""

    def compose(self) -> ComposeResult:
        """One table."""
        yield DataTable(cursor_type="row")

    def on_mount(self) -> None:
        """Fill it."""
        table = self.query_one(DataTable)
        with psycopg.connect(sys.argv[1]) as connection:
            found = connection.execute(QUERY)
            table.add_columns(*(column.name for column in found.description or ()))
            table.add_rows(found)


if __name__ == "__main__":
    Floor(ansi_color=False).run()

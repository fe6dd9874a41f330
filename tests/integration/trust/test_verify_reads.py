"""What verify reads of a run's items, whatever the server believes of them."""

from tests import line
from tests.databases import Database
from tests.faults.attacker import add_goods, ask, begun, claimed, finish

_ROWS = 300
_READ = """
SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables
WHERE schemaname = 'birth' AND relname = 'birth_backfill_item'
"""


def test_items_are_read_once_also_where_the_registry_was_analysed_during_its_first_batch(small: Database) -> None:
    line.open_permit(small)
    add_goods(small, 1, _ROWS)
    with small.psql() as operator:
        run = begun(operator)
        first = claimed(operator, run)
        with operator.transaction():
            ask(operator, first)
            small.run("ANALYZE birth.birth_registry")
        for _ in range(_ROWS // 100 - 1):
            ask(operator, claimed(operator, run))
        finish(operator, run)
    assert small.value("SELECT reltuples FROM pg_class WHERE oid = 'birth.birth_registry'::regclass") == 0

    with small.psql("viewer1") as viewer, viewer.transaction():
        assert ask(viewer, f"SELECT ours FROM birth.birth_since_plan({run})") == _ROWS
        assert ask(viewer, _READ) == _ROWS

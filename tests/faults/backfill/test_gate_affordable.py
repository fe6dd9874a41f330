"""A plan that would read a whole table for every row of another is refused before it is begun."""

import pytest

from core.errors import GateClosed
from core.services.backfill import plan
from tests import line
from tests.databases import Database
from tests.small import done, eventually, fill, reconciled

HASHLESS = ("enable_hashjoin", "enable_mergejoin")
INDEXLESS = (*HASHLESS, "enable_indexscan", "enable_indexonlyscan", "enable_bitmapscan")


def without(database: Database, methods: tuple[str, ...]) -> None:
    for method in methods:
        database.run(f'ALTER ROLE operator1 IN DATABASE "{database.name}" SET {method} = off')


def large(database: Database, rows: int) -> None:
    """Let the planner believe that source and registry are large, as it does of tables that were never analyzed."""
    fill(database, goods=50)
    database.run(
        "INSERT INTO birth.birth_registry (entity_code, collection_name, dot_origin) VALUES ('x', 'y', 'GATEWAY')"
    )
    database.run(f"UPDATE pg_class SET relpages = 1, reltuples = {rows} WHERE relname IN ('goods', 'birth_registry')")


def test_a_nested_scan_over_the_whole_source_is_refused_and_nothing_is_written(small: Database) -> None:
    large(small, 100_000)
    without(small, INDEXLESS)
    with small.connect() as operator, pytest.raises(GateClosed) as refused:
        plan.plan(operator, ["goods"])
    assert refused.value.code == "plan_unaffordable"
    assert refused.value.evidence["collection"] == "goods"
    assert "enable_hashjoin" in refused.value.hint
    assert small.value("SELECT count(*) FROM birth.birth_backfill_run") == 0
    assert small.value("SELECT count(*) FROM birth.birth_backfill_item") == 0


def test_nested_probes_of_an_index_are_no_nested_scan(small: Database) -> None:
    large(small, 100_000)
    without(small, HASHLESS)
    line.open_permit(small)
    assert done(small, reconciled(small, "goods")).registered == 50


@pytest.mark.long
def test_a_nested_scan_of_small_tables_is_affordable(small: Database) -> None:
    large(small, 100)
    without(small, INDEXLESS)
    line.open_permit(small)
    assert done(small, reconciled(small, "goods")).registered == 50


def test_a_batch_probes_its_source_by_index_whatever_the_planner_believes(small: Database) -> None:
    line.open_permit(small)
    fill(small, goods=3000)
    run = reconciled(small, "goods")
    # Few rows in the source, and many in a batch: whoever believes that reads the source as a whole.
    small.run("ANALYZE birth.birth_backfill_item")
    small.run("UPDATE pg_class SET relpages = 1, reltuples = 1 WHERE relname IN ('goods', 'birth_registry')")
    small.run("SELECT pg_stat_reset()")
    assert done(small, run).registered == 3000
    read = "SELECT seq_tup_read + idx_tup_fetch AS rows, seq_tup_read FROM pg_stat_user_tables WHERE relname = 'goods'"
    eventually(lambda: small.value(read) >= 3000, "the session's figures")
    assert small.run(read)[0]["seq_tup_read"] == 0

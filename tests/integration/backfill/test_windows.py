"""A source that cannot be joined with the registry, as a distributed table: forced here, and compared with a join."""

import pytest
from psycopg import sql

from core.db.sources.windows import codes_with_owner
from core.errors import GateClosed, Stale
from core.services.backfill import plan, reconcile
from core.services.classify import proof, sources
from core.services.overview import matrix
from core.services.trust import verify
from tests import line
from tests import small as small_database
from tests.databases import Database

FORCED = "INSERT INTO birth.birth_setting VALUES ('windows', ARRAY[]::text[])"
ITEMS = """
SELECT l.collection_name, i.seq, i.entity_code, i.source_key FROM birth.birth_backfill_item AS i
JOIN birth.birth_backfill_ledger AS l USING (ledger_id) WHERE l.run_id = {} ORDER BY 1, 2
"""
ENTRIES = """
SELECT collection_name, source_rows, distinct_codes, registered, missing, digest, upper_bound, locator
FROM birth.birth_backfill_ledger WHERE run_id = {} ORDER BY 1
"""


@pytest.fixture
def filled(small: Database) -> Database:
    """Three collections: found again by one column, by two, and by none; some of their rows are registered."""
    line.open_permit(small)
    small_database.fill(small, goods=40, parts=40, notes=40)
    small_database.done(small, small_database.reconciled(small))
    small.run(
        "DELETE FROM public.notes; DELETE FROM public.goods WHERE id > 30; DELETE FROM public.parts WHERE shop = 0"
    )
    small.run(
        "SET session_replication_role = replica;"
        "INSERT INTO public.goods SELECT n, 'H-' || n, n FROM generate_series(100, 12500) AS n;"
        "INSERT INTO public.parts SELECT n % 3, 'piece %/: ' || n, NULL FROM generate_series(1, 300) AS n;"
        "INSERT INTO public.notes SELECT 'N-' || lpad(n::text, 6, '0') FROM generate_series(1, 90) AS n"
    )
    return small


def test_both_ways_plan_the_same_items_under_the_same_digests_and_count_the_same(filled: Database) -> None:
    with filled.connect() as operator:
        joined = line.make_reconciled(operator)
        counted = [matrix.count(operator, name) for name in ("goods", "parts", "notes")]
        filled.run(FORCED)
        windowed = line.make_reconciled(operator)
        assert [matrix.count(operator, name) for name in ("goods", "parts", "notes")] == counted
    assert filled.run(ENTRIES.format(windowed)) == filled.run(ENTRIES.format(joined))
    items = filled.run(ITEMS.format(windowed))
    assert items == filled.run(ITEMS.format(joined))
    assert len(items) > 12_000, "no second window was needed, so nothing was compared"


def test_in_windows_the_whole_line_ends_with_every_row_accounted_for(filled: Database) -> None:
    filled.run(FORCED)
    run = small_database.reconciled(filled)
    # Between plan and apply: two rows go, one is born, one is registered by the gateway's own function.
    filled.run("DELETE FROM public.goods WHERE id IN (100, 101)")
    filled.run("INSERT INTO public.parts VALUES (9, 'late', NULL)")
    filled.run("SELECT birth.fn_birth_register('goods', 'H-102', p_dry_run => false)")
    account = small_database.done(filled, run)
    assert (account.vanished, account.existing, account.quarantined) == (2, 1, 0)
    with filled.connect() as operator:
        verification = verify.verify(operator, run)
        assert verification.passed, [gate for gate in verification.gates if not gate.passed]
        assert verification.rerun_delta == 0
        again = plan.plan(operator, None)
        assert again.run.missing == 0


@pytest.mark.parametrize(
    "broken",
    [
        "ALTER TABLE public.goods ALTER code DROP NOT NULL; UPDATE public.goods SET code = NULL WHERE id = 200",
        """ALTER TABLE public.goods DROP CONSTRAINT goods_code_key;
        UPDATE public.goods SET code = 'H-201' WHERE id = 200""",
        "SELECT birth.fn_birth_register('parts', 'H-200', p_dry_run => false)",
    ],
    ids=["no code", "two rows of one code", "a code of another collection"],
)
def test_in_windows_rows_that_are_not_identified_are_refused_as_ever(filled: Database, broken: str) -> None:
    filled.run(FORCED)
    with filled.connect() as operator:
        run = line.make_plan(operator, "goods")
        filled.run(broken)
        with pytest.raises(Stale) as differs:
            reconcile.reconcile(operator, run, "compared by a test")
        assert differs.value.code == "plan_differs"
        with pytest.raises(GateClosed) as refused:
            line.make_plan(operator, "goods")
        assert "no longer holds" in refused.value.message


def test_in_windows_a_code_of_another_collection_refutes_an_identity(small: Database) -> None:
    small.run(FORCED)
    small.run("INSERT INTO public.notes VALUES ('G-1'); INSERT INTO public.goods VALUES (1, 'X', 1)")
    small.run("DELETE FROM birth.birth_registry; SELECT birth.fn_birth_register('goods', 'G-1', p_dry_run => false)")
    with small.connect() as operator:
        found = sources.require(operator, "notes")
        assert found.windowed
        assert found.identity is not None
        seen = proof.prove(operator, found, found.identity)
    assert (seen.foreign, "goods" in str(seen.foreign_examples)) == (1, True)


def test_a_distributed_table_is_read_in_windows_and_so_is_everything_once_the_registry_is_one(small: Database) -> None:
    windowed = "SELECT birth.birth_windowed('public.{}'::regclass)"
    with small.psql("postgres") as admin:
        admin.execute("SET allow_system_table_mods = on")
        admin.execute("CREATE TABLE pg_catalog.pg_dist_partition (logicalrelid regclass)")
        admin.execute("INSERT INTO pg_catalog.pg_dist_partition VALUES ('public.goods')")
        assert [small.value(windowed.format(name)) for name in ("goods", "parts")] == [True, False]
        admin.execute("INSERT INTO pg_catalog.pg_dist_partition VALUES ('birth.birth_registry')")
        assert [small.value(windowed.format(name)) for name in ("goods", "parts")] == [True, True]


def test_in_windows_no_statement_names_the_source_beside_the_registry(filled: Database) -> None:
    filled.run(FORCED)
    run = small_database.reconciled(filled)
    texts = filled.run(
        "SELECT birth.birth_entry_statements(ledger_id) AS statements, birth._birth_recount_statement(l) AS recount"
        f" FROM birth.birth_backfill_ledger AS l WHERE run_id = {run}"
    )
    for row in texts:
        assert not [text for text in (*row["statements"].values(), row["recount"]) if "birth_registry" in text]
    relation = codes_with_owner(sql.Identifier("public", "goods"), sql.SQL("code"), "birth")
    assert "birth_registry" not in relation.as_string()

"""A source that cannot be joined with the registry, as a distributed table: forced here, and compared with a join."""

import pytest
from psycopg import sql

from core.db.connection.session import Connection
from core.db.sources.windows import codes_with_owner
from core.errors import GateClosed, Json, Stale
from core.services.backfill import beginning, plan, reconcile
from core.services.backfill.apply_options import Options
from core.services.classify import proof, sources
from core.services.overview import matrix, readiness
from core.services.trust import doctor, verify
from tests import line
from tests import small as small_database
from tests.databases import Database
from tests.faults import attacker

FORCED = "INSERT INTO birth.birth_setting VALUES ('windows', ARRAY[]::text[])"
CITUS = """
SET allow_system_table_mods = on;
CREATE TABLE pg_catalog.pg_dist_partition (
    logicalrelid regclass, partmethod "char", repmodel "char", colocationid integer);
GRANT SELECT ON pg_catalog.pg_dist_partition TO PUBLIC
"""
DISTRIBUTED = "INSERT INTO pg_catalog.pg_dist_partition VALUES ('{}', '{}', 's', {});"
ITEMS = """
SELECT l.collection_name, i.seq, i.entity_code, i.source_key FROM birth.birth_backfill_item AS i
JOIN birth.birth_backfill_ledger AS l USING (ledger_id) WHERE l.run_id = {} ORDER BY 1, 2
"""
ENTRIES = """
SELECT collection_name, source_rows, distinct_codes, registered, missing, digest, upper_bound, locator
FROM birth.birth_backfill_ledger WHERE run_id = {} ORDER BY 1
"""


def verdicts(connection: Connection, *ids: str) -> list[tuple[str, Json]]:
    """What the doctor says of these checks."""
    found = {each.id: each for each in doctor.examine(connection)}
    return [(found[name].verdict, found[name].evidence) for name in ids]


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


def test_of_a_distributed_table_it_is_said_that_no_trigger_fires_and_nothing_is_registered_that_nobody_counts(
    small: Database,
) -> None:
    windowed = "SELECT birth.birth_windowed('public.{}'::regclass)"
    small.run("CREATE TABLE public.extra (x text); GRANT ALL ON public.extra TO birth_caller")
    small_database.registering(small, after="INSERT INTO public.extra VALUES (p_entity_code);")
    small.run("UPDATE birth.birth_setting SET value = '{public.extra}' WHERE name = 'register_writes'")
    run = small_database.a_run(small, "parts", parts=300, goods=0)
    assert small_database.drive(small, run, Options(max_batches=1)).code == "max_batches"
    # The catalog of Citus. What it keeps whole in this database (notes) is an ordinary table.
    small.run(CITUS)
    small.run(DISTRIBUTED.format("public.goods", "h", 1) + DISTRIBUTED.format("public.notes", "n", 0))
    assert [small.value(windowed.format(name)) for name in ("goods", "parts", "notes")] == [True, False, False]
    with small.connect() as operator:
        told = {row.facts.collection: (row.facts.trigger, row.reasons) for row in matrix.read(operator)}
        assert told["goods"] == ("never fires: distributed", ("trigger_never_fires",))
        assert told["notes"] == ("enabled", ())
        assert readiness.read(operator).census.table_without_trigger == ("goods",)
        assert verdicts(operator, "triggers", "visible_writes") == [
            ("failed", ["goods never fires: distributed"]), ("passed", {"unseen": {}})]  # fmt: skip
    small.run("UPDATE birth.birth_policy SET requirement = 'EXEMPT' WHERE collection_name = 'goods'")
    # In a batch whose gates were open a moment ago, the count itself tells; then the gate does.
    small.run(DISTRIBUTED.format("public.extra", "h", 1))
    with small.psql() as session:
        refused = attacker.refusal(session, attacker.claimed(session, run))
        assert refused == (
            "BR005",
            "writes_unseen: registering rows of parts wrote tables whose rows the server does not count: public.extra",
        )
    with small.connect() as operator:
        (closed,) = [each for each in beginning.gates(operator, run) if not each.passed]
        assert (closed.id, closed.evidence) == ("visible_writes", {"public.extra": "it is distributed"})
        assert verdicts(operator, "visible_writes") == [("failed", {"unseen": {"public.extra": "it is distributed"}})]
    small.run(DISTRIBUTED.format("birth.birth_registry", "h", 1))
    assert small.value(windowed.format("parts")) is True


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

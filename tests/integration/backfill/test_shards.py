"""A source that Citus would keep on other servers, as its catalog says here; what is read is compared with a join."""

import pytest

from core.domain.classify.identity import column_identity, synthetic_identity
from core.errors import GateClosed, NotAllowed
from core.services.adopt import init
from core.services.adopt.init import Wish
from core.services.backfill import beginning, plan
from core.services.classify import proof, sources, suggest
from core.services.overview import matrix
from core.services.trust import doctor, verify
from tests import line
from tests import small as small_database
from tests.databases import Database
from tests.integration.backfill.test_windows import CITUS, DISTRIBUTED, ENTRIES, ITEMS

KEPT = ("goods", "parts", "notes")
ATTESTED = "INSERT INTO birth.birth_setting VALUES ('distributed_attested', '{the shop calls it}')"


@pytest.fixture
def filled(small: Database) -> Database:
    """Three collections: found again by one column, by two, and by none; some of their rows are registered."""
    line.open_permit(small)
    small_database.fill(small, goods=40, parts=40, notes=40)
    small_database.done(small, small_database.reconciled(small))
    small.run("DELETE FROM public.goods WHERE id > 30; DELETE FROM public.parts WHERE shop = 0")
    small.run(
        "SET session_replication_role = replica;"
        "INSERT INTO public.goods SELECT n, 'H-' || n, n FROM generate_series(100, 700) AS n;"
        "INSERT INTO public.parts SELECT n % 3, 'piece %/: ' || n, NULL FROM generate_series(1, 300) AS n;"
        "INSERT INTO public.notes SELECT 'N-' || lpad(n::text, 6, '0') FROM generate_series(100, 190) AS n"
    )
    return small


def spread(database: Database) -> None:
    """From here on the catalog says that the nodes of Citus keep the tables."""
    database.run(CITUS)
    for name in KEPT:
        database.run(DISTRIBUTED.format(f"public.{name}", "h", 1))


def test_of_tables_on_nodes_the_same_items_are_planned_and_the_same_rows_counted_as_by_a_join(filled: Database) -> None:
    with filled.connect() as operator:
        joined = line.make_reconciled(operator)
        counted = [matrix.count(operator, name, exact=True) for name in KEPT]
        spread(filled)
        fetched = line.make_reconciled(operator)
        assert [matrix.count(operator, name, exact=True) for name in KEPT] == counted
    assert filled.run(ENTRIES.format(fetched)) == filled.run(ENTRIES.format(joined))
    assert filled.run(ITEMS.format(fetched)) == filled.run(ITEMS.format(joined))
    texts = filled.run(
        "SELECT birth.birth_entry_statements(ledger_id) ->> 'read' AS read, l.collection_name AS name,"
        f" birth._birth_recount_statement(l) AS recount FROM birth.birth_backfill_ledger AS l WHERE run_id = {fetched}"
    )
    assert not [row for row in texts for text in (row["read"], row["recount"]) if f"public.{row['name']}" in text]


def test_of_tables_on_nodes_the_whole_line_ends_with_every_row_accounted_for(filled: Database) -> None:
    spread(filled)
    run = small_database.reconciled(filled)
    with filled.connect() as operator:
        closed = {each.id for each in beginning.gates(operator, run) if not each.passed}
        assert closed == {"trusted", "trigger_enabled"}, "no trigger fires for their rows, and nobody said what does"
        filled.run(ATTESTED)
        checks = {each.id: each for each in doctor.examine(operator)}
        assert checks["shards"].verdict == "passed", checks["shards"]
        assert not [each for each in checks["identities_kept"].remedy if "INDEX" in each], "no index could be made so"
        told = checks["triggers"]
        assert told.verdict == "warning", told
        assert told.evidence == [
            f"{name} never fires: distributed; attested: the shop calls it" for name in sorted(KEPT)
        ]
    filled.run("DELETE FROM public.goods WHERE id IN (100, 101); SET session_replication_role = replica;"
               "INSERT INTO public.parts VALUES (9, 'late', NULL)")  # fmt: skip
    filled.run("SELECT birth.fn_birth_register('goods', 'H-102', p_dry_run => false)")
    account = small_database.done(filled, run)
    assert (account.vanished, account.existing, account.quarantined) == (2, 1, 0)
    with filled.connect() as operator:
        found = verify.verify(operator, run)
        assert found.passed, [gate for gate in found.gates if not gate.passed]
        assert plan.plan(operator, None).run.missing == 1


def test_what_was_stated_of_tables_on_nodes_excuses_no_trigger_that_is_off(filled: Database) -> None:
    filled.run(CITUS)
    filled.run(DISTRIBUTED.format("public.goods", "h", 1))
    filled.run(ATTESTED)
    run = small_database.reconciled(filled)
    filled.run("ALTER TABLE public.parts DISABLE TRIGGER USER")
    with filled.connect() as operator:
        gates = {each.id: each for each in beginning.gates(operator, run)}
    assert not gates["trigger_enabled"].passed
    assert gates["trigger_enabled"].evidence == [{"collection": "parts", "trigger": "disabled"}]


def test_of_tables_on_nodes_a_proof_names_the_rows_that_speak_against_it(filled: Database) -> None:
    filled.run("ALTER TABLE public.parts ADD unset text, ADD same text COLLATE \"C\" DEFAULT 'one'")
    spread(filled)
    with filled.connect() as operator:
        found = sources.require(operator, "parts")
        assert found.fetched
        seen = proof.prove(operator, found, column_identity("parts", "unset"))
        assert (seen.rows, seen.nulls, bool(seen.null_examples)) == (327, 327, True), seen
        seen = proof.prove(operator, found, synthetic_identity("parts", "parts:{same}"))
        assert (seen.rows, seen.distinct) == (327, 1)
        suggested = {each.collection: each.first for each in suggest.suggestions(operator, KEPT)}
        assert {name: each.identity.columns for name, each in suggested.items() if each} == {
            "goods": ("code",), "notes": ("code",), "parts": ("shop", "part")}  # fmt: skip


def test_of_tables_on_nodes_nobody_is_read_what_they_may_not_read_themselves(filled: Database) -> None:
    spread(filled)
    filled.run("REVOKE SELECT ON public.goods FROM birth_reader")
    with filled.connect() as operator, pytest.raises(NotAllowed) as refused:
        matrix.count(operator, "goods")
    assert "permission denied for table" in refused.value.message


def test_on_a_node_that_is_not_the_coordinator_nothing_is_installed(small: Database) -> None:
    small.run(
        "SET allow_system_table_mods = on; CREATE TABLE pg_catalog.pg_dist_local_group (groupid) AS VALUES (2);"
        "CREATE TABLE pg_catalog.pg_dist_node (nodename, nodeport, groupid) AS VALUES ('main.example', 5432, 0)"
    )
    with small.connect("postgres") as administrator, pytest.raises(GateClosed) as refused:
        init.init(administrator, Wish())
    assert (refused.value.code, refused.value.evidence) == ("citus_node", {"coordinator": "main.example:5432"})

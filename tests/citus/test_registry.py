"""A registry that Citus spreads over its nodes by the code: what is written there is known as if it were here."""

from dataclasses import replace

import pytest

from core.domain.backfill.permit import lifetime
from core.domain.classify.identity import column_identity
from core.services.adopt import init
from core.services.adopt.init import Wish
from core.services.backfill import beginning, permits, reconcile, rehearse, withdraw
from core.services.backfill.apply_options import Options
from core.services.classify import classify
from core.services.overview import matrix
from core.services.trust import audit, certify, doctor, verify
from tests import line, small
from tests.citus.spread import ASIDE, GOODS, a_company, a_run, closed, fill, permit_anew, taking
from tests.databases import Database, TestServer


@pytest.fixture
def database(cluster: Database, nodes: list[TestServer]) -> Database:
    """A company whose registry is spread."""
    return a_company(cluster, nodes)


def test_a_registry_that_is_spread_by_its_codes_goes_the_whole_line(database: Database) -> None:
    fill(database, 301, 1200)
    with database.connect("operator1") as operator:
        counted = matrix.count(operator, "goods")
        assert counted
        assert (counted.source_rows, counted.missing) == (1500, 1500)
        run = line.make_reconciled(operator)
        assert rehearse.rehearse_on(operator, run).would_register == 1000  # as many as it asks of
        assert {gate.id for gate in beginning.gates(operator, run) if not gate.passed} == set()
    assert small.Drive(database, run, Options(patience=3)).go().status == 0
    assert database.run("SELECT count(*), min(dot_origin) FROM public.births WHERE collection_name = 'goods'") == [
        {"count": 1500, "min": f"birth-backfill:run-{run}"}]  # fmt: skip
    assert database.value("SELECT sum((writes ->> 'public.births')::integer) FROM birth.birth_backfill_batch") == 1500
    # The canary, then as many rows as may be: each batch asks every node, however few it has.
    assert database.value("SELECT array_agg(seq_to - seq_from + 1 ORDER BY seq_from) FROM birth.birth_backfill_batch"
        ) == [100, 1400]  # fmt: skip
    with database.connect("reviewer1") as reviewer:
        found = verify.verify(reviewer, run)
        assert found.passed, [gate for gate in found.gates if not gate.passed]
        certify.certify(reviewer, run, "looked")
        assert audit.audit(reviewer).ok
        assert next(each for each in doctor.examine(reviewer) if each.id == "visible_writes").verdict == "passed"


def test_a_distributed_source_goes_the_whole_line_into_a_registry_that_is_spread(database: Database) -> None:
    database.run("CREATE TABLE public.far (id bigint PRIMARY KEY, code text NOT NULL)")
    database.run("SELECT create_distributed_table('public.far', 'id')")
    database.run("INSERT INTO public.far SELECT n, 'F-' || n FROM generate_series(1, 2500) AS n")
    with database.connect("postgres") as administrator:
        init.init(administrator, Wish(collections=("public.goods", "public.far"),
            attestations={"distributed_attested": "the shop calls it"}))  # fmt: skip
    with database.connect("operator1") as operator:
        classify.classify(operator, column_identity("far", "code"))
        counted = matrix.count(operator, "far")
        assert counted
        assert (counted.source_rows, counted.missing) == (2500, 2500)
        run = line.make_reconciled(operator)
        assert rehearse.rehearse_on(operator, run).would_register == 1300
        assert {gate.id for gate in beginning.gates(operator, run) if not gate.passed} == set()
    database.run("DELETE FROM public.far WHERE id = 7; INSERT INTO public.far VALUES (9999, 'late')")
    assert small.Drive(database, run).go().status == 0
    account = small.account(database, run)
    assert (account.registered, account.vanished) == (2799, 1)
    # The canary, then as many rows of an entry as may be.
    assert database.value("SELECT max(seq_to - seq_from + 1) FROM birth.birth_backfill_batch") == 2400
    # Nobody registered the late row: no trigger of its table fires.
    with database.connect("operator1") as operator:
        again = line.make_reconciled(operator)
    assert small.Drive(database, again).go().status == 0
    assert closed(database, again) == []
    with database.connect("reviewer1") as reviewer:
        certify.certify(reviewer, again, "looked")
        assert audit.audit(reviewer).ok


def test_a_run_in_a_registry_that_is_spread_is_withdrawn_but_for_rows_that_were_changed_since(
    database: Database,
) -> None:
    # The first row of each batch has a transaction number of its own: a subtransaction's.
    taking(database, before="BEGIN INSERT INTO public.births (entity_code, collection_name, dot_origin) VALUES"
        " (codes[1], kind, origin); EXCEPTION WHEN division_by_zero THEN END;")  # fmt: skip
    permit_anew(database)
    run = a_run(database)
    assert small.Drive(database, run).go().status == 0
    assert closed(database, run) == []
    database.run("UPDATE public.births SET species_code = 'x' WHERE entity_code = 'G-2'")
    database.run("UPDATE public.births SET certified = true WHERE entity_code = 'G-3'")
    with database.connect("postgres") as administrator:
        told = init.init(administrator, replace(GOODS, allow_withdraw=True)).installed
        assert "the nodes of Citus let birth_caller register, and people read the registry" in told
        assert init.preview(administrator, GOODS).changes_nothing
    with database.connect("operator1") as operator:
        taken = withdraw.withdraw(operator, run, "a wrong run")
        assert taken.rows == 298
        assert taken.left == tuple(
            {"collection": "goods", "reason": reason, "rows": 1, "examples": [code]}
            for reason, code in (("certified", "G-3"), ("changed", "G-2"))
        )
        back = taken.run.run
        reconcile.reconcile(operator, back, "compared by a test")
    with database.connect("gatekeeper2") as gatekeeper:
        permits.open_permit(gatekeeper, budget=500, lifetime=lifetime("1h"), reason="a wrong run", kind="withdraw")
    driven = small.Drive(database, back).go()
    assert driven.status == 0, driven.error
    assert small.account(database, back).registered == 298
    assert database.value("SELECT array_agg(entity_code ORDER BY 1) FROM public.births WHERE collection_name = 'goods'"
        ) == ["G-2", "G-3"]  # fmt: skip
    assert closed(database, back) == []
    with database.connect("reviewer1") as reviewer:
        certify.certify(reviewer, back, "looked")
        assert audit.audit(reviewer).ok


def test_a_registry_that_is_spread_after_it_was_bound_is_registered_in_once_init_ran_again(database: Database) -> None:
    with database.connect("postgres") as administrator:
        database.run("SELECT undistribute_table('public.births')")
        init.init(administrator, GOODS)
        run = a_run(database)
        database.run("SELECT create_distributed_table('public.births', 'entity_code')")
        with database.connect("operator1") as operator:
            evidence = {gate.id: gate.evidence for gate in beginning.gates(operator, run) if not gate.passed}
            assert evidence["visible_writes"] == {
                "public.births": "it was distributed after it was bound: run init once more"
            }
        init.init(administrator, GOODS)
    run = a_run(database)
    assert small.Drive(database, run).go().status == 0
    assert closed(database, run) == []


def test_what_a_register_function_writes_besides_on_nodes_is_noticed_as_it_is_here(database: Database) -> None:
    database.run(ASIDE)
    # What follows may do more than it needs.
    database.run("GRANT UPDATE, DELETE ON public.births TO birth_caller; GRANT SELECT, INSERT ON public.extra TO"
        " birth_caller")  # fmt: skip
    with database.connect("postgres") as administrator:
        init.init(administrator, GOODS)
    # Fewer codes than shards: those that no look has touched may be reached by a session of their own.
    database.run("DELETE FROM public.goods WHERE length(code) > 3")
    one_more = "INSERT INTO public.births (entity_code, collection_name) VALUES ('besides ' || codes[1], 'goods');"
    parallel = (
        "PERFORM set_config('citus.max_adaptive_executor_pool_size', '16', true),"
        " set_config('citus.multi_shard_modify_mode', 'parallel', true),"
        " set_config('citus.force_max_query_parallelization', 'on', true);"
    )
    everything = "UPDATE public.births SET species_code = 'x' WHERE collection_name = 'other';"
    found = {}
    for name, before, after in (
        ("another row", "", one_more),
        ("another table", "", "INSERT INTO public.extra VALUES (codes[1]);"),
        ("another role", "", "PERFORM public.aside(codes[1]);"),
        ("another session", parallel + everything, ""),
    ):
        taking(database, before=before, after=after)
        permit_anew(database)
        run = a_run(database)
        driven = small.Drive(database, run).go()
        found[name] = (driven.status, driven.code)
    assert found == {
        "another row": (5, "registered_besides"),
        "another table": (5, "writes_unseen"),
        "another role": (5, "wrote_as_another"),
        "another session": (5, "writes_unseen"),
    }
    assert database.value("SELECT count(*) FROM public.births WHERE collection_name = 'goods'") == 0
    # What a batch may do, as it may here, is found when the run is verified.
    taking(database, after="DELETE FROM public.births WHERE entity_code = 'X-7';")
    permit_anew(database)
    run = a_run(database)
    assert small.Drive(database, run).go().status == 0
    assert closed(database, run) == ["birth_neutral"]


def test_a_registry_that_is_spread_otherwise_registers_nothing(database: Database) -> None:
    run = a_run(database)
    database.run("SELECT undistribute_table('public.births')")
    database.run("SELECT create_reference_table('public.births')")
    with database.connect("operator1") as operator:
        evidence = {gate.id: gate.evidence for gate in beginning.gates(operator, run) if not gate.passed}
    assert evidence["visible_writes"] == {"public.births": "it is distributed otherwise than by its code"}


def test_a_batch_that_loses_a_node_ends_with_7_and_its_run_goes_on_later(
    database: Database, nodes: list[TestServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = a_run(database)

    def lose() -> None:
        with nodes[2].admin() as admin:
            admin.execute(f"ALTER DATABASE {database.name} ALLOW_CONNECTIONS false")
            admin.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database.name}'")

    small.at(monkeypatch, "after_intent", lose, nth=2)
    driven = small.Drive(database, run, Options(patience=3, batch_size=100)).go()
    assert (driven.status, driven.code) == (7, "node_unavailable"), (
        driven.error,
        driven.error and driven.error.evidence,
    )
    monkeypatch.undo()
    with nodes[2].admin() as admin:
        admin.execute(f"ALTER DATABASE {database.name} ALLOW_CONNECTIONS true")
    assert small.Drive(database, run).go().status == 0
    assert closed(database, run) == []

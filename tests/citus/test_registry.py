"""A registry that Citus spreads over its nodes by the code: what is written there is known as if it were here."""

from dataclasses import replace

import pytest
from psycopg.conninfo import conninfo_to_dict

from core.db.connection.session import Connection
from core.domain.backfill.permit import lifetime
from core.domain.classify.identity import column_identity
from core.errors import ConsoleError
from core.services.adopt import init
from core.services.adopt.init import Wish
from core.services.backfill import beginning, permits, reconcile, rehearse, withdraw
from core.services.backfill.apply_options import Options
from core.services.classify import classify
from core.services.overview import matrix
from core.services.trust import audit, certify, doctor, people, verify
from tests import line, small
from tests.databases import Database, TestServer

PEOPLE = {"operator1": "operator", "gatekeeper1": "gatekeeper", "gatekeeper2": "gatekeeper", "reviewer1": "reviewer"}
COMPANY = (
    (
        "CREATE TABLE public.goods (code text PRIMARY KEY); CREATE TABLE public.extra (x text);"
        "CREATE TABLE public.births (entity_code text PRIMARY KEY, collection_name text NOT NULL, dot_origin text,"
        " species_code text, certified boolean NOT NULL DEFAULT false, certified_at timestamptz)"
    ),
    "SELECT create_distributed_table('public.births', 'entity_code')",
    "SELECT create_distributed_table('public.extra', 'x')",
    (
        "INSERT INTO public.births (entity_code, collection_name, dot_origin)"
        " SELECT 'X-' || n, 'other', 'GATEWAY' FROM generate_series(1, 2000) AS n"
    ),
)
ITS_ROLE = (
    "SET citus.enable_ddl_propagation = off;"
    "DO $$ BEGIN CREATE ROLE company LOGIN; EXCEPTION WHEN duplicate_object THEN END $$"
)
RIGHTS_OF_COMPANY = "GRANT SELECT, INSERT, UPDATE, DELETE ON public.births TO company"
TAKE = """
SET citus.enable_ddl_propagation = off;
CREATE OR REPLACE FUNCTION public.take(kind text, codes text[], origin text) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    code text;
BEGIN
    {before}
    FOREACH code IN ARRAY codes LOOP
        INSERT INTO public.births (entity_code, collection_name, dot_origin) VALUES (code, kind, origin)
        ON CONFLICT (entity_code) DO NOTHING;
    END LOOP;
    {after}
    RETURN 0;
END
$body$
"""
ASIDE = """
SET citus.enable_ddl_propagation = off;
CREATE FUNCTION public.aside(code text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$ BEGIN
    INSERT INTO public.births (entity_code, collection_name) VALUES ('aside ' || code, 'goods'); END $$;
ALTER FUNCTION public.aside OWNER TO company;
GRANT EXECUTE ON FUNCTION public.aside TO birth_caller
"""
GOODS = Wish(collections=("public.goods",))
BIND = ("public.take", "kind=$collection", "codes=$code", "origin=$origin")


def taking(database: Database, *, before: str = "", after: str = "") -> None:
    """Replace the register function by one that does something before and after it registers."""
    database.run(TAKE.format(before=before, after=after))


def fill(database: Database, first: int, rows: int) -> None:
    """Rows that no gateway met."""
    database.run(
        "SET session_replication_role = replica;"
        f"INSERT INTO public.goods SELECT 'G-' || n FROM generate_series({first}, {first + rows - 1}) AS n"
    )
    database.leave()


def people_of(administrator: Connection) -> None:
    """Let the people in; the nodes have no login of theirs yet."""
    administrator.driver.execute(b"SET citus.enable_ddl_propagation = off")
    for login, group in PEOPLE.items():
        administrator.driver.execute(
            f"DO $$ BEGIN CREATE ROLE {login} LOGIN PASSWORD 'a password of nobody';"
            " EXCEPTION WHEN duplicate_object THEN END $$".encode()
        )
        people.add(administrator, login, f"Person {login}", [group])


@pytest.fixture
def database(cluster: Database, nodes: list[TestServer]) -> Database:
    """A company whose registry is spread, with the console on its coordinator."""
    for statement in COMPANY:
        cluster.run(statement)
    cluster.run(ITS_ROLE)
    taking(cluster)
    for node in nodes[1:]:
        with node.admin(cluster.name) as admin:
            admin.execute(ITS_ROLE)
    cluster.run(RIGHTS_OF_COMPANY)
    with cluster.connect("postgres") as administrator:
        administrator.driver.execute(b"SET citus.enable_ddl_propagation = off")
        init.init(
            administrator, Wish(collections=("public.goods",), bound_tables={"registry": ["public.births"]}, bind=BIND)
        )
        people_of(administrator)
        init.init(administrator, GOODS)
    cluster.run("INSERT INTO birth.birth_setting VALUES ('embedded', ARRAY[]::text[])")
    fill(cluster, 1, 300)
    with cluster.connect("operator1") as operator:
        classify.classify(operator, column_identity("goods", "code"))
    line.open_permit(cluster)
    return cluster


def a_run(database: Database) -> int:
    with database.connect("operator1") as operator:
        return line.make_reconciled(operator)


def permit_anew(database: Database) -> None:
    """Permit what the register function is now."""
    with database.connect("gatekeeper1") as gatekeeper:
        permits.close_permit(gatekeeper, database.value("SELECT max(permit_id) FROM birth.birth_admission_permit"),
            "another function")  # fmt: skip
    line.open_permit(database)


def closed(database: Database, run: int) -> list[str]:
    """The acceptance gates that are not passed."""
    with database.connect("reviewer1") as reviewer:
        return [gate.id for gate in verify.verify(reviewer, run).gates if not gate.passed]


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


def test_who_is_added_is_let_in_by_the_nodes_that_keep_the_registry_once_init_ran_again(
    database: Database, nodes: list[TestServer]
) -> None:
    with database.connect("postgres") as administrator:
        assert init.preview(administrator, GOODS).changes_nothing
        with nodes[1].admin(database.name) as node:
            node.execute("SET citus.enable_ddl_propagation = off; ALTER ROLE birth_caller NOLOGIN")
            node.execute("REVOKE birth_reader FROM operator1")
        with database.connect("reviewer1") as reviewer:
            told = next(each for each in doctor.examine(reviewer) if each.id == "registry_nodes")
        assert told.verdict == "failed"
        assert "birth_caller has no login" in str(told.evidence)
        assert "operator1 has no login" in str(told.evidence)
        seen = init.preview(administrator, GOODS)
        assert seen.installed == ["the nodes of Citus let birth_caller register, and people read the registry"]
        assert init.preview(administrator, GOODS).installed == seen.installed, "a preview changed a node"
        init.init(administrator, GOODS)
    with database.connect("operator1") as operator:
        assert matrix.count(operator, "goods")
        told = next(each for each in doctor.examine(operator) if each.id == "registry_nodes")
        assert (told.verdict, told.remedy) == ("passed", ())
    # Who is retired is let in no more, but for a login that has other rights there.
    for each in nodes[1:]:
        with each.admin(database.name) as admin:
            admin.execute("SET citus.enable_ddl_propagation = off; CREATE TABLE its_own ()")
            admin.execute("SET citus.enable_ddl_propagation = off; ALTER TABLE its_own OWNER TO gatekeeper2")
    said: list[str] = []
    with database.connect("postgres") as administrator:
        for login in ("operator1", "gatekeeper2"):
            people.retire(administrator, login, said.append)
    assert said == []
    for each in nodes[1:]:
        with each.admin(database.name) as admin:
            found = admin.execute(
                "SELECT r.rolname, r.rolcanlogin, pg_has_role(r.oid, 'birth_reader', 'MEMBER') FROM pg_roles AS r"
                " WHERE rolname IN ('operator1', 'gatekeeper1', 'gatekeeper2') ORDER BY 1"
            ).fetchall()
            assert [tuple(row.values()) for row in found] == [
                ("gatekeeper1", True, True), ("gatekeeper2", True, False), ("operator1", False, False)]  # fmt: skip
            admin.execute("SET citus.enable_ddl_propagation = off; ALTER ROLE operator1 LOGIN")


def test_a_node_that_was_added_is_named_until_init_ran_again_and_what_moved_there_is_not_withdrawn(
    database: Database, spare: TestServer
) -> None:
    run = a_run(database)
    assert small.Drive(database, run).go().status == 0
    place = f"127.0.0.1', {conninfo_to_dict(spare.dsn)['port']}"
    database.run(f"SELECT citus_add_node('{place})")
    moved, kept = database.value(
        "SELECT array_agg(n ORDER BY n DESC) FROM (SELECT count(*) AS n FROM public.births WHERE collection_name ="
        " 'goods' GROUP BY get_shard_id_for_distribution_column('public.births', entity_code) = (SELECT min(shardid)"
        " FROM pg_dist_shard WHERE logicalrelid = 'public.births'::regclass)) AS shard"
    )
    moved, kept = min(moved, kept), max(moved, kept)
    database.run(
        f"SELECT citus_move_shard_placement(shardid, nodename, nodeport, '{place}, 'block_writes') FROM citus_shards"
        " WHERE table_name = 'public.births'::regclass ORDER BY shardid LIMIT 1"
    )
    with database.connect("postgres") as administrator:
        told = next(each for each in doctor.examine(administrator) if each.id == "registry_nodes")
        assert told.verdict == "failed"
        assert "birth_caller has no login" in str(told.evidence)
        with database.connect("operator1") as operator, pytest.raises(ConsoleError) as refused:
            matrix.count(operator, "goods")
        assert refused.value.code == "node_refused"
        init.init(administrator, replace(GOODS, allow_withdraw=True))
        assert init.preview(administrator, GOODS).changes_nothing
    with database.connect("operator1") as operator:
        counted = matrix.count(operator, "goods")
        assert counted
        assert counted.missing == 0
        taken = withdraw.withdraw(operator, run, "a wrong run")
    assert taken.rows == kept
    (left,) = taken.left
    assert isinstance(left, dict)
    assert (left["reason"], left["rows"]) == ("moved", moved)


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


def test_for_a_registry_of_the_consoles_own_that_is_spread_init_binds_what_registers_there(cluster: Database) -> None:
    cluster.run(
        "CREATE TABLE public.goods (code text PRIMARY KEY); INSERT INTO public.goods SELECT 'G-' || n FROM"
        " generate_series(1, 300) AS n"
    )
    with cluster.connect("postgres") as administrator:
        init.init(administrator, GOODS)
        people_of(administrator)
        cluster.run("SELECT create_distributed_table('birth.birth_registry', 'entity_code')")
        told = init.init(administrator, GOODS).installed
        assert [each for each in told if each.startswith("bind birth.fn_birth_register_set(")], told
        assert init.preview(administrator, GOODS).changes_nothing
    cluster.run("INSERT INTO birth.birth_setting VALUES ('embedded', ARRAY[]::text[])")
    with cluster.connect("operator1") as operator:
        classify.classify(operator, column_identity("goods", "code"))
    line.open_permit(cluster)
    run = a_run(cluster)
    driven = small.Drive(cluster, run).go()
    assert driven.status == 0, driven.error
    assert small.account(cluster, run).registered == 300
    assert closed(cluster, run) == []
    # And new rows are registered by the gateway.
    cluster.run("INSERT INTO public.goods VALUES ('G-new')")
    assert cluster.value("SELECT dot_origin FROM birth.birth_registry WHERE entity_code = 'G-new'") == "GATEWAY"


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

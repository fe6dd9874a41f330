"""What nodes need that keep the registry: who is let in, a node that comes, and the function that registers there."""

from dataclasses import replace

import pytest
from psycopg.conninfo import conninfo_to_dict

from core.domain.classify.identity import column_identity
from core.errors import ConsoleError
from core.services.adopt import init
from core.services.backfill import withdraw
from core.services.classify import classify
from core.services.overview import matrix
from core.services.trust import doctor, people
from tests import line, small
from tests.citus.spread import GOODS, a_company, a_run, closed, people_of
from tests.databases import Database, TestServer


@pytest.fixture
def database(cluster: Database, nodes: list[TestServer]) -> Database:
    """A company whose registry is spread."""
    return a_company(cluster, nodes)


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

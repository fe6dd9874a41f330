"""A registry that Citus would spread over its nodes: what is judged of what they say, on a server without them."""

import json

from psycopg import sql

from core.services.backfill.apply_options import Options
from core.services.trust import verify
from tests import small as small_database
from tests.databases import Database
from tests.faults import attacker

# As much of Citus' catalog as says that the registry is hashed by its code, in one shard of one node.
CITUS = """
SET allow_system_table_mods = on;
CREATE TABLE pg_catalog.pg_dist_partition (
    logicalrelid regclass, partmethod "char", repmodel "char", colocationid integer, partkey text);
CREATE TABLE pg_catalog.pg_dist_shard (logicalrelid regclass, shardid bigint);
CREATE TABLE pg_catalog.pg_dist_placement (shardid bigint, groupid integer);
CREATE FUNCTION pg_catalog.column_to_column_name(regclass, text) RETURNS text LANGUAGE sql AS 'SELECT $2';
CREATE FUNCTION pg_catalog.get_shard_id_for_distribution_column(regclass, text) RETURNS bigint LANGUAGE sql
AS 'SELECT 102008 + hashtext($2) % 4';
GRANT SELECT ON pg_catalog.pg_dist_partition, pg_catalog.pg_dist_shard, pg_catalog.pg_dist_placement TO PUBLIC;
INSERT INTO pg_catalog.pg_dist_partition VALUES ('birth.birth_registry', 'h', 's', 1, 'entity_code');
INSERT INTO pg_catalog.pg_dist_shard VALUES ('birth.birth_registry', 102008);
INSERT INTO pg_catalog.pg_dist_placement VALUES (102008, 1)
"""


def test_rows_that_came_or_changed_since_a_node_showed_its_shards_are_told_by_its_own_numbers(small: Database) -> None:
    small.run("CREATE TABLE public.births_102008 (code text, note text)")
    small.run("INSERT INTO public.births_102008 VALUES ('old'), ('changed')")
    shown = small.value("SELECT pg_current_snapshot()::text AS shown")
    small.run("INSERT INTO public.births_102008 VALUES ('new')")
    small.run("UPDATE public.births_102008 SET note = 'x' WHERE code = 'changed'")

    def fresh(shard: str) -> list[str]:
        shards = json.dumps({shard: {"node": 1, "shown": shown}})
        condition = small.value(f"SELECT birth.birth_shard_fresh('{shards}') AS words")
        return [row["code"] for row in small.run(f"SELECT code FROM public.births_102008 AS b WHERE {condition}")]

    assert sorted(fresh("102008")) == ["changed", "new"]
    # Of a shard that was elsewhere, nothing is known.
    assert len(fresh("102009")) == 3


def test_what_nodes_say_of_a_transaction_is_added_up_and_what_they_cannot_say_is_named(small: Database) -> None:
    def node(**said: object) -> dict[str, object]:
        return {"session": 7, "sessions": 1, "came": 0, "changed": 0, "went": 0, "besides": []} | said

    here = {"": 0, "+": 5, "!": [], "16400": 5}
    nodes = {"one:5432": node(came=30, changed=2), "two:5432": node(came=12, went=1)}
    statement = sql.SQL("SELECT birth._birth_writes_with_shards({}, 16500::oid, {}) AS found")
    found = small.value(statement.format(json.dumps(here), json.dumps(nodes)).as_string())
    assert {name: found[name] for name in ("", "+", "16400", "16500")} == {"": 41, "+": 50, "16400": 5, "16500": 45}

    def unseen(**said: object) -> list[str]:
        asked = sql.SQL("SELECT birth._birth_shards_unseen({}, {}) AS found")
        after = {**nodes, "two:5432": node(**said)}
        return list(small.value(asked.format(json.dumps(nodes), json.dumps(after)).as_string()))

    assert unseen() == []
    assert unseen(besides=["public.extra"]) == ["public.extra on two:5432"]
    assert unseen(sessions=2) == ["further sessions on two:5432"]
    assert unseen(session=8) == ["further sessions on two:5432"]


def test_a_run_whose_registry_is_spread_otherwise_than_when_it_was_planned_is_stale_and_not_certified(
    small: Database,
) -> None:
    run = small_database.a_run(small, "goods", goods=30)
    assert small_database.drive(small, run, Options(max_batches=1, batch_size=10)).code == "max_batches"
    small.run(CITUS)
    small.leave()
    with small.psql() as session:
        refused = attacker.refusal(session, attacker.claimed(session, run))
    assert refused == ("BR004", "plan_stale: the plan of goods is stale, changed: shards")
    with small.connect("reviewer1") as reviewer:
        (judged,) = [gate for gate in verify.verify(reviewer, run).gates if gate.id == "birth_neutral"]
    assert not judged.passed
    assert "not where the plan found them" in str(judged.evidence)


def test_a_registry_that_was_spread_after_it_was_bound_and_a_function_that_citus_refuses_close_the_gate(
    small: Database,
) -> None:
    small.run(CITUS)
    told = {row["name"].split("(")[0]: row["why"] for row in small.run("SELECT * FROM birth.birth_unseen_writes()")}
    assert told == {
        "birth.birth_registry": "it was distributed after it was bound: run init once more",
        "birth.fn_birth_register": "Citus refuses its INSERT: bind fn_birth_register_set",
    }
    small.run("SELECT birth._birth_bound_define()")
    small.leave()
    told = {row["name"].split("(")[0]: row["why"] for row in small.run("SELECT * FROM birth.birth_unseen_writes()")}
    assert list(told) == ["birth.fn_birth_register"]
    small.run("ALTER FUNCTION birth.fn_birth_register SECURITY DEFINER")
    closing = small.run("SELECT why FROM birth.birth_unseen_writes() ORDER BY 1")
    assert [row["why"] for row in closing] == [
        "Citus keeps what its owner writes from birth_caller: make it SECURITY INVOKER",
        "Citus refuses its INSERT: bind fn_birth_register_set",
    ]


# All codes in that one shard, of a node that is this server.
_ONE_SHARD = """
SET allow_system_table_mods = on;
CREATE OR REPLACE FUNCTION pg_catalog.get_shard_id_for_distribution_column(regclass, text) RETURNS bigint LANGUAGE sql
AS 'SELECT 102008::bigint';
CREATE FUNCTION pg_catalog.shard_name(regclass, bigint) RETURNS text LANGUAGE sql AS $$ SELECT $1::text $$;
CREATE TABLE pg_catalog.pg_dist_node (groupid integer, nodename text, nodeport integer, noderole text);
INSERT INTO pg_catalog.pg_dist_node VALUES (1, 'one', 5432, 'primary');
GRANT SELECT ON pg_catalog.pg_dist_node TO PUBLIC
"""


def test_a_run_in_a_registry_that_is_spread_takes_back_what_its_batches_wrote_where_it_stayed(
    small: Database,
) -> None:
    run = small_database.a_run(small, "goods", goods=30)
    small_database.done(small, run)
    small.run("UPDATE birth.birth_registry SET species_code = 'x' WHERE entity_code = 'G-000002'")
    small.run("UPDATE birth.birth_registry SET inspect_pen = 'x' WHERE entity_code = 'G-000003'")
    small.run(CITUS)
    small.run(_ONE_SHARD)
    small.leave()

    def by_reason(node: int) -> dict[str, list[str]]:
        small.run(
            "UPDATE birth.birth_backfill_batch SET shards = jsonb_build_object('102008', jsonb_build_object('node',"
            f" {node}, 'transaction', transaction_id, 'shown', snapshot))"
        )
        rows = small.run(
            "SELECT f.* FROM birth.birth_backfill_ledger AS l CROSS JOIN LATERAL birth._birth_reading("
            "birth._birth_withdraw_query(l)) AS f(code text, version text, reason text) ORDER BY 1"
        )
        found: dict[str, list[str]] = {}
        for row in rows:
            found.setdefault(row["reason"] or "", []).append(row["code"])
        return found

    assert len(by_reason(2)["moved"]) == 29
    found = by_reason(1)
    assert {reason: found[reason] for reason in found if reason} == {"changed": ["G-000002"], "certified": ["G-000003"]}
    assert len(found[""]) == 28
    # Each in the version that was planned, and no other.
    deleted = """
        SELECT birth._birth_withdraw_delete(array_agg(entity_code::text), array_agg(CASE entity_code WHEN 'G-000005'
            THEN '3' ELSE xmin::text END)) FROM birth.birth_registry WHERE entity_code BETWEEN 'G-000004' AND 'G-000006'
    """
    assert small.value(deleted) == 2
    assert small.value("SELECT count(*) FROM birth.birth_registry WHERE entity_code = 'G-000005'") == 1

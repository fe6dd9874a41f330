"""What the nodes of Citus need, so that the console reads the tables that they keep."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, LiteralString

from psycopg import sql

from core.db.rows.query import Reading

READERS: Final = sql.SQL("birth_owner, birth_caller, birth_reader")
# Of a row `d` of pg_dist_partition: not a local table that Citus merely knows. As {S}.birth_distributed says it, which
# `init` cannot ask before it is there.
BY_NODES: Final = sql.SQL("NOT (d.partmethod = 'n' AND d.repmodel = 's' AND d.colocationid = 0)")


@dataclass(frozen=True, slots=True)
class Coordinator:
    """Whether this is the coordinator, and where that is, as the nodes know it."""

    here: bool
    address: str | None


@dataclass(frozen=True, slots=True)
class Sharded:
    """A table that the nodes keep."""

    relid: int


@dataclass(frozen=True, slots=True)
class Node:
    """What a node answered, or why it did not."""

    name: str
    success: bool
    result: str


# Citus' catalogs are asked only where it is.
COORDINATOR: Final = Reading(
    sql.Composed(
        [
            sql.SQL(
                "SELECT l.groupid = 0 AS here, (SELECT n.nodename || ':' || n.nodeport"
                " FROM pg_catalog.pg_dist_node AS n WHERE n.groupid = 0 LIMIT 1) AS address"
                " FROM pg_catalog.pg_dist_local_group AS l"
            )
        ]
    ),
    Coordinator,
)
_SHARDED: LiteralString = (
    "SELECT d.logicalrelid::oid::bigint AS relid FROM pg_catalog.pg_dist_partition AS d"
    " WHERE d.logicalrelid::oid = ANY ({}::bigint[]::oid[]) AND {by_nodes}"
)
# A node must not repeat it on others: there, the same is done by this.
_LOGIN: LiteralString = """DO $body$
DECLARE
    v_refused text;
BEGIN
    SELECT string_agg(n.nodename || ':' || n.nodeport || ' ' || n.result, '; ') INTO v_refused
    FROM pg_catalog.run_command_on_workers($node$DO $do$
        DECLARE
            v_role text;
        BEGIN
            PERFORM pg_catalog.set_config('citus.enable_ddl_propagation', 'off', true);
            FOREACH v_role IN ARRAY ARRAY['birth_owner', 'birth_caller', 'birth_reader'] LOOP
                IF pg_catalog.to_regrole(v_role) IS NULL THEN
                    EXECUTE pg_catalog.format('CREATE ROLE %I NOLOGIN', v_role);
                END IF;
            END LOOP;
            ALTER ROLE birth_caller LOGIN;
        END $do$ $node$) AS n
    WHERE NOT n.success;
    IF v_refused IS NOT NULL THEN
        RAISE EXCEPTION 'nodes of Citus refuse the role birth_caller: %', v_refused;
    END IF;
END
$body$"""
_REPEATED: LiteralString = "SELECT pg_catalog.set_config('citus.enable_ddl_propagation', '{}', true);\n"


def sharded(relids: Sequence[int]) -> Reading[Sharded]:
    """Which of these tables the nodes keep."""
    return Reading(sql.SQL(_SHARDED).format(sql.Literal(list(relids)), by_nodes=BY_NODES), Sharded)


def closed(tables: Sequence[sql.Identifier]) -> Reading[Node]:
    """The nodes where birth_caller cannot log in or read all of these tables, or that did not answer."""
    names = [each.as_string() for each in tables]
    asked = sql.SQL(
        "SELECT pg_catalog.count(*) FROM (SELECT) AS one LEFT JOIN pg_catalog.pg_roles AS r"
        " ON r.rolname = 'birth_caller' WHERE r.rolcanlogin IS NOT TRUE OR EXISTS ("
        "SELECT FROM pg_catalog.unnest({}::text[]) AS t(name) WHERE pg_catalog.has_table_privilege(r.oid,"
        " pg_catalog.to_regclass(t.name), 'SELECT') IS NOT TRUE)"
    ).format(sql.Literal(names))
    return Reading(
        sql.SQL(
            "SELECT n.nodename || ':' || n.nodeport AS name, n.success, n.result"
            " FROM pg_catalog.run_command_on_workers({}) AS n WHERE NOT n.success OR n.result <> '0'"
        ).format(sql.Literal(asked.as_string())),
        Node,
    )


def login() -> sql.Composed:
    """The statement that lets birth_caller log in on every node, without a password; not on the coordinator."""
    return sql.Composed([sql.SQL(_LOGIN)])


def reading(schemas: Sequence[str], tables: Sequence[sql.Identifier]) -> sql.Composed:
    """The grants that Citus repeats for the shards of these tables."""
    return sql.SQL("{on}{schemas}GRANT SELECT ON\n    {tables}\nTO {readers};\n{off}").format(
        on=sql.SQL(_REPEATED).format(sql.SQL("on")),
        schemas=sql.SQL("").join(
            sql.SQL("GRANT USAGE ON SCHEMA {} TO {};\n").format(sql.Identifier(schema), READERS) for schema in schemas
        ),
        tables=sql.SQL(",\n    ").join(tables),
        readers=READERS,
        off=sql.SQL(_REPEATED).format(sql.SQL("off")),
    )

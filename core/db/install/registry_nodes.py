"""What the nodes of Citus need where they keep the registry: who registers and who reads it may do so there."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import LiteralString

from psycopg import sql

from core.db.install.nodes import BY_NODES, READERS, Node
from core.db.rows.query import Reading


@dataclass(frozen=True, slots=True)
class Kept:
    """How the registry is kept: by nodes or here; and whether the functions that read it were made for the other."""

    by_nodes: bool
    outdated: bool


# People read the registry as themselves. A superuser is one on the nodes as well, or an administrator lets him in.
_PEOPLE: LiteralString = (
    "ARRAY(SELECT p.rolname::text FROM pg_catalog.pg_roles AS p WHERE p.rolcanlogin AND NOT p.rolsuper"
    " AND p.rolname <> 'birth_caller' AND pg_catalog.pg_has_role(p.oid, 'birth_reader', 'MEMBER') ORDER BY 1)"
)
_LACKING: LiteralString = (
    "SELECT pg_catalog.string_agg(w.name || ' has no login', ', ') FROM pg_catalog.unnest(%L::text[]) AS w(name)"
    " LEFT JOIN pg_catalog.pg_roles AS r ON r.rolname = w.name WHERE r.rolcanlogin IS NOT TRUE"
    " OR w.name <> 'birth_caller' AND NOT pg_catalog.pg_has_role(r.oid, 'birth_reader', 'MEMBER')"
)
_SHARD: LiteralString = (
    "SELECT CASE WHEN pg_catalog.has_table_privilege('birth_caller', c.oid, 'SELECT')"
    " AND pg_catalog.has_table_privilege('birth_caller', c.oid, 'INSERT')"
    " AND pg_catalog.has_table_privilege('birth_reader', c.oid, 'SELECT')"
    " AND pg_catalog.has_schema_privilege('birth_caller', c.relnamespace, 'USAGE')"
    " AND pg_catalog.has_schema_privilege('birth_reader', c.relnamespace, 'USAGE')"
    " AND (NOT $withdraws OR pg_catalog.has_table_privilege('birth_caller', c.oid, 'DELETE'))"
    " THEN '' ELSE 'a shard is not granted' END FROM pg_catalog.pg_class AS c WHERE c.oid = '%s'::regclass"
)
# A node that stands still is asked once: each shard's turn would take as long.
# Citus repeats a role with a grant, NOLOGIN: so nothing here is repeated by it, and each node is told by itself.
_LET_IN: LiteralString = """DO $body$
DECLARE
    v_refused text;
BEGIN
    WITH node AS MATERIALIZED (
        SELECT w.nodename || ':' || w.nodeport AS name, w.success, w.result
        FROM pg_catalog.run_command_on_workers(pg_catalog.format($node$DO $do$
            DECLARE
                v_role text;
            BEGIN
                PERFORM pg_catalog.set_config('citus.enable_ddl_propagation', 'off', true);
                FOREACH v_role IN ARRAY %L::text[] LOOP
                    IF pg_catalog.to_regrole(pg_catalog.quote_ident(v_role)) IS NULL THEN
                        EXECUTE pg_catalog.format('CREATE ROLE %%I NOLOGIN', v_role);
                    END IF;
                END LOOP;
                ALTER ROLE birth_caller LOGIN;
                FOREACH v_role IN ARRAY %L::text[] LOOP
                    EXECUTE pg_catalog.format('ALTER ROLE %%I LOGIN', v_role);
                    EXECUTE pg_catalog.format('GRANT birth_reader TO %%I', v_role);
                END LOOP;
                GRANT USAGE ON SCHEMA {schema} TO {readers};
                IF pg_catalog.to_regclass({name}) IS NOT NULL THEN
                    GRANT SELECT ON {table} TO {readers};
                    GRANT INSERT ON {table} TO birth_caller;
                END IF;
            END $do$ $node$, ARRAY['birth_owner', 'birth_caller', 'birth_reader'] || {people}, {people})) AS w
        WHERE NOT w.success
    )
    SELECT pg_catalog.string_agg(DISTINCT pg_catalog.concat_ws(' ', n.name, n.result), '; ') INTO v_refused
    FROM (
        SELECT * FROM node
        UNION ALL
        SELECT 'shard ' || s.shardid, s.success, s.result
        FROM pg_catalog.unnest(ARRAY['GRANT SELECT ON %s TO {readers}', 'GRANT INSERT ON %s TO birth_caller']
            || CASE WHEN pg_catalog.has_table_privilege('birth_caller', {name}::regclass, 'DELETE')
                THEN ARRAY['GRANT DELETE ON %s TO birth_caller'] END) AS g(command)
        CROSS JOIN LATERAL pg_catalog.run_command_on_placements({name}::regclass, g.command) AS s
        WHERE NOT s.success AND NOT EXISTS (SELECT FROM node)) AS n;
    IF v_refused IS NOT NULL THEN
        RAISE EXCEPTION 'nodes of Citus refuse access to the registry: %', v_refused;
    END IF;
END
$body$;
GRANT SELECT ON {table} TO {readers};
GRANT INSERT ON {table} TO birth_caller"""


# Who is in no group any more: what init gave on a node is taken back, and the login where nothing else is left there.
_LEAVE: LiteralString = """DO $body$
DECLARE
    v_refused text;
BEGIN
    SELECT pg_catalog.string_agg(pg_catalog.concat_ws(' ', n.nodename || ':' || n.nodeport, n.result), '; ')
    INTO v_refused
    FROM pg_catalog.run_command_on_workers(pg_catalog.format($node$DO $do$
        DECLARE
            v_role text;
            v_group text;
        BEGIN
            PERFORM pg_catalog.set_config('citus.enable_ddl_propagation', 'off', true);
            FOREACH v_role IN ARRAY %L::text[] LOOP
                FOR v_group IN
                    SELECT g.rolname FROM pg_catalog.pg_auth_members AS m
                    JOIN pg_catalog.pg_roles AS g ON g.oid = m.roleid
                    JOIN pg_catalog.pg_roles AS r ON r.oid = m.member
                    WHERE r.rolname = v_role AND g.rolname = ANY ({groups})
                LOOP
                    EXECUTE pg_catalog.format('REVOKE %%I FROM %%I', v_group, v_role);
                END LOOP;
                IF EXISTS (
                    SELECT FROM pg_catalog.pg_roles AS r WHERE r.rolname = v_role AND NOT r.rolsuper
                      AND NOT EXISTS (SELECT FROM pg_catalog.pg_auth_members AS m WHERE m.member = r.oid)
                      AND NOT EXISTS (SELECT FROM pg_catalog.pg_shdepend AS d
                        WHERE d.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass AND d.refobjid = r.oid))
                THEN
                    EXECUTE pg_catalog.format('ALTER ROLE %%I NOLOGIN', v_role);
                END IF;
            END LOOP;
        END $do$ $node$, {people})) AS n
    WHERE NOT n.success;
    IF v_refused IS NOT NULL THEN
        RAISE EXCEPTION 'nodes of Citus keep a login: %', v_refused;
    END IF;
END
$body$"""


def kept(schema: str, table: sql.Identifier) -> Reading[Kept]:
    """How this registry is kept, and whether the console's functions know it. For databases of Citus alone."""
    return Reading(
        sql.SQL(
            "SELECT d.by_nodes, coalesce((SELECT (l.lanname = 'plpgsql') <> d.by_nodes FROM pg_catalog.pg_proc AS p"
            " JOIN pg_catalog.pg_language AS l ON l.oid = p.prolang"
            " JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace"
            " WHERE n.nspname = {} AND p.proname = 'birth_registry_rows'), false) AS outdated"
            " FROM (SELECT EXISTS (SELECT FROM pg_catalog.pg_dist_partition AS d"
            " WHERE d.logicalrelid = pg_catalog.to_regclass({}) AND {by_nodes}) AS by_nodes) AS d"
        ).format(sql.Literal(schema), sql.Literal(table.as_string()), by_nodes=BY_NODES),
        Kept,
    )


def lacking(table: sql.Identifier, *, withdraws: bool = False) -> Reading[Node]:
    """What nodes lack so that birth_caller registers there and people read: none where they lack nothing.

    Where birth_caller may delete rows here, or will (`withdraws`), it must be able to do that on each shard.
    """
    return Reading(
        sql.SQL(
            "WITH node AS MATERIALIZED (SELECT w.nodename, w.nodeport, w.success, w.result"
            " FROM pg_catalog.run_command_on_workers(pg_catalog.format({}, ARRAY['birth_caller'] || {people})) AS w)"
            " SELECT n.nodename || ':' || n.nodeport AS name, n.success, coalesce(n.result, '') AS result FROM ("
            "SELECT * FROM node UNION SELECT s.nodename, s.nodeport, s.success, s.result"
            " FROM pg_catalog.run_command_on_placements({table}::regclass, pg_catalog.replace({}, '$withdraws',"
            " ({} OR coalesce(pg_catalog.has_table_privilege(pg_catalog.to_regrole('birth_caller'), {table}::regclass,"
            " 'DELETE'), false))::text)) AS s WHERE NOT EXISTS (SELECT FROM node WHERE NOT success)) AS n"
            " WHERE NOT n.success OR n.result <> '' ORDER BY 1"
        ).format(
            sql.Literal(_LACKING),
            sql.Literal(_SHARD),
            sql.Literal(withdraws),
            table=sql.Literal(table.as_string()),
            people=sql.SQL(_PEOPLE),
        ),
        Node,
    )


def letting_in(schema: str, table: sql.Identifier) -> sql.Composed:
    """The statements that let birth_caller register on the nodes, and people read."""
    return sql.SQL(_LET_IN).format(
        schema=sql.Identifier(schema),
        table=table,
        name=sql.Literal(table.as_string()),
        readers=READERS,
        people=sql.SQL(_PEOPLE),
    )


def leaving(login: str, groups: Collection[str]) -> sql.Composed:
    """The statement by which the login of a retired person has none of these groups on the nodes any more."""
    people = sql.SQL("{}::text[]").format(sql.Literal([login]))
    return sql.SQL(_LEAVE).format(groups=sql.Literal([*groups]), people=people)


def redefining(schema: str) -> sql.Composed:
    """The statement by which the console's functions read the registry as it is kept now."""
    return sql.SQL("SELECT {}._birth_bound_redefine()").format(sql.Identifier(schema))

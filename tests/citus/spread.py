"""A company whose registry Citus spreads over its nodes by the code, with the console on the coordinator."""

from collections.abc import Mapping

from core.db.connection.session import Connection
from core.domain.classify.identity import column_identity
from core.services.adopt import init
from core.services.adopt.init import Wish
from core.services.backfill import permits
from core.services.classify import classify
from core.services.trust import people, verify
from tests import line
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


def people_of(administrator: Connection, persons: Mapping[str, str] = PEOPLE) -> None:
    """Let the people in; the nodes have no login of theirs yet."""
    administrator.driver.execute(b"SET citus.enable_ddl_propagation = off")
    for login, group in persons.items():
        administrator.driver.execute(
            f"DO $$ BEGIN CREATE ROLE {login} LOGIN PASSWORD 'a password of nobody';"
            " EXCEPTION WHEN duplicate_object THEN END $$".encode()
        )
        people.add(administrator, login, f"Person {login}", [group])


def a_company(cluster: Database, nodes: list[TestServer]) -> Database:
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

"""A company's database that knows nothing of the console: awkward names, several schemas, its own gateway or none."""

import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from psycopg import sql

from tests import console
from tests.databases import Database, TestServer

# Collections with rows whose identity is clear, each with the template or column that identifies them.
IDENTITIES = {
    "order": "order:{select}",
    "Orders": "Orders:{Order No}",
    "sales.items": "sales.items:{id}",
    "crm.items": "crm.items:{id}",
    "a:b/c%d": "a:b/c%d:{100%}",
    'qu"oted': 'qu"oted:{kind}/{part}',
    "events": "events:{at}/{id}",
    "generated": "slug",
    "coded": "code",
    "people": "people:{id}",
}
ROWS = 12
# Roles are the whole server's: another worker has its own.
OPERATOR, GATEKEEPER, REVIEWER, ADMINISTRATOR = (
    f"foreign_{part}_{os.getpid()}" for part in ("operator", "gatekeeper", "reviewer", "administrator")
)
LOGINS = {OPERATOR: "birth_operator", GATEKEEPER: "birth_gatekeeper", REVIEWER: "birth_reviewer"}
TABLES = """
CREATE SCHEMA sales; CREATE SCHEMA crm; CREATE SCHEMA "Odd.Place";
CREATE TYPE sales.kind AS ENUM ('new', 'used', 'a/b:c%d');
CREATE DOMAIN sales.code AS varchar(20) CHECK (VALUE <> '');
CREATE TABLE public."order" ("select" integer PRIMARY KEY, "from" text);
CREATE TABLE sales."Orders" ("Order No" bigint PRIMARY KEY, total numeric);
CREATE TABLE sales.items (id uuid PRIMARY KEY, label text);
CREATE TABLE crm.items (id uuid PRIMARY KEY, label text);
CREATE TABLE "Odd.Place"."a:b/c%d" ("100%" text PRIMARY KEY);
CREATE TABLE public."qu""oted" (kind sales.kind, part integer, PRIMARY KEY (kind, part));
CREATE TABLE public.events (at date, id integer, note text, PRIMARY KEY (at, id)) PARTITION BY RANGE (at);
CREATE TABLE public.events_old PARTITION OF public.events FOR VALUES FROM (MINVALUE) TO ('2026-01-01');
CREATE TABLE public.events_new PARTITION OF public.events FOR VALUES FROM ('2026-01-01') TO (MAXVALUE);
CREATE TABLE public.generated (id integer PRIMARY KEY,
    slug text GENERATED ALWAYS AS ('s-' || lpad(id::text, 4, '0')) STORED UNIQUE NOT NULL);
CREATE TABLE public.coded (code sales.code PRIMARY KEY);
CREATE TABLE crm.people (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, status text);
CREATE TABLE public.settings (name text PRIMARY KEY, value text);
CREATE VIEW public.all_items AS SELECT id FROM sales.items UNION ALL SELECT id FROM crm.items;
CREATE MATERIALIZED VIEW public.totals AS SELECT 1 AS one;
"""
_FILL = f"""
INSERT INTO public."order" SELECT n, 'row ' || n FROM generate_series(1, {ROWS}) AS n;
INSERT INTO sales."Orders" SELECT n, n FROM generate_series(1, {ROWS}) AS n;
INSERT INTO sales.items SELECT gen_random_uuid(), 'i' || n FROM generate_series(1, {ROWS}) AS n;
INSERT INTO crm.items SELECT id, label FROM sales.items;
INSERT INTO "Odd.Place"."a:b/c%d" SELECT n || '%/:' FROM generate_series(1, {ROWS}) AS n;
INSERT INTO public."qu""oted" SELECT (enum_range(NULL::sales.kind))[1 + n % 3], n FROM generate_series(1, {ROWS}) AS n;
INSERT INTO public.events SELECT date '2025-12-20' + 2 * n, n, NULL FROM generate_series(1, {ROWS}) AS n;
INSERT INTO public.generated SELECT n FROM generate_series(1, {ROWS}) AS n;
INSERT INTO public.coded SELECT 'C' || n FROM generate_series(1, {ROWS}) AS n;
INSERT INTO crm.people (status) SELECT 'active' FROM generate_series(1, {ROWS}) AS n;
INSERT INTO public.settings VALUES ('colour', 'red');
"""


@contextmanager
def a_foreign_database(server: TestServer, *more: str) -> Iterator[Database]:
    """Such a database with rows in it, dropped afterwards; `more` is run by the superuser, too."""
    name = f"birth_foreign_{os.getpid()}_{secrets.token_hex(4)}"
    server.create(name)
    try:
        database = Database(server, name)
        for statement in (TABLES, _FILL, *more):
            database.run(statement)
        yield database
    finally:
        server.drop(name)
        with server.admin() as admin:
            for login in (*LOGINS, ADMINISTRATOR):
                admin.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(login)))


# A gateway of the company's own: other types and names, what PUBLIC may do by default, a log that it writes.
GATEWAY = """
CREATE SCHEMA ops;
CREATE TABLE public.collection_registry (collection_name varchar(255) PRIMARY KEY, governance_role varchar(20));
CREATE TABLE public.birth_policy (collection_name varchar(255) PRIMARY KEY, requirement varchar(10) NOT NULL);
CREATE TABLE public.birth_registry (id serial PRIMARY KEY, entity_code varchar(255) NOT NULL UNIQUE,
    collection_name varchar(255) NOT NULL, species_code text, composition_level text, dot_origin varchar(80),
    born_at timestamp NOT NULL, governance_role varchar(20), inspect_pen text, inspect_stamp text, inspect_gate text,
    certified boolean NOT NULL DEFAULT false, certified_at timestamptz);
CREATE TABLE public.trigger_guard_alerts (id serial PRIMARY KEY, seen text);
CREATE VIEW public.v_birth_stage2_qt001_readiness_dashboard AS SELECT 'theirs' AS metric, 'theirs' AS value;
CREATE TABLE ops.register_log (code text);
CREATE FUNCTION ops."Register"(mode text, "Kind" varchar, entity varchar, born timestamp DEFAULT now(),
    source varchar DEFAULT 'GATEWAY', OUT answer text) LANGUAGE plpgsql SECURITY DEFINER AS $body$
BEGIN
    IF mode <> 'write' THEN RAISE EXCEPTION 'nothing to write in mode %', mode; END IF;
    INSERT INTO public.birth_registry (entity_code, collection_name, dot_origin, born_at)
    VALUES (entity, "Kind", source, coalesce(born, now()));
    INSERT INTO register_log VALUES (entity);
    answer := 'ok';
END
$body$;
CREATE FUNCTION public.fn_birth_gateway() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $body$
BEGIN
    PERFORM ops."Register"('write', TG_ARGV[0], TG_ARGV[0] || ':' || NEW.id);
    RETURN NULL;
END
$body$;
CREATE FUNCTION ops.guard() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS
    'BEGIN INSERT INTO public.trigger_guard_alerts (seen) VALUES (TG_TAG); END';
CREATE EVENT TRIGGER evt_trigger_guard_ddl ON ddl_command_end WHEN TAG IN ('CREATE TRIGGER')
    EXECUTE FUNCTION ops.guard();
INSERT INTO public.collection_registry VALUES ('people', 'governed');
INSERT INTO public.birth_policy VALUES ('people', 'REQUIRED');
CREATE TRIGGER trg_birth_gateway AFTER INSERT ON crm.people
    FOR EACH ROW EXECUTE FUNCTION public.fn_birth_gateway('people');
"""
# The same company before it had a gateway: a register function that applications call themselves.
WITHOUT_GATEWAY = f"{GATEWAY} DROP FUNCTION public.fn_birth_gateway() CASCADE;"
BINDING = ('ops."Register"', "mode=write", "Kind=$collection", "entity=$code", "born=$born_at", "source=$origin")


def let_in(database: Database, schema: str, groups: Mapping[str, str]) -> None:
    """Logins of the server with this run's password, each a person of its own in a group."""
    home = sql.Identifier(schema, "birth_person_login")
    with database.psql("postgres") as admin:
        for login, group in groups.items():
            a_login(database, login)
            admin.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(group), sql.Identifier(login)))
            admin.execute(sql.SQL("INSERT INTO {} VALUES (%s, %s)").format(home), [login, f"the person of {login}"])
        trusting = admin.execute("SELECT 1 FROM pg_hba_file_rules WHERE auth_method = 'trust'").fetchone()
        if trusting is not None:
            # The server of these tests is no company's: as on the demo, its open socket is a warning.
            admin.execute(
                sql.SQL("INSERT INTO {} VALUES ('embedded', '{{}}')").format(sql.Identifier(schema, "birth_setting"))
            )


def add_people(database: Database, groups: Mapping[str, str]) -> None:
    """The same by the console's own command, as an administrator does it: logins of the company's, each a person."""
    for login, group in groups.items():
        a_login(database, login)
        words = ("people", "add", login, "--person", f"the person of {login}", "--group", group.removeprefix("birth_"))
        answer = console.run(*words, "--dsn", database.dsn("postgres"))
        assert answer.status == 0, answer.err
    if database.value("SELECT count(*) FROM pg_hba_file_rules WHERE auth_method = 'trust'"):
        # The server of these tests is no company's: as on the demo, its open socket is a warning.
        database.run("INSERT INTO birth.birth_setting VALUES ('embedded', '{}')")


def a_login(database: Database, login: str) -> None:
    """A login of the server with this run's password and no rights."""
    name, password = sql.Identifier(login), sql.Literal(database.server.password)
    with database.psql("postgres") as admin:
        if admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [login]).fetchone() is None:
            admin.execute(sql.SQL("CREATE ROLE {}").format(name))
        admin.execute(sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(name, password))

"""A company's database that knows nothing of the console: awkward names, several schemas, its own gateway or none."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import sql

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
    "coded": "coded:{code}",
    "people": "people:{id}",
}
ROWS = 12
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
CREATE TABLE public.events (at date NOT NULL, id integer NOT NULL, note text, PRIMARY KEY (at, id)) PARTITION BY RANGE (at);
CREATE TABLE public.events_old PARTITION OF public.events FOR VALUES FROM (MINVALUE) TO ('2026-01-01');
CREATE TABLE public.events_new PARTITION OF public.events FOR VALUES FROM ('2026-01-01') TO (MAXVALUE);
CREATE TABLE public.generated (id integer PRIMARY KEY, slug text GENERATED ALWAYS AS ('s-' || lpad(id::text, 4, '0')) STORED UNIQUE NOT NULL);
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


def a_login(database: Database, login: str, *options: str) -> None:
    """A login of the server with this run's password, unless it is there."""
    name, words = sql.Identifier(login), sql.SQL(" ".join(["LOGIN", *options]))  # type: ignore[arg-type]
    with database.psql("postgres") as admin:
        if admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [login]).fetchone() is None:
            admin.execute(sql.SQL("CREATE ROLE {}").format(name))
        admin.execute(
            sql.SQL("ALTER ROLE {} {} PASSWORD {}").format(name, words, sql.Literal(database.server.password))
        )

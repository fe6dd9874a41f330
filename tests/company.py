"""A company's own world: a Directus back end with its registry, gateway, guard and species, owned by a plain role.

It follows what is public of such an environment. Everything stands in `public` and belongs to a login that is no
superuser; objects that the packet names (the permit table, the ledger) are there with layouts of their own.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import sql

from tests.databases import Database, TestServer

ROWS = 20
# Roles are the whole server's: another worker has its own.
OWNER = f"directus_{os.getpid()}"
# collection: (governance role, the column whose value the gateway takes as the code)
COLLECTIONS = {
    "table_registry": ("governed", "table_id"),
    "workflows": ("governed", "process_code"),
    "agents": ("governed", "code"),
    "products": ("observed", "code"),
    "tags": ("observed", "code"),
    "secrets_vault": ("excluded", "code"),
    "archive": ("locked", "code"),
}
GATEWAY = "public.fn_birth_registry_auto"

_REGISTRIES = """
CREATE TABLE public.collection_registry (id serial PRIMARY KEY, collection_name varchar(255) NOT NULL UNIQUE,
    governance_role varchar(40) NOT NULL, species_code varchar(40), status varchar(20) DEFAULT 'published',
    coverage_status varchar(40), sort integer, user_created uuid, date_created timestamptz DEFAULT now());
CREATE TABLE public.entity_species (species_code varchar(40) PRIMARY KEY, composition_level varchar(40) NOT NULL);
CREATE TABLE public.species_collection_map (id serial PRIMARY KEY, species_code varchar(40) NOT NULL
    REFERENCES public.entity_species, collection_name varchar(255) NOT NULL, is_primary boolean NOT NULL DEFAULT true);
CREATE TABLE public.birth_registry (id serial PRIMARY KEY, sort integer, user_created uuid,
    date_created timestamptz DEFAULT now(), entity_code varchar(255) NOT NULL UNIQUE,
    collection_name varchar(255) NOT NULL, species_code varchar(40), composition_level varchar(40),
    dot_origin varchar(255), born_at timestamptz DEFAULT now(), governance_role varchar(40), inspect_pen varchar(80),
    inspect_stamp varchar(80), inspect_gate varchar(80), certified boolean DEFAULT false, certified_at timestamptz);
CREATE TABLE public.birth_admission_permit (permit_code varchar(40) PRIMARY KEY, opened boolean DEFAULT false);
CREATE TABLE public.birth_backfill_ledger (id serial PRIMARY KEY, phase varchar(20), note text);
INSERT INTO public.birth_backfill_ledger (phase, note) VALUES ('planned', 'of an earlier script');
CREATE TABLE public.trigger_guard_alerts (id serial PRIMARY KEY, command varchar(80), object text,
    raised_at timestamptz DEFAULT now());
"""
_FUNCTIONS = """
CREATE FUNCTION public.fn_birth_certify() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF NEW.inspect_pen IS NOT NULL AND NEW.inspect_stamp IS NOT NULL AND NEW.inspect_gate IS NOT NULL
       AND NOT coalesce(NEW.certified, false) THEN
        NEW.certified := true;
        NEW.certified_at := now();
    END IF;
    RETURN NEW;
END
$body$;
CREATE TRIGGER trg_birth_certify BEFORE UPDATE ON public.birth_registry
    FOR EACH ROW EXECUTE FUNCTION public.fn_birth_certify();
CREATE FUNCTION public.fn_birth_registry_auto() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    v_row jsonb := to_jsonb(NEW);
    v_code text := v_row ->> coalesce(TG_ARGV[0], 'code');
    v_species varchar;
BEGIN
    IF v_code IS NULL THEN
        RETURN NEW;
    END IF;
    SELECT species_code INTO v_species FROM public.species_collection_map
    WHERE collection_name = TG_TABLE_NAME AND is_primary;
    INSERT INTO public.birth_registry (entity_code, collection_name, species_code, composition_level, dot_origin,
        governance_role)
    SELECT v_code, TG_TABLE_NAME, v_species,
        (SELECT composition_level FROM public.entity_species WHERE species_code = v_species),
        coalesce(v_row ->> '_dot_origin', 'GATEWAY'),
        (SELECT governance_role FROM public.collection_registry WHERE collection_name = TG_TABLE_NAME)
    ON CONFLICT (entity_code) DO NOTHING;
    RETURN NEW;
END
$body$;
"""
# The shared register function of stage 2: it runs with the rights of whoever calls it, and names tables without their
# schema, as most such functions do.
REGISTER = """
CREATE FUNCTION public.fn_birth_register(p_collection text, p_code text, p_origin text DEFAULT 'GATEWAY',
    p_dry_run boolean DEFAULT true) RETURNS jsonb LANGUAGE plpgsql AS $body$
DECLARE
    v_species varchar;
    v_done bigint;
BEGIN
    IF p_dry_run THEN
        RETURN jsonb_build_object('code', p_code, 'dry_run', true);
    END IF;
    SELECT species_code INTO v_species FROM species_collection_map
    WHERE collection_name = p_collection AND is_primary;
    INSERT INTO birth_registry (entity_code, collection_name, species_code, composition_level, dot_origin,
        governance_role)
    SELECT p_code, p_collection, v_species,
        (SELECT composition_level FROM entity_species WHERE species_code = v_species), p_origin,
        (SELECT governance_role FROM collection_registry WHERE collection_name = p_collection)
    ON CONFLICT (entity_code) DO NOTHING;
    GET DIAGNOSTICS v_done = ROW_COUNT;
    RETURN jsonb_build_object('code', p_code, 'registered', v_done);
END
$body$;
"""
_DIRECTUS = """
CREATE TABLE public.directus_collections (collection varchar(64) PRIMARY KEY);
CREATE TABLE public.directus_settings (id serial PRIMARY KEY, project_name varchar(100));
CREATE TABLE public.directus_users (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), password varchar(255),
    token varchar(255) UNIQUE);
CREATE TABLE public.directus_sessions (token varchar(64) PRIMARY KEY, expires timestamptz NOT NULL);
INSERT INTO public.directus_sessions SELECT md5(n::text), now() FROM generate_series(1, 5) AS n;
"""
# The guard runs with its caller's rights, as event triggers do unless somebody thinks of it.
GUARD = """
CREATE FUNCTION public.fn_trigger_guard_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $body$
BEGIN
    INSERT INTO public.trigger_guard_alerts (command, object)
    SELECT command_tag, object_identity FROM pg_event_trigger_ddl_commands() WHERE object_type = 'trigger';
END
$body$;
CREATE EVENT TRIGGER evt_trigger_guard_ddl ON ddl_command_end EXECUTE FUNCTION public.fn_trigger_guard_ddl();
"""
# Another company's habit: all DDL is logged, with its caller's rights.
DDL_LOGGER = """
CREATE TABLE public.ddl_log (id serial PRIMARY KEY, tag text, object text, at timestamptz DEFAULT now());
CREATE FUNCTION public.log_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $body$
BEGIN
    INSERT INTO public.ddl_log (tag, object)
    SELECT command_tag, object_identity FROM pg_event_trigger_ddl_commands();
END
$body$;
CREATE EVENT TRIGGER evt_log_ddl ON ddl_command_end EXECUTE FUNCTION public.log_ddl();
"""

# What others were given of all that the installer makes, and settings under which SQL means something else.
_HABITS = """
ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO {owner}; ALTER DEFAULT PRIVILEGES GRANT ALL ON SEQUENCES TO {owner};
ALTER DEFAULT PRIVILEGES GRANT ALL ON FUNCTIONS TO {owner}; ALTER DEFAULT PRIVILEGES GRANT ALL ON SCHEMAS TO {owner};
ALTER DATABASE {name} SET standard_conforming_strings = off; ALTER DATABASE {name} SET array_nulls = off;
ALTER DATABASE {name} SET quote_all_identifiers = on; ALTER DATABASE {name} SET transform_null_equals = on;
ALTER DATABASE {name} SET timezone = 'Asia/Kolkata';
ALTER DATABASE {name} SET default_transaction_isolation = 'serializable';
"""


def _collections() -> str:
    """The tables, half of their rows from before the gateway; and the old script's rows, certified by itself."""
    made = []
    for number, (name, (role, code)) in enumerate(COLLECTIONS.items()):
        made.append(f"""
INSERT INTO public.collection_registry (collection_name, governance_role, species_code)
    VALUES ('{name}', '{role}', 'SPC-{number % 3}');
INSERT INTO public.species_collection_map (species_code, collection_name) VALUES ('SPC-{number % 3}', '{name}');
CREATE TABLE public.{name} (id serial PRIMARY KEY, {code} varchar(80) NOT NULL UNIQUE, title text,
    status varchar(20) DEFAULT 'published', _dot_origin varchar(80), date_created timestamptz DEFAULT now());
INSERT INTO public.{name} ({code}, title) SELECT '{name}-' || n, 'old ' || n FROM generate_series(1, {ROWS}) AS n;
INSERT INTO public.birth_registry (entity_code, collection_name, dot_origin, inspect_pen, inspect_stamp, inspect_gate,
    certified, certified_at) SELECT '{name}-' || n, '{name}', 'DOT:backfill', 'script', 'script', 'script', true, now()
    FROM generate_series(1, 3) AS n;
CREATE TRIGGER trg_birth_{name} AFTER INSERT ON public.{name}
    FOR EACH ROW EXECUTE FUNCTION public.fn_birth_registry_auto('{code}');
INSERT INTO public.{name} ({code}, title) SELECT '{name}-new-' || n, 'new ' || n FROM generate_series(1, 4) AS n;
""")
    return "".join(made)


@contextmanager
def a_company(server: TestServer, *more: str, register: bool = True, guard: bool = True) -> Iterator[Database]:
    """Such a database, dropped afterwards. `more` is run last, by the superuser."""
    name = f"birth_company_{os.getpid()}_{secrets.token_hex(4)}"
    owner = sql.Identifier(OWNER)
    server.create(name)
    try:
        database = Database(server, name)
        with server.admin(name) as admin:
            if admin.execute("SELECT FROM pg_roles WHERE rolname = %s", [OWNER]).fetchone() is None:
                admin.execute(sql.SQL("CREATE ROLE {} LOGIN").format(owner))
            admin.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(owner, sql.Literal(server.password)))
            admin.execute(sql.SQL("ALTER SCHEMA public OWNER TO {}").format(owner))
            admin.execute(sql.SQL("SET SESSION AUTHORIZATION {}").format(owner))
            species = (
                "INSERT INTO public.entity_species SELECT 'SPC-' || n, 'level ' || n FROM generate_series(0, 2) AS n;"
            )
            for text in (
                _REGISTRIES,
                species,
                _FUNCTIONS,
                *([REGISTER] if register else []),
                _DIRECTUS,
                _collections(),
            ):
                admin.execute(text.encode())
            admin.execute("RESET SESSION AUTHORIZATION")
        for text in ([GUARD] if guard else []) + list(more):
            database.run(text)
        with server.admin(name) as admin:
            admin.execute(sql.SQL(_HABITS).format(owner=owner, name=sql.Identifier(name)))
        yield database
    finally:
        server.drop(name)
        with server.admin() as admin:
            admin.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(owner))

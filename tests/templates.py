"""What the databases hold that tests are given clones of: the demo; and a small one, all of it classified."""

from collections.abc import Callable, Mapping

from core.db.connection.session import Connection
from core.db.install.installer import install
from core.demo.build import build
from core.demo.people import admit
from core.settings import DEFAULT_SCHEMA

_COLLECTIONS = """
CREATE TABLE public.goods (id integer PRIMARY KEY, code text NOT NULL UNIQUE, price integer);
CREATE TABLE public.parts (shop integer, part text, note text, PRIMARY KEY (shop, part));
CREATE TABLE public.notes (code text);
INSERT INTO birth.collection_registry (collection_name) VALUES ('goods'), ('parts'), ('notes');
INSERT INTO birth.birth_policy (collection_name) VALUES ('goods'), ('parts'), ('notes');
SELECT birth.birth_identity_import('goods', 'column', ARRAY['code'], 'a test says so'),
    birth.birth_identity_import('parts', 'synthetic', ARRAY['shop', 'part'], 'a test says so'),
    birth.birth_identity_import('notes', 'column', ARRAY['code'], 'a test says so');
CREATE TRIGGER trg_birth_gateway AFTER INSERT ON public.goods
    FOR EACH ROW EXECUTE FUNCTION birth.fn_birth_gateway('goods');
CREATE TRIGGER trg_birth_gateway AFTER INSERT ON public.parts
    FOR EACH ROW EXECUTE FUNCTION birth.fn_birth_gateway('parts');
CREATE TRIGGER trg_birth_gateway AFTER INSERT ON public.notes
    FOR EACH ROW EXECUTE FUNCTION birth.fn_birth_gateway('notes');
GRANT SELECT ON public.goods, public.parts, public.notes TO birth_owner, birth_caller, birth_reader;
TRUNCATE birth.trigger_guard_alerts;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
INSERT INTO birth.birth_setting VALUES ('embedded', ARRAY[]::text[]);
"""


def build_small(dsn: str) -> None:
    """Fill an empty database: the console's objects, stand-ins for the gateway, people, three collections."""
    with Connection.open(dsn, DEFAULT_SCHEMA, read_only=False) as connection, connection.transaction():
        install(connection.driver, DEFAULT_SCHEMA, reference=True)
        admit(connection, DEFAULT_SCHEMA)
        connection.driver.execute(_COLLECTIONS.encode())


DEMO, SMALL = "birth_template", "birth_small"
BUILDERS: Mapping[str, Callable[[str], None]] = {DEMO: build, SMALL: build_small}

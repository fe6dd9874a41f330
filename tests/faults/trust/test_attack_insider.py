"""Insiders with psql and a login of their own: kinds of statements beside the functions, and what a table's owner does.

Each login of the console tries them in one session; the owner of a source tries them between plan and batch.
"""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import errors

from core.services.trust import audit
from tests import small as small_database
from tests.databases import Database, TestServer, a_clone
from tests.faults.attacker import Psql, add_goods, ask, begun
from tests.line import open_permit

_REGISTRY = "birth.birth_registry"
# What the server refuses for want of rights, and since which version it knows the statement.
_REFUSED = {
    # copies of what is written here, and writes from elsewhere
    f"CREATE PUBLICATION mine FOR TABLE {_REGISTRY}": 14,
    "CREATE PUBLICATION mine FOR ALL TABLES": 14,
    "CREATE PUBLICATION mine FOR TABLES IN SCHEMA birth": 15,
    "CREATE SUBSCRIPTION mine CONNECTION 'dbname=x' PUBLICATION p WITH (connect = false)": 14,
    "SELECT pg_create_logical_replication_slot('mine', 'pgoutput')": 14,
    "SELECT pg_create_physical_replication_slot('mine')": 14,
    "SELECT pg_logical_slot_get_changes('mine', NULL, NULL)": 14,
    "SELECT pg_replication_origin_create('mine')": 14,
    # code that runs when ours is read, written or planned
    f"CREATE STATISTICS mine ON (entity_code || 'x'), collection_name FROM {_REGISTRY}": 14,
    f"CREATE INDEX ON {_REGISTRY} ((lower(entity_code)))": 14,
    f"ALTER TABLE {_REGISTRY} ADD COLUMN mine text DEFAULT 'x'": 14,
    f"ALTER TABLE {_REGISTRY} ADD CHECK (false) NOT VALID": 14,
    f"ALTER TABLE {_REGISTRY} ENABLE ROW LEVEL SECURITY": 14,
    f"CREATE RULE mine AS ON INSERT TO {_REGISTRY} DO INSTEAD NOTHING": 14,
    f"CREATE CONSTRAINT TRIGGER mine AFTER INSERT ON {_REGISTRY} DEFERRABLE FOR EACH ROW"
    " EXECUTE FUNCTION birth.fn_birth_gateway()": 14,
    "ALTER OPERATOR pg_catalog.= (text, text) OWNER TO CURRENT_USER": 14,
    "ALTER TYPE pg_catalog.text OWNER TO CURRENT_USER": 14,
    "CREATE DOMAIN birth.mine AS text": 14,
    "CREATE AGGREGATE birth.mine (integer) (SFUNC = int4pl, STYPE = integer)": 14,
    # rows of ours as somebody else's
    f"CREATE TABLE pg_temp.child () INHERITS ({_REGISTRY})": 14,
    f"ALTER TABLE public.goods INHERIT {_REGISTRY}": 14,
    f"COPY {_REGISTRY} FROM STDIN": 14,
    f"COPY {_REGISTRY} FROM '/etc/hostname'": 14,
    "COPY (SELECT 1) TO PROGRAM 'true'": 14,
    "SELECT lo_export(1, '/dev/null')": 14,
    f"MERGE INTO {_REGISTRY} USING (SELECT 1) AS s ON false WHEN NOT MATCHED THEN INSERT DEFAULT VALUES": 15,
    f"WITH gone AS (DELETE FROM {_REGISTRY} RETURNING *) SELECT * FROM gone": 14,
    f"ALTER TABLE {_REGISTRY} SET UNLOGGED": 14,
    f"ALTER TABLE {_REGISTRY} SET (autovacuum_enabled = off)": 14,
    "ALTER TABLE birth.birth_ledger_event REPLICA IDENTITY NOTHING": 14,
    "COMMENT ON TABLE birth.birth_migration IS '9.9.9'": 14,
    # rows and tables that others wait for
    f"SELECT * FROM {_REGISTRY} FOR UPDATE": 14,
    "SELECT * FROM birth.birth_ledger_head FOR KEY SHARE": 14,
    "SELECT * FROM birth.birth_backfill_run FOR SHARE": 14,
    "SELECT * FROM birth.birth_admission_permit FOR NO KEY UPDATE": 14,
    "DO $$ BEGIN LOCK TABLE birth.birth_backfill_control IN SHARE MODE; END $$": 14,
    "DO $$ BEGIN LOCK TABLE birth.birth_backfill_fence IN EXCLUSIVE MODE; END $$": 14,
    "DO $$ BEGIN LOCK TABLE public.goods IN ACCESS EXCLUSIVE MODE; END $$": 14,
    f"REINDEX TABLE {_REGISTRY}": 14,
    # roles
    "REASSIGN OWNED BY birth_owner TO CURRENT_USER": 14,
    "REASSIGN OWNED BY birth_caller TO CURRENT_USER": 14,
    "DROP OWNED BY birth_owner": 14,
    "ALTER DEFAULT PRIVILEGES FOR ROLE birth_owner GRANT EXECUTE ON FUNCTIONS TO PUBLIC": 14,
    "ALTER DEFAULT PRIVILEGES FOR ROLE birth_owner IN SCHEMA birth GRANT INSERT ON TABLES TO PUBLIC": 14,
    "ALTER ROLE operator2 RENAME TO somebody": 14,
    "ALTER ROLE birth_operator RENAME TO other": 14,
    "ALTER ROLE operator2 PASSWORD 'x'": 14,
    "ALTER ROLE operator2 SET search_path = evil": 14,
    "ALTER ROLE ALL SET row_security = off": 14,
    "ALTER GROUP birth_reviewer ADD USER operator1": 14,
    "GRANT birth_operator TO CURRENT_USER WITH ADMIN OPTION": 14,
    "REVOKE birth_reviewer FROM reviewer1": 14,
    # the server, the database, the schema
    "ALTER DATABASE postgres SET search_path = evil": 14,
    "ALTER SYSTEM SET fsync = off": 14,
    "ALTER SCHEMA birth RENAME TO death": 14,
    'CREATE SCHEMA "Birth"': 14,
    "DROP SCHEMA birth CASCADE": 14,
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postgres'": 14,
    "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE usename = 'postgres'": 14,
    "SELECT pg_stat_reset()": 14,
    f"SELECT pg_stat_reset_single_table_counters('{_REGISTRY}'::regclass)": 14,
    "SET session_preload_libraries = 'x'": 14,
    "SET log_statement = 'none'": 14,
    "SET zero_damaged_pages = on": 14,
    f"SELECT pg_clear_relation_stats('birth', '{_REGISTRY.partition('.')[2]}')": 18,
    "SELECT * FROM pg_authid": 14,
    "SELECT * FROM pg_hba_file_rules": 14,
}
# What an owner does to a source between plan and batch, and the pins that tell; none: no pin has to, as what it changes
# is counted, proven or read anew.
_OWNERS = {
    "CREATE TABLE public.kid () INHERITS (public.goods)": ["locator"],
    "ALTER TABLE public.goods RENAME TO other; CREATE TABLE public.goods (LIKE public.other INCLUDING ALL)": ["table"],
    "ALTER TABLE public.goods RENAME TO other; CREATE VIEW public.goods AS SELECT * FROM public.other": ["table"],
    "ALTER TABLE public.goods RENAME TO other; CREATE MATERIALIZED VIEW public.goods AS TABLE public.other": ["table"],
    "ALTER TABLE public.goods RENAME TO other; CREATE TABLE public.goods (LIKE public.other) PARTITION BY RANGE (id);"
    " ALTER TABLE public.goods ATTACH PARTITION public.other DEFAULT": ["table"],
    "ALTER TABLE public.goods ALTER COLUMN code TYPE varchar(80)": ["columns"],
    'ALTER TABLE public.goods ALTER COLUMN code TYPE text COLLATE "C"': ["columns"],
    "ALTER TABLE public.goods ADD COLUMN new text; ALTER TABLE public.goods RENAME code TO old;"
    " ALTER TABLE public.goods RENAME new TO code": ["columns"],
    "ALTER TABLE public.goods DISABLE TRIGGER USER": ["triggers"],
    "ALTER TABLE public.goods ENABLE REPLICA TRIGGER trg_birth_gateway": ["triggers"],
    "ALTER TRIGGER trg_birth_gateway ON public.goods RENAME TO zzz": ["triggers"],
    "ALTER TABLE public.goods DROP CONSTRAINT goods_pkey": ["locator"],
    "CREATE RULE r AS ON INSERT TO public.goods DO INSTEAD NOTHING": [],
    "ALTER TABLE public.goods DROP CONSTRAINT goods_code_key": [],
    "ALTER TABLE public.goods ALTER COLUMN code SET STORAGE PLAIN": [],
}


@pytest.fixture(scope="module")
def target(server: TestServer, small_template: str) -> Iterator[Database]:
    """A database with a run in it, that no attack changes: so they share it."""
    with a_clone(server, small_template) as clone:
        small_database.done(clone, small_database.a_run(clone, goods=5))
        yield clone


@pytest.mark.parametrize("login", ["operator1", "gatekeeper1", "reviewer1", "viewer1"])
def test_no_login_gets_past_the_functions_by_any_kind_of_statement(target: Database, login: str) -> None:
    with target.psql(login) as session:
        known = session.info.server_version // 10_000
        taken = [text for text, since in _REFUSED.items() if since <= known and not _is_refused(session, text)]
    assert taken == []
    with target.connect("viewer1") as viewer:
        assert audit.audit(viewer).ok


def _is_refused(session: Psql, statement: str) -> bool:
    """Whether the server refuses for want of rights, and for nothing else."""
    try:
        if statement.endswith("STDIN"):
            with session.cursor().copy(statement.encode()) as copy:
                copy.write("x\n")
        else:
            session.execute(statement.encode())
    except errors.InsufficientPrivilege:
        return True
    except psycopg.Error:
        return False
    return False


def test_what_the_owner_of_a_source_changes_between_plan_and_batch_is_told_by_its_pins(small: Database) -> None:
    open_permit(small)
    add_goods(small, 1, 3)
    with small.psql() as operator:
        run = begun(operator)
    pins = f"SELECT birth._birth_batch_pins(l) FROM birth.birth_backfill_ledger AS l WHERE l.run_id = {run}"
    found: dict[str, list[str]] = {}
    with small.psql("postgres") as owner:
        for statement in _OWNERS:
            with owner.transaction(force_rollback=True):
                owner.execute(statement.encode())
                found[statement] = _drift(owner, pins)
        assert ask(owner, pins) == ""
    assert found == _OWNERS


def _drift(session: Psql, pins: str) -> list[str]:
    """What a batch says has changed, but for alerts, which triggers raise as well."""
    try:
        with session.transaction():
            session.execute(pins.encode())
    except psycopg.Error as error:
        named = (error.diag.message_primary or "").rpartition("changed: ")[2].split(", ")
        return [name for name in named if name != "alert_rows"]
    return []

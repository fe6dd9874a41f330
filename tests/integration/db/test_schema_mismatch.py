"""A database that is not of this version: what it answers is named as a schema_mismatch, never a bug of ours."""

from collections.abc import Callable

import pytest

from core.db.connection.session import Connection
from core.errors import ConsoleError, GateClosed
from core.services.classify import history
from core.services.overview import contract, matrix, readiness
from tests.databases import Database

METRICS = """CREATE OR REPLACE FUNCTION birth.birth_readiness() RETURNS TABLE (metric text, value text) LANGUAGE sql AS
    $$ SELECT 'qt001_gate', 'OPEN' $$"""
STATEMENTS = """CREATE OR REPLACE FUNCTION birth.birth_collection_statements(p_collection text) RETURNS jsonb
    LANGUAGE sql AS $$ SELECT '{"plan": "SELECT 1", "read": 2}'::jsonb $$"""
OTHER_TYPE = "ALTER TABLE birth.birth_evidence_claim ALTER COLUMN stated TYPE integer USING 1"
NULLS = """ALTER TABLE birth.birth_evidence_claim ALTER COLUMN source DROP NOT NULL;
    UPDATE birth.birth_evidence_claim SET source = NULL WHERE claim = 'trigger_gap'"""
RENAMED = "ALTER TABLE birth.birth_identity_history RENAME COLUMN reason TO why"
VIEW = """ALTER TABLE birth.birth_evidence_claim RENAME TO claim;
    CREATE VIEW birth.birth_evidence_claim AS SELECT claim, source, ARRAY[stated] AS stated FROM birth.claim;
    GRANT SELECT ON birth.birth_evidence_claim TO birth_reader"""
HIDDEN = "ALTER FUNCTION birth.birth_collections() RENAME TO birth_collections_before"
COLLECTIONS = """CREATE FUNCTION birth.birth_collections() RETURNS TABLE (collection_name text, governance_role text,
        requirement text, relid oid, strategy text, columns text[], version integer, identity text,
        missing_columns text[], native_status text, trigger_state text) LANGUAGE sql AS
        $$ SELECT 'agents', 'governed', 'REQUIRED', 0::oid, '', '{}'::text[], 0, '', '{}'::text[], 'yes', 'missing' $$;
    GRANT EXECUTE ON FUNCTION birth.birth_collections() TO birth_reader"""


def the_contract(connection: Connection) -> object:
    return list(contract.read(connection, "agents"))


@pytest.mark.parametrize(
    ("statements", "read", "query", "fault"),
    [
        (OTHER_TYPE, readiness.read, "readiness.claims", "stated is int, not str"),
        (NULLS, readiness.read, "readiness.claims", "source is null"),
        (VIEW, readiness.read, "readiness.claims", "stated is list[str], not str"),
        (METRICS, readiness.read, "readiness.metrics", "there is no metric birth_required_total"),
        (RENAMED, history.history, "identity.history", 'column "reason" does not exist'),
        (STATEMENTS, the_contract, "contract.statements", "statements.register is missing"),
        (f"{HIDDEN};{COLLECTIONS}", matrix.read, "matrix.collections", "native_status is str, not bool"),
    ],
    ids=["another type", "null", "a view", "a row less", "a column less", "json", "another function"],
)
def test_what_does_not_fit_is_named_with_its_query(
    database: Database, statements: str, read: Callable[[Connection], object], query: str, fault: str
) -> None:
    database.run(statements)
    with database.connect("operator1") as connection, pytest.raises(GateClosed) as caught:
        read(connection)
    assert (caught.value.code, caught.value.exit_status) == ("schema_mismatch", 3)
    assert caught.value.evidence["query"] == query
    assert fault in str(caught.value.evidence["columns"])


def test_a_column_that_a_function_misses_is_the_functions_own_fault(database: Database) -> None:
    database.run("""CREATE OR REPLACE FUNCTION birth.birth_readiness() RETURNS TABLE (metric text, value text)
        LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY SELECT name, gone FROM birth.birth_setting; END $$""")
    with database.connect("operator1") as connection, pytest.raises(ConsoleError) as caught:
        readiness.read(connection)
    assert caught.value.code != "schema_mismatch"

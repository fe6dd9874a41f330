from contextlib import suppress
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.db.connection.guard import formatted, insist_harmless
from core.db.queries import named_query
from core.errors import UsageError

HARMLESS = [
    "SELECT 1",
    "select 1;",
    "SELECT 1 ; ;",
    "/* why */ SELECT 1 -- and so on",
    "-- DELETE FROM t\nSELECT 1",
    "SELECT /* outer /* DROP TABLE t */ DELETE */ 1",
    "SELECT 'INSERT INTO t; DELETE FROM t'",
    "SELECT 'it''s; DROP TABLE t'",
    "SELECT E'\\'; DROP TABLE t; --'",
    "SELECT $$UPDATE t SET x = 1; COMMIT$$",
    "SELECT $body$ $$ DELETE FROM t; $$ $body$",
    'SELECT "update", "a;b", "INTO" FROM t',
    "WITH busy AS (SELECT count(*) AS n FROM t) SELECT n < 3 FROM busy",
    "SELECT a$b$c, d FROM t WHERE e = ';' AND f = '$c'",
    "SELECT updated_at, insert_count, deleted, into_stock FROM t",
    "SELECT substring(x FROM 1 FOR 3), extract(epoch FROM now()) FROM t",
    "SELECT count(*) < 5 FROM pg_catalog.pg_stat_activity WHERE state = 'active'",
    "(SELECT true)",
    "SELECT 1 / 2 * 3 - 4",
]
REFUSED = [
    "",
    "   ",
    "-- SELECT 1",
    "INSERT INTO t VALUES (1)",
    "UPDATE t SET x = 1",
    "DELETE FROM t",
    "MERGE INTO t USING s ON true WHEN MATCHED THEN DELETE",
    "TRUNCATE t",
    "CREATE TABLE t (x int)",
    "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "ALTER TABLE t DISABLE TRIGGER ALL",
    "DROP TABLE t",
    "DO $$BEGIN DELETE FROM t; END$$",
    "CALL p()",
    "COPY t FROM STDIN",
    "COPY (SELECT 1) TO PROGRAM 'sh'",
    "SET ROLE postgres",
    "RESET ALL",
    "BEGIN",
    "COMMIT",
    "LOCK TABLE t",
    "GRANT SELECT ON t TO x",
    "REVOKE SELECT ON t FROM x",
    "PREPARE p AS SELECT 1",
    "EXECUTE p",
    "EXPLAIN ANALYZE SELECT 1",
    "DECLARE c CURSOR FOR SELECT 1",
    "REFRESH MATERIALIZED VIEW v",
    "VACUUM",
    "LISTEN x",
    "SELECT 1; SELECT 2",
    "SELECT 1; COMMIT; DELETE FROM t",
    "WITH gone AS (DELETE FROM t RETURNING 1) SELECT * FROM gone",
    "WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x",
    "SELECT 1 INTO t",
    "SELECT * INTO TEMP t FROM s",
    "SELECT * FROM t FOR UPDATE",
    "SELECT * FROM t FOR NO KEY UPDATE",
    "SELECT * FROM t FOR SHARE SKIP LOCKED",
    "SELECT * FROM t FOR KEY SHARE",
    "SELECT * FROM t for\n/* x */ share",
    # What only looks like a text or a comment:
    "SELECT '\\'; DELETE FROM t; --'",
    "SELECT E'\\\\'; DELETE FROM t; --'",
    "SELECT 1 /* /* */ */; DELETE FROM t",
    "SELECT a$$; DELETE FROM t; --$$",
    "SELECT \"x'\"; DELETE FROM t; --'",
    "SELECT $a$ $b$ $a$; DELETE FROM t; --$b$",
    "SELECT 1 --\r; DELETE FROM t",
    "SELECT type'\\'; DELETE FROM t; --'",
    "SELECT 'never ends",
    'SELECT "never ends',
    "SELECT $$never ends",
]


@pytest.mark.parametrize("statement", HARMLESS)
def test_one_select_passes_whatever_its_texts_names_and_comments_say(statement: str) -> None:
    insist_harmless(statement)


@pytest.mark.parametrize("statement", REFUSED)
def test_whatever_is_not_one_select_that_changes_nothing_is_refused(statement: str) -> None:
    with pytest.raises(UsageError) as refused:
        insist_harmless(statement)
    assert refused.value.code == "statement_refused"


def test_every_query_of_an_apply_passes() -> None:
    text = (resources.files("core.sql.queries") / "apply.sql").read_text(encoding="utf-8")
    names = [line.removeprefix("-- name: ") for line in text.splitlines() if line.startswith("-- name: ")]
    assert "batch" in names
    for name in names:
        insist_harmless(named_query(f"apply.{name}", "birth").as_string())


@given(st.text(alphabet="SELECT 1'\"$;/*-\\eE\nDROP", max_size=40))
def test_no_text_makes_the_guard_fail_in_another_way(statement: str) -> None:
    with suppress(UsageError):
        insist_harmless(statement)


def test_a_statement_is_laid_out_for_people() -> None:
    assert formatted("select a, b from t where a = 1 and b = 2") == ("SELECT a, b\nFROM t\nWHERE a = 1\n  AND b = 2")

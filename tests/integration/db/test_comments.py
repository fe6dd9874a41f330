"""psql explains an installed schema: each object says what it is for, who may call it and what it refuses."""

from tests.databases import Database

_RELATIONS = """
    SELECT c.relname::text AS name FROM pg_class AS c
    WHERE c.relnamespace = 'birth'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
      AND coalesce(obj_description(c.oid, 'pg_class'), '') = ''
"""
# What a list, a document or a number of an object holds cannot be told by its name.
_COLUMNS = """
    SELECT concat(c.relname, '.', a.attname) AS name
    FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid JOIN pg_type AS t ON t.oid = a.atttypid
    WHERE c.relnamespace = 'birth'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
      AND (t.typcategory = 'A' OR t.oid = ANY ('{jsonb,oid,bytea,pg_snapshot,xid8}'::regtype[]))
      AND coalesce(col_description(c.oid, a.attnum), '') = ''
"""
_FUNCTIONS = """
    SELECT p.oid::regprocedure::text AS name, coalesce(obj_description(p.oid, 'pg_proc'), '') AS said,
        ARRAY(SELECT (regexp_matches(p.prosrc, 'birth_refuse\\(\\s*''(BR\\d+)''', 'g'))[1]
            UNION SELECT (regexp_matches(p.prosrc, 'birth_refuse\\(\\s*''BR\\d+''(?:::text)?,\\s*''(\\w+)''', 'g'))[1]
            UNION SELECT a.grantee::regrole::text FROM aclexplode(p.proacl) AS a
                WHERE a.grantee::regrole::text ~ '^birth_(reader|operator|gatekeeper|reviewer)$') AS owed
    FROM pg_proc AS p WHERE p.pronamespace = 'birth'::regnamespace
"""


def test_every_table_view_and_function_has_a_comment_and_so_have_columns_of_structured_types(small: Database) -> None:
    assert [row["name"] for row in small.run(_RELATIONS)] == []
    assert [row["name"] for row in small.run(_COLUMNS)] == []
    assert [row["name"] for row in small.run(_FUNCTIONS) if not row["said"]] == []


def test_the_comment_of_a_function_names_the_groups_that_may_call_it_and_each_code_that_it_raises(
    small: Database,
) -> None:
    found = small.run(_FUNCTIONS)
    assert sum(len(row["owed"]) for row in found) > 100
    assert {
        row["name"]: owed for row in found if (owed := [each for each in row["owed"] if each not in row["said"]])
    } == {}

"""Whatever values a login passes to a function that it may call: it answers, or refuses in its own words."""

import psycopg

from tests import line
from tests.databases import Database
from tests.faults.attacker import add_goods, an_applied_run

# What is passed by type: first something that fits, then what no command would send.
VALUES = {
    "bigint": ("1", "NULL", "-1", "9223372036854775807"),
    "integer": ("1", "NULL", "-1", "2147483647"),
    "text": ("'goods'", "NULL", "''", "E'\\u202e'", "repeat('x', 70000)", "'\"; --'"),
    "text[]": ("'{goods}'", "NULL", "'{}'", "'{NULL}'", "'{{goods,parts},{notes,x}}'", "'[5:5]={goods}'"),
    "jsonb": ("'{}'", "NULL", "'null'", "'[[1, \"x\"]]'", "'[{\"ledger_id\": 1, \"epoch\": -1}]'",
              "(repeat('[', 5000) || repeat(']', 5000))::jsonb"),
    "interval": ("'1 hour'", "NULL", "'-1 day'", "'170000000 years'"),
    "boolean": ("true", "NULL"),
    "oid": ("'public.goods'::regclass::oid", "NULL", "0"),
    "regclass": ("'public.goods'", "NULL"),
    "timestamp with time zone": ("now()", "NULL", "'infinity'"),
}  # fmt: skip
CALLABLE = """
SELECT p.proname, p.oid::regproc::text AS name, ARRAY(SELECT format_type(t.oid, NULL) FROM unnest(p.proargtypes::oid[])
    WITH ORDINALITY AS t(oid, place) ORDER BY t.place) AS types
FROM pg_proc AS p
WHERE p.pronamespace = 'birth'::regnamespace AND p.prokind = 'f' AND p.prorettype <> 'trigger'::regtype
  AND has_function_privilege(%s, p.oid, 'EXECUTE') AND (%s OR NOT has_function_privilege('viewer1', p.oid, 'EXECUTE'))
ORDER BY 1
"""
# What says its caller's own words: a refusal by any code, and rows of a query that runs with its caller's rights. And
# rows whose columns the caller names, which stand in a FROM only.
OTHERS = {"birth_refuse", "birth_windows", "birth_shard_rows", "birth_shards_read"}


def calls(types: list[str]) -> list[str]:
    """Arguments: all NULL, then each hostile value beside values that fit."""
    known = [VALUES.get(kind, (f"NULL::{kind}",)) for kind in types]
    fitting = [f"{values[0]}::{kind}" for values, kind in zip(known, types, strict=True)]
    found = [", ".join(f"NULL::{kind}" for kind in types)]
    for place, (values, kind) in enumerate(zip(known, types, strict=True)):
        found += [", ".join([*fitting[:place], f"{value}::{kind}", *fitting[place + 1 :]]) for value in values]
    return list(dict.fromkeys(found))


def test_no_value_makes_a_function_answer_in_other_than_its_own_words(small: Database) -> None:
    line.open_permit(small)
    an_applied_run(small)
    add_goods(small, 10, 3)
    found: list[str] = []
    tried = 0
    for login in ("viewer1", "operator1", "gatekeeper1", "reviewer1"):
        with psycopg.connect(small.dsn(login)) as session:
            session.execute(b"SET statement_timeout = '5s'")
            session.commit()
            functions = session.execute(CALLABLE.encode(), [login, login == "viewer1"]).fetchall()
            for proname, name, types in functions:
                for arguments in calls(types) if proname not in OTHERS else ():
                    tried += 1
                    try:
                        session.execute(f"SELECT {name}({arguments})".encode())
                    except psycopg.Error as error:
                        if not (error.sqlstate or "").startswith("BR"):
                            found.append(f"{error.sqlstate} {name}({arguments[:200]}): {error}")
                    session.rollback()
    assert tried > 500
    assert not found, "\n".join(found)

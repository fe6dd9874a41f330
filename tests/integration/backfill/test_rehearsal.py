"""`apply --dry-run`: what would be refused is said before anything is written, and nothing remains."""

import json
from typing import Any

import psycopg
import pytest

from tests import line
from tests import small as small_database
from tests.console import run as console
from tests.databases import Database

# Refuses two goods; counts its calls by a sequence.
REFUSING = """
CREATE SEQUENCE public.called;
GRANT USAGE ON SEQUENCE public.called TO birth_caller;
CREATE OR REPLACE FUNCTION birth.fn_birth_register(p_collection_name text, p_entity_code text,
    p_born_at timestamptz DEFAULT NULL, p_dot_origin text DEFAULT 'GATEWAY', p_dry_run boolean DEFAULT true)
RETURNS text LANGUAGE plpgsql AS $body$
BEGIN
    IF p_entity_code IN ('G-000007', 'G-001100') THEN
        RAISE EXCEPTION 'no % here', p_entity_code USING ERRCODE = '22023';
    END IF;
    {more}
    IF NOT p_dry_run THEN
        INSERT INTO birth.birth_registry (entity_code, collection_name, dot_origin)
        VALUES (p_entity_code, p_collection_name, p_dot_origin);
    END IF;
    RETURN 'done';
END $body$;
SELECT birth._birth_schema_redefined(ARRAY['fn_birth_register']);
"""
OBJECTS = """
SELECT (SELECT json_agg(row(s.schemaname, s.sequencename, s.last_value)) FROM pg_sequences AS s)::text AS sequences,
    (SELECT md5(string_agg(p::text, ',' ORDER BY p.oid)) FROM pg_proc AS p) AS functions,
    (SELECT md5(string_agg(c.oid || c.relname || c.reltype, ',' ORDER BY c.oid)) FROM pg_class AS c) AS relations
"""


def kept(database: Database) -> dict[str, Any]:
    """Every row of every table, every sequence, and the catalogs' functions and relations."""
    tables = database.run(
        "SELECT c.oid::regclass::text AS name FROM pg_class AS c WHERE c.relkind = 'r' AND c.relname <> 'pg_class'"
        " AND c.relnamespace IN ('birth'::regnamespace, 'public'::regnamespace)"
    )
    rows = " UNION ALL ".join(
        f"SELECT '{each['name']}' AS name, md5(string_agg(t::text, ',' ORDER BY t::text)) AS rows"
        f" FROM {each['name']} AS t"
        for each in tables
    )
    return {**database.run(OBJECTS)[0], **{each["name"]: each["rows"] for each in database.run(rows)}}


def rehearsed(database: Database, run: int, login: str = "operator1") -> dict[str, Any]:
    """What the command says."""
    said = console("--dsn", database.dsn(login), "--json", "apply", str(run), "--dry-run")
    assert said.status == 0, said.err
    found: dict[str, Any] = json.loads(said.out)
    return found


def test_a_dry_run_asks_for_every_row_names_the_refused_and_leaves_nothing(small: Database) -> None:
    small.run(REFUSING.format(more=""))
    small.run("INSERT INTO birth.birth_registry (entity_code, collection_name) VALUES ('P-1', 'elsewhere')")
    small_database.fill(small, goods=1200, parts=2)
    with small.connect() as operator:
        run = line.make_reconciled(operator, "goods", "parts")
    small.run("DELETE FROM public.goods WHERE id = 3; UPDATE birth.birth_registry SET entity_code = 'G-000009'")
    before = kept(small)
    found = rehearsed(small, run)
    assert kept(small) == before
    assert [(each["entity_code"], each["sqlstate"]) for each in found["would_refuse"]] == [
        ("G-000009", "23505"), ("G-000007", "22023"), ("G-001100", "22023"),
    ]  # fmt: skip
    assert found["would_refuse"][1]["message"] == "no G-000007 here"
    figures = ("mode", "planned", "asked", "would_register", "existing", "vanished")
    assert tuple(found[name] for name in figures) == ("dry_run", 1202, 1202, 1198, 0, 1)


def test_a_dry_run_that_writes_is_undone_and_says_so(small: Database) -> None:
    small.run(REFUSING.format(more="PERFORM nextval('public.called');"))
    run = small_database.a_run(small, "goods", goods=20)
    before = kept(small)
    found = rehearsed(small, run)
    after = kept(small)
    assert (found["mode"], found["would_register"], len(found["would_refuse"])) == ("dry_run_undone", 19, 1)
    assert {**after, "sequences": None} == {**before, "sequences": None}


def test_without_a_dry_run_parameter_the_real_call_is_rolled_back_for_a_thousand_rows_and_needs_open_gates(
    small: Database,
) -> None:
    left_out = "IF p_entity_code = 'G-000011' THEN RETURN 'done'; END IF;"
    small.run(REFUSING.format(more=left_out) + "DELETE FROM birth.birth_gateway_binding WHERE value = 'dry_run';"
              " INSERT INTO birth.birth_gateway_binding VALUES ('p_dry_run', 'constant', 'false')")  # fmt: skip
    run = small_database.a_run(small, "goods", "parts", goods=1200, parts=5)
    before = kept(small)
    found = rehearsed(small, run)
    assert (found["mode"], found["planned"], found["asked"]) == ("rolled_back", 1205, 1005)
    refused = [(each["entity_code"], each["sqlstate"]) for each in found["would_refuse"]]
    assert (found["would_register"], refused) == (1003, [("G-000007", "22023"), ("G-000011", "BR008")])
    assert found["would_refuse"][1]["message"].startswith("not_registered")
    assert kept(small) == before
    small.run("UPDATE birth.birth_admission_permit SET expires_at = clock_timestamp()")
    closed = console("--dsn", small.dsn(), "apply", str(run), "--dry-run")
    assert (closed.status, "permit" in closed.err) == (3, True)


def test_a_stale_plan_is_not_rehearsed_and_nobody_but_an_operator_rehearses(small: Database) -> None:
    run = small_database.a_run(small, "goods", goods=3)
    ledger = small.value("SELECT max(ledger_id) FROM birth.birth_backfill_ledger")
    for login in ("viewer1", "gatekeeper1", "reviewer1"):
        assert console("--dsn", small.dsn(login), "apply", str(run), "--dry-run").status == 6
    with small.psql() as session, session.transaction(force_rollback=True):
        session.execute("SELECT birth.birth_backfill_steer(%s, NULL, 5, NULL)", [run])
        with pytest.raises(psycopg.Error, match="not_alone"):
            session.execute("SELECT birth.birth_backfill_rehearse(%s, 1, 3)", [ledger])
    small.run("UPDATE birth.birth_policy SET requirement = 'EXEMPT' WHERE collection_name = 'goods'")
    stale = console("--dsn", small.dsn(), "apply", str(run), "--dry-run")
    assert (stale.status, "policy_required" in stale.err) == (4, True)
    assert console("--dsn", small.dsn(), "apply", str(run), "--dry-run", "--detach").status == 2

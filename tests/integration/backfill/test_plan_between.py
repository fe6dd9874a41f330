"""What of the registry is read for a source changes nothing of a plan: between its codes, or in one pass for many."""

import psycopg
import pytest

from core.services.backfill import plan, reconcile
from tests.databases import Database

# A registry of 40,000 rows besides; sources of many and of few rows, with codes of their own part or among all others.
_WORLD = """
CREATE TABLE public.{name} (id integer PRIMARY KEY, code text NOT NULL UNIQUE);
INSERT INTO public.{name} SELECT n, {code} FROM generate_series(1, {rows}) AS n;
GRANT SELECT ON public.{name} TO birth_reader, birth_owner;
INSERT INTO birth.collection_registry (collection_name) VALUES ('{name}');
INSERT INTO birth.birth_policy (collection_name) VALUES ('{name}');
SELECT birth.birth_identity_import('{name}', 'column', ARRAY['code'], 'as it is');
INSERT INTO birth.birth_registry (entity_code, collection_name, governance_role)
    SELECT code, '{name}', 'governed' FROM public.{name} WHERE id % 7 <> 3 AND id NOT IN (1, {rows});
ANALYZE public.{name};
"""
_OTHERS = """
INSERT INTO birth.birth_registry (entity_code, collection_name, governance_role)
    SELECT chr(97 + n % 26) || '-' || n, 'of others', 'governed' FROM generate_series(1, 40000) AS n;
ANALYZE birth.birth_registry
"""
_SOURCES = {
    "many_apart": ("'M-' || lpad(n::text, 5, '0')", 4000),
    "many_among": ("chr(97 + n % 26) || '~' || n", 4000),
    "few_apart": ("'Ä' || n", 20),
    "few_among": ("chr(65 + n) || '+'", 20),
}
_MISSING = "SELECT code FROM public.{name} EXCEPT SELECT entity_code FROM birth.birth_registry"
_PLANNED = """
    SELECT i.entity_code AS code
    FROM birth.birth_backfill_item AS i JOIN birth.birth_backfill_ledger AS l USING (ledger_id)
    WHERE l.run_id = %s AND l.collection_name = %s
"""


def test_what_is_missing_is_planned_wherever_a_source_s_codes_lie(small: Database) -> None:
    for name, (code, rows) in _SOURCES.items():
        small.run(_WORLD.format(name=name, code=code, rows=rows))
    small.run(_OTHERS)
    small.run(
        "CREATE TABLE public.none_yet (id integer PRIMARY KEY, code text NOT NULL UNIQUE); ANALYZE public.none_yet"
    )
    with small.connect("operator1") as operator:
        run = plan.plan(operator, list(_SOURCES)).run
        reconcile.reconcile(operator, run.run, "compared with what the registry lacks")
    for name in _SOURCES:
        planned = {row["code"] for row in small.run(_PLANNED % (run.run, f"'{name}'"))}
        assert planned == {row["code"] for row in small.run(_MISSING.format(name=name))}
        assert planned

    # One code is another's: the first, the last, or one between.
    for name, (_, rows) in _SOURCES.items():
        for row in (1, rows, 10):
            taken = f"(SELECT code FROM public.{name} WHERE id = {row})"
            small.run(f"DELETE FROM birth.birth_registry WHERE entity_code = {taken}")
            small.run(
                "INSERT INTO birth.birth_registry (entity_code, collection_name, governance_role)"
                f" VALUES ({taken}, 'of others', 'governed')"
            )
            with small.psql("operator1") as operator, pytest.raises(psycopg.Error, match="contract_broken") as refused:
                operator.execute("SELECT birth.birth_backfill_plan(ARRAY[%s])", [name])
            assert '"registered_for_others": 1' in str(refused.value.diag.message_detail)
            small.run(f"DELETE FROM birth.birth_registry WHERE entity_code = {taken}")


_EACH = """
    SELECT l.collection_name, l.missing, l.digest, m.digest AS recounted, m.moved, r.planned, r.late, r.duplicates
    FROM birth.birth_backfill_ledger AS l
    JOIN birth._birth_backfill_moved({run}, 9) AS m USING (collection_name)
    JOIN birth._birth_run_reread({run}) AS r USING (collection_name)
    WHERE l.run_id = {run} ORDER BY 1
"""
_TOGETHER = """
    SELECT birth._birth_together(ARRAY(SELECT ledger_id FROM birth.birth_backfill_ledger WHERE run_id = {run}))
"""


def test_sources_that_are_read_in_one_pass_get_what_each_gets_by_itself(small: Database) -> None:
    for name, (code, rows) in _SOURCES.items():
        small.run(_WORLD.format(name=name, code=code, rows=rows))
    names = sorted(_SOURCES)
    alone = {}
    for name in names:
        with small.connect("operator1") as operator:
            run = plan.plan(operator, [name], note="by itself").run.run
        assert small.run(_TOGETHER.format(run=run)) == []
        alone[name] = small.run(_EACH.format(run=run))[0]

    with small.connect("operator1") as operator:
        run = plan.plan(operator, names, note="in one pass").run.run
    assert [len(row["_birth_together"]) for row in small.run(_TOGETHER.format(run=run))] == [4]
    assert small.run(_EACH.format(run=run)) == [alone[name] for name in names]
    assert {row["collection_name"]: row["missing"] for row in alone.values()} == {
        name: small.value(f"SELECT count(*) FROM ({_MISSING.format(name=name)}) AS m") for name in names
    }

    # What moves is seen of the one where it does; a code that two come to share, of both.
    small.run("INSERT INTO public.few_apart VALUES (77, 'late')")
    moved = {row["collection_name"]: row for row in small.run(_EACH.format(run=run))}
    assert (moved["few_apart"]["late"], moved["few_apart"]["moved"]["codes"]["late"]) == (1, ["late"])
    assert {name: row for name, row in moved.items() if name != "few_apart"} == {
        name: row for name, row in alone.items() if name != "few_apart"
    }
    small.run("INSERT INTO public.many_among VALUES (7777, 'late')")
    assert {row["collection_name"] for row in small.run(_EACH.format(run=run)) if row["late"] == 1} == {
        "few_apart",
        "many_among",
    }
    small.run("DELETE FROM public.many_among WHERE id = 7777")

    # Of everything, those that cannot be planned are left out, and hold no other up.
    small.run("UPDATE birth.birth_registry SET collection_name = 'of others' WHERE entity_code = 'M-00002'")
    small.run("REVOKE SELECT ON public.few_among FROM birth_owner")
    with small.connect("operator1") as operator:
        planned = plan.plan(operator, None, note="what can be planned")
    assert {each.collection for each in planned.skipped} == {"few_among", "many_apart"}
    assert {each.collection for each in planned.run.entries} == {"few_apart", "many_among", "goods", "notes", "parts"}

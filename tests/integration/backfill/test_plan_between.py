"""What of the registry is read for a source changes nothing of a plan: between its codes, or in one pass for many."""

import psycopg
import pytest

from core.services.backfill import plan, reconcile
from core.services.overview import matrix
from tests.databases import Database
from tests.faults.attacker import contract_breaks

# A registry of 40,000 rows besides; sources of many and of few rows, with codes of their own part or among all others.
_WORLD = """
CREATE TABLE public.{name} (id integer PRIMARY KEY, code text NOT NULL UNIQUE);
INSERT INTO public.{name} SELECT n, {code} FROM generate_series(1, {rows}) AS n;
GRANT SELECT ON public.{name} TO birth_owner, birth_caller, birth_reader;
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

    _broken_since(small, run, "many_among")
    # So do those whose codes stand in order, each apart from the others'.
    for name in ("north", "south"):
        small.run(_WORLD.format(name=name, code=f"'{name}' || n", rows=2000))
    # A company names its columns as it likes, also as our statements read.
    small.run('ALTER TABLE public.north RENAME id TO "$1 IS NULL OR r.entity_code BETWEEN $1 AND $2"')
    small.run("VACUUM ANALYZE public.north, public.south, birth.birth_registry")
    with small.connect("operator1") as operator:
        apart = plan.plan(operator, ["north", "south"], note="in one pass").run.run
    entries = f"ARRAY(SELECT ledger_id FROM birth.birth_backfill_ledger WHERE run_id = {apart})"
    assert small.value(f"SELECT birth._birth_together_apart({entries})") is True
    met = str(small.value(f"SELECT birth._birth_together_met({entries}, true)"))
    assert len(small.run(met)) == sum(row["missing"] for row in small.run(_EACH.format(run=apart)))
    _broken_since(small, apart, "south")
    # A second plan looks at what came since.
    small.run("INSERT INTO public.south VALUES (7777, 'south1' || chr(8203))")
    with small.psql("operator1") as operator, pytest.raises(psycopg.Error, match="contract_broken") as refused:
        operator.execute("SELECT birth.birth_backfill_plan(ARRAY['north', 'south'])")
    assert '"twins": 1' in str(refused.value.diag.message_detail)
    small.run("UPDATE public.south SET code = 'zone' WHERE id = 7777")
    for row in small.run(_EACH.format(run=apart)):
        late = int(row["collection_name"] == "south")
        missing = small.value(f"SELECT count(*) FROM ({_MISSING.format(name=row['collection_name'])}) AS m") - late
        assert (row["missing"], row["planned"], row["late"], row["duplicates"]) == (missing, missing, late, 0)
        assert (row["digest"] == row["recounted"]) is not bool(late)

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
    small.run("REVOKE SELECT ON public.few_among FROM birth_caller")
    with small.connect("operator1") as operator:
        planned = plan.plan(operator, None, note="what can be planned")
    assert {each.collection for each in planned.skipped} == {"few_among", "many_apart"}
    assert {each.collection for each in planned.run.entries} == {
        "few_apart",
        "many_among",
        "north",
        "south",
        "goods",
        "notes",
        "parts",
    }


# What breaks an identity after the plan, and what reconcile (rows without a code) and verify (and twins) say of it.
_BREAKS = {
    "UPDATE public.{name} SET code = repeat(' ', id) WHERE id IN (2, 4)": (2, 2, 0),
    "INSERT INTO public.{name} SELECT 7778, code || chr(8203) FROM public.{name} WHERE id = 2": (0, 0, 1),
}
_SAID = """
    SELECT r.collection_name AS name, r.without_code AS recounted, v.without_code AS reread, v.twins
    FROM birth._birth_backfill_recount({run}) AS r JOIN birth._birth_run_reread({run}) AS v USING (collection_name)
"""


def _broken_since(small: Database, run: int, name: str) -> None:
    for change, said in _BREAKS.items():
        with small.psql("postgres") as admin, admin.transaction(force_rollback=True):
            admin.execute(change.format(name=name).encode())
            for row in admin.execute(_SAID.format(run=run).encode()).fetchall():
                expected = said if row["name"] == name else (0, 0, 0)
                assert (row["recounted"], row["reread"], row["twins"]) == expected, (change, row)


_PLAIN = """
CREATE TABLE public.plain (id integer PRIMARY KEY, code text NOT NULL);
INSERT INTO public.plain SELECT n, CASE WHEN n = 7 THEN 'Größe 7' WHEN n = 8 THEN 'a\\b' ELSE 'P-' || n END
    FROM generate_series(1, 11000) AS n;
GRANT SELECT ON public.plain TO birth_owner, birth_caller, birth_reader;
INSERT INTO birth.collection_registry (collection_name) VALUES ('plain');
INSERT INTO birth.birth_policy (collection_name) VALUES ('plain');
SELECT birth.birth_identity_import('plain', 'column', ARRAY['code'], 'as it is');
INSERT INTO birth.birth_registry (entity_code, collection_name, governance_role)
    SELECT code, 'plain', 'governed' FROM public.plain WHERE id NOT IN (1, 7, 8, 5000, 10999)
    UNION ALL SELECT 'Q-' || n, 'of others', 'governed' FROM generate_series(1, 2000) AS n;
"""
# What an index has to be for its codes to stand in the registry's order. Nothing else hangs on it.
_INDEXES = {
    "UNIQUE INDEX one ON public.plain (code)": True,
    "INDEX one ON public.plain (code, id)": True,
    "UNIQUE INDEX one ON public.plain (id, code)": False,
    "UNIQUE INDEX one ON public.plain (code DESC)": False,
    "UNIQUE INDEX one ON public.plain (code) WHERE id > 0": False,
    'UNIQUE INDEX one ON public.plain (code COLLATE "C")': False,
    "UNIQUE INDEX one ON public.plain (code text_pattern_ops)": False,
    "UNIQUE INDEX one ON public.plain (lower(code))": False,
    "INDEX one ON public.plain USING hash (code)": False,
}
_READ = 4  # of them: one that proves an identity, twice, one that does not, and none in that order
_LARGE = """
UPDATE pg_class SET reltuples = 200000 WHERE oid IN ('public.plain'::regclass, 'birth.birth_registry'::regclass)
"""
# Rows that no identity may have, and what is said of them.
_TAKEN = "UPDATE birth.birth_registry SET collection_name = 'of others' WHERE entity_code = 'P-9'"
_BROKEN = {
    _TAKEN: '"registered_for_others": 1',
    "UPDATE public.plain SET code = ' ' WHERE id = 9": '"without_code": 1',
    "UPDATE public.plain SET code = 'P-1' || chr(8203) WHERE id = 9": '"twins": 1',
    "UPDATE public.plain SET code = repeat('x', 201) WHERE id = 9": '"longest": 201',
}


def test_codes_that_stand_in_the_registry_s_order_give_what_others_give(small: Database) -> None:
    small.run(_PLAIN)
    in_order = "SELECT birth._birth_code_in_order('public.plain'::regclass, 'column', ARRAY['code']) IS NOT NULL"
    seen: list[object] = []
    for index, ordered in _INDEXES.items():
        small.run(f"CREATE {index}")
        small.run("VACUUM ANALYZE public.plain, birth.birth_registry")
        assert small.value(in_order) is ordered, index
        if not seen:  # also in ranges, as if both tables were large
            seen.append(_read(small))
            small.run(_LARGE)
            assert small.value("SELECT count(*) FROM birth.birth_code_ranges('public.plain'::regclass, 'code')") == 6
        if len(seen) < _READ:
            seen.append(_read(small))
            contract_breaks(small, "plain", _BROKEN if ordered else {})
        small.run("DROP INDEX public.one")
    assert seen == [seen[0]] * _READ


def _read(small: Database) -> object:
    with small.connect("operator1") as operator:
        run = plan.plan(operator, ["plain"], note="two queries of one moment").run.run
        counted = matrix.count(operator, "plain", exact=True)
    assert counted is not None
    assert (counted.registered, counted.missing) == (10995, 5)
    small.run(_TAKEN)
    with small.connect("operator1") as operator:
        taken = matrix.count(operator, "plain", exact=True)
    small.run("UPDATE birth.birth_registry SET collection_name = 'plain' WHERE entity_code = 'P-9'")
    assert taken is not None
    assert (taken.registered, taken.missing) == (10994, 6)
    items = {row["code"] for row in small.run(_PLANNED % (run, "'plain'"))}
    assert items == {"P-1", "Größe 7", "a\\b", "P-5000", "P-10999"}
    return counted, small.run(_EACH.format(run=run))


# What happens to rows after the plan, and what verify says of it: rows without a code, duplicates, twins, late rows.
_SINCE = {
    "SELECT": (0, 0, 0, 0),
    "INSERT INTO public.plain VALUES (11001, 'P-1' || chr(8203))": (0, 0, 1, 1),
    "UPDATE public.plain SET code = 'P-1' || chr(8203) WHERE id = 9": (0, 0, 1, 1),
    "UPDATE public.plain SET code = ' ' WHERE id = 9": (1, 0, 0, 0),
    "INSERT INTO public.plain VALUES (11001, 'P-11001')": (0, 0, 0, 1),
    "DELETE FROM birth.birth_registry WHERE entity_code = 'P-9'": (0, 0, 0, 1),
}
_REREAD = "SELECT without_code, duplicates, twins, late FROM birth._birth_run_reread(%s)"
_FROM = "SELECT birth._birth_unproven_from(l) IS NOT NULL FROM birth.birth_backfill_ledger AS l WHERE run_id = %s"
# What stands among the codes before the plan, and after it, and whether that leaves older rows proven.
_BEFORE = "UPDATE public.plain SET code = 'P-7' WHERE id = 7"
_ODD = _BEFORE + "; UPDATE public.plain SET code = 'Z' || chr(8203) || '1' WHERE id = 8"
_AFTER = {
    "rows of visible ASCII": (_BEFORE, "", True),
    "rows of another server": (_BEFORE, "UPDATE birth.birth_backfill_run SET system_identifier = '4711'", False),
    "an odd code": (_ODD, "", False),
    "a plan of an earlier version": (_ODD, "UPDATE birth.birth_backfill_ledger SET odd_codes = NULL", False),
}


@pytest.mark.parametrize(("before", "after", "proven"), _AFTER.values(), ids=_AFTER)
def test_what_came_after_the_plan_is_judged_alike_wherever_its_rows_can_be_told(
    small: Database, before: str, after: str, *, proven: bool
) -> None:
    small.run(_PLAIN)
    small.run(before)
    small.run("CREATE UNIQUE INDEX one ON public.plain (code)")
    small.run("VACUUM ANALYZE public.plain, birth.birth_registry")
    small.run(_LARGE)
    with small.connect("operator1") as operator:
        run = plan.plan(operator, ["plain"]).run.run
    if after:
        small.run(after)
    assert small.value(_FROM % run) is proven
    # The twin of a code that the plan saw holds visible ASCII alone.
    twin = {"INSERT INTO public.plain VALUES (11001, 'Z1')": (0, 0, int(before == _ODD), 1)}
    for change, found in (_SINCE | twin).items():
        with small.psql("postgres") as admin, admin.transaction(force_rollback=True):
            admin.execute(b"SET LOCAL jit = off")  # as where it is called
            admin.execute(change.encode())
            said = admin.execute((_REREAD % run).encode()).fetchone()
            assert said is not None
            assert tuple(said.values()) == found, change


def test_a_second_plan_judges_rows_that_came_since_and_counts_the_others(small: Database) -> None:
    small.run(_PLAIN)
    small.run(_BEFORE + "; UPDATE public.plain SET code = 'ab' WHERE id = 8")
    small.run("CREATE UNIQUE INDEX one ON public.plain (code)")
    small.run("VACUUM ANALYZE public.plain, birth.birth_registry")
    with small.psql("operator1") as operator:
        operator.execute(b"SELECT birth.birth_backfill_plan(ARRAY['plain'])")
    counted = small.value(
        "SELECT birth._birth_counted_since(l, birth._birth_proven_before(l), false)"
        " FROM (SELECT (jsonb_populate_record(l, jsonb_build_object('ledger_id', l.ledger_id + 1000, 'run_id', -1))).*"
        "   FROM birth.birth_backfill_ledger AS l WHERE collection_name = 'plain') AS l"
    )
    assert "age(source.xmin)" in str(counted)
    for change, said in (_BROKEN | {"SELECT": ""}).items():
        with small.psql("postgres") as admin, admin.transaction(force_rollback=True):
            admin.execute(change.encode())
            admin.execute("SET LOCAL SESSION AUTHORIZATION operator1")
            if said:
                with pytest.raises(psycopg.Error, match="contract_broken") as refused:
                    admin.execute(b"SELECT birth.birth_backfill_plan(ARRAY['plain'])")
                assert said in str(refused.value.diag.message_detail)
                longest = "201" if "201" in said else "7"
                assert f'"longest": {longest}' in str(refused.value.diag.message_detail)
            else:
                admin.execute(b"SELECT birth.birth_backfill_plan(ARRAY['plain'])")
                admin.execute("RESET SESSION AUTHORIZATION")
                found = admin.execute(
                    "SELECT source_rows, distinct_codes, missing, odd_codes FROM birth.birth_backfill_ledger"
                    " WHERE collection_name = 'plain' ORDER BY ledger_id DESC LIMIT 1"
                ).fetchone()
                assert found == {"source_rows": 11000, "distinct_codes": 11000, "missing": 5, "odd_codes": 0}

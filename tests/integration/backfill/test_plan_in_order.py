"""Codes that stand in order, in rows that lie in that order: read along the indexes, they are planned as others are."""

from typing import Any

from core.services.backfill import plan
from tests.databases import Database
from tests.faults.attacker import contract_breaks

_HALF = """
CREATE TABLE public.plain (id integer PRIMARY KEY, code text COLLATE "{collation}" NOT NULL UNIQUE);
ALTER TABLE birth.birth_registry ALTER entity_code TYPE text COLLATE "{collation}";
INSERT INTO public.plain
    SELECT row_number() OVER (ORDER BY code COLLATE "{collation}"), code
    FROM (SELECT chr(CASE WHEN n % 2 = 0 THEN 65 ELSE 97 END + n / 2 % 26) || lpad(n::text, 5, '0') AS code
        FROM generate_series(1, 5000) AS n) AS row;
GRANT SELECT ON public.plain TO birth_owner, birth_caller, birth_reader;
INSERT INTO birth.collection_registry (collection_name) VALUES ('plain');
INSERT INTO birth.birth_policy (collection_name) VALUES ('plain');
SELECT birth.birth_identity_import('plain', 'column', ARRAY['code'], 'as it is');
INSERT INTO birth.birth_registry (entity_code, collection_name, governance_role)
    SELECT code, 'plain', 'governed'
    FROM public.plain WHERE id % 2 = 0 ORDER BY code;
"""
_OF_OTHERS = """
INSERT INTO birth.birth_registry (entity_code, collection_name, governance_role)
    SELECT '{prefix}' || n, 'of others', 'governed' FROM generate_series(1, {rows}) AS n
"""
_CALL = """
SELECT birth._birth_plan_in_order(l, 'source.code', 'met', 'bounds') FROM birth.birth_backfill_ledger AS l LIMIT 1
"""


def test_many_rows_that_lie_in_the_order_of_their_codes_are_read_along_it(small: Database) -> None:
    # Items are in the order of bytes, whichever their codes are in.
    another = "SELECT coalesce((SELECT collname FROM pg_collation WHERE collname = 'und-x-icu'), 'default')"
    small.run(_HALF.format(collation=small.value(another)))
    small.run("VACUUM ANALYZE public.plain, birth.birth_registry")
    found = [_half(small)]
    assert "row_number() OVER (ORDER BY row.code" in str(small.value(_CALL)).partition("met")[0]
    contract_breaks(small, "plain", _BROKEN)
    # So they are where the registry holds more than it misses, and where it is bounded by a source's codes.
    for others in (_OF_OTHERS.format(prefix="Z-", rows=4000), _OF_OTHERS.format(prefix="ß", rows=20000)):
        small.run(others)
        small.run("VACUUM ANALYZE birth.birth_registry")
        found.append(_half(small))
        contract_breaks(small, "plain", _BROKEN)
    # A join finds them where statistics do not say how rows lie.
    small.run("DELETE FROM pg_statistic WHERE starelid = 'public.plain'::regclass")
    found.append(_half(small))
    assert found == [found[0]] * len(found)

    # Few are told range by range.
    small.run(
        "INSERT INTO birth.birth_registry (entity_code, collection_name, governance_role)"
        " SELECT code, 'plain', 'governed' FROM public.plain WHERE id % 2 <> 0 AND id % 1000 <> 1"
    )
    small.run("VACUUM ANALYZE public.plain, birth.birth_registry")
    small.run(
        "UPDATE pg_class SET reltuples = 200000"
        " WHERE oid IN ('public.plain'::regclass, 'birth.birth_registry'::regclass)"
    )
    small.run("DELETE FROM birth.birth_registry WHERE collection_name = 'of others'")
    with small.connect("operator1") as operator:
        run = plan.plan(operator, ["plain"], note="two queries of one moment").run.run
    missing = small.run('SELECT code FROM public.plain WHERE id % 1000 = 1 ORDER BY code COLLATE "C"')
    assert [row["code"] for row in _items(small, run)] == [row["code"] for row in missing]


_BROKEN = {
    "UPDATE birth.birth_registry SET collection_name = 'of others'"
    " WHERE entity_code = (SELECT code FROM public.plain WHERE id = 4)": '"registered_for_others": 1',
    "UPDATE public.plain SET code = ' ' WHERE id = 9": '"without_code": 1',
}


def _half(small: Database) -> object:
    with small.connect("operator1") as operator:
        run = plan.plan(operator, ["plain"], note="two queries of one moment").run.run
    items = _items(small, run)
    assert [row["seq"] for row in items] == list(range(1, 2501))
    assert [row["code"] for row in items] == sorted(row["code"] for row in items)
    assert all(int(row["key"]) % 2 for row in items)
    return [(row["code"], row["key"]) for row in items]


def _items(small: Database, run: int) -> list[dict[str, Any]]:
    return small.run(
        "SELECT i.seq, i.entity_code AS code, i.source_key[1] AS key FROM birth.birth_backfill_item AS i"
        f" JOIN birth.birth_backfill_ledger AS l USING (ledger_id) WHERE l.run_id = {run} ORDER BY i.seq"
    )

"""What a batch asks the registry about its codes: a walk along the index finds what a look at each code finds.

Only servers before PostgreSQL 17 walk by themselves.
"""

import random

import pytest

from tests.databases import Database
from tests.small import a_run, account, drive

_KNOWN = """
SELECT (SELECT array_agg(t ORDER BY t COLLATE "C") FROM unnest(k.taken) AS t) AS taken,
    (SELECT array_agg(t ORDER BY t COLLATE "C") FROM unnest(k.strange) AS t) AS strange, first, last
FROM birth._birth_batch_known('goods', %s, %s) AS k
"""
_COUNTED = "SELECT * FROM birth._birth_batch_count('goods', 'ours', %s, %s, %s, %s)"
_REGISTERED = """
SET session_replication_role = replica;
INSERT INTO birth.birth_registry (entity_code, collection_name, governance_role, dot_origin)
    SELECT code, CASE WHEN n % 5 = 0 THEN 'parts' ELSE 'goods' END, 'governed', CASE WHEN n % 2 = 0 THEN 'ours' END
    FROM unnest(ARRAY[{codes}]) WITH ORDINALITY AS c(code, n)
"""
# Others' codes stand between each two of ours: a hundred times as many as a batch of two may walk past.
_BETWEEN = """
SET session_replication_role = replica;
INSERT INTO birth.birth_registry (entity_code, collection_name, governance_role)
    SELECT 'G-' || lpad(n::text, 6, '0') || '-' || i, 'parts', 'governed'
    FROM generate_series(1, 40) AS n, generate_series(1, {many}) AS i
"""


def _codes(chosen: random.Random) -> list[str]:
    """Codes that languages put in another order than their bytes are in."""
    letters = ["a", "A", "b", "B", "\N{LATIN SMALL LETTER A WITH ACUTE}", "-", "_", "1", "10", "2", "Z", "z"]
    return sorted({"".join(chosen.choices(letters, k=4)) for _ in range(300)})


@pytest.mark.parametrize("collation", ['"default"', '"C"', '"en-x-icu"'])
def test_a_walk_finds_what_a_look_at_each_code_finds_in_whatever_order(small: Database, collation: str) -> None:
    if not small.run(f"SELECT 1 AS one FROM pg_collation WHERE collname = {collation.replace(chr(34), chr(39))}"):
        pytest.skip(f"the server has no {collation}")
    small.run(f"ALTER TABLE birth.birth_registry ALTER entity_code TYPE text COLLATE {collation}")
    chosen = random.Random(collation)  # noqa: S311 - the same codes each time
    everything = _codes(chosen)
    registered = chosen.sample(everything, 150)
    small.run(_REGISTERED.format(codes=", ".join(f"'{code}'" for code in registered)))
    with small.psql("postgres") as connection:
        connection.execute(b"SET ROLE birth_caller")
        for size in (1, 2, 40, 150):
            codes = chosen.sample(everything, size)
            walked, alone = (connection.execute(_KNOWN.encode(), [codes, how]).fetchone() for how in (True, False))
            assert walked is not None
            assert alone is not None
            assert (walked["taken"], walked["strange"]) == (alone["taken"], alone["strange"])
            assert walked["first"] in codes, "nothing was walked, so nothing was tested"
            assert (alone["first"], alone["last"]) == (None, None)
            taken = codes[: size // 3]
            asked = [
                connection.execute(_COUNTED.encode(), [codes, taken, *bounds]).fetchone()
                for bounds in ((walked["first"], walked["last"]), (None, None))
            ]
            assert asked[0] == asked[1]


def test_where_much_lies_between_codes_each_is_looked_up_by_itself(small: Database) -> None:
    small.run(_BETWEEN.format(many=10))
    with small.psql("postgres") as connection:
        connection.execute(b"SET ROLE birth_caller")
        few = connection.execute(_KNOWN.encode(), [["G-000001", "G-000010", "G-000002-3"], True]).fetchone()
        many = connection.execute(_KNOWN.encode(), [["G-000001", "G-000040", "G-000002-3"], True]).fetchone()
    assert few is not None
    assert many is not None
    assert (few["first"], few["last"]) == ("G-000001", "G-000010")
    assert (many["first"], many["last"]) == (None, None)
    assert few["taken"] == many["taken"] == few["strange"] == many["strange"] == ["G-000002-3"]


@pytest.mark.parametrize("many", [0, 10])
def test_a_batch_counts_what_others_took_meanwhile_whether_it_walks_or_not(small: Database, many: int) -> None:
    run = a_run(small, "goods", goods=40)
    small.run(_BETWEEN.format(many=many))
    small.run(
        "SET session_replication_role = replica; INSERT INTO birth.birth_registry (entity_code, collection_name,"
        " governance_role) VALUES ('G-000003', 'goods', 'governed'), ('G-000007', 'parts', 'governed'),"
        " ('G-000040', 'goods', 'governed')"
    )
    assert drive(small, run).code == "canary_failed", "one was set aside"
    found = account(small, run)
    assert (found.registered, found.existing, found.quarantined) == (37, 2, 1)


def test_a_registry_whose_codes_stand_in_no_order_is_asked_for_each(small: Database) -> None:
    in_order = "SELECT birth._birth_registry_in_order() AS found"
    assert small.value(in_order) is True
    small.run("ALTER TABLE birth.birth_registry DROP CONSTRAINT birth_registry_entity_code_key CASCADE")
    small.run("CREATE INDEX ON birth.birth_registry USING hash (entity_code)")
    assert small.value(in_order) is False

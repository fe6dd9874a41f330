"""Profiles: exact where all was read, honest where only a sample was, and cheap however large the table."""

import re

import psycopg
import pytest

from core.db.connection.session import Connection
from core.domain.classify.column_statistics import ColumnStatistics, TableStatistics
from core.services.classify import column_statistics
from core.services.classify.column_statistics import Catalogs
from tests.console import run
from tests.databases import SCHEMA, Database

LARGE = 200_000
_FLUSHES = 150_000  # the first server that counts at once when asked to


@pytest.fixture(scope="module")
def large(shared: Database) -> Database:
    """A table much larger than a sample, with statistics that are out of date."""
    shared.run(f"""
        CREATE TABLE public.big (id bigint PRIMARY KEY, code text NOT NULL, kind text, weight double precision);
        INSERT INTO public.big SELECT n, 'B-' || n, CASE WHEN n % 2 = 0 THEN 'even' END, n
        FROM generate_series(1, 1000) AS n;
        ANALYZE public.big;
        INSERT INTO public.big SELECT n, 'B-' || n, CASE WHEN n % 2 = 0 THEN 'even' END, n
        FROM generate_series(1001, {LARGE}) AS n;
        INSERT INTO birth.collection_registry (collection_name) VALUES ('big');
        INSERT INTO birth.birth_policy (collection_name) VALUES ('big');
        GRANT SELECT ON public.big TO birth_reader;
    """)
    return shared


def seen(database: Database, collection: str) -> tuple[TableStatistics, dict[str, ColumnStatistics]]:
    with database.connect("viewer1") as viewer:
        found = column_statistics.of(viewer, collection)
    return found, {column.name: column for column in found.columns}


def test_a_small_table_is_read_from_end_to_end(shared: Database) -> None:
    found, columns = seen(shared, "ai_tasks")
    assert found.rows == 260
    assert columns["task_ref"].nulls == 5
    assert columns["id"] == ColumnStatistics("id", "integer", 0, 0, 260, unique=True, exactness="exact")
    assert {column.exactness for column in columns.values()} == {"exact"}


def test_a_large_table_is_sampled_and_only_refutations_are_certain(large: Database) -> None:
    found, columns = seen(large, "big")
    assert found.rows == pytest.approx(LARGE, rel=0.1)
    assert (columns["id"].unique, columns["id"].exactness) == (True, "declared")
    assert (columns["code"].unique, columns["code"].exactness) == (None, "sample")
    assert columns["kind"].unique is False
    assert columns["kind"].nulls == pytest.approx(LARGE / 2, rel=0.2)
    assert columns["weight"].distinct is None


def test_no_statement_of_a_profile_reads_a_large_table_from_end_to_end(large: Database) -> None:
    with large.psql("postgres") as admin, large.connect("viewer1") as viewer:
        if admin.info.server_version < _FLUSHES:
            pytest.skip("this server's figures come when they come")
        before = _pages_read(admin)
        column_statistics.of(viewer, "big")
        viewer.driver.execute("SELECT pg_stat_force_next_flush()")
        viewer.driver.execute("SELECT 1")
        assert _pages_read(admin) == before


def _pages_read(admin: psycopg.Connection[dict[str, int]]) -> int:
    """Rows that sequential scans have returned: a sample of pages is one, too, and adds only what it read."""
    admin.execute("SELECT pg_stat_clear_snapshot()")
    row = admin.execute("SELECT seq_tup_read / 100000 AS n FROM pg_stat_user_tables WHERE relname = 'big'").fetchone()
    assert row is not None
    return row["n"]


def test_small_tables_are_read_by_few_statements_and_are_what_each_of_them_is_alone(shared: Database) -> None:
    with Connection.open(shared.dsn("viewer1"), SCHEMA) as viewer:
        places = column_statistics.places(viewer)
        alone = [Catalogs(viewer, [place]).table(viewer, place) for place in places[:6]]
        asked: list[object] = []
        rows = viewer.rows

        def counted(*arguments: object) -> object:
            asked.append(arguments[0])
            return rows(*arguments)  # type: ignore[arg-type]  # passed through

        viewer.rows = counted  # type: ignore[method-assign,assignment]  # what is counted is what services call
        tables = list(column_statistics.read(viewer, places))
    assert len(tables) == len(places) >= 72
    assert len(asked) <= len(places) / 10 + 11
    assert tables[:6] == alone


def test_only_indexes_that_hold_rows_unique_count_as_keys(database: Database) -> None:
    database.run("""
        CREATE TABLE public.keys (a int NOT NULL, b int NOT NULL, c int NOT NULL, d text NOT NULL, e int NOT NULL);
        CREATE UNIQUE INDEX ON public.keys (a, b) INCLUDE (c);
        CREATE UNIQUE INDEX ON public.keys (c) WHERE c > 0;
        CREATE UNIQUE INDEX ON public.keys (lower(d));
        CREATE INDEX ON public.keys (e);
        ALTER TABLE public.keys ADD UNIQUE (e) DEFERRABLE INITIALLY DEFERRED;
        CREATE TABLE public.parents (id int PRIMARY KEY);
        CREATE TABLE public.heirs () INHERITS (public.parents);
        INSERT INTO birth.collection_registry (collection_name) VALUES ('keys'), ('parents');
        INSERT INTO birth.birth_policy (collection_name) VALUES ('keys'), ('parents');
        GRANT SELECT ON public.keys, public.parents TO birth_reader;
    """)
    with database.connect("viewer1") as viewer:
        keys, parents = column_statistics.read(viewer, column_statistics.places(viewer, ["keys", "parents"]))
    assert [key.columns for key in keys.keys] == [("a", "b")]
    assert parents.keys == ()


def test_a_profile_has_the_shape_that_scripts_rely_on(shared: Database) -> None:
    answer = run("columns", "team", "--json", "--dsn", shared.dsn("viewer1"))
    assert (answer.status, answer.err) == (0, "")
    assert list(answer.document) == ["collection", "rows", "columns"]
    assert list(answer.document["columns"][0]) == [
        "name", "type", "nulls", "empties", "distinct", "unique", "exactness",
    ]  # fmt: skip
    text = run("columns", "team", "--dsn", shared.dsn("viewer1")).out
    assert re.search(r"team: 23 rows", text)


def test_a_collection_without_a_table_has_no_profile(shared: Database) -> None:
    answer = run("columns", "iu_staging_record", "--json", "--dsn", shared.dsn("viewer1"))
    assert (answer.status, answer.error["code"]) == (3, "no_table")


def test_a_type_of_somebodys_own_is_shown_with_its_schema_once(small: Database) -> None:
    small.run("""
        CREATE SCHEMA "Odd"; CREATE TYPE "Odd".pair AS (a int, b int); CREATE TYPE public.text AS (a int);
        ALTER TABLE public.parts ADD pair "Odd".pair, ADD pairs "Odd".pair[], ADD own public.text;
    """)
    answer = run("columns", "parts", "--json", "--dsn", small.dsn("viewer1"))
    types = {column["name"]: column["type"] for column in answer.document["columns"]}
    assert types == {
        "shop": "integer", "part": "text", "note": "text",
        "pair": '"Odd".pair', "pairs": '"Odd".pair[]', "own": "public.text",
    }  # fmt: skip

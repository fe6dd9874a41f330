"""Two codecs, one text: the console's SQL, the database's SQL and Python agree, whatever a session sets."""

from collections.abc import Mapping
from typing import Any

import psycopg
import pytest
from psycopg import sql

from core.db.connection.session import Connection
from core.db.sources import codec
from core.domain.classify.identity import Identity, entity_code
from core.errors import GateClosed
from core.services.backfill import plan, reconcile
from core.services.classify import classify, sources
from tests.asking import ask
from tests.databases import SCHEMA, Database

TABLE = 'Weird "Table" %s {}'
# Type, value, and the text it must have; None where there is no code: NULL, empty, or no text at all.
CASES: tuple[tuple[str, str, str | None], ...] = (
    ("text", "'a/b:c%d%2F'", "a/b:c%d%2F"),
    ("text", "' blanks '", " blanks "),
    ("text", r"E'\x1b[31m\u202e'", "\x1b[31m\u202e"),
    ("text", "''", None),
    ("text", "NULL", None),
    ('text COLLATE "C"', "'é'", "é"),
    ('text COLLATE "POSIX"', "'E'", "E"),
    ("varchar(9)", "'abc'", "abc"),
    ("char(5)", "'ab'", "ab"),
    ("char(5)", "''", None),
    ("name", "'abc'", "abc"),
    ("smallint", "-1", "-1"),
    ("integer", "2147483647", "2147483647"),
    ("bigint", "-9223372036854775808", "-9223372036854775808"),
    ("uuid", "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    ("boolean", "'yes'", "true"),
    ("boolean", "false", "false"),
    ("numeric", "1.10", "1.1"),
    ("numeric", "1.1", "1.1"),
    ("numeric", "100", "100"),
    ("numeric", "1e20", "100000000000000000000"),
    ("numeric", "-0.00", "0"),
    ("numeric", "'NaN'", "NaN"),
    ("numeric(10,4)", "5", "5"),
    ("date", "'2024-02-29'", "2024-02-29"),
    ("date", "'2011-12-30'", "2011-12-30"),  # a day that Apia never had
    ("date", "'2018-11-04'", "2018-11-04"),  # a day without midnight in São Paulo
    ("date", "'0044-03-15 BC'", "0044-03-15 BC"),
    ("date", "'0044-03-15'", "0044-03-15"),
    ("date", "'12024-01-01'", "12024-01-01"),
    ("date", "'4714-11-24 BC'", "4714-11-24 BC"),
    ("date", "'294276-12-31'", "294276-12-31"),
    ("date", "'294277-01-01'", None),
    ("date", "'infinity'", None),
    ("timestamp", "'2024-01-02 03:04:05.5'", "2024-01-02T03:04:05.500000"),
    ("timestamp", "'2011-12-30 12:00'", "2011-12-30T12:00:00.000000"),
    ("timestamp", "'0001-12-31 23:59:59 BC'", "0001-12-31T23:59:59.000000 BC"),
    ("timestamp", "'-infinity'", None),
    ("timestamptz", "'2024-06-01 12:00:00+02'", "2024-06-01T10:00:00.000000Z"),
    ("timestamptz", "'2024-10-27 00:30:00+00'", "2024-10-27T00:30:00.000000Z"),
    ("timestamptz", "'2024-10-27 01:30:00+00'", "2024-10-27T01:30:00.000000Z"),
    ("timestamptz", "'0001-01-01 00:30:00+01'", "0001-12-31T23:30:00.000000Z BC"),
    ("timestamptz", "'infinity'", None),
    ("mood", "'in %/: progress'", "in %/: progress"),
    ("mood_domain", "'fine'", "fine"),
    ("price", "2.50", "2.5"),
    ("price_again", "2.50", "2.5"),
    ("padded", "'ab'", "ab"),
)
NAMES = ("select", 'Weird "Name"', "%s", "{}", "MiXed", "x" * 63, "naïve", "a b", "$1", "--", "';")
REFUSED = ("double precision", "real", "money", "json", "jsonb", "bytea", "interval", "timetz", "text[]", '"char"',
           "inet", "oid", "pair", "measure", "time", "bit(3)", "int4range", "regclass", "public.uuid")  # fmt: skip
SESSIONS: tuple[Mapping[str, str], ...] = (
    {},
    {"TimeZone": "Pacific/Apia", "DateStyle": "German, DMY", "IntervalStyle": "sql_standard"},
    {"TimeZone": "America/Sao_Paulo", "DateStyle": "SQL, MDY", "extra_float_digits": "-15"},
    {"TimeZone": "Europe/Berlin", "DateStyle": "Postgres, YMD", "bytea_output": "escape"},
    {"search_path": "public, pg_catalog", "lc_numeric": "C", "lc_time": "C"},
)


@pytest.fixture(scope="module")
def probe(shared: Database) -> Database:
    """A database with a table that has a column of each case, under names that must be quoted."""
    shared.run("""
        CREATE TYPE mood AS ENUM ('fine', 'in %/: progress');
        CREATE DOMAIN mood_domain AS mood; CREATE DOMAIN price AS numeric CHECK (VALUE > 0);
        CREATE DOMAIN price_again AS price; CREATE DOMAIN padded AS char(5); CREATE DOMAIN measure AS double precision;
        CREATE TYPE pair AS (a integer, b integer);
        CREATE TYPE public.uuid AS (looks_like text);
        CREATE FUNCTION public.to_char(date, text) RETURNS text LANGUAGE sql AS $$SELECT 'hijacked'$$;
        CREATE FUNCTION public.replace(varchar, varchar, varchar) RETURNS text LANGUAGE sql AS $$SELECT 'hijacked'$$;
    """)
    table, columns = quoted(TABLE), [f"{quoted(name_of(at))} {case[0]}" for at, case in enumerate(CASES)]
    shared.run(f"CREATE TABLE {table} ({', '.join(columns)})".replace("public.uuid", "pg_catalog.uuid"))
    shared.run(f"INSERT INTO {table} VALUES ({', '.join(value for _, value, _ in CASES)})")
    shared.run(f"CREATE TABLE refused ({', '.join(f'c{at} {name}' for at, name in enumerate(REFUSED))})")
    return shared


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def name_of(at: int) -> str:
    return NAMES[at] if at < len(NAMES) else f"c{at}"


def codes(connection: Connection, strategy: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Each column's code by the console's codec and by the database's."""
    relid = ask(connection, sql.SQL("SELECT {}::regclass::oid::bigint").format(sql.Literal(f"public.{quoted(TABLE)}")))
    types = sources.types_of(connection, relid)
    collection = None if strategy == "column" else TABLE
    ours = [codec.code_expression(collection, codec.parts([name], types, TABLE), SCHEMA) for name in types]
    theirs = [
        ask(
            connection,
            sql.SQL("SELECT {}._birth_identity_expression({}, {}, {}, ARRAY[{}], 'source')").format(
                sql.Identifier(SCHEMA), *map(sql.Literal, (relid, TABLE, strategy, name))
            ),
        )
        for name in types
    ]
    found = [
        connection.driver.cursor(row_factory=psycopg.rows.tuple_row)
        .execute(
            sql.SQL("SELECT {} FROM {} AS source").format(sql.SQL(", ").join(each), sql.Identifier("public", TABLE))
        )
        .fetchone()
        or ()
        for each in (ours, [sql.SQL(text) for text in theirs])
    ]
    return dict(zip(types, found[0], strict=True)), dict(zip(types, found[1], strict=True))


@pytest.mark.parametrize("strategy", ["column", "synthetic"])
@pytest.mark.parametrize("session", SESSIONS, ids=lambda each: each.get("TimeZone") or each.get("search_path", "as is"))
def test_a_code_is_the_same_in_the_console_in_the_database_and_in_python_whatever_the_session_sets(
    probe: Database, session: Mapping[str, str], strategy: str
) -> None:
    expected = {
        name_of(at): None if text is None else entity_code(Identity(TABLE, strategy, (name_of(at),)), [text])
        for at, (_, _, text) in enumerate(CASES)
    }
    with probe.connect("postgres") as connection:
        for name, value in session.items():
            connection.driver.execute("SELECT set_config(%s, %s, false)", [name, value])
        ours, theirs = codes(connection, strategy)
    assert ours == expected
    assert theirs == expected


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (["select", "c11"], f"{TABLE}:a%2Fb%3Ac%25d%252F/-1"),
        (["c11", "select"], f"{TABLE}:-1/a%2Fb%3Ac%25d%252F"),
        (["select", "{}"], None),
        (["MiXed", "select"], None),
    ],
)
def test_parts_are_joined_in_the_order_of_the_template_and_one_missing_part_leaves_no_code(
    probe: Database, columns: list[str], expected: str | None
) -> None:
    with probe.connect("postgres") as connection:
        relid = probe.value(f"SELECT 'public.{quoted(TABLE)}'::regclass::oid::bigint")
        types = sources.types_of(connection, relid)
        theirs = ask(
            connection,
            sql.SQL("SELECT birth._birth_identity_expression({}, {}, 'synthetic', {}, 'source')").format(
                *map(sql.Literal, (relid, TABLE, columns))
            ),
        )
        for code in (codec.code_expression(TABLE, codec.parts(columns, types, TABLE), SCHEMA), sql.SQL(theirs)):
            statement = sql.SQL("SELECT {} FROM {} AS source").format(code, sql.Identifier("public", TABLE))
            assert ask(connection, statement) == expected


@pytest.mark.parametrize(("at", "name"), list(enumerate(REFUSED)), ids=REFUSED)
def test_both_codecs_refuse_the_same_types(probe: Database, at: int, name: str) -> None:
    with probe.connect("postgres") as connection:
        if name == "public.uuid":
            # A type of somebody's own that comes first on the search_path is no uuid.
            connection.driver.execute("SET search_path = public, pg_catalog")
        types = sources.types_of(connection, probe.value("SELECT 'refused'::regclass::oid::bigint"))
        with pytest.raises(GateClosed) as ours:
            codec.parts([f"c{at}"], types, "refused")
        with pytest.raises(GateClosed) as theirs:
            ask(
                connection,
                sql.SQL("SELECT birth._birth_identity_text('public.refused'::regclass, {}, 'source')").format(
                    sql.Literal(f"c{at}")
                ),
            )
    assert ours.value.code == theirs.value.code == "type_unsupported"


def test_the_digest_of_a_missing_set_is_the_same_by_both_codecs_over_chunk_borders(database: Database) -> None:
    database.run("""
        INSERT INTO birth.collection_registry (collection_name) VALUES ('many');
        INSERT INTO birth.birth_policy VALUES ('many', 'REQUIRED');
        CREATE TABLE public.many AS SELECT (n * 7919 % 30011) || 'é' AS name FROM generate_series(1, 25000) AS n;
        GRANT SELECT ON public.many TO birth_owner, birth_caller, birth_reader;
    """)
    with database.connect("operator1") as operator:
        classify.classify(operator, Identity("many", "column", ("name",)))
        run = plan.plan(operator, ["many"]).run
        assert run.missing == 25_000
        assert reconcile.reconcile(operator, run.run, "three chunks").source == 25_000

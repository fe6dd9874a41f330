"""Zero false "valid": one bad row in a million is found and named, and time that runs out proves nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from psycopg import sql

from core.db.connection.session import Connection
from core.db.rows.query import Reading
from core.db.rows.sources import Distinct
from core.db.sources import codec
from core.domain.classify.identity import CONTRACT, Identity, Proof, column_identity, entity_code, synthetic_identity
from core.domain.gates import judge
from core.errors import GateClosed
from core.services.classify import sources
from core.services.classify.proof import PROOF_SECONDS, prove
from tests.asking import reading
from tests.databases import Database, TestServer, a_clone

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Pair:
    """A row of two parts with its code."""

    a: str
    b: str
    code: str | None


@pytest.fixture(scope="module")
def million(server: TestServer, small_template: str) -> Iterator[Database]:
    """A million rows with statistics that say all is well, and a registry with a code of somebody else's."""
    with a_clone(server, small_template) as clone:
        clone.run(f"""
            CREATE TABLE public.million (id integer NOT NULL, code text);
            INSERT INTO public.million SELECT n, 'M-' || n FROM generate_series(1, {MILLION}) AS n;
            CREATE INDEX ON public.million (id);
            INSERT INTO birth.collection_registry (collection_name) VALUES ('million');
            INSERT INTO birth.birth_policy (collection_name) VALUES ('million');
            GRANT SELECT ON public.million TO birth_owner, birth_reader;
            INSERT INTO birth.birth_registry (entity_code, collection_name) VALUES ('TAKEN', 'goods');
        """)
        clone.run("VACUUM ANALYZE public.million")
        yield clone


def proof(database: Database, identity: Identity, seconds: int = PROOF_SECONDS) -> Proof:
    with database.connect() as operator:
        return prove(operator, sources.require(operator, identity.collection), identity, seconds=seconds)


def closed(found: Proof) -> dict[str, Any]:
    return {gate.id: gate.evidence for gate in judge(CONTRACT, found) if not gate.passed}


CODE = column_identity("million", "code")


def test_a_million_different_codes_are_proven(million: Database) -> None:
    found = proof(million, CODE)
    assert (found.rows, found.distinct, closed(found)) == (MILLION, MILLION, {})


# The code of one row, by its number; the gate that closes; what its example shows.
SPOILED = {
    100_000: ("NULL", "no_nulls", "ctid"),
    200_000: ("''", "no_empties", "ctid"),
    300_000: ("'M-17'", "unique", "M-17"),  # since the last ANALYZE
    400_000: ("'M-18 '", "no_twins", "M-18 "),
    500_000: ("'TAKEN'", "no_foreign_codes", "goods"),
    600_000: ("'goods:17'", "no_lookalikes", "goods:17"),
}


def test_one_bad_row_of_each_kind_in_a_million_is_found_and_named(million: Database) -> None:
    for number, (code, _, _) in SPOILED.items():
        million.run(f"UPDATE public.million SET code = {code} WHERE id = {number}")
    try:
        found = closed(proof(million, CODE))
    finally:
        million.run(f"UPDATE public.million SET code = 'M-' || id WHERE id IN ({', '.join(map(str, SPOILED))})")
    assert set(found) == {gate for _, gate, _ in SPOILED.values()}
    for _, gate, example in SPOILED.values():
        assert found[gate]["rows"] == 1, gate
        assert example in str(found[gate]["examples"])


def test_a_code_that_another_identity_gives_is_found_and_named(million: Database) -> None:
    million.run("INSERT INTO public.goods VALUES (1, 'M-4711', 1)")
    try:
        found = closed(proof(million, CODE))
    finally:
        million.run("DELETE FROM public.goods; DELETE FROM birth.birth_registry WHERE entity_code <> 'TAKEN'")
    # The gateway met the row, so that its code is registered, too: the registry's word is enough.
    assert found["no_foreign_codes"]["examples"] == [{"code": "M-4711", "owner": "goods"}]


def test_a_proof_that_runs_out_of_time_is_unproven_and_never_valid(
    million: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = Connection.row

    def slowly(connection: Connection, query: Any, parameters: Any = None) -> Any:  # noqa: ANN401 - passed through
        if isinstance(query, Reading):
            connection.rows(reading("SELECT pg_catalog.pg_sleep(60)"))
        return rows(connection, query, parameters)

    monkeypatch.setattr(Connection, "row", slowly)
    with pytest.raises(GateClosed) as refused:
        proof(million, CODE, seconds=1)
    assert (refused.value.code, refused.value.exit_status) == ("unproven", 3)


def test_a_declared_key_is_believed_only_while_it_holds_rows_unique(small: Database) -> None:
    small.run("""
        CREATE TABLE public.half (id integer NOT NULL, code text NOT NULL, kept boolean NOT NULL DEFAULT true);
        INSERT INTO public.half VALUES (1, 'a', true), (2, 'a', false), (3, 'b', true);
        CREATE UNIQUE INDEX ON public.half (code) WHERE kept;
        CREATE TABLE public.pair (code text NOT NULL, side text NOT NULL, UNIQUE (code, side));
        INSERT INTO public.pair VALUES ('a', 'left'), ('a', 'right');
        CREATE TABLE public.parent (code text PRIMARY KEY);
        CREATE TABLE public.child () INHERITS (public.parent);
        INSERT INTO public.parent VALUES ('a'); INSERT INTO public.child VALUES ('a');
        INSERT INTO birth.collection_registry (collection_name) VALUES ('half'), ('pair'), ('parent');
        INSERT INTO birth.birth_policy (collection_name) VALUES ('half'), ('pair'), ('parent');
        GRANT SELECT ON public.half, public.pair, public.parent TO birth_reader;
    """)
    for name in ("half", "pair", "parent"):
        found = proof(small, column_identity(name, "code"))
        assert list(closed(found)) == ["unique"]
        assert closed(found)["unique"]["examples"] == [{"code": "a", "rows": 2}]


def test_an_index_that_could_not_be_built_proves_nothing(small: Database) -> None:
    small.run("INSERT INTO public.notes VALUES ('N-1')")
    small.run("CREATE TABLE public.torn AS SELECT 'x'::text AS code FROM generate_series(1, 2)")
    with pytest.raises(Exception, match="could not create unique index"):
        small.run("CREATE UNIQUE INDEX CONCURRENTLY ON public.torn (code)")
    small.run("""
        ALTER TABLE public.torn ALTER code SET NOT NULL;
        INSERT INTO birth.collection_registry (collection_name) VALUES ('torn');
        INSERT INTO birth.birth_policy (collection_name) VALUES ('torn');
        GRANT SELECT ON public.torn TO birth_reader;
        SET allow_system_table_mods = on; UPDATE pg_index SET indisready = true WHERE NOT indisvalid;
    """)
    assert list(closed(proof(small, column_identity("torn", "code")))) == ["unique"]


def test_codes_that_only_look_alike_are_different_ones(small: Database) -> None:
    small.run("INSERT INTO public.notes VALUES ('N-a'), ('N-A'), ('N-\u00e9'), ('N-e\u0301')")
    found = proof(small, column_identity("notes", "code"))
    assert (found.rows, found.distinct, closed(found)) == (4, 4, {})


def test_a_proof_is_of_one_moment_whatever_comes_in_between(small: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    small.run("INSERT INTO public.notes VALUES ('N-1'), ('N-1')")
    row = Connection.row

    def after_another(connection: Connection, query: Any, parameters: Any = None) -> Any:  # noqa: ANN401 - passed through
        # The rows were counted; one more now, and there are as many different codes as there were rows.
        if isinstance(query, Reading) and query.row is Distinct:
            small.run("INSERT INTO public.notes VALUES ('N-2')")
        return row(connection, query, parameters)

    monkeypatch.setattr(Connection, "row", after_another)
    assert list(closed(proof(small, column_identity("notes", "code")))) == ["unique"]
    assert small.value("SELECT count(*) FROM public.notes") == 3


def test_blanks_around_any_part_of_a_synthetic_code_make_twins(small: Database) -> None:
    small.run("INSERT INTO public.parts VALUES (1, 'bolt'), (1, 'bolt '), (2, 'bolt')")
    found = proof(small, synthetic_identity("parts", "parts:{part}/{shop}"))
    assert closed(found)["no_twins"]["rows"] == 1
    assert closed(found)["no_twins"]["examples"] == [["parts:bolt /1", "parts:bolt/1"]]


def test_two_different_tuples_never_give_one_code_in_the_database(small: Database) -> None:
    nasty = [
        "%",
        "/",
        ":",
        "%2F",
        "%3A",
        "%25",
        "%252F",
        "a/b",
        "a",
        "b",
        "/a",
        "a/",
        ":a",
        "é",
        "e\u0301",
        "\u202e",
        " ",
    ]
    small.run("CREATE TABLE public.pairs (a text, b text);"
              " GRANT SELECT ON public.pairs TO birth_reader")  # fmt: skip
    with small.psql("postgres") as admin, admin.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO public.pairs SELECT %s, unnest(%s::text[])", [(one, nasty + [one + other for other in nasty])
                                                                     for one in nasty]
        )  # fmt: skip
        cursor.execute(
            "INSERT INTO public.pairs SELECT a || b, a FROM public.pairs EXCEPT SELECT a, b FROM public.pairs"
        )
    types = {"a": "text", "b": "text"}
    code = codec.code_expression("pairs", codec.parts(["a", "b"], types, "pairs"))
    statement = sql.SQL("SELECT DISTINCT a, b, {} AS code FROM public.pairs AS source").format(code)
    with small.connect() as operator:
        rows = operator.rows(Reading(statement, Pair))
    assert len({row.code for row in rows}) == len(rows) > 400
    identity = Identity("pairs", "synthetic", ("a", "b"))
    assert all(row.code == entity_code(identity, [row.a, row.b]) for row in rows)

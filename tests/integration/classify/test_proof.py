"""Zero false "valid": one bad row in a million is found and named, and time that runs out proves nothing."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from psycopg import sql

from core.db.connection.session import Connection
from core.db.rows.query import Reading
from core.db.rows.sources import Repeated
from core.db.sources import codec
from core.domain.classify import same_code
from core.domain.classify.identity import CONTRACT, Identity, Proof, column_identity, entity_code, synthetic_identity
from core.domain.gates import judge
from core.errors import GateClosed
from core.services.backfill import plan
from core.services.classify import classify, sources
from core.services.classify.proof import PROOF_SECONDS, prove
from tests.asking import reading
from tests.databases import SCHEMA, Database, TestServer, a_clone

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
            GRANT SELECT ON public.million TO birth_owner, birth_caller, birth_reader;
            INSERT INTO birth.birth_registry (entity_code, collection_name) VALUES ('TAKEN', 'goods');
        """)
        clone.run("VACUUM ANALYZE public.million")
        yield clone


def proof(database: Database, identity: Identity, seconds: int = PROOF_SECONDS) -> Proof:
    with database.connect() as operator:
        return prove(operator, sources.require(operator, identity.collection), identity, seconds=seconds)


def gates(error: GateClosed) -> list[str]:
    found: Any = error.evidence["gates"]
    return [gate["gate"] for gate in found]


def closed(found: Proof) -> dict[str, Any]:
    return {gate.id: gate.evidence for gate in judge(CONTRACT, found) if not gate.passed}


CODE = column_identity("million", "code")


@pytest.mark.long
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


@pytest.mark.long
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


@pytest.mark.long
def test_a_code_that_another_identity_gives_is_found_and_named(million: Database) -> None:
    million.run("INSERT INTO public.goods VALUES (1, 'M-4711', 1)")
    try:
        found = closed(proof(million, CODE))
    finally:
        million.run("DELETE FROM public.goods; DELETE FROM birth.birth_registry WHERE entity_code <> 'TAKEN'")
    # The gateway met the row, so that its code is registered, too: the registry's word is enough.
    assert found["no_foreign_codes"]["examples"] == [{"code": "M-4711", "owner": "goods"}]


@pytest.mark.long
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


def test_a_not_null_that_was_never_checked_proves_nothing(small: Database) -> None:
    small.run("""
        CREATE TABLE public.late (id integer PRIMARY KEY, code text UNIQUE);
        INSERT INTO public.late VALUES (1, 'a'), (2, NULL);
        INSERT INTO birth.collection_registry (collection_name) VALUES ('late');
        INSERT INTO birth.birth_policy (collection_name) VALUES ('late');
        GRANT SELECT ON public.late TO birth_reader;
    """)
    if int(small.value("SELECT current_setting('server_version_num')")) >= 180000:  # there it counts as NOT NULL
        small.run("ALTER TABLE public.late ADD CONSTRAINT unchecked NOT NULL code NOT VALID")
    assert list(closed(proof(small, column_identity("late", "code")))) == ["no_nulls"]
    assert not small.value("SELECT birth._birth_identity_is_declared('public.late'::regclass, '{code}')")
    small.run("DELETE FROM public.late WHERE code IS NULL; ALTER TABLE public.late ALTER code SET NOT NULL")
    assert small.value("SELECT birth._birth_identity_is_declared('public.late'::regclass, '{code}')")
    assert small.value("SELECT locator FROM birth._birth_locator('public.late'::regclass, '{code}')") == ["id"]


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


SAME = ("AB\u200b100", "AB100\u00a0", "\tAB100", "AB100\r\n", "\ufeffAB100", "\uff21\uff22100", "A\u00adB100", "AB 100")


@pytest.mark.parametrize("twin", SAME, ids=ascii)
def test_codes_that_differ_in_what_nobody_sees_are_the_same_code(small: Database, twin: str) -> None:
    with small.psql("postgres") as admin:
        admin.execute("ALTER TABLE public.notes DISABLE TRIGGER USER")
        admin.execute("INSERT INTO public.notes VALUES ('AB100'), (%s), ('AB101')", [twin])
    found = closed(proof(small, column_identity("notes", "code")))
    assert list(found) == ["no_twins"]
    assert sorted(found["no_twins"]["examples"][0]) == sorted(["AB100", twin])
    with small.connect() as operator, pytest.raises(GateClosed) as refused:
        plan.plan(operator, ["notes"])
    assert gates(refused.value) == ["no_twins"]


def test_codes_without_anything_to_see_are_empty_for_the_proof_the_plan_and_the_gateway(small: Database) -> None:
    warnings: list[str] = []
    with small.psql("postgres") as admin:
        admin.add_notice_handler(lambda told: warnings.append(told.message_primary or ""))
        for blank in (" ", "\t", "\u00a0", "\u200b\u2060", "\u3164", "\u2800"):
            admin.execute("INSERT INTO public.notes VALUES (%s)", [blank])
        admin.execute("INSERT INTO public.notes VALUES ('N-1'), ('N-1\u200b'), ('N-2')")
        assert [told.split(": ")[1] for told in warnings] == [
            *6 * ["a column of its identity is NULL or blank"],
            "its code equals a registered one but for invisible characters",
        ]
        assert small.value("SELECT array_agg(entity_code ORDER BY 1) FROM birth.birth_registry") == ["N-1", "N-2"]
        admin.execute("DELETE FROM public.notes WHERE code LIKE 'N-_%'")
    found = closed(proof(small, column_identity("notes", "code")))
    assert (list(found), found["no_empties"]["rows"]) == (["no_empties"], 6)
    with small.connect() as operator, pytest.raises(GateClosed) as refused:
        plan.plan(operator, ["notes"])
    assert gates(refused.value) == ["no_empties"]


def test_codes_that_look_alike_are_different_ones_and_a_warning_names_them(small: Database) -> None:
    small.run("INSERT INTO public.notes VALUES ('N-a'), ('N-A'), ('PO-10'), ('PO-1O'), ('\u0420O-10'), ('N-b')")
    found = proof(small, column_identity("notes", "code"))
    assert (found.rows, found.distinct, closed(found), found.alike) == (6, 6, {}, 3)
    assert found.warnings == (
        "3 codes differ from another only in case or in letters that look alike: N-A and N-a, PO-10 and \u0420O-10",
    )


def test_types_with_an_equality_of_their_own_are_judged_by_it(small: Database) -> None:
    cases = {"char(8)": [{"code": "AB", "rows": 2}], "numeric": [{"code": "1", "rows": 2}]}
    if small.value("SELECT count(*) FROM pg_available_extensions WHERE name = 'citext'"):
        small.run("CREATE EXTENSION citext SCHEMA public")
        cases["public.citext"] = [{"code": "AB", "equals": "ab", "rows": 2}]
    if small.value("SELECT count(*) FROM pg_collation WHERE collname = 'en-x-icu'"):
        small.run("CREATE COLLATION caseless (provider = icu, locale = 'und-u-ks-level2', deterministic = false)")
        cases["text COLLATE caseless"] = [{"code": "AB", "equals": "ab", "rows": 2}]
    for kind, examples in cases.items():
        values = ("1.0", "1.00", "2") if kind == "numeric" else ("AB", "AB " if kind == "char(8)" else "ab", "cd")
        small.run(f"""
            DROP TABLE IF EXISTS public.own; CREATE TABLE public.own (code {kind}, side integer DEFAULT 1);
            INSERT INTO public.own VALUES ('{values[0]}'), ('{values[1]}'), ('{values[2]}');
            INSERT INTO birth.collection_registry (collection_name) VALUES ('own') ON CONFLICT DO NOTHING;
            INSERT INTO birth.birth_policy (collection_name) VALUES ('own') ON CONFLICT DO NOTHING;
            GRANT SELECT ON public.own TO birth_owner, birth_caller, birth_reader;
        """)
        found = closed(proof(small, column_identity("own", "code")))
        assert (list(found), found["unique"]["examples"]) == (["unique"], examples)
        assert list(closed(proof(small, synthetic_identity("own", "own:{code}/{side}")))) == ["unique"]
        # Whatever evidence a client brings, the database counts for itself.
        with small.psql("operator1") as session, pytest.raises(psycopg.Error, match="contract_broken"):
            session.execute("SELECT birth.birth_identity_classify('own', 'column', '{code}', 0, NULL, '{}')")
        small.run(f"DELETE FROM public.own WHERE ctid = '(0,2)' AND code = '{values[1]}'")
        with small.connect() as operator:
            assert classify.classify(operator, column_identity("own", "code")).evidence["distinct"] == 2
            assert plan.plan(operator, ["own"]).run.missing == 2
            classify.unclassify(operator, "own")


def test_the_same_code_is_one_function_in_the_console_and_in_the_database(small: Database) -> None:
    # Characters that every server's Unicode knows.
    known = [chr(n) for n in range(1, 0x110000) if unicodedata.ucd_3_2_0.category(chr(n)) not in ("Cn", "Cs", "Co")]
    known += [
        a + b for a in ("a", "\u200ba", "A ") for b in ("\u0301", "\u200d\u0301", " \u00b4", "\u2126\t", "\ufb01")
    ]
    known += [chr(n) for n in (0x180F, 0x2065, 0xFFF0, 0xE0000, 0xE0FFF, 0x2800)]
    with small.psql("operator1") as session:
        rows = session.execute(
            "SELECT code, birth.birth_code_fold(code) AS fold FROM unnest(%s::text[]) AS code", [known]
        ).fetchall()
        assert [row["code"] for row in rows if row["fold"] != same_code.fold(row["code"])] == []
        letters = [chr(n) for n in (*range(33, 127), *same_code._ALIKE)]
        rows = session.execute(
            "SELECT code, birth.birth_code_look(code) AS look FROM unnest(%s::text[]) AS code", [letters]
        ).fetchall()
        assert [row["code"] for row in rows if row["look"] != same_code.as_seen(row["code"])] == []


def test_a_proof_is_of_one_moment_whatever_comes_in_between(small: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    small.run("INSERT INTO public.notes VALUES ('N-1'), ('N-1')")
    row = Connection.row

    def after_another(connection: Connection, query: Any, parameters: Any = None) -> Any:  # noqa: ANN401 - passed through
        # The rows were counted; one more now, and there are as many different codes as there were rows.
        if isinstance(query, Reading) and query.row is Repeated:
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
    code = codec.code_expression("pairs", codec.parts(["a", "b"], types, "pairs"), SCHEMA)
    statement = sql.SQL("SELECT DISTINCT a, b, {} AS code FROM public.pairs AS source").format(code)
    with small.connect() as operator:
        rows = [row for row in operator.rows(Reading(statement, Pair)) if row.code is not None]
    assert len({row.code for row in rows}) == len(rows) > 400
    identity = Identity("pairs", "synthetic", ("a", "b"))
    assert all(row.code == entity_code(identity, [row.a, row.b]) for row in rows)

"""An identity is proven on live data or refused with the rows that speak against it; a refusal writes nothing."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from core.db.rows.identity import CLASSIFY
from core.domain.classify.identity import Identity, column_identity, synthetic_identity
from core.errors import ConsoleError, GateClosed, NotAllowed, Stale, Unavailable, UsageError
from core.services.classify import classify, sources
from tests import line
from tests.asking import ask
from tests.databases import Database
from tests.homes import eventually

WRITTEN = """
    SELECT (SELECT jsonb_agg(i ORDER BY i.collection_name) FROM birth.birth_identity AS i) AS identities,
        (SELECT jsonb_agg(h ORDER BY h.collection_name, h.version) FROM birth.birth_identity_history AS h) AS past,
        (SELECT jsonb_agg(to_jsonb(p) ORDER BY collection_name) FROM birth.birth_policy AS p) AS policies,
        (SELECT max(seq) FROM birth.birth_ledger_event) AS events,
        (SELECT count(*) FROM birth.birth_registry) AS registered
"""


def written(database: Database) -> dict[str, Any]:
    """All that classifying could write."""
    return database.run(WRITTEN)[0]


def refused(
    database: Database, wanted: Identity, login: str = "operator1", kind: type[ConsoleError] = GateClosed
) -> ConsoleError:
    """Classify in vain: the error, after a look that nothing was written."""
    before = written(database)
    with database.connect(login) as connection, pytest.raises(kind) as found:
        classify.classify(connection, wanted)
    assert written(database) == before
    assert found.value.hint
    return found.value


def closed(error: ConsoleError) -> dict[str, Any]:
    """The evidence of each closed gate."""
    gates: Any = error.evidence["gates"]
    assert error.exit_status == 3
    return {gate["gate"]: gate["evidence"] for gate in gates}


def enrol(database: Database, name: str, rows: str, columns: str = "code") -> None:
    """A REQUIRED collection of the test's own, with the rows that `rows` selects."""
    database.run(f"""
        CREATE TABLE public."{name}" ({columns if " " in columns else f"{columns} text"});
        INSERT INTO public."{name}" {rows};
        INSERT INTO birth.collection_registry (collection_name) VALUES ($${name}$$);
        INSERT INTO birth.birth_policy (collection_name) VALUES ($${name}$$);
        GRANT SELECT ON public."{name}" TO birth_owner, birth_caller, birth_reader;
    """)


def test_what_the_census_intends_is_proven_and_recorded_with_its_evidence(database: Database) -> None:
    with database.connect() as operator:
        done = classify.classify(operator, synthetic_identity("team", "team:{name}/{date_created}"), "no key")
    assert (done.strategy, done.identity, done.version) == ("synthetic", "team:{name}/{date_created}", 1)
    assert done.evidence == {"rows": 23, "distinct": 23, "nulls": 0, "empties": 0, "exactness": "exact"}
    history = database.run("SELECT * FROM birth.birth_identity_history WHERE collection_name = 'team'")[0]
    assert (history["action"], history["actor"], history["person"]) == ("classified", "operator1", "Linh Nguyễn")
    counted = {"rows": 23, "without_code": 0, "duplicates": 0, "registered_for_others": 0, "longest": 62, "twins": 0}
    assert (history["reason"], history["evidence"]) == ("no key", {**done.evidence, "counted": counted})
    event = database.run("SELECT * FROM birth.birth_ledger_event ORDER BY seq DESC LIMIT 1")[0]
    assert (event["kind"], event["actor"]) == ("identity_classified", "operator1")


def test_an_unknown_collection_is_answered_with_similar_names(shared: Database) -> None:
    found = refused(shared, column_identity("os_item", "sku"), kind=UsageError)
    assert (found.code, found.exit_status) == ("unknown_collection", 2)
    assert "os_items" in str(found.evidence["similar"])
    assert found.hint.startswith("Did you mean os_items")


@pytest.mark.parametrize(
    "name", ["", "x" * 64, "team'; DROP TABLE team; --", 'te"am', "public.team", "TEAM", "\x1b[31m"]
)
def test_a_name_that_nobody_enrolled_finds_nothing_whatever_it_holds(shared: Database, name: str) -> None:
    assert refused(shared, Identity(name, "column", ("id",)), kind=UsageError).code == "unknown_collection"


def test_a_collection_without_a_table_cannot_be_classified_but_exempted(shared: Database) -> None:
    found = refused(shared, column_identity("iu_staging_record", "id"))
    assert found.code == "no_table"
    assert "birth-console classify iu_staging_record --exempt" in found.hint


def test_an_exempt_collection_needs_no_identity(shared: Database) -> None:
    found = refused(shared, column_identity("table_proposals", "id"))
    assert (found.code, found.evidence["requirement"]) == ("not_required", "EXEMPT")


def test_a_column_that_is_not_there_is_answered_with_those_that_are(shared: Database) -> None:
    found = refused(shared, synthetic_identity("team", "team:{name}/{nope}"))
    assert (found.code, found.evidence["column"]) == ("column_missing", "nope")
    assert "date_created" in str(found.evidence["columns"])


@pytest.mark.parametrize("column", ["ctid", "xmin", "tableoid"])
def test_system_columns_identify_nothing(shared: Database, column: str) -> None:
    assert refused(shared, column_identity("team", column)).code == "column_missing"


Found = Mapping[str, Any]
CENSUS: Mapping[str, tuple[Identity, str, Found]] = {
    "NULLs": (column_identity("ai_tasks", "task_ref"), "no_nulls", {"rows": 5}),
    "NULLs of a nullable slug": (column_identity("help_articles", "slug"), "no_nulls", {"rows": 6}),
    "duplicates": (column_identity("agent_views", "source_id"), "unique", {"rows": 3}),
    "blank twins": (column_identity("ai_discussions", "topic_code"), "no_twins", {"rows": 2}),
    "codes of another collection": (column_identity("os_items", "sku"), "no_foreign_codes", {"rows": 13}),
}


@pytest.mark.parametrize(("wanted", "gate", "found"), CENSUS.values(), ids=CENSUS)
def test_an_identity_is_refused_with_count_and_examples_for(
    shared: Database, wanted: Identity, gate: str, found: Found
) -> None:
    evidence = closed(refused(shared, wanted))[gate]
    assert found.items() <= evidence.items()
    assert 1 <= len(evidence["examples"]) <= 3


def test_examples_are_the_offending_rows_themselves(shared: Database) -> None:
    unset = closed(refused(shared, column_identity("ai_tasks", "task_ref")))["no_nulls"]["examples"]
    numbers = shared.run("SELECT id::text FROM ai_tasks WHERE task_ref IS NULL ORDER BY ai_tasks.id LIMIT 3")
    assert unset == numbers
    twins = closed(refused(shared, column_identity("ai_discussions", "topic_code")))["no_twins"]["examples"]
    assert all(len({code.strip() for code in pair}) == 1 and len(pair) == 2 for pair in twins)
    foreign = closed(refused(shared, column_identity("os_items", "sku")))["no_foreign_codes"]["examples"]
    assert {each["owner"] for each in foreign} == {"taxonomy_labels"}
    codes = shared.run("SELECT entity_code FROM birth.birth_registry WHERE collection_name = 'taxonomy_labels'")
    assert {each["code"] for each in foreign} <= {row["entity_code"] for row in codes}
    doubled = closed(refused(shared, column_identity("agent_views", "source_id")))["unique"]["examples"]
    assert all(each["rows"] == 2 for each in doubled)


def test_each_gate_s_examples_are_the_rows_that_close_it(shared: Database) -> None:
    enrol(shared, "bare", "VALUES (1, NULL), (2, ''), (3, 'a')", "id integer PRIMARY KEY, code text")
    found = closed(refused(shared, column_identity("bare", "code")))
    assert found == {
        "no_nulls": {"rows": 1, "examples": [{"id": "1"}]},
        "no_empties": {"rows": 1, "examples": [{"id": "2"}]},
    }


def test_a_date_without_end_is_called_infinite_and_not_a_row_without_a_value(shared: Database) -> None:
    enrol(shared, "endless", "VALUES ('2024-01-01'::date), ('infinity')", "code date PRIMARY KEY")
    found = refused(shared, column_identity("endless", "code"))
    assert "no identity column is NULL or infinite" in str(found.evidence["gates"])
    assert closed(found) == {"no_nulls": {"rows": 1, "examples": [{"code": "infinity"}]}}
    assert "finite in every row" in found.hint


OWN: Mapping[str, tuple[str, str, str, Found]] = {
    "empty texts": (
        "code",
        "VALUES ('a'), (''), ('')",
        "no_empties",
        {"rows": 2, "examples": [{"ctid": "(0,2)"}, {"ctid": "(0,3)"}]},
    ),
    "a code of 201 characters": ("code", "VALUES ('a'), (repeat('é', 201))", "short_enough", {"longest": 201}),
    "infinity": ("code date", "VALUES ('2024-01-01'::date), ('infinity')", "no_nulls", {"rows": 1}),
    "numbers that are equal": ("code numeric", "VALUES (1.10), (1.1)", "unique", {"rows": 1}),
    "padding that is dropped": ("code char(4)", "VALUES ('a'), ('a ')", "unique", {"rows": 1}),
    "a synthetic code's looks": (
        "code",
        "VALUES ('doc_reviews:17'), ('nobody:17'), ('plain')",
        "no_lookalikes",
        {"rows": 1, "examples": ["doc_reviews:17"]},
    ),
    "codes that a pending identity gives": (
        "code",
        "SELECT code FROM public.tasks WHERE code NOT IN (SELECT entity_code FROM birth.birth_registry)",
        "no_pending_collisions",
        {"rows": 49},
    ),
    "every row a duplicate": ("code", "SELECT 'x' FROM generate_series(1, 50)", "unique", {"rows": 49}),
}


@pytest.mark.parametrize(("columns", "rows", "gate", "found"), OWN.values(), ids=OWN)
def test_an_identity_of_rows_of_our_own_is_refused_for(
    shared: Database, columns: str, rows: str, gate: str, found: Found
) -> None:
    name = f"own_{list(OWN).index(next(key for key, row in OWN.items() if row[1] == rows))}"
    enrol(shared, name, rows, columns)
    assert found.items() <= closed(refused(shared, column_identity(name, "code")))[gate].items()


def test_two_hundred_characters_are_not_too_long(database: Database) -> None:
    enrol(database, "long", "VALUES (repeat('é', 200))")
    with database.connect() as operator:
        assert classify.classify(operator, column_identity("long", "code")).version == 1


def test_an_empty_table_can_be_classified(database: Database) -> None:
    enrol(database, "hollow", "SELECT 'x' WHERE false")
    with database.connect() as operator:
        assert classify.classify(operator, column_identity("hollow", "code")).evidence["rows"] == 0


def test_synthetic_codes_meet_a_column_s_codes_that_changed_after_they_were_proven(database: Database) -> None:
    enrol(database, "first", "VALUES ('plain')")
    enrol(database, "second", "VALUES ('17'), ('18')")
    with database.connect() as operator:
        classify.classify(operator, column_identity("first", "code"))
    database.run("INSERT INTO public.first VALUES ('second:17')")
    evidence = closed(refused(database, synthetic_identity("second", "second:{code}")))["no_pending_collisions"]
    assert evidence == {"rows": 1, "examples": [{"code": "second:17", "owner": "first"}]}


def test_columns_of_different_collations_can_be_held_against_each_other(database: Database) -> None:
    enrol(database, "one", "VALUES ('é')", 'code text COLLATE "C"')
    enrol(database, "other", "VALUES ('é')", 'code text COLLATE "POSIX"')
    with database.connect() as operator:
        classify.classify(operator, column_identity("one", "code"))
    assert closed(refused(database, column_identity("other", "code")))["no_pending_collisions"]["rows"] == 1


def test_a_pending_column_that_lost_its_type_or_its_table_does_not_stand_in_the_way(database: Database) -> None:
    database.run("ALTER TABLE feedbacks ADD weight double precision DEFAULT 1")
    enrol(database, "moved", "VALUES ('a')")
    with database.connect() as operator:
        classify.classify(operator, column_identity("moved", "code"))
        database.run("ALTER TABLE public.moved ALTER code TYPE double precision USING 1")
        classify.classify(operator, column_identity("feedbacks", "fingerprint_id"))
        database.run("DROP TABLE public.moved")
        classify.classify(operator, column_identity("block_library", "block_key"))


def test_rows_that_row_security_hides_are_an_error_never_absent(database: Database) -> None:
    enrol(database, "guarded", "VALUES ('a'), ('a')")
    database.run("ALTER TABLE public.guarded ENABLE ROW LEVEL SECURITY")
    found = refused(database, column_identity("guarded", "code"), kind=NotAllowed)
    assert "row-level security" in found.message
    assert "ask a gatekeeper to exempt the collection" in found.hint
    assert "SELECT on the table" not in found.hint


def test_a_timeout_that_a_role_carries_is_named_with_the_way_around_it(database: Database) -> None:
    database.run(f"ALTER ROLE operator1 IN DATABASE {database.name} SET statement_timeout = '1s'")
    with database.connect() as operator, pytest.raises(Unavailable) as found:
        ask(operator, "SELECT pg_catalog.pg_sleep(30)")
    assert found.value.code == "timeout"
    assert "PGOPTIONS='-c statement_timeout=0'" in found.value.hint


def test_where_rows_are_registered_a_collision_is_cured_by_correcting_one_of_the_two_rows(shared: Database) -> None:
    found = refused(shared, column_identity("os_items", "sku"))
    assert "If rows of this collection are registered, its identity is final" in found.hint
    assert closed(found)["no_foreign_codes"]["examples"][0]["owner"] == "taxonomy_labels"


def test_names_that_must_be_quoted_are_never_read_as_sql(database: Database) -> None:
    enrol(database, "Weird '%s Table", "VALUES ('a', 'b')", '"select" text, "Weird ""Na%me" text')
    wanted = Identity("Weird '%s Table", "synthetic", ("select", 'Weird "Na%me'))
    with database.connect() as operator:
        done = classify.classify(operator, wanted)
        assert (done.version, done.identity) == (1, wanted.text)
        assert line.make_reconciled(operator, wanted.collection)
    assert database.value("SELECT entity_code FROM birth.birth_backfill_item") == "Weird '%s Table:a/b"


@pytest.mark.parametrize("login", ["viewer1", "gatekeeper1", "reviewer1"])
def test_who_is_no_operator_classifies_nothing(shared: Database, login: str) -> None:
    found = refused(shared, column_identity("feedbacks", "fingerprint_id"), login, NotAllowed)
    assert (found.exit_status, found.evidence["needs"]) == (6, "birth_operator")


def test_an_operator_whose_person_nobody_recorded_classifies_nothing(database: Database) -> None:
    database.run("DELETE FROM birth.birth_person_login WHERE login = 'operator1'")
    found = refused(database, column_identity("feedbacks", "fingerprint_id"), kind=NotAllowed)
    assert found.code == "unknown_person"


def test_the_same_identity_again_is_no_new_version(database: Database) -> None:
    wanted = column_identity("feedbacks", "fingerprint_id")
    with database.connect() as operator, database.connect("operator2") as other:
        assert classify.classify(operator, wanted).version == 1
        before = written(database)
        assert classify.classify(other, wanted).version == 1
    assert written(database) == before


def test_an_identity_that_no_row_was_registered_under_can_be_changed_and_taken_back(database: Database) -> None:
    with database.connect() as operator:
        classify.classify(operator, column_identity("feedbacks", "fingerprint_id"))
        assert classify.classify(operator, synthetic_identity("feedbacks", "feedbacks:{id}")).version == 2
        assert classify.unclassify(operator, "feedbacks", "wrong table").version == 3
        with pytest.raises(GateClosed) as again:
            classify.unclassify(operator, "feedbacks")
        assert again.value.code == "not_classified"
        assert classify.classify(operator, column_identity("feedbacks", "fingerprint_id")).version == 4
    actions = database.run(
        "SELECT action FROM birth.birth_identity_history WHERE collection_name = 'feedbacks' ORDER BY version"
    )
    assert [row["action"] for row in actions] == ["classified", "classified", "unclassified", "classified"]


def test_an_identity_under_which_rows_are_registered_is_final(database: Database) -> None:
    found = refused(database, synthetic_identity("tasks", "tasks:{code}"))
    assert (found.code, found.evidence["registered"]) == ("identity_in_use", 1431)
    examples = found.evidence["examples"]
    assert isinstance(examples, list)
    assert len(examples) == 3
    before = written(database)
    with database.connect() as operator, pytest.raises(GateClosed):
        classify.unclassify(operator, "tasks")
    assert written(database) == before


def test_the_identity_of_a_table_that_is_gone_can_be_taken_back(database: Database) -> None:
    with database.connect() as operator:
        classify.classify(operator, column_identity("feedbacks", "fingerprint_id"))
        database.run("DROP TABLE feedbacks CASCADE")
        assert classify.unclassify(operator, "feedbacks").version == 2


def test_of_two_operators_who_looked_at_the_same_moment_the_second_is_told_who_was_first(database: Database) -> None:
    with database.connect("operator1") as first, database.connect("operator2") as second:
        seen = sources.require(second, "feedbacks")
        classify.classify(first, column_identity("feedbacks", "fingerprint_id"))
        before = written(database)
        with pytest.raises(Stale) as found:
            second.one(
                CLASSIFY,
                {"collection": "feedbacks", "strategy": "synthetic", "columns": ["id"], "seen_version": seen.version,
                 "reason": None, "evidence": None},
            )  # fmt: skip
    assert (found.value.exit_status, found.value.evidence["by"]) == (4, "operator1")
    assert "classified by operator1" in found.value.message
    assert written(database) == before


def test_who_would_take_an_identity_back_waits_for_the_batch_at_work_and_sees_what_it_registered(
    database: Database,
) -> None:
    with database.connect() as operator, database.psql("postgres") as batch, ThreadPoolExecutor() as pool:
        classify.classify(operator, column_identity("feedbacks", "fingerprint_id"))
        batch.execute("BEGIN")
        batch.execute("SELECT FROM birth.birth_identity WHERE collection_name = 'feedbacks' FOR SHARE")
        batch.execute("INSERT INTO birth.birth_registry (entity_code, collection_name) VALUES ('x', 'feedbacks')")
        taken = pool.submit(classify.unclassify, operator, "feedbacks")
        assert eventually(lambda: bool(database.value("SELECT count(*) FROM pg_locks WHERE NOT granted")))
        batch.execute("COMMIT")
        with pytest.raises(GateClosed) as found:
            taken.result(timeout=30)
    assert found.value.code == "identity_in_use"


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_nobody_decides_on_an_old_snapshot(database: Database, level: str) -> None:
    before = written(database)
    with database.psql("operator1") as operator:
        operator.execute(f"BEGIN ISOLATION LEVEL {level}".encode())
        with pytest.raises(Exception, match="wrong_isolation"):
            operator.execute(
                "SELECT birth.birth_identity_classify('feedbacks', 'column', '{fingerprint_id}', 0, NULL, NULL)"
            )
    assert written(database) == before


def test_a_server_that_begins_every_transaction_otherwise_is_no_hindrance(database: Database) -> None:
    database.run(f"ALTER DATABASE {database.name} SET default_transaction_isolation = 'serializable'")
    with database.connect() as operator:
        assert classify.classify(operator, column_identity("feedbacks", "fingerprint_id")).version == 1

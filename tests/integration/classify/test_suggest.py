"""Suggestions on the demo: what the census intends, explained; nothing is written, and nobody's choice is touched."""

from typing import TYPE_CHECKING, Any

import pytest
from psycopg import sql

from core.db.rows.suggestion import REJECTED
from core.domain.classify.column_statistics import SampledTable
from core.domain.classify.identity import column_identity
from core.domain.classify.suggestion import Suggestion
from core.services.classify import classify as identity
from core.services.classify import history, suggest
from core.services.classify.column_statistics import Catalogs, Place
from tests import line
from tests.console import run
from tests.databases import Database

if TYPE_CHECKING:
    from core.errors import Json


def found(database: Database, *names: str, login: str = "viewer1") -> dict[str, Suggestion]:
    with database.connect(login) as connection:
        return {each.collection: each for each in suggest.suggestions(connection, names or None)}


def test_what_the_census_intends_is_first_or_close_and_what_is_sure_is_right(shared: Database) -> None:
    ranked = {name: [candidate.identity for candidate in each.candidates] for name, each in found(shared).items()}
    wanted = {name: identity for name, identity in line.intended().items() if identity is not None}
    assert {name for name, candidates in ranked.items() if candidates} == wanted.keys()
    assert sum(ranked[name][:1] == [each] for name, each in wanted.items()) >= 38
    assert sum(each in ranked[name][:3] for name, each in wanted.items()) >= 39


def test_tier_a_is_never_wrong_on_the_demo(shared: Database) -> None:
    wanted = line.intended()
    sure = {name: each for name, each in found(shared).items() if each.tier == "A"}
    assert len(sure) >= 20
    for name, each in sure.items():
        assert each.first is not None
        assert each.first.identity == wanted[name], name
        assert len(each.first.identity.columns) == 1 or each.first.evidence["declared"], name


def test_suggestions_have_the_shape_that_scripts_rely_on(shared: Database) -> None:
    answer = run("suggest", "os_items", "team", "--json", "--dsn", shared.dsn("viewer1"))
    assert (answer.status, answer.err) == (0, "")
    items, team = answer.document["suggestions"]
    assert (items["collection"], items["tier"]) == ("os_items", "B")
    best: dict[str, Any] = items["candidates"][0]
    assert {"rank", "strategy", "columns", "identity", "score", "evidence"} <= best.keys()
    assert (best["rank"], best["strategy"], best["columns"]) == (1, "synthetic", ["sku"])
    assert best["identity"] == "os_items:{sku}"
    assert {each["owner"] for each in best["evidence"]["collisions"]} == {"taxonomy_labels"}
    assert [each["rank"] for each in team["candidates"]] == list(range(1, len(team["candidates"]) + 1))


def test_a_pending_identity_takes_its_codes_from_the_others(database: Database) -> None:
    database.run("UPDATE os_projects SET project_code = 'INV-' || project_code")
    database.run("INSERT INTO os_projects (id, project_code, name, organization_id)"
                 " SELECT gen_random_uuid(), i.invoice_number, 'twin', p.organization_id"
                 " FROM (SELECT invoice_number FROM os_invoices LIMIT 1) AS i,"
                 " (SELECT organization_id FROM os_projects LIMIT 1) AS p")  # fmt: skip
    before = found(database, "os_projects")["os_projects"].first
    with database.connect() as operator:
        identity.classify(operator, column_identity("os_invoices", "invoice_number"))
    after = found(database, "os_projects")["os_projects"].first
    assert before is not None
    assert after is not None
    assert (before.identity.text, after.identity.text) == ("project_code", "os_projects:{project_code}")


def test_suggestions_follow_the_data(database: Database) -> None:
    assert found(database, "os_tax_rates")["os_tax_rates"].tier == "A"
    database.run("ALTER TABLE os_tax_rates DROP CONSTRAINT os_tax_rates_code_key; UPDATE os_tax_rates SET code = 'X'")
    first = found(database, "os_tax_rates")["os_tax_rates"].first
    assert first is not None
    assert first.identity.text == "os_tax_rates:{id}"


def test_only_unclassified_required_collections_are_suggested_for(database: Database) -> None:
    with database.connect() as operator:
        identity.classify(operator, column_identity("os_invoices", "invoice_number"))
    names = found(database).keys()
    assert "os_invoices" not in names
    assert not {"table_proposals", "tasks"} & names


def test_every_unclassified_collection_is_answered_also_without_a_table(shared: Database) -> None:
    answer = run("suggest", "--json", "--dsn", shared.dsn("viewer1"))
    listed = answer.document["suggestions"]
    names = [each["collection"] for each in listed]
    assert names == sorted(line.intended())
    bare = {each["collection"]: each for each in listed if not each["candidates"]}
    assert bare.keys() == {"iu_staging_record", "iu_staging_payload"}
    for each in bare.values():
        assert each["tier"] == "C"
        assert each["doubts"][0].startswith("no_table:")


def test_a_table_that_may_not_be_read_or_is_locked_leaves_the_others_their_suggestions(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.services.classify.column_statistics._LOCK_MILLISECONDS", 100)
    database.run("REVOKE SELECT ON team FROM PUBLIC, birth_reader, birth_operator, birth_owner;"
                 " ALTER TABLE os_tax_rates ENABLE ROW LEVEL SECURITY")  # fmt: skip
    with database.psql("postgres") as other, other.transaction():
        other.execute("LOCK TABLE public.os_items IN ACCESS EXCLUSIVE MODE")
        seen = found(database, "team", "contacts", "os_tax_rates", "os_items")
    assert (seen["team"].candidates, seen["team"].tier) == ((), "C")
    assert "not_allowed" in seen["team"].doubts[0]
    assert "not_allowed" in seen["os_tax_rates"].doubts[0]
    assert "locked" in seen["os_items"].doubts[0]
    assert seen["contacts"].tier == "A"


def test_an_unknown_name_is_answered_with_similar_ones(shared: Database) -> None:
    answer = run("suggest", "contact", "--json", "--dsn", shared.dsn("viewer1"))
    assert (answer.status, answer.error["code"]) == (2, "unknown_collection")
    assert "contacts" in answer.error["evidence"]["similar"]


def test_a_choice_remembers_the_rank_it_had(database: Database) -> None:
    answer = run("classify", "os_invoices", "--synthetic", "os_invoices:{id}", "--json", "--dsn", database.dsn())
    assert answer.document["evidence"]["suggestion"]["rank"] == 2
    past = run("classify", "--history", "os_invoices", "--json", "--dsn", database.dsn())
    (version,) = past.document["history"]
    assert (version["actor"], version["suggestion_rank"]) == ("operator1", 2)
    assert len(version["evidence_digest"]) == 64


def test_a_table_without_keys_is_judged_by_what_the_samples_of_the_others_show(database: Database) -> None:
    database.run("CREATE TABLE public.voyage_stops (voyage text, stop integer, contacts_id uuid, seen text);"
                 " INSERT INTO public.voyage_stops SELECT 'V-' || n / 5, n % 5 + 1, c.id, 'x' FROM"
                 " (SELECT id, row_number() OVER (ORDER BY id)::integer - 1 AS n FROM public.contacts) AS c;"
                 " INSERT INTO birth.collection_registry (collection_name) VALUES ('voyage_stops');"
                 " INSERT INTO birth.birth_policy (collection_name) VALUES ('voyage_stops');"
                 " GRANT SELECT ON public.voyage_stops TO birth_reader")  # fmt: skip
    suggestion = found(database, "voyage_stops", "contacts")["voyage_stops"]
    assert suggestion.first is not None
    assert suggestion.first.identity.columns == ("voyage", "stop")
    by_contact = next(each for each in suggestion.candidates if each.identity.columns == ("contacts_id",))
    parts = by_contact.evidence["parts"]
    assert isinstance(parts, dict)
    assert "its values are another table's" in parts


def test_what_only_a_sample_shows_is_checked_on_the_whole_table_before_it_is_suggested(database: Database) -> None:
    database.run("CREATE TABLE public.sightings (sighting_id integer, buoy integer);"
                 " INSERT INTO public.sightings SELECT n, n / 2 FROM generate_series(1, 40000) AS n;"
                 " ANALYZE public.sightings;"
                 " INSERT INTO birth.collection_registry (collection_name) VALUES ('sightings');"
                 " INSERT INTO birth.birth_policy (collection_name) VALUES ('sightings');"
                 " GRANT SELECT ON public.sightings TO birth_reader")  # fmt: skip
    held = found(database, "sightings")["sightings"]
    assert held.first is not None
    assert (held.first.identity.columns, held.first.evidence["exactness"]) == (("sighting_id",), "exact")
    # Every row of the sample may still be different: the twin is one row of forty thousand.
    database.run("UPDATE public.sightings SET sighting_id = 7 WHERE sighting_id = 39999")
    refuted = found(database, "sightings")["sightings"]
    assert ("sighting_id",) not in [each.identity.columns for each in refuted.candidates]


def test_an_explanation_says_in_words_what_speaks_for_and_against(shared: Database) -> None:
    answer = run("suggest", "team", "--explain", "--dsn", shared.dsn("viewer1"))
    assert answer.status == 0
    for word in ("team: tier ", "not in tier A: ", "for: ", "against: ", "next: team:"):
        assert word in answer.out


def test_what_was_passed_over_or_taken_back_is_rejected_for_sister_tables(database: Database) -> None:
    suggestion = found(database, "os_items")["os_items"]
    assert suggestion.first is not None
    passed, taken = suggestion.candidates[:2]
    with database.connect() as operator:
        identity.classify(operator, taken.identity, suggestion=suggestion.told(taken))
        rows = [(row.collection_name, row.columns) for row in operator.rows(REJECTED)]
        assert rows == [("os_items", passed.identity.columns)]
        history.undo(operator, "os_items", "a mistake")
        rows = [(row.collection_name, row.columns) for row in operator.rows(REJECTED)]
        assert rows == [("os_items", taken.identity.columns)]
        # Evidence is whatever a login with psql sends: it may shift points, and stop nobody's suggestions.
        odd: Json = {"rank": 2, "instead_of": [None, {"deep": [1]}, 7]}
        identity.classify(operator, taken.identity, suggestion=odd)
        assert [row.columns for row in operator.rows(REJECTED)] == [('{"deep": [1]}', "7")]


@pytest.mark.parametrize("mark", ["\x1d", "\x1e", "\x1f"])
def test_a_text_is_read_as_it_is_whatever_marks_the_end_of_texts(database: Database, mark: str) -> None:
    database.run(
        f"CREATE TABLE public.marked AS SELECT n AS marked_id, CASE WHEN n = 7 THEN E'\\x{ord(mark):02x}' END AS note,"
        " CASE WHEN n > 5 THEN 'x' || n END AS code FROM generate_series(1, 30) AS n"
    )
    database.run("GRANT SELECT ON public.marked TO viewer1")
    with database.connect("viewer1") as connection:
        place = Place(
            "marked",
            database.value("SELECT 'public.marked'::regclass::oid::bigint"),
            sql.Identifier("public", "marked"),
        )
        ((_, table),) = Catalogs(connection, [place], known=[place]).tables(connection, [place])
    assert isinstance(table, SampledTable)
    assert table.sample["note"] == (*[None] * 6, mark, *[None] * 23)
    assert table.sample["code"][4:7] == (None, "x6", "x7")
    assert table.sample["marked_id"] == tuple(map(str, range(1, 31)))

"""What `init` enrols by itself: entities, and neither a product's own tables nor what the company locked."""

from collections.abc import Iterator

import pytest

from tests import console, foreign
from tests.databases import Database, TestServer
from tests.foreign import a_foreign_database

DIRECTUS = """
CREATE TABLE public.directus_collections (collection text PRIMARY KEY);
CREATE TABLE public.directus_settings (id int PRIMARY KEY);
CREATE TABLE public.directus_users (id uuid PRIMARY KEY, password text);
CREATE TABLE public.directus_sessions (token text PRIMARY KEY);
"""


@pytest.fixture
def company(server: TestServer) -> Iterator[Database]:
    with a_foreign_database(server, DIRECTUS) as database:
        yield database


def init(database: Database, *arguments: str, schema: str = "birth") -> console.Answer:
    return console.run("init", *arguments, "--json", "--dsn", database.dsn("postgres"), "--schema", schema)


def test_a_product_s_own_tables_are_left_out_by_name_and_not_readable_by_the_groups(company: Database) -> None:
    done = init(company).document
    left = {each["object"]: each["why"] for each in done["left"]}
    assert "a table of Directus" in left["public.directus_sessions"]
    assert "--include-system" in left["public.directus_users"]
    assert not [each for each in done["enrolled"] if each["collection"].startswith("directus")]
    assert not company.value("SELECT has_table_privilege('birth_reader', 'public.directus_sessions', 'SELECT')")
    assert "directus_sessions" not in console.run("matrix", "--dsn", company.dsn("postgres")).out


def test_who_wants_them_says_so(company: Database) -> None:
    done = init(company, "--include-system").document
    assert {"directus_users", "directus_sessions"} <= {each["collection"] for each in done["enrolled"]}


def test_what_the_company_decided_before_stays_decided(company: Database) -> None:
    assert init(company, "--include-system").status == 0
    again = init(company)
    assert again.document["installed"] == []
    assert not [each for each in again.document["left"] if "Directus" in each["why"]]


def test_locked_and_excluded_collections_are_not_required_and_counted(server: TestServer) -> None:
    roles = """INSERT INTO public.collection_registry VALUES ('order', 'governed'), ('generated', 'locked'),
        ('coded', 'excluded'), ('events', 'excluded')"""
    with a_foreign_database(server, foreign.GATEWAY, roles) as database:
        done = init(database, "--collections", "public.*", schema="public").document
        enrolled = {each["collection"]: each["requirement"] for each in done["enrolled"]}
        assert enrolled["order"] == "REQUIRED"
        assert not {"generated", "coded", "events"} & enrolled.keys()
        assert done["out_of_scope"] == {"locked": 1, "excluded": 2}
        assert {"object": "generated", "why": "its governance_role is locked: not REQUIRED"} in done["left"]
        assert not database.run("SELECT FROM public.birth_policy WHERE collection_name IN ('generated', 'coded')")

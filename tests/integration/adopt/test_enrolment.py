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
        done = init(database, "--collections", "public.*").document
        enrolled = {each["collection"]: each["requirement"] for each in done["enrolled"]}
        assert enrolled["order"] == "REQUIRED"
        assert not {"generated", "coded", "events"} & enrolled.keys()
        assert done["out_of_scope"] == {"locked": 1, "excluded": 2}
        assert {"object": "generated", "why": "its governance_role is locked: not REQUIRED"} in done["left"]
        assert not database.run("SELECT FROM public.birth_policy WHERE collection_name IN ('generated', 'coded')")


def test_tables_that_come_later_are_told_until_they_are_enrolled(company: Database) -> None:
    def told(*words: str) -> console.Answer:
        return console.run(*words, "--json", "--dsn", company.dsn("postgres"))

    init(company, "--collections", "public.*", "sales.*", "--exempt", "public.settings")
    assert told("status").document["unenrolled"] == []
    # Not: what nobody asked for, a product's own, a partition.
    company.run("CREATE TABLE public.later (id int PRIMARY KEY); CREATE TABLE sales.later (id int PRIMARY KEY);"
                "CREATE TABLE crm.later (id int PRIMARY KEY); CREATE TABLE public.directus_flows (id int PRIMARY KEY);"
                "CREATE TABLE public.events_odd PARTITION OF public.events DEFAULT")  # fmt: skip
    assert told("status").document["unenrolled"] == ["later", "sales.later"]
    assert (
        "2 tables are not enrolled: later, sales.later" in console.run("status", "--dsn", company.dsn("postgres")).out
    )
    assert told("matrix").document["unenrolled"] == ["later", "sales.later"]
    (check,) = [each for each in told("doctor").document["checks"] if each["id"] == "unenrolled"]
    assert (check["verdict"], check["evidence"]["found"]) == ("warning", 2)
    assert init(company, "--collections", "public.later", "--exempt", "sales.later").status == 0
    assert told("status").document["unenrolled"] == []
    company.run("DROP TABLE public.later")
    assert told("status").document["unenrolled"] == []


def test_a_table_that_takes_no_trigger_is_left_out_by_name(company: Database) -> None:
    company.run("""
        CREATE ACCESS METHOD columnar TYPE TABLE HANDLER heap_tableam_handler;
        CREATE TABLE public.archive (id integer PRIMARY KEY) USING columnar;
        CREATE TABLE public.visits (at date PRIMARY KEY) PARTITION BY RANGE (at);
        CREATE TABLE public.visits_old PARTITION OF public.visits DEFAULT USING columnar;
        CREATE TABLE public.split (at date PRIMARY KEY) PARTITION BY RANGE (at);
        CREATE TABLE public.split_all PARTITION OF public.split DEFAULT;
        CREATE TRIGGER trg_birth_gateway AFTER INSERT ON public.split_all FOR EACH ROW
            EXECUTE FUNCTION pg_catalog.suppress_redundant_updates_trigger()
    """)
    left = {each["object"]: each["why"] for each in init(company).document["left"]}
    assert left["public.archive"] == left["public.visits"] == "it is a columnar table, which takes no row triggers"
    refused = 'it takes no trigger: trigger "trg_birth_gateway" for relation "split_all" already exists'
    assert left["public.split"] == refused
    assert left["public.visits_old"] == "it is a partition: its table is the collection"
    enrolled = {row["collection_name"] for row in company.run("SELECT collection_name FROM birth.birth_policy")}
    assert enrolled.isdisjoint({"archive", "visits", "split"})

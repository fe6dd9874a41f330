"""One collection is asked for by a query of its own; it must not say anything else than the list of all."""

from core.services.classify import sources
from tests.databases import Database


def test_what_is_asked_of_one_collection_is_what_the_list_of_all_says(database: Database) -> None:
    database.run(
        "ALTER TABLE public.agents DROP COLUMN code CASCADE; CREATE SCHEMA other;"
        " CREATE TABLE other.elsewhere (code text PRIMARY KEY);"
        " INSERT INTO birth.collection_registry (collection_name) VALUES ('placed'), ('without_a_policy');"
        " INSERT INTO birth.birth_policy (collection_name) VALUES ('placed');"
        " INSERT INTO birth.birth_collection_place VALUES ('placed', 'other', 'elsewhere');"
        " SELECT birth.birth_identity_import('placed', 'synthetic', ARRAY['code', 'gone'], 'a test says so')"
    )
    listed = database.run("SELECT *, relid::bigint AS place FROM birth.birth_collections()")
    with database.connect("viewer1") as connection:
        for row in listed:
            found = sources.find(connection, row["collection_name"])
            assert found is not None
            columns = None if found.identity is None else list(found.identity.columns)
            assert (
                found.requirement, found.relid, found.version, list(found.missing_columns), columns
            ) == (
                row["requirement"], row["place"], row["version"] or 0, row["missing_columns"] or [], row["columns"]
            )  # fmt: skip
        assert sources.find(connection, "nobody") is None
    assert {row["collection_name"]: row["missing_columns"] for row in listed if row["missing_columns"]} == {
        "agents": ["code"],
        "placed": ["gone"],
    }


def test_a_name_that_is_longer_than_an_identifier_never_finds_what_it_would_be_cut_to(small: Database) -> None:
    longest = "é" + 61 * "x"
    small.run(f'CREATE TABLE public."{longest}" (code text)')
    found = "SELECT birth.birth_collection_table('{}')::regclass::text"
    assert small.value(found.format(longest)) == f'"{longest}"'
    assert small.value(found.format(longest + "y")) is None

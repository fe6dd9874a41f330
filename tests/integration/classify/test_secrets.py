"""Columns that hold secrets: never read, never suggested, never recorded by accident; a code is public."""

from collections.abc import Iterator

import pytest

from tests import console, foreign
from tests.databases import Database, TestServer
from tests.foreign import LOGINS, OPERATOR, a_foreign_database

TABLES = """
CREATE TABLE public.sessions (token text PRIMARY KEY, expires timestamptz DEFAULT now());
CREATE TABLE public.visits (id integer PRIMARY KEY, "sessionToken" text UNIQUE NOT NULL, password_hash text,
    tokens integer);
CREATE TABLE public.tickets (api_key uuid NOT NULL, place integer NOT NULL, PRIMARY KEY (api_key, place));
CREATE TABLE public.vault (secret text PRIMARY KEY);
CREATE TABLE public.badges (access_key text PRIMARY KEY, number integer NOT NULL UNIQUE, label text, pin text);
CREATE TABLE public.logins (visits_id integer, session_token uuid, line_no integer, password text);
INSERT INTO public.logins SELECT n / 4, gen_random_uuid(), n % 4 + 1, 'opens-' || n FROM generate_series(4, 99) AS n;
INSERT INTO public.badges SELECT 'opens-' || n, n, nullif('l' || n, 'l3'), 'opens-1' FROM generate_series(1, 5) AS n;
INSERT INTO public.sessions SELECT 'opens-' || n FROM generate_series(1, 20) AS n;
INSERT INTO public.visits SELECT n, 'opens-' || n, md5(n::text), n * 100 FROM generate_series(1, 20) AS n;
INSERT INTO public.tickets SELECT gen_random_uuid(), n FROM generate_series(1, 20) AS n;
INSERT INTO public.vault SELECT 'opens-' || n FROM generate_series(1, 20) AS n;
"""


@pytest.fixture
def company(server: TestServer) -> Iterator[Database]:
    with a_foreign_database(server, TABLES) as database:
        answer = console.run("init", "--collections", "public.*", "--json", "--dsn", database.dsn("postgres"))
        assert answer.status == 0, answer.err
        foreign.let_in(database, "birth", LOGINS)
        yield database


def run(database: Database, *words: str) -> console.Answer:
    return console.run(*words, "--json", "--dsn", database.dsn(OPERATOR))


def test_a_secret_is_never_suggested_and_no_value_of_it_is_shown(company: Database) -> None:
    answer = run(company, "suggest", "sessions", "visits", "tickets", "vault", "logins")
    assert answer.status == 0, answer.err
    columns = {
        name for each in answer.document["suggestions"] for found in each["candidates"] for name in found["columns"]
    }
    assert columns.isdisjoint(
        {"token", "sessionToken", "password_hash", "api_key", "secret", "session_token", "password"}
    )
    assert [each["collection"] for each in answer.document["suggestions"] if each["tier"] == "A"] == [
        "logins",
        "visits",
    ]
    assert "opens-" not in answer.out + run(company, "columns", "visits").out + run(company, "columns", "vault").out


def test_no_secret_names_a_row_and_no_refusal_shows_one(company: Database) -> None:
    for column, gate in (("label", "no_nulls"), ("pin", "unique")):
        refused = run(company, "classify", "badges", "--column", column, "--although-secret", "--reason", "why not")
        assert (refused.status, gate in refused.err) == (3, True), refused.err
        assert "opens-" not in refused.out + refused.err
    # The items of a plan keep a row's key where every reader sees it: not that of its primary key.
    found = company.run("SELECT * FROM birth._birth_locator('public.badges'::regclass, ARRAY['number'])")
    assert found == [{"locator": ["number"], "indexed": True}]
    knowingly = "SELECT locator FROM birth._birth_locator('public.badges'::regclass, ARRAY['access_key'])"
    assert company.value(knowingly) == ["access_key"]


def test_numbers_are_no_secrets_whatever_they_are_called(company: Database) -> None:
    shown = {each["name"]: each["exactness"] for each in run(company, "columns", "visits").document["columns"]}
    assert shown["tokens"] == "exact"
    assert shown["sessionToken"] != "exact"


@pytest.mark.parametrize(
    "words", [("sessions", "--column", "token"), ("tickets", "--synthetic", "tickets:{api_key}/{place}")]
)
def test_a_secret_is_refused_by_the_database_and_taken_only_knowingly(
    company: Database, words: tuple[str, ...]
) -> None:
    refused = run(company, "classify", *words, "--reason", "why not")
    assert (refused.status, refused.error["code"]) == (3, "secret")
    without_reason = run(company, "classify", *words, "--although-secret")
    assert (without_reason.status, without_reason.error["code"]) == (3, "secret")
    assert run(company, "classify", *words, "--although-secret", "--reason", "they are public").status == 0

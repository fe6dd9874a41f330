"""Building the demo: always the same, all or nothing, and who may do what in it."""

import threading
from collections.abc import Callable, Iterator

import psycopg
import pytest

from core.db.connection.session import Connection
from core.db.embedded.server import EmbeddedServer
from core.db.rows.readiness import METRICS
from core.demo import build as builder
from core.demo.build import build
from core.demo.census import census
from core.demo.people import PEOPLE
from core.errors import ConsoleError
from tests.homes import a_home, ask


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with a_home() as home:
        running = EmbeddedServer.use(home, lambda _: None)
        yield running
        running.release()


def empty(server: EmbeddedServer, name: str) -> str:
    """The DSN of a new, empty database."""
    with server.maintain() as connection:
        connection.driver.execute(f"CREATE DATABASE {name} TEMPLATE template0".encode())
    return server.dsn("postgres", name)


@pytest.fixture(scope="module")
def demo(server: EmbeddedServer) -> str:
    dsn = empty(server, "before")
    build(dsn)
    return dsn


@pytest.fixture(scope="module")
def twins(server: EmbeddedServer, demo: str) -> tuple[str, str]:  # noqa: ARG001 - a demo was built before
    """Two demos built at the same time, on a server that has seen a demo before."""
    dsns = empty(server, "one"), empty(server, "other")
    failures: list[ConsoleError] = []

    def attempt(dsn: str) -> None:
        try:
            build(dsn)
        except ConsoleError as error:
            failures.append(error)

    builders = [threading.Thread(target=attempt, args=[dsn], daemon=True) for dsn in dsns]
    for each in builders:
        each.start()
    for each in builders:
        each.join(60)
    assert failures == []
    return dsns


@pytest.mark.long
def test_two_builds_hold_the_same_rows(twins: tuple[str, str]) -> None:
    own = ("birth_registry", "birth_policy", "birth_identity", "birth_person_login", "birth_evidence_claim")
    tables = [f"public.{name}" for name, row in census().items() if row.has_table and name != "collection_registry"]
    for name in (*tables, *(f"birth.{each}" for each in own), "birth.collection_registry"):
        digest = f"SELECT md5(string_agg(t::text, ';' ORDER BY t::text COLLATE \"C\")) FROM {name} AS t"
        assert ask(twins[0], digest) == ask(twins[1], digest), name


@pytest.mark.parametrize("step", ["enrol", "drawn", "total_rows"])
def test_a_build_that_fails_leaves_nothing(server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    def fail(*_: object) -> None:
        raise ConsoleError("no more")

    monkeypatch.setattr(builder, step, fail)
    dsn = empty(server, f"failed_at_{step}")
    with pytest.raises(ConsoleError):
        build(dsn)
    assert ask(dsn, "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace") == 0
    assert ask(dsn, "SELECT to_regnamespace('birth')") is None


def test_the_console_may_live_in_a_schema_of_any_name(server: EmbeddedServer) -> None:
    dsn = empty(server, "elsewhere")
    build(dsn, schema='Geburt "2"')
    with Connection.open(dsn, 'Geburt "2"') as connection:
        metrics = {row.metric: row.value for row in connection.rows(METRICS)}
    assert metrics["identity_unclassified_blockers"] == "43"


def test_progress_is_told_in_a_few_lines(server: EmbeddedServer) -> None:
    said: list[str] = []
    build(empty(server, "talking"), progress=said.append)
    assert said == [
        "loading 75 collections, 57,599 rows",
        "18,449 rows registered; adding keys, triggers and statistics",
    ]


@pytest.mark.parametrize("login", PEOPLE)
def test_every_login_is_another_person_with_one_group_and_no_more(demo: str, login: str) -> None:
    person, group = PEOPLE[login]
    answer = asking(demo)
    assert answer(f"person FROM birth.birth_person_login WHERE login = '{login}'") == person
    assert (
        answer(f"string_agg(roleid::regrole::text, ',') FROM pg_auth_members WHERE member = '{login}'::regrole")
        == group
    )
    powers = "rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls"
    assert answer(f"rolcanlogin AND NOT ({powers}) FROM pg_roles WHERE rolname = '{login}'")
    assert not answer(f"has_schema_privilege('{login}', 'public', 'CREATE')")
    assert not answer(f"has_database_privilege('{login}', current_database(), 'TEMP')")


def asking(dsn: str) -> Callable[[str], object]:
    return lambda rest: ask(dsn, f"SELECT {rest}")


def test_persons_are_told_apart() -> None:
    assert len({person for person, _ in PEOPLE.values()}) == len(PEOPLE)


def test_the_figures_of_older_documents_are_kept_as_claims(demo: str) -> None:
    stated = "SELECT string_agg(stated, '; ' ORDER BY claim) FROM birth.birth_evidence_claim"
    assert ask(demo, stated) == "31 compatible / 43 broken of 74; 14 compatible / 22 broken of 36; 5"


def test_a_new_row_is_registered_and_numbered_after_those_that_were_loaded(demo: str) -> None:
    with psycopg.connect(demo) as connection:
        row = connection.execute("INSERT INTO tasks (code, name) VALUES ('TSK-NEW', 'New') RETURNING id").fetchone()
        assert row == (1481,)
        found = connection.execute(
            "SELECT collection_name FROM birth.birth_registry WHERE entity_code = 'TSK-NEW'"
        ).fetchone()
        assert found == ("tasks",)
        connection.rollback()

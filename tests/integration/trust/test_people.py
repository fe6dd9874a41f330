import unicodedata

import psycopg
import pytest

from core.errors import ConsoleError, GateClosed, NotAllowed, UsageError
from core.services.classify import classify
from core.services.trust import audit, people
from tests.console import run
from tests.databases import Database

KINDS = (
    "SELECT array_agg(kind ORDER BY seq) FROM birth.birth_ledger_event"
    " WHERE kind ~ '^(person|groups|sessions)_' AND seq > {}"
)


@pytest.fixture
def admin(database: Database) -> Database:
    """A database whose administrator may change who is who; the roles of these tests belong to the whole server."""
    for name in ("people_new", 'people-odd "name"'):
        quoted = name.replace('"', '""')
        database.run(f'DROP ROLE IF EXISTS "{quoted}"')
    return database


def events(database: Database, since: int) -> list[str]:
    return database.value(KINDS.format(since)) or []


def head(database: Database) -> int:
    return int(database.value("SELECT seq FROM birth.birth_ledger_head"))


def test_a_person_is_added_works_and_is_retired_with_an_event_for_each_change(admin: Database) -> None:
    since = head(admin)
    with admin.connect("postgres") as superuser:
        added = people.add(superuser, "people_new", "Noor Haddad", ["operator", "reader"])
        assert (added.person, added.groups) == ("Noor Haddad", ("birth_reader", "birth_operator"))
        assert events(admin, since) == ["person_added", "groups_granted"]
        # A session that was left open with a plan in it is ended.
        admin.run(f"ALTER ROLE people_new PASSWORD '{admin.server.password}'")
        told: list[str] = []
        with admin.psql("people_new") as session:
            session.execute("BEGIN; SELECT birth.birth_backfill_plan(ARRAY['agents'])")
            retired = people.retire(superuser, "people_new", told.append)
            assert told == [f"ended session {session.info.backend_pid} of people_new"]
            with pytest.raises(psycopg.OperationalError):
                session.execute("COMMIT")
        assert (retired.groups, retired.retired_at is None) == ((), False)
        kinds = ["person_added", "groups_granted", "sessions_ended", "groups_revoked", "person_retired"]
        assert events(admin, since) == kinds
        back = people.add(superuser, "people_new", "Noor Haddad", ["reader"])
        assert (back.groups, back.retired_at) == (("birth_reader",), None)
        assert audit.audit(superuser).ok
    admin.run("DROP OWNED BY people_new; DROP ROLE people_new")


def test_a_retired_login_decides_nothing_even_where_a_group_was_left(admin: Database) -> None:
    admin.run("UPDATE birth.birth_person_login SET retired_at = now() WHERE login = 'operator2'")
    with admin.connect("operator2") as retired, pytest.raises(ConsoleError) as refused:
        classify.unclassify(retired, "agents", "why")
    assert refused.value.code == "unknown_person"
    with admin.connect("postgres") as superuser:
        found = next(each for each in people.people(superuser) if each.login == "operator2")
    assert "it is retired but still in groups" in found.warnings


def test_a_login_of_one_person_never_becomes_another_s(admin: Database) -> None:
    with admin.connect("postgres") as superuser, pytest.raises(GateClosed) as refused:
        people.add(superuser, "operator1", "Somebody Else", ["reviewer"])
    assert refused.value.code == "login_taken"


def test_a_person_is_not_recorded_twice_under_names_that_look_the_same(admin: Database) -> None:
    with admin.connect("postgres") as superuser:
        with pytest.raises(UsageError) as caught:
            people.add(superuser, "people_new", "linh  NGUYỄN", ["reviewer"])
        assert caught.value.code == "person_alike"
        added = people.add(superuser, "people_new", unicodedata.normalize("NFD", "Linh Nguyễn"), ["reviewer"])
        assert added.person == "Linh Nguyễn"


def test_who_lacks_the_rights_gets_the_statements_and_nothing_is_changed(admin: Database) -> None:
    since = head(admin)
    extra = {"BIRTH_CONSOLE_DSN": admin.dsn("operator1")}
    answer = run("people", "add", 'people-odd "name"', "--person", "O'Brien", "--group", "reviewer", extra=extra)
    assert answer.status == 6
    assert 'CREATE ROLE "people-odd ""name""" LOGIN;' in answer.out
    assert "'O''Brien'" in answer.out
    assert head(admin) == since
    admin.run(answer.out)  # somebody with the rights runs what was printed
    assert events(admin, since) == ["person_added", "groups_granted"]
    listed = run("people", "list", "--json", extra=extra).document["people"]
    (found,) = [each for each in listed if each["login"] == 'people-odd "name"']
    assert (found["person"], found["groups"]) == ("O'Brien", ["birth_reviewer"])
    admin.run('DROP OWNED BY "people-odd ""name"""; DROP ROLE "people-odd ""name"""')


def test_what_is_written_by_hand_is_an_event_too(admin: Database) -> None:
    since = head(admin)
    admin.run("INSERT INTO birth.birth_person_login (login, person) VALUES ('ghost', 'Nobody')")
    admin.run("UPDATE birth.birth_person_login SET person = 'Tom Whitfield' WHERE login = 'ghost'")
    admin.run("DELETE FROM birth.birth_person_login WHERE login = 'ghost'")
    assert events(admin, since) == ["person_added", "person_changed", "person_removed"]


def test_an_ordinary_login_changes_nobody(admin: Database) -> None:
    with admin.connect("gatekeeper1") as gatekeeper:
        with pytest.raises(NotAllowed):
            people.add(gatekeeper, "operator2", "Marek Novák", ["reviewer"])
        with pytest.raises(NotAllowed):
            people.retire(gatekeeper, "reviewer1")


def test_the_list_warns_of_logins_that_can_go_around_the_gates(admin: Database) -> None:
    admin.run("INSERT INTO birth.birth_person_login (login, person) VALUES ('postgres', 'The administrator')")
    with admin.connect("viewer1") as viewer:
        found = {each.login: each.warnings for each in people.people(viewer)}
    assert found["operator1"] == ()
    assert any("SUPERUSER" in each for each in found["postgres"])

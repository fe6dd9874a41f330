"""The doctor judges what a role can do, by whatever path, and says the SQL that ends it."""

from collections.abc import Iterator, Sequence
from typing import Any

import psycopg
import pytest

from tests.databases import Database, TestServer, a_clone
from tests.integration.trust.effects import OUTSIDERS, PEOPLE, Effect

Admin = psycopg.Connection[dict[str, Any]]
Found = set[tuple[str, str, str]]
_POWERS = """SELECT id, verdict, words FROM birth._birth_powers(birth.birth_audit_roles(),
    birth._birth_audit_tables(), birth._birth_audit_functions())"""
_TOLD = """SELECT a.id, a.verdict, w.words FROM birth.birth_audit() AS a
    CROSS JOIN LATERAL jsonb_array_elements_text(
        CASE jsonb_typeof(a.evidence) WHEN 'array' THEN a.evidence
            ELSE coalesce(nullif(a.evidence -> 'public', 'null'), '[]') END) AS w(words)
    WHERE a.id <> 'schema_objects'"""


@pytest.fixture(scope="module")
def world(server: TestServer, small_template: str) -> Iterator[Database]:
    """A database whose configurations are undone, each by the transaction that it is tried in."""
    with a_clone(server, small_template) as clone:
        yield clone


def told(admin: Admin) -> Found:
    """Check, verdict and words of all that the audit finds; a verdict is the finding's own, not its check's."""
    powers = {(row["id"], row["verdict"], row["words"]) for row in admin.execute(_POWERS.encode())}
    own = {(check, words) for check, _, words in powers}
    audit = [(row["id"], row["verdict"], row["words"]) for row in admin.execute(_TOLD.encode())]
    assert own <= {(check, words) for check, _, words in audit}, "the audit tells every power"
    return powers | {each for each in audit if (each[0], each[2]) not in own}


def possible(effects: Sequence[Effect], kind: str, version: int) -> list[tuple[str, Effect]]:
    """Those that this server can have, each with its login."""
    return [(f"{kind}{number}", each) for number, each in enumerate(effects) if each.since <= version <= each.until]


def fill(text: str, login: str, database: Database) -> str:
    """The configuration's own names in place."""
    return text.replace("{r}", login).replace("{d}", database.name)


def break_it(admin: Admin, login: str, effect: Effect, database: Database) -> None:
    """Make the configuration."""
    admin.execute(f"CREATE ROLE {login} LOGIN".encode())
    if login.startswith("person"):
        admin.execute(f"GRANT birth_operator TO {login}".encode())
        admin.execute(
            "INSERT INTO birth.birth_person_login (login, person) VALUES (%s, %s)", [login, f"Person {login}"]
        )
    admin.execute(fill(effect.breaking, login, database).encode())


def cure(admin: Admin, tried: Sequence[tuple[str, Effect]], database: Database) -> list[str]:
    """Run what the doctor says, as long as it says something, then what no remedy ends; what was said."""
    said: list[str] = []
    while remedies := admin.execute("SELECT DISTINCT statement FROM birth.birth_remedies() ORDER BY 1").fetchall():
        if said and said[-1] == remedies[-1]["statement"]:
            break  # what it says no longer helps
        for row in remedies:
            said.append(row["statement"])
            admin.execute(row["statement"].encode())
    for login, effect in tried:
        if effect.cure:
            admin.execute(fill(effect.cure, login, database).encode())
    return said


def names(found: Found, login: str, effect: Effect, database: Database) -> bool:
    """Whether the finding is there, with its own verdict."""
    words = fill(effect.words, login, database)
    return any(effect.check == check and effect.verdict == verdict and words in text for check, verdict, text in found)


def mentions(found: Found, login: str) -> list[tuple[str, str, str]]:
    """What is said of a login."""
    return [each for each in found if login in each[2].replace("_", " ").replace(".", " ").split()]


def try_out(world: Database, tried: Sequence[tuple[str, Effect]]) -> None:
    """Each is found as it should be, those that are harmless are not, and nothing is found after the cure."""
    with world.psql("postgres") as admin, admin.transaction(force_rollback=True):
        before = told(admin)
        for login, effect in tried:
            break_it(admin, login, effect, world)
        found = told(admin)
        missed = [(login, effect) for login, effect in tried if effect.check and not names(found, login, effect, world)]
        assert not missed, [(each, mentions(found, login)) for login, each in missed]
        blamed = {login: mentions(found, login) for login, effect in tried if not effect.check}
        assert not any(blamed.values()), blamed
        said = cure(admin, tried, world)
        assert told(admin) == before, (told(admin) ^ before, said)


def test_every_configuration_is_found_with_its_verdict_and_clean_again_after_its_cure(world: Database) -> None:
    version = int(world.value("SELECT current_setting('server_version_num')::int / 10000"))
    outsiders, people = possible(OUTSIDERS, "outsider", version), possible(PEOPLE, "person", version)
    assert len(outsiders + people) > 100
    try_out(world, [each for each in outsiders + people if not each[1].wide])
    try_out(world, [each for each in outsiders if each[1].wide])
    try_out(world, [each for each in people if each[1].wide])

"""A demo that 0.1.0 made is brought to this version by whatever command opens it first, and works on."""

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from core.demo.people import PEOPLE
from core.version import SCHEMA_VERSION
from tests.console import Answer, run
from tests.homes import a_home
from tests.makers import Embedded
from tests.upgrade.conftest import DUMPS

_MARK = "COMMENT ON DATABASE demo IS 'built by birth-console at scale 1'"
_PUBLIC = "ALTER SCHEMA public OWNER TO v010_company"
_EMBEDDED = "INSERT INTO birth.birth_setting VALUES ('embedded', ARRAY[]::text[])"


@pytest.fixture
def home() -> Iterator[Path]:
    """A home as 0.1.0 left it: a server with the demo and its logins."""
    with a_home("demo of 0.1.0") as home:
        with Embedded().serve(_made(home)) as dsn, psycopg.connect(dsn, autocommit=True) as admin:
            admin.execute("CREATE DATABASE demo TEMPLATE template0")
            admin.execute(_MARK)
            with psycopg.connect(dsn, dbname="demo", autocommit=True) as demo:
                for file in ("roles.sql", "database.sql"):
                    demo.execute((DUMPS / file).read_bytes())
                for statement in (_EMBEDDED, _PUBLIC):
                    demo.execute(statement)
                for login, (person, group) in PEOPLE.items():
                    demo.execute(f"CREATE ROLE {login} LOGIN; GRANT {group} TO {login}".encode())
                    demo.execute(
                        "INSERT INTO birth.birth_person_login (login, person) VALUES (%s, %s)", [login, person]
                    )
        yield home


def test_a_demo_of_an_earlier_version_is_upgraded_by_the_command_that_opens_it_and_works_on(home: Path) -> None:
    def told(*arguments: str) -> Answer:
        return run(*arguments, "--json", extra={"BIRTH_CONSOLE_HOME": str(home)})

    def altered(statement: str) -> None:
        with Embedded().serve(home) as dsn, psycopg.connect(dsn, dbname="demo", autocommit=True) as admin:
            admin.execute(statement.encode())

    # What no file makes again was changed by hand: it says so, can be read, and refuses to be written.
    altered("ALTER TABLE birth.birth_backfill_item SET UNLOGGED")
    for command in (("demo", "start"), ("status",)):
        read = told(*command)
        assert read.status == 0
        assert "upgrading the demo from 0.1.0" in read.err
        assert "the demo was not upgraded: " in read.err
        assert "`demo reset` rebuilds it" in read.err
    assert read.document["schema"]["version"] == "0.1.0"
    refused = told("plan", "--all")
    assert (refused.status, '"schema_outdated"' in refused.err) == (3, True)

    altered("ALTER TABLE birth.birth_backfill_item SET LOGGED")
    read = told("status")
    assert f"upgrading the demo from 0.1.0 to {SCHEMA_VERSION}" in read.err
    assert (read.status, read.document["schema"]) == (0, {"version": SCHEMA_VERSION, "current": SCHEMA_VERSION})
    again = told("status")
    assert (again.status, again.err, again.document) == (0, "", read.document)

    _is_brought_to_this_state(told, altered, read)

    # What it held is still there, and whole. A run that was made for the gateway of 0.1.0 is stale, and says why.
    audit = told("audit", "--anchor", str(DUMPS / "anchor.json"))
    assert (audit.status, audit.document["ok"]) == (0, True), audit.out
    assert [each["run"] for each in told("ledger").document["runs"]] == [3, 2, 1]
    stale = told("apply", "2")
    assert (stale.status, stale.error["code"]) == (4, "plan_stale")
    assert "gateway_unchanged" in {gate["gate"] for gate in stale.error["evidence"]["gates"]}

    # The line runs to its end under this version.
    planned = told("plan", "country", "supplier")
    assert planned.status == 0, planned.err
    number = str(planned.document["run"])
    assert told("reconcile", number, "--note", "looked").status == 0
    # The open permit was for the gateway as it was.
    kept = told("apply", number)
    assert (kept.status, kept.error["code"]) == (4, "gateway_changed")
    assert told("--as", "gatekeeper1", "permit", "close", "3", "--reason", "the gateway changed").status == 0
    opening = ("permit", "open", "--budget", "28", "--expires", "1h", "--reason", "for the gateway of today")
    assert told("--as", "gatekeeper1", *opening).status == 0
    applied = told("apply", number)
    assert (applied.status, '"registered": 28' in applied.out) == (0, True), applied.out + applied.err
    verified = told("verify", number)
    assert verified.status == 0
    certify = ("--as", "reviewer1", "certify", number, "--note", "looked")
    unread = told(*certify)
    assert (unread.status, unread.error["code"]) == (2, "evidence_missing")
    certified = told(*certify, "--evidence", verified.document["evidence_digest"])
    assert certified.status == 0, certified.err
    # Whoever has the demo alone can take a run back as well: the hint of the refusal leads on.
    assert told("withdraw", number, "--reason", "to try it").error["code"] == "withdraw_not_allowed"
    assert told("init").error["code"] == "demo"
    assert told("init", "--allow-withdraw").status == 0
    assert told("withdraw", number, "--reason", "to try it").document["rows"] == 28
    _is_built_anew(told, altered)
    assert told("demo", "stop").status == 0


def _is_brought_to_this_state(told: Callable[..., Answer], altered: Callable[[str], None], before: Answer) -> None:
    # One that another state of this version made is brought up, too; where a file that lasts differs, it says so.
    altered("COMMENT ON DATABASE demo IS 'built by birth-console at scale 1 from 0123456789ab'")
    altered("UPDATE birth.birth_migration SET sha256 = repeat('0', 64) WHERE name = 'functions/kernel/caller.sql'")
    # It made a function that this one's file drops before it makes another in its place.
    altered(
        "CREATE FUNCTION birth._birth_batch_count(text, text, text[], text[]) RETURNS int LANGUAGE sql AS 'SELECT 1';"
        "ALTER FUNCTION birth._birth_batch_count(text, text, text[], text[]) OWNER TO birth_owner;"
        f"SELECT birth.birth_schema_record('schema_recorded', NULL, '{SCHEMA_VERSION}', '{{}}');"
        "UPDATE birth.birth_migration SET sha256 = repeat('0', 64) WHERE name = 'functions/backfill/batch_known.sql'"
    )
    read = told("status")
    assert f"bringing the demo to this state of {SCHEMA_VERSION}" in read.err
    again = told("status")
    assert (again.status, again.err, again.document) == (0, "", before.document)


def _is_built_anew(told: Callable[..., Answer], altered: Callable[[str], None]) -> None:
    # A state between two releases that no upgrade knows: a file that lasts has another text.
    altered("COMMENT ON DATABASE demo IS 'built by birth-console at scale 1'")
    altered("UPDATE birth.birth_migration SET sha256 = reverse(sha256) WHERE name = 'schema/0014_version.sql'")
    anew = told("status")
    assert (anew.status, anew.document["schema"]["version"]) == (0, SCHEMA_VERSION)
    assert anew.document["metrics"]["birth_required_total"] == 74, "the demo of this state"
    [line] = [line for line in anew.err.splitlines() if "not upgraded" in line]
    assert line.endswith("by a version that was never released; rebuilding it")
    again = told("status")
    assert (again.status, again.err) == (0, "")


def _made(home: Path) -> Path:
    home.mkdir(mode=0o711)
    return home

"""Somebody else's database, from `init` to a certified run, by the commands alone and with separate logins."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import console, foreign
from tests.databases import Database, TestServer
from tests.foreign import GATEKEEPER, LOGINS, OPERATOR, REVIEWER, a_foreign_database

GLOBS = ("--collections", "public.*", "sales.*", "crm.*", "Odd.Place.*", "--exempt", "public.settings")
# What init must never change: every function, view and trigger that was there before.
DEFINITIONS = """
    SELECT pg_get_functiondef(oid) AS text FROM pg_proc WHERE pronamespace = 'ops'::regnamespace
        OR proname = 'fn_birth_gateway' UNION ALL
    SELECT pg_get_viewdef(oid) FROM pg_class WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace UNION ALL
    SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal UNION ALL
    SELECT evtname || evtenabled::text FROM pg_event_trigger ORDER BY 1
"""
FINGERPRINT = "SELECT birth.birth_gateway_fingerprint() ->> 'full_sha256'"
CHANGES = (
    'ALTER FUNCTION ops."Register" COST 7',
    'CREATE FUNCTION ops."Register"(text) RETURNS text LANGUAGE sql AS $$ SELECT $1 $$',
    "UPDATE birth.birth_gateway_binding SET constant = 'other' WHERE parameter = 'mode'",
)


class Company:
    """A database under the hands of somebody with a shell."""

    def __init__(self, database: Database, schema: str) -> None:
        self.database = database
        self.schema = schema

    def run(self, login: str, *arguments: str) -> console.Answer:
        """Run the console as a login."""
        return console.run(*arguments, "--json", "--dsn", self.database.dsn(login), "--schema", self.schema)

    def does(self, login: str, *arguments: str) -> Any:  # noqa: ANN401 - each command has its own
        """Run a command that must be done; its document."""
        answer = self.run(login, *arguments)
        assert answer.status == 0, (arguments, answer.err)
        return answer.document

    def follow_hints(self, login: str = "postgres") -> list[str]:
        """Run what init says that the audit asks for."""
        remedies = [each["sql"] for each in self.does(login, "init", *self.globs)["remedies"]]
        for remedy in remedies:
            self.database.run(remedy)
        return remedies

    def check(self, name: str) -> dict[str, Any]:
        """One of doctor's checks; none fails."""
        return next(each for each in self.does(OPERATOR, "doctor")["checks"] if each["id"] == name)

    globs: tuple[str, ...] = GLOBS

    def certify_everything(self, tmp_path: Path, identities: dict[str, str]) -> dict[str, Any]:
        """From classification to certificate; the verified accounting."""
        file = tmp_path / "identities.csv"
        with file.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(["collection", "strategy", "identity", "reason"])
            for name, identity in identities.items():
                synthetic = identity.startswith(f"{name}:")
                writer.writerow([name, "synthetic" if synthetic else "column", identity, "its key"])
        self.does(OPERATOR, "classify", "--from", str(file))
        self.does(GATEKEEPER, "permit", "open", "--budget", "1000", "--expires", "1h", "--reason", "a test")
        run = str(self.does(OPERATOR, "plan", "--all")["run"])
        self.does(OPERATOR, "reconcile", run, "--note", "compared")
        applied = self.run(OPERATOR, "apply", run)
        assert applied.status == 0, applied.err
        found: dict[str, Any] = self.does(OPERATOR, "verify", run)
        self.does(REVIEWER, "certify", run, "--note", "looked at", "--evidence", found["evidence_digest"])
        return found


@pytest.fixture
def bare(server: TestServer) -> Iterator[Company]:
    """A database without a gateway."""
    with a_foreign_database(server) as database:
        yield Company(database, "birth")


def state(database: Database) -> int:
    """How many rows of the catalogs there are, by which anything that was installed shows."""
    count = (
        "SELECT (SELECT count(*) FROM pg_class) + (SELECT count(*) FROM pg_proc) + (SELECT count(*) FROM pg_trigger)"
    )
    return int(database.value(f"{count} + (SELECT count(*) FROM pg_namespace)"))


def test_a_database_with_awkward_names_comes_from_init_to_a_certified_run(bare: Company, tmp_path: Path) -> None:
    database = bare.database
    before = state(database)
    preview = bare.does("postgres", "init", *GLOBS, "--dry-run")
    assert (preview["dry_run"], state(database)) == (True, before)

    made = bare.does("postgres", "init", *GLOBS)
    assert made["installed"] == preview["installed"]
    assert {each["collection"] for each in made["enrolled"]} == {*foreign.IDENTITIES, "settings"}
    assert [each["requirement"] for each in made["enrolled"] if each["collection"] == "settings"] == ["EXEMPT"]
    assert {each["object"]: each["why"] for each in made["left"]} == {
        "public.all_items": "it is a view",
        "public.totals": "it is a materialized view",
        "public.events_old": "it is a partition: its table is the collection",
        "public.events_new": "it is a partition: its table is the collection",
    }
    again = bare.does("postgres", "init", *GLOBS)
    assert (again["installed"], again["needs"], again["enrolled"]) == ([], [], [])

    foreign.let_in(database, "birth", LOGINS)
    open_to_all = bare.check("create")
    assert open_to_all["verdict"] == "warning"
    for remedy in open_to_all["remedy"]:
        database.run(remedy)
    assert bare.check("create")["verdict"] == "passed"

    suggested = bare.does(OPERATOR, "suggest")["suggestions"]
    offered = {each["collection"]: [one["identity"] for one in each["candidates"]] for each in suggested}
    assert {name for name, identity in foreign.IDENTITIES.items() if identity not in offered[name]} <= {"generated"}
    # A column's codes that read like those of a collection whose own name holds a colon.
    database.run("INSERT INTO public.coded VALUES ('a:b/c%d:1%25')")
    refused = bare.run(OPERATOR, "classify", "coded", "--column", "code")
    assert (refused.status, "no_lookalikes" in refused.err) == (3, True)
    database.run("DELETE FROM public.coded WHERE code LIKE 'a:%'")
    found = bare.certify_everything(tmp_path, foreign.IDENTITIES)
    rows = foreign.ROWS * len(foreign.IDENTITIES)
    assert found["accounting"]["registered"] == found["accounting"]["planned"] == rows

    # From now on the gateway registers by itself, partitions and generated columns included.
    database.run("INSERT INTO public.events VALUES ('2027-01-01', 77); INSERT INTO public.generated VALUES (77)")
    codes = database.run("SELECT entity_code FROM birth.birth_registry WHERE dot_origin = 'GATEWAY' ORDER BY 1")
    assert [row["entity_code"] for row in codes] == ["events:2027-01-01/77", "s-0077"]


def test_what_dry_run_prints_does_the_same_by_somebody_elses_hand(bare: Company) -> None:
    # A name may end a line of the script, and go on as a statement.
    bare.database.run('CREATE TABLE public."two\nlines; SELECT 1/0; --" (id integer PRIMARY KEY)')
    shown = console.run("init", *GLOBS, "--dry-run", "--dsn", bare.database.dsn("postgres"))
    bare.database.run(shown.out)
    assert bare.does("postgres", "init", *GLOBS)["installed"] == []
    assert bare.database.value("SELECT count(*) FROM birth.birth_policy WHERE requirement = 'REQUIRED'") == 11


def test_a_gateway_of_the_companys_own_is_bound_and_left_as_it_is(server: TestServer, tmp_path: Path) -> None:
    with a_foreign_database(server, foreign.GATEWAY) as database:
        company = Company(database, "birth")
        gateway = ("--gateway", "public.fn_birth_gateway", "--trigger", "trg_birth_gateway")
        writes = ("--register-writes", "ops.register_log")
        company.globs = (*gateway, *writes, "--collections", "crm.people", "--bind", *foreign.BINDING)
        before = {row["text"] for row in database.run(DEFINITIONS)}
        made = company.does("postgres", "init", *company.globs)
        assert made["bound"]["binding"]["entity"] == "$code"
        assert made["enrolled"] == []
        assert before <= {row["text"] for row in database.run(DEFINITIONS)}
        left = {each["object"] for each in made["left"]}
        assert left >= {"table public.birth_registry", "function public.fn_birth_gateway",
                        "view public.v_birth_stage2_qt001_readiness_dashboard"}  # fmt: skip
        assert company.does("postgres", "init", *company.globs)["installed"] == []

        foreign.let_in(database, "birth", LOGINS)
        remedies = company.follow_hints()
        # That everybody may call it is the company's decision; whose code it then finds is not.
        assert any('ALTER FUNCTION ops."Register"' in each for each in remedies)
        assert not any("REVOKE EXECUTE" in each for each in remedies)
        company.does(OPERATOR, "doctor")
        found = company.certify_everything(tmp_path, {"people": "people:{id}"})
        assert found["accounting"]["registered"] == foreign.ROWS
        assert database.value("SELECT count(*) FROM ops.register_log") == foreign.ROWS
        # The fingerprint is that of the function which is called, and of how.
        seen = {database.value(FINGERPRINT)}
        for change in CHANGES:
            database.run(change)
            seen.add(database.value(FINGERPRINT))
        assert len(seen) == 1 + len(CHANGES)
        database.run("INSERT INTO crm.people (status) VALUES ('new')")
        assert database.value("SELECT count(*) FROM public.birth_registry") == foreign.ROWS + 1

"""A wrong run is taken back by a run of its own: exactly its rows, unchanged and not certified since."""

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from core.domain.classify.identity import column_identity
from core.services.classify import classify
from core.services.overview import burndown
from core.services.trust import audit, verify
from tests import line
from tests import small as small_database
from tests.console import run as console
from tests.databases import Database
from tests.faults.attacker import ask, claimed, refusal


def allow(database: Database) -> None:
    """As an administrator with the owner's rights."""
    said = console("--dsn", database.dsn("postgres"), "init", "--allow-withdraw")
    assert said.status == 0, said.err


def asked(database: Database, *words: str, login: str = "operator1", status: int = 0) -> Any:  # noqa: ANN401 - JSON
    """What a command answers as JSON, or its error."""
    said = console("--dsn", database.dsn(login), "--json", *words)
    assert said.status == status, (said.out, said.err)
    return json.loads(said.out if status == 0 else said.err)


@pytest.fixture
def gatekeeper(small: Database) -> Iterator[str]:
    """Another gatekeeper, who took no part in what the first one permitted."""
    name = f"{small.name}_keeper"
    small.run(
        f"CREATE ROLE {name} LOGIN PASSWORD '{small.server.password}' IN ROLE birth_gatekeeper, birth_reader;"
        f" INSERT INTO birth.birth_person_login VALUES ('{name}', 'Another Gatekeeper')"
    )
    yield name
    small.run(f"DROP ROLE {name}")


# A trigger of the registry's owner, which does what a table says.
_MEDDLER = """
CREATE TABLE public.mood (name text);
INSERT INTO public.mood VALUES ('honest');
GRANT SELECT ON public.mood TO birth_caller;
CREATE FUNCTION public.meddle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.entity_code = 'G-000001' AND (SELECT name FROM public.mood) = 'keeps' THEN
        RETURN NULL;
    ELSIF OLD.entity_code = 'G-000001' AND (SELECT name FROM public.mood) = 'takes more' THEN
        DELETE FROM birth.birth_registry WHERE entity_code = 'bystander';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER meddle BEFORE DELETE ON birth.birth_registry FOR EACH ROW EXECUTE FUNCTION public.meddle();
INSERT INTO birth.birth_registry (entity_code, collection_name) VALUES ('bystander', 'goods');
TRUNCATE birth.trigger_guard_alerts;
"""


# Rows of another table, as old as those that the withdrawal's plan saw, stand for one that was deleted.
_SPARE = """
CREATE TABLE public.spare (LIKE birth.birth_registry INCLUDING ALL);
INSERT INTO public.spare (entity_code, collection_name) VALUES ('ghost', 'of others');
INSERT INTO birth.birth_registry (entity_code, collection_name) VALUES ('bystander', 'of others')
"""
_SWAP = """
DELETE FROM birth.birth_registry WHERE entity_code = 'bystander';
ALTER TABLE public.spare INHERIT birth.birth_registry
"""
_NEUTRAL = """
SELECT passed, (evidence ->> 'changed_or_deleted')::integer AS changed, (evidence ->> 'joined')::integer AS joined
FROM birth.birth_acceptance({run}) WHERE gate = 'birth_neutral'
"""


def permitted(database: Database, login: str) -> None:
    """A permit for a withdrawal."""
    given = ("--budget", "5000", "--expires", "1h", "--reason", "a wrong run", "--kind", "withdraw")
    assert asked(database, "permit", "open", *given, login=login)["kind"] == "withdraw"


def applied(database: Database, run: int) -> None:
    """Apply to the end."""
    said = console("--dsn", database.dsn(), "--json", "apply", str(run))
    assert said.status == 0, said.err


def test_a_wrong_run_is_withdrawn_verified_certified_and_its_rows_are_registered_anew(
    small: Database, gatekeeper: str
) -> None:
    # An item alone is registered in a subtransaction: its row has another transaction number than its batch.
    wrong = small_database.a_run(small, "goods", "notes", goods=250, notes=1)
    small_database.done(small, wrong)
    error = asked(small, "withdraw", str(wrong), "--reason", "wrong column", status=3)["error"]
    assert (error["code"], "init --allow-withdraw" in error["hint"]) == ("withdraw_not_allowed", True)
    allow(small)
    small.run(
        "UPDATE birth.birth_registry SET species_code = 'changed' WHERE entity_code = 'G-000002';"
        "UPDATE birth.birth_registry SET certified = true WHERE entity_code = 'G-000003';"
        "INSERT INTO birth.birth_registry (entity_code, collection_name, dot_origin)"
        " VALUES ('forged', 'goods', 'birth-backfill:run-1')"
    )
    made = asked(small, "withdraw", str(wrong), "--reason", "registered by the wrong column")
    run = made["run"]
    assert (made["withdraws"], made["rows"]) == (wrong, 249)
    assert {each["reason"]: each["examples"] for each in made["left"]} == {
        "certified": ["G-000003"], "changed": ["G-000002"],
    }  # fmt: skip
    assert asked(small, "reconcile", str(run), "--note", "counted", status=4)["error"]["code"] == "plan_differs"
    small.run("DELETE FROM birth.birth_registry WHERE entity_code = 'forged'")
    run = asked(small, "withdraw", str(wrong), "--reason", "registered by the wrong column")["run"]
    asked(small, "reconcile", str(run), "--note", "counted")
    assert asked(small, "ledger", "diff", str(run))["rows"][0] == {
        "kind": "+", "collection": "goods", "code": "G-000001", "source_key": [], "note": "to withdraw",
    }  # fmt: skip
    rehearsed = asked(small, "apply", str(run), "--dry-run", status=3)["error"]
    assert (rehearsed["code"], "registers nothing" in rehearsed["message"]) == ("not_rehearsable", True)
    # No permit of a backfill admits it, and none by the gatekeeper who opened that of the first run.
    closed = asked(small, "apply", str(run), status=3)["error"]
    assert [each["gate"] for each in closed["evidence"]["gates"]] == ["permit_in_scope"]
    permitted(small, "gatekeeper1")
    closed = asked(small, "apply", str(run), status=3)["error"]
    assert "by a gatekeeper who took no part" in closed["hint"]
    (gate,) = closed["evidence"]["gates"]
    assert gate["evidence"]["refused"] == ["permit 2: gatekeeper1 took part in run 1", "permit 1: admits no withdrawal"]
    permitted(small, gatekeeper)
    small.run("UPDATE birth.birth_registry SET species_code = 'raced' WHERE entity_code = 'G-000120'")
    before = small.value("SELECT count(*) FROM birth.birth_registry")
    applied(small, run)
    assert before - small.value("SELECT count(*) FROM birth.birth_registry") == 248
    left = small.run(
        "SELECT entity_code FROM birth.birth_registry WHERE dot_origin = 'birth-backfill:run-1' ORDER BY 1"
    )
    assert [row["entity_code"] for row in left] == ["G-000002", "G-000003", "G-000120"]
    account = small_database.account(small, run)
    assert (account.planned, account.registered, account.existing) == (249, 248, 1)
    told = console("--dsn", small.dsn("viewer1"), "ledger", "diff", str(run)).out.splitlines()
    assert told[0] == "= goods  G-000001  (withdrawn)"
    assert [line for line in told if not line.startswith("=")] == ["- goods  G-000120  (left)"]
    card = console("--dsn", small.dsn("viewer1"), "ledger", str(run)).out
    assert ("to withdraw" in card, "withdrawn" in card, "registered" in card) == (True, True, False)
    with small.connect("reviewer1") as reviewer:
        found = verify.verify(reviewer, run)
        assert [gate.id for gate in found.gates if not gate.passed] == ["birth_neutral"]
    # A change besides is a change, and not certified: on an untouched registry the withdrawal passes.
    with small.connect("viewer1") as viewer:
        assert audit.audit(viewer).ok


def test_a_withdrawal_passes_every_gate_and_the_identity_is_free_again(small: Database, gatekeeper: str) -> None:
    allow(small)
    small.run(_SPARE)
    wrong = small_database.a_run(small, "goods", goods=120)
    small_database.done(small, wrong)
    run = asked(small, "withdraw", str(wrong), "--reason", "wrong column")["run"]
    asked(small, "reconcile", str(run), "--note", "counted")
    permitted(small, gatekeeper)
    said = console("--dsn", small.dsn(), "apply", str(run))
    assert (said.status, f"run {run} done: 120 planned, 120 withdrawn," in said.out) == (0, True), said.out
    with small.connect("viewer1") as viewer:
        assert burndown.read(viewer).points[-1].missing == 120, "what was taken back is missing again"
    verified = asked(small, "verify", str(run), login="reviewer1")
    assert verified["accounting"]["registered"] == 120
    with small.psql("postgres") as owner, owner.transaction(force_rollback=True):
        owner.execute(_SWAP)
        neutral = owner.execute(_NEUTRAL.format(run=run).encode()).fetchone()
        assert neutral == {"passed": False, "changed": 0, "joined": 1}
    asked(small, "certify", str(run), "--note", "seen", "--evidence", verified["evidence_digest"], login="reviewer1")
    assert asked(small, "ledger")["runs"][0]["withdraws"] == wrong
    with small.connect() as operator:
        classify.classify(operator, column_identity("goods", "price"))
        again = line.make_reconciled(operator, "goods")
    line.open_permit(small)
    applied(small, again)
    assert small.value("SELECT count(*) FROM birth.birth_registry WHERE entity_code ~ '^[0-9]+$'") == 120
    with small.connect("viewer1") as viewer:
        found = audit.audit(viewer)
        assert (found.ok, found.differences) == (True, ())
    # There is nothing left to take back, and what took back is not taken back.
    for number, code in ((wrong, "nothing_to_withdraw"), (run, "not_withdrawable")):
        assert asked(small, "withdraw", str(number), "--reason", "again", status=3)["error"]["code"] == code


def test_what_refers_to_a_row_keeps_it_and_a_trigger_that_takes_more_stops_the_run(
    small: Database, gatekeeper: str
) -> None:
    allow(small)
    small.run("ALTER TABLE birth.birth_registry ADD PRIMARY KEY (entity_code); CREATE TABLE public.labels"
              " (code text REFERENCES birth.birth_registry)")  # fmt: skip
    small.run(_MEDDLER)
    wrong = small_database.a_run(small, "goods", goods=20)
    small_database.done(small, wrong)
    run = asked(small, "withdraw", str(wrong), "--reason", "wrong")["run"]
    asked(small, "reconcile", str(run), "--note", "counted")
    permitted(small, gatekeeper)
    with small.psql() as session:
        ask(session, f"SELECT birth.birth_backfill_begin({run})")
        batch = claimed(session, run)
        for mood, refused in (("keeps", ("BR008", "not_withdrawn")), ("takes more", ("BR005", "withdrew_besides"))):
            small.run(f"UPDATE public.mood SET name = '{mood}'")
            state, message = refusal(session, batch)
            assert (state, message.partition(":")[0]) == refused
        small.run("INSERT INTO birth.trigger_guard_alerts (command_tag, object_identity) VALUES ('DDL', 'birth.told')")
        state, message = refusal(session, batch)
        assert (state, message.partition(":")[0]) == ("BR004", "plan_stale")
        small.run("DELETE FROM birth.trigger_guard_alerts WHERE object_identity = 'birth.told'")
        state, message = refusal(session, "SELECT birth.birth_run_withdraw(4711, 'wrong')")
        assert (state, message.partition(":")[0]) == ("BR002", "unknown_run")
        small.run("UPDATE birth.birth_setting SET name = 'withdrawn_once' WHERE name = 'withdraw_allowed'")
        state, message = refusal(session, batch)
        assert (state, message.partition(":")[0]) == ("BR003", "withdraw_not_allowed")
        small.run("UPDATE birth.birth_setting SET name = 'withdraw_allowed' WHERE name = 'withdrawn_once'")
    small.run("UPDATE public.mood SET name = 'honest'; INSERT INTO public.labels VALUES ('G-000007')")
    stopped = console("--dsn", small.dsn(), "--json", "apply", str(run))
    assert stopped.status == 7  # the canary quarantined a row
    applied(small, run)
    account = small_database.account(small, run)
    assert (account.registered, account.quarantined) == (19, 1)
    assert small.value("SELECT sqlstate FROM birth.birth_backfill_quarantine") == "23503"


@pytest.mark.parametrize("login", ["viewer1", "gatekeeper1", "reviewer1"])
def test_nobody_but_an_operator_withdraws_and_nobody_allows_it_by_psql(small: Database, login: str) -> None:
    with small.psql(login) as session:
        for attempt in (
            "SELECT birth.birth_run_withdraw(1, 'mine')",
            "SELECT birth._birth_withdraw_allow()",
            "INSERT INTO birth.birth_setting VALUES ('withdraw_allowed', '{}')",
        ):
            with pytest.raises(psycopg.Error) as refused:
                session.execute(attempt.encode())
            assert refused.value.sqlstate in ("42501", "BR006")

"""Certificates: what they hold, who may give them, and evidence that is no longer what was looked at."""

import json

import pytest
from click.testing import CliRunner, Result

from core.cli.commands.trust import certify as command
from core.db.rows.verify import CERTIFY
from core.errors import GateClosed, NotAllowed, Stale, UsageError
from core.services.trust import audit, certify, verify
from tests import line
from tests import small as small_database
from tests.databases import Database
from tests.faults.attacker import add_goods, ask, claimed, finish


@pytest.fixture
def applied(small: Database) -> tuple[Database, int]:
    """A run that was applied to its end by operator1 under gatekeeper1's permit."""
    return small, run_of(small)


def run_of(database: Database) -> int:
    number = small_database.a_run(database, "goods", goods=3)
    small_database.done(database, number)
    return number


def digest_of(database: Database, run: int) -> str:
    with database.connect("reviewer1") as connection:
        return verify.verify(connection, run).evidence_digest


def test_a_certificate_holds_the_evidence_and_the_head_of_the_chain_it_was_looked_at_with(
    applied: tuple[Database, int],
) -> None:
    database, run = applied
    before = database.run("SELECT seq, hash FROM birth.birth_ledger_head")[0]
    with database.connect("reviewer1") as reviewer:
        given = certify.certify(reviewer, run, "compared with the source")
    kept = database.run("SELECT * FROM birth.birth_backfill_certificate")[0]
    assert (kept["chain_seq"], kept["chain_hash"]) == (before["seq"], before["hash"])
    assert (kept["certified_by"], kept["certified_person"]) == ("reviewer1", "Amara Okafor")
    assert (kept["note"], kept["evidence_digest"]) == ("compared with the source", given.certificate)
    digest = "SELECT birth.birth_evidence_digest(evidence) FROM birth.birth_backfill_certificate"
    assert database.value(digest) == given.certificate
    head = database.run("SELECT seq, encode(hash, 'hex') AS hash FROM birth.birth_ledger_head")[0]
    assert (given.chain_seq, given.chain_head) == (head["seq"], head["hash"])
    event = database.run(
        "SELECT actor, kind, payload::jsonb AS payload FROM birth.birth_ledger_event ORDER BY seq DESC LIMIT 1"
    )[0]
    assert (event["actor"], event["kind"]) == ("reviewer1", "certified")
    assert event["payload"]["evidence_digest"] == given.certificate
    assert event["payload"]["looked_at"] == {"seq": before["seq"], "hash": bytes(before["hash"]).hex()}
    with database.connect("viewer1") as viewer:
        assert audit.audit(viewer).ok


def test_evidence_that_changed_since_it_was_looked_at_is_not_certified(applied: tuple[Database, int]) -> None:
    database, run = applied
    looked_at = digest_of(database, run)
    database.run("UPDATE birth.birth_identity_history SET person = 'Somebody Else' WHERE collection_name = 'goods'")
    with database.connect("reviewer1") as reviewer:
        with pytest.raises(Stale) as found:
            certify.certify(reviewer, run, "x", looked_at=looked_at)
        assert found.value.code == "evidence_changed"
        assert found.value.evidence["looked_at"] == looked_at
        live = str(found.value.evidence["live"])
        assert certify.certify(reviewer, run, "x", looked_at=live).certificate == live


def acting(database: Database, person: str, login: str = "operator1") -> None:
    """From here on the login is another person's, and the chain does not know that it was handed on."""
    statement = f"UPDATE birth.birth_person_login SET person = '{person}' WHERE login = '{login}'"
    database.run(f"SET session_replication_role = replica; {statement}")


def worked_by_many(database: Database) -> int:
    """A run in which every part was taken by somebody else, each named by the part; its number."""
    acting(database, "permitted", "gatekeeper1")
    line.open_permit(database)
    add_goods(database, 1, 3)
    with database.psql() as operator:
        acting(database, "classified")
        ask(operator, "SELECT birth.birth_identity_unclassify('goods', 1, 'x')")
        ask(operator, "SELECT birth.birth_identity_classify('goods', 'column', '{code}', NULL, 'x', '{}')")
        acting(database, "planned")
        run = int(ask(operator, "SELECT birth.birth_backfill_plan(ARRAY['goods'])"))
        acting(database, "reconciled")
        ask(
            operator,
            f"SELECT birth.birth_backfill_reconcile({run}, 'x')",
        )
        acting(database, "began")
        ask(operator, f"SELECT birth.birth_backfill_begin({run})")
        acting(database, "steered")
        ask(operator, f"SELECT birth.birth_backfill_steer({run}, 'run', 50, 'x')")
        acting(database, "applied")
        ask(operator, claimed(operator, run))
        acting(database, "ended")
        finish(operator, run)
    acting(database, "nobody of these")
    acting(database, "nobody of these", "gatekeeper1")
    return run


def test_whoever_had_a_hand_in_a_run_cannot_certify_it_and_is_told_which(small: Database) -> None:
    run = worked_by_many(small)
    digest = digest_of(small, run)
    with small.connect("reviewer1") as reviewer:
        for part in ("classified", "planned", "reconciled", "began", "steered", "applied", "ended", "permitted"):
            acting(small, part, "reviewer1")
            with pytest.raises(NotAllowed) as found:
                reviewer.rows(CERTIFY, {"run": run, "note": "x", "digest": digest})
            assert found.value.code == "self_certification"
            assert found.value.evidence == {"run": run, "person": part, "parts": [part]}
            with pytest.raises(NotAllowed) as first:  # although nobody independent is there at all: a closed gate
                certify.certify(reviewer, run, "x")
            assert (first.value.code, first.value.evidence) == (found.value.code, found.value.evidence)
        acting(small, "somebody else", "reviewer1")
        assert certify.certify(reviewer, run, "x").run == run


@pytest.mark.parametrize("login", ["operator2", "gatekeeper1", "viewer1"])
def test_who_is_no_reviewer_certifies_nothing(applied: tuple[Database, int], login: str) -> None:
    database, run = applied
    with database.connect(login) as connection, pytest.raises(NotAllowed) as found:
        certify.certify(connection, run, "x")
    assert found.value.evidence["needs"] == "birth_reviewer"


def test_rights_are_asked_before_any_other_gate(small: Database) -> None:
    planned = small_database.a_run(small, "goods", goods=3)
    for login in ("operator1", "gatekeeper1", "viewer1"):
        with small.connect(login) as connection, pytest.raises(NotAllowed) as found:
            certify.certify(connection, planned, "x")
        assert found.value.evidence["needs"] == "birth_reviewer"
    small.run("GRANT birth_reviewer TO operator2")
    try:
        took_part = small_database.reconciled(small, "parts", login="operator2")
        with small.connect("operator2") as connection, pytest.raises(NotAllowed) as himself:
            certify.certify(connection, took_part, "x")
    finally:
        small.run("REVOKE birth_reviewer FROM operator2")
    assert himself.value.code == "self_certification"
    with small.connect("reviewer1") as reviewer, pytest.raises(GateClosed):
        certify.certify(reviewer, took_part, "x")


def test_a_certificate_needs_a_note_and_is_given_once(applied: tuple[Database, int]) -> None:
    database, run = applied
    with database.connect("reviewer1") as reviewer:
        with pytest.raises(UsageError) as nameless:
            certify.certify(reviewer, run, "")
        assert nameless.value.code == "note_missing"
        certify.certify(reviewer, run, "x")
        with pytest.raises(GateClosed) as again:
            certify.certify(reviewer, run, "x")
        assert again.value.code == "not_applied"


def ran(database: Database, *arguments: str) -> Result:
    return CliRunner().invoke(command, ["--dsn", database.dsn("reviewer1"), *arguments])


def test_the_command_takes_the_evidence_that_verify_showed(applied: tuple[Database, int]) -> None:
    database, run = applied
    stale = ran(database, str(run), "--note", "x", "--evidence", "0" * 64)
    assert getattr(stale.exception, "exit_status", None) == 4
    looked_at = digest_of(database, run)
    given = ran(database, str(run), "--note", "x", "--evidence", looked_at, "--json")
    assert given.exit_code == 0
    document = json.loads(given.stdout)
    assert {"run": run, "certificate": looked_at}.items() <= document.items()
    head = database.value("SELECT encode(hash, 'hex') FROM birth.birth_ledger_head")
    assert document["chain_head"] == head

"""What somebody with psql and a login makes up: names that look alike, notes of blanks, odd evidence."""

import json
from typing import Any

import pytest
from psycopg.errors import Error

from core.domain.trust import people
from core.errors import UsageError
from core.services.classify import history
from tests import line
from tests.databases import Database, a_login
from tests.faults.attacker import an_applied_run, ask, begun, certifying, finish, refusal

BLANKS = ("", "   ", "\t\n", "\u00a0", "\u2003\u200b", "\u3164", "\u2800", "\ufeff\u2060", "\u202e", "\U000e0020")


def test_no_function_takes_a_note_or_a_reason_that_says_nothing(small: Database) -> None:
    line.open_permit(small)
    run = an_applied_run(small)
    with small.psql() as operator, small.psql("gatekeeper1") as gatekeeper, small.psql("reviewer1") as reviewer:
        planned = ask(operator, "SELECT birth.birth_backfill_plan(ARRAY['goods'])")
        for blank in BLANKS:
            for session, code, statement in (
                (operator, "note_missing", f"SELECT birth.birth_backfill_reconcile({planned}, '{blank}')"),
                (operator, "reason_missing", f"SELECT birth.birth_backfill_steer({planned}, 'pause', NULL, '{blank}')"),
                (operator, "reason_missing", f"SELECT birth.birth_identity_unclassify('notes', 1, '{blank}')"),
                (
                    operator,
                    "bad_evidence",
                    f"SELECT birth.birth_identity_classify('notes', 'column', '{{code}}', 1, '{blank}', NULL)",
                ),
                (gatekeeper, "bad_permit", f"SELECT birth.birth_permit_open(1, '1h', '{blank}', NULL, NULL)"),
                (gatekeeper, "reason_missing", f"SELECT birth.birth_permit_close(1, '{blank}')"),
                (gatekeeper, "reason_missing", f"SELECT birth.birth_policy_set('notes', 'EXEMPT', '{blank}')"),
                (reviewer, "note_missing", certifying(run, blank)),
            ):
                state, message = refusal(session, statement)
                assert (state, message.partition(":")[0]) == ("BR002", code), (statement, blank)
    assert small.value("SELECT count(*) FROM birth.birth_ledger_event WHERE kind IN ('steered', 'certified')") == 0


ODD: dict[str, Any] = {
    "no object": [1],
    "a text": "x",
    "nested deeply": json.loads('{"a":' * 30 + "1" + "}" * 30),
    "nested in arrays": {"a": json.loads("[" * 30 + "]" * 30)},
    "digits without end": {"a": 10**5000},
    "long": {"a": "x" * 60_000},
}


def test_evidence_is_a_small_object_and_what_an_earlier_version_took_stops_no_reader(small: Database) -> None:
    call = "SELECT birth.birth_identity_classify('parts', 'synthetic', '{shop,part,note}', 1, 'r', %s::text::jsonb)"
    small.run("UPDATE birth.birth_identity_history SET evidence = NULL")
    with small.psql() as operator, small.connect("viewer1") as viewer:
        for odd in ODD.values():
            text = json.dumps(odd) if odd != ODD["digits without end"] else '{"a": ' + "9" * 5000 + "}"
            with pytest.raises(Error) as found:
                operator.execute(call, [text])
            assert found.value.sqlstate == "BR002"
            with small.psql("postgres") as owner:
                owner.execute("UPDATE birth.birth_identity_history SET evidence = %s::text::jsonb", [text])
            assert {version.collection for version in history.history(viewer)} == {"goods", "parts", "notes"}


def test_a_person_whose_name_only_looks_like_another_one_is_refused_also_by_hand(small: Database) -> None:
    name = small.value("SELECT person FROM birth.birth_person_login WHERE login = 'operator1'")
    assert name == "Linh Nguyễn"
    twins = ["linh nguyễn", "LINH NGUYỄN", "LinhNguyễn", "Linh\u200bNguyễn", "L\u0456nh Ngu\u0443ễn", "Linh-Nguyễn",
             "L1nh Nguyễn", "L\u03b9nh \u039dguyễn", "\uff2cinh Nguyễn", "Iinh Nguyễn"]  # fmt: skip
    with small.psql("postgres") as owner:
        for twin in twins:
            insert = f"INSERT INTO birth.birth_person_login VALUES ('someone', '{twin}')"
            assert refusal(owner, insert)[0] == "BR003", twin
            with pytest.raises(UsageError):
                people.name_of(twin, [name])
        for other in ("Linh Nguyen", "Linh Nguyễn Thị"):  # marks and further names tell people apart
            owner.execute("INSERT INTO birth.birth_person_login VALUES (%s, %s)", [other, other])
            assert people.name_of(other, [name]) == other
        # What somebody was called once is taken, too: the name of a person who did something must not become another's.
        owner.execute("UPDATE birth.birth_person_login SET person = 'Somebody Else' WHERE login = 'operator1'")
        assert refusal(owner, "INSERT INTO birth.birth_person_login VALUES ('x', 'LINH NGUYỄN')")[0] == "BR003"


def test_neither_another_name_nor_another_login_makes_another_person_of_whoever_took_part(small: Database) -> None:
    line.open_permit(small)
    run = an_applied_run(small)
    login = "reviewer1"
    # The operator's login was the reviewer's own once, before both were renamed.
    small.run(
        "UPDATE birth.birth_person_login SET person = 'An Old Name' WHERE login = 'operator1';"
        "UPDATE birth.birth_person_login SET person = 'An Old Name' WHERE login = 'reviewer1';"
        "UPDATE birth.birth_person_login SET person = 'Quite Another' WHERE login = 'reviewer1'"
    )
    with small.psql(login) as reviewer:
        state, message = refusal(reviewer, certifying(run))
    assert (state, message.partition(":")[0]) == ("BR006", "self_certification")


def test_who_opened_the_gates_by_a_decision_took_part(small: Database) -> None:
    """Exempting the last blocker, binding and attesting decide as much as an apply does."""
    line.open_permit(small)
    small.run(
        "INSERT INTO birth.collection_registry (collection_name) VALUES ('idle');"
        "INSERT INTO birth.birth_policy (collection_name) VALUES ('idle')"
    )
    with (
        a_login(small, "both1", "Both Hands", "birth_gatekeeper", "birth_reviewer") as login,
        small.psql(login) as both,
    ):
        ask(both, "SELECT birth.birth_policy_set('idle', 'EXEMPT', 'it has no table')")
        small.run(
            "INSERT INTO birth.birth_person_login SELECT 'postgres', person FROM birth.birth_person_login"
            " WHERE login = 'reviewer1'; SELECT birth.birth_ledger_append('authentication_attested', '{}'),"
            " birth.birth_ledger_append('table_bound', '{}');"
            # A superuser who is a person of the console closes the gates; what the person did stays done.
            " DELETE FROM birth.birth_person_login WHERE login = 'postgres'"
        )
        run = an_applied_run(small)
        with small.psql("reviewer1") as reviewer:
            for session, parts in ((both, '["exempted"]'), (reviewer, '["attested", "bound", "classified"]')):
                with pytest.raises(Error) as found:
                    session.execute(certifying(run).encode())
                assert found.value.sqlstate == "BR006"
                assert parts in (found.value.diag.message_detail or "")


def test_a_run_without_a_row_is_not_certified(small: Database) -> None:
    line.open_permit(small)
    with small.psql() as operator, small.psql("reviewer1") as reviewer:
        run = begun(operator)
        finish(operator, run)
        refused = refusal(reviewer, certifying(run))
    assert refused == ("BR003", f"nothing_to_do: run {run} had nothing to do: there is nothing to certify")

"""The whole line as three people work it at a prompt: from 43 blockers to a rerun that finds nothing."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.domain.classify.decision import Decision, write
from core.domain.classify.identity import Identity
from tests import line
from tests.console import Answer, run
from tests.databases import Database

REGISTERED = "SELECT count(*) FROM birth.birth_registry"


@pytest.mark.long  # the commands of the runbook walk this line too: tests/integration/cli/test_documentation.py
def test_from_the_first_blocker_to_a_rerun_that_finds_nothing_by_the_command_line_alone(  # noqa: PLR0915 - one story
    database: Database, tmp_path: Path
) -> None:
    def ask(login: str, *arguments: str, program: str = "birth-console") -> Answer:
        return run(*arguments, "--json", program=program, extra={"BIRTH_CONSOLE_DSN": database.dsn(login)})

    def gate() -> str:
        return str(ask("viewer1", "status").document["metrics"]["qt001_gate"])

    def decide(collection: str, wanted: Identity | None) -> Answer:
        if wanted is None:
            return ask("gatekeeper1", "classify", collection, "--exempt", "--reason", "it has no table")
        return ask("operator1", "classify", collection, f"--{wanted.strategy}", wanted.text)

    blockers = line.intended()
    assert len(blockers) == 43
    last, *others = blockers
    # Most by a file, as it would be done; a few one by one.
    alone = [name for name in others if blockers[name] is None or blockers[name] in list(blockers.values())[:3]]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda name: decide(name, blockers[name]), alone))
    assert [answer.err for answer in answers if answer.status] == []
    decisions = [
        Decision(name, wanted.strategy, wanted.text, "as the census intends")
        for name in others
        if name not in alone and (wanted := blockers[name]) is not None
    ]
    (tmp_path / "decisions.csv").write_text(write(decisions), encoding="utf-8")
    filed = ask("operator1", "classify", "--from", str(tmp_path / "decisions.csv"))
    assert filed.status == 0, filed.err

    # One blocker is left: a permit alone does not open the gate, and nothing is applied.
    permit = ask("gatekeeper1", "permit", "open", "--budget", "1000000", "--expires", "2h", "--reason", "backfill")
    assert (permit.status, permit.document["permit"], permit.document["state"]) == (0, 1, "open")
    assert gate() == "BLOCKED_UNTIL_1_IDENTITIES_RESOLVED"
    early = str(ask("operator1", "--all", program="dot-birth-backfill-plan").document["run"])
    assert ask("operator1", "reconcile", early, "--note", "compared").status == 0
    before = database.value(REGISTERED)
    refused = ask("operator1", early, program="dot-birth-backfill-apply")
    assert (refused.status, [each["gate"] for each in refused.error["evidence"]["gates"]]) == (3, ["qt001_open"])
    assert ask("gatekeeper1", "permit", "close", "1", "--reason", "too early").document["state"] == "closed"
    assert decide(last, blockers[last]).status == 0
    assert gate() == "BLOCKED_UNTIL_PERMIT_OPENED"

    # Without a permit, and without being reconciled: refused, and nothing written.
    planned = ask("operator1", "--all", program="dot-birth-backfill-plan").document
    number = str(planned["run"])
    assert planned["skipped"] == []
    assert len(planned["entries"]) == 72
    refused = ask("operator1", number, program="dot-birth-backfill-apply")
    assert refused.status == 3
    assert {each["gate"] for each in refused.error["evidence"]["gates"]} == {
        "qt001_open",
        "permit_in_scope",
        "reconciled",
    }
    reconciled = ask("operator1", "reconcile", number, "--note", "compared with the source").document
    missing = planned["totals"]["missing"]
    assert (reconciled["planned"], reconciled["source"]) == (missing, missing)
    assert reconciled["drift"] == {"late": 0, "gone": 0, "registered_since": 0}
    assert database.value(REGISTERED) == before

    assert (
        ask("gatekeeper1", "permit", "open", "--budget", str(missing), "--expires", "2h", "--reason", "go").status == 0
    )
    assert gate() == "OPEN"
    applied = ask("operator1", number, program="dot-birth-backfill-apply")
    assert applied.status == 0, applied.err
    events = [json.loads(each) for each in applied.out.splitlines()]
    assert {event["v"] for event in events} == {1}
    accounting = {"planned": missing, "registered": missing, "existing": 0, "vanished": 0, "quarantined": 0, "late": 0}
    assert (events[-1]["event"], events[-1]["accounting"]) == ("done", accounting)
    assert database.value(REGISTERED) == before + missing

    verified = ask("viewer1", "verify", number)
    assert verified.status == 0, verified.err
    assert verified.document["rerun_delta"] == 0
    assert verified.document["accounting"] == accounting
    assert {each["verdict"] for each in verified.document["gates"]} == {"passed"}
    assert ask("operator1", "--all", program="dot-birth-backfill-plan").document["totals"] == {"missing": 0}
    assert [each["status"] for each in ask("viewer1", "ledger").document["runs"]] == [
        "planned",
        "applied",
        "superseded",
    ]

"""What closed gates, stale plans and failed verifications say on the command line: exit statuses 3, 4 and 5."""

from collections.abc import Iterator

import pytest

from tests import line
from tests.databases import Database, TestServer, a_clone
from tests.integration.cli.test_cli import REGISTERED, ask


@pytest.fixture(scope="module")
def ready(server: TestServer, resolved_template: str) -> Iterator[Database]:
    """Nothing left to classify, and no permit: shared by tests that are refused."""
    with a_clone(server, resolved_template) as clone:
        yield clone


def test_apply_names_each_closed_gate_and_writes_nothing(ready: Database) -> None:
    with ready.connect() as operator:
        run_id = str(line.make_plan(operator, "workflows"))
    before = ready.value(REGISTERED)
    answer = ask(ready, run_id, "--json", program="dot-birth-backfill-apply")
    assert (answer.status, answer.out) == (3, "")
    assert {gate["gate"] for gate in answer.error["evidence"]["gates"]} == {
        "qt001_open",
        "permit_in_scope",
        "reconciled",
    }
    text = ask(ready, run_id, program="dot-birth-backfill-apply")
    assert text.status == 3
    assert text.err.count("\n  closed: ") == 3
    assert ready.value(REGISTERED) == before


def test_a_stale_plan_is_exit_4_with_counts_and_examples(ready: Database) -> None:
    with ready.connect() as operator:
        run_id = str(line.make_plan(operator, "agents", "modules", "tasks"))
    gone = "SELECT min(entity_code) FROM birth.birth_backfill_item JOIN birth.birth_backfill_ledger USING (ledger_id)"
    ready.run(f"UPDATE tasks SET code = code || '-moved' WHERE code = ({gone} WHERE run_id = {run_id})")
    answer = ask(ready, "reconcile", run_id, "--note", "looked", "--json")
    assert (answer.status, answer.error["code"]) == (4, "plan_differs")
    assert answer.error["evidence"]["drift"] == {"late": 1, "gone": 1, "registered_since": 0}
    assert answer.error["evidence"]["collections"]["tasks"]["gone_examples"]


def test_a_verification_that_fails_is_exit_5_and_still_prints_its_document(ready: Database) -> None:
    with ready.connect() as operator:
        run_id = str(line.make_plan(operator, "system_issues"))
    answer = ask(ready, "verify", run_id, "--json", login="viewer1")
    assert answer.status == 5
    assert answer.document["rerun_delta"] == 235
    assert answer.error["code"] == "verification_failed"

"""Reconciling finds every way in which a plan stopped being what the source holds."""

from typing import Any

import pytest

from core.errors import GateClosed, NotAllowed, Stale, UsageError
from core.services.backfill import reconcile, runs
from tests import line
from tests.databases import Database
from tests.integration.backfill.test_plan import BORN, BORN_LAST, MISSING, NULLABLE, WRITTEN, loosen

DRIFTS: dict[str, tuple[str, dict[str, int], str]] = {
    "rows born since": (
        f"UPDATE workflows SET process_code = process_code || '-new' WHERE process_code IN ({BORN}, {BORN_LAST})",
        {"late": 2, "gone": 0, "registered_since": 0},
        "late",
    ),
    "rows that are gone": (
        f"UPDATE workflows SET process_code = process_code || '-new' WHERE process_code = {MISSING}",
        {"late": 1, "gone": 1, "registered_since": 0},
        "gone",
    ),
    "rows registered since": (
        f"INSERT INTO birth.birth_registry (entity_code, collection_name) SELECT {MISSING}, 'workflows'",
        {"late": 0, "gone": 0, "registered_since": 1},
        "registered",
    ),
}


@pytest.mark.parametrize(("change", "drift", "examples"), DRIFTS.values(), ids=DRIFTS)
def test_reconciling_counts_and_shows(database: Database, change: str, drift: dict[str, int], examples: str) -> None:
    with database.connect() as operator:
        run = line.make_plan(operator, "workflows", "tasks")
        database.run(change)
        before = database.run(WRITTEN)
        with pytest.raises(Stale) as found:
            reconcile.reconcile(operator, run, "compared")
        assert runs.run(operator, run).status == "planned"
    assert database.run(WRITTEN) == before
    assert (found.value.exit_status, found.value.code) == (4, "plan_differs")
    assert found.value.evidence["drift"] == drift
    collections: Any = found.value.evidence["collections"]
    assert list(collections) == ["workflows"]
    assert collections["workflows"][f"{examples}_examples"]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (
            f"{NULLABLE} UPDATE workflows SET process_code = NULL WHERE process_code = {BORN}",
            {"without_code": 1, "duplicates": 0},
        ),
        (
            f"UPDATE workflows SET process_code = {MISSING} WHERE process_code = {BORN}",
            {"without_code": 0, "duplicates": 1},
        ),
    ],
    ids=["a row without a code", "a row with another's code"],
)
def test_reconciling_finds_what_a_set_of_codes_cannot_show(
    database: Database, change: str, found: dict[str, int]
) -> None:
    loosen(database)
    with database.connect() as operator:
        run = line.make_plan(operator, "workflows")
        database.run(change)
        with pytest.raises(Stale) as stale:
            reconcile.reconcile(operator, run, "compared")
    collections: Any = stale.value.evidence["collections"]
    assert found.items() <= collections["workflows"].items()
    assert "1 rows without a unique code" in stale.value.message


@pytest.mark.parametrize(
    "change", ["DROP TABLE workflows CASCADE", "ALTER TABLE workflows RENAME COLUMN process_code TO gone"]
)
def test_a_source_that_lost_its_table_or_column_is_stale(database: Database, change: str) -> None:
    with database.connect() as operator:
        run = line.make_plan(operator, "workflows")
        database.run(change)
        with pytest.raises(Stale) as found:
            reconcile.reconcile(operator, run, "compared")
    assert found.value.code == "plan_stale"


def test_what_was_reconciled_is_recorded_with_its_note(database: Database) -> None:
    with database.connect() as operator:
        run = line.make_plan(operator, "workflows")
        done = reconcile.reconcile(operator, run, "counted by hand")
        assert (done.planned, done.source, done.drift) == (3, 3, reconcile.Drift())
        assert runs.run(operator, run).reconciled_by == "operator1"
    assert "counted by hand" in database.value("SELECT payload FROM birth.birth_ledger_event ORDER BY seq DESC LIMIT 1")


def test_a_run_that_does_not_exist_cannot_be_reconciled(shared: Database) -> None:
    with shared.connect() as operator, pytest.raises(UsageError) as found:
        reconcile.reconcile(operator, 999, "compared")
    assert found.value.code == "unknown_run"


@pytest.mark.parametrize("login", ["viewer1", "gatekeeper1", "reviewer1"])
def test_who_is_no_operator_reconciles_nothing(database: Database, login: str) -> None:
    with database.connect() as operator:
        run = line.make_plan(operator, "workflows")
    with database.connect(login) as connection, pytest.raises((NotAllowed, GateClosed)) as found:
        reconcile.reconcile(connection, run, "compared")
    assert found.value.exit_status == 6

"""The gate's text, verdicts of the matrix, and figures that documents state."""

from collections.abc import Mapping

import pytest

from core.domain.overview.matrix import Counts, Facts, MatrixRow, judge, totals
from core.domain.overview.readiness import claim_verdict, gate_text

OPEN: Mapping[str, int | str] = {
    "identity_unclassified_blockers": 0,
    "admission_permit_table": "present",
    "open_permits": 1,
    "backfill_ledger_table": "present",
    "shared_register_fn": "present",
}


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({}, "OPEN"),
        ({"open_permits": 3}, "OPEN"),
        ({"identity_unclassified_blockers": 43}, "BLOCKED_UNTIL_43_IDENTITIES_RESOLVED"),
        ({"open_permits": 0}, "BLOCKED_UNTIL_PERMIT_OPENED"),
        (
            {"identity_unclassified_blockers": 43, "open_permits": 0},
            "BLOCKED_UNTIL_43_IDENTITIES_RESOLVED_AND_PERMIT_OPENED",
        ),
        ({"admission_permit_table": "absent", "open_permits": 0}, "BLOCKED_UNTIL_ADMISSION_PERMIT_TABLE_PRESENT"),
        ({"backfill_ledger_table": "absent"}, "BLOCKED_UNTIL_BACKFILL_LEDGER_TABLE_PRESENT"),
        ({"shared_register_fn": "absent"}, "BLOCKED_UNTIL_SHARED_REGISTER_FN_PRESENT"),
        (
            {"identity_unclassified_blockers": 1, "open_permits": 0, "shared_register_fn": "absent"},
            "BLOCKED_UNTIL_1_IDENTITIES_RESOLVED_AND_PERMIT_OPENED_AND_SHARED_REGISTER_FN_PRESENT",
        ),
    ],
)
def test_the_gate_names_every_reason_that_keeps_it_closed(change: dict[str, int | str], text: str) -> None:
    assert gate_text({**OPEN, **change}) == text


@pytest.mark.parametrize(("live", "verdict"), [("5", "holds"), ("2", "superseded"), ("05", "superseded")])
def test_live_evidence_wins_over_a_stated_figure(live: str, verdict: str) -> None:
    assert claim_verdict("5", live) == verdict


def facts(
    *,
    requirement: str | None = "REQUIRED",
    strategy: str = "column",
    status: bool = True,
    table: str | None = "tasks",
    trigger: str = "enabled",
    missing: tuple[str, ...] = (),
) -> Facts:
    return Facts("tasks", "governed", requirement, strategy, "code", status, table, trigger, missing)


@pytest.mark.parametrize(
    ("found", "verdict", "reasons"),
    [
        (facts(), "compatible", ()),
        (facts(strategy="synthetic"), "compatible", ()),
        (facts(strategy="unclassified"), "broken", ("identity_unclassified",)),
        (facts(table=None, trigger="no_table"), "broken", ("no_table",)),
        (
            facts(table=None, trigger="no_table", strategy="unclassified"),
            "broken",
            ("no_table", "identity_unclassified"),
        ),
        (facts(missing=("a", "b")), "broken", ("column_missing:a", "column_missing:b")),
        (facts(trigger="missing"), "compatible", ("trigger_missing",)),
        (facts(trigger="disabled"), "compatible", ("trigger_disabled",)),
    ],
)
def test_a_collection_is_broken_exactly_when_its_rows_cannot_be_identified(
    found: Facts, verdict: str, reasons: tuple[str, ...]
) -> None:
    row = judge(found)
    assert (row.verdict, row.reasons) == (verdict, reasons)


def test_totals_are_of_the_required_collections_alone() -> None:
    rows = [
        judge(facts(), Counts(10, 7, 3)),
        judge(facts(strategy="synthetic", status=False, trigger="disabled"), Counts(5, 5, 0)),
        judge(facts(strategy="unclassified", trigger="missing"), Counts(4, 0, 4)),
        judge(facts(strategy="unclassified", table=None, trigger="no_table")),
        judge(facts(requirement="EXEMPT"), Counts(100, 0, 100)),
        judge(facts(requirement=None), Counts(100, 0, 100)),
    ]
    found = totals(rows)
    assert (found.collections, found.compatible, found.broken) == (4, 2, 2)
    assert (found.column, found.synthetic, found.unclassified) == (1, 1, 2)
    assert (found.native_status, found.with_table, found.with_trigger) == (3, 3, 2)
    assert (found.source_rows, found.registered, found.missing) == (19, 12, 7)


def test_totals_that_were_not_counted_are_unknown_not_zero() -> None:
    rows: list[MatrixRow] = [judge(facts())]
    assert (totals(rows).source_rows, totals(rows).registered, totals(rows).missing) == (None, None, None)
    assert totals([]).missing is None

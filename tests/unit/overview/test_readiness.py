"""Verdicts of the matrix, and figures that documents state."""

import pytest

from core.domain.overview.matrix import Counts, Facts, MatrixRow, judge, totals
from core.domain.overview.readiness import claim_verdict


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

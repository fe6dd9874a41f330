"""The columns of the matrix."""

from core.domain.compatibility import Counts, MatrixRow
from core.domain.visible import visible
from tui.widgets.table import Column
from tui.words import number, sign

UNCOUNTED, UNCOUNTABLE = "…", "!"


def _missing_tone(row: MatrixRow) -> str:
    return "warn" if row.counts is not None and row.counts.missing else ""


def _count(row: MatrixRow, name: str) -> str:
    if row.counts is not None:
        return number(getattr(row.counts, name))
    if row.facts.table is None:
        return number(None)
    return UNCOUNTABLE if any(each.startswith("uncounted:") for each in row.reasons) else UNCOUNTED


def _sortable(counts: Counts | None, name: str) -> int | None:
    return None if counts is None else getattr(counts, name)


def _counted(name: str, title: str, rank: int) -> Column[MatrixRow]:
    return Column(
        name,
        title,
        lambda row: _count(row, name),
        lambda row: _sortable(row.counts, name),
        rank,
        width=10,
        right=True,
        searched=False,
        tone=_missing_tone if name == "missing" else lambda _: "",
    )


COLUMNS: tuple[Column[MatrixRow], ...] = (
    Column(
        "collection",
        "collection",
        lambda row: visible(row.facts.collection),
        lambda row: row.facts.collection,
        0,
    ),
    Column(
        "role",
        "role",
        lambda row: visible(row.facts.governance_role),
        lambda row: row.facts.governance_role,
        9,
        limit=14,
    ),
    Column(
        "requirement",
        "requirement",
        lambda row: visible(row.facts.requirement or "-"),
        lambda row: row.facts.requirement,
        8,
        limit=14,
    ),
    Column(
        "strategy",
        "strategy",
        lambda row: sign(row.facts.strategy).text,
        lambda row: row.facts.strategy,
        1,
        width=14,
        tone=lambda row: sign(row.facts.strategy).tone,
    ),
    Column(
        "identity",
        "identity",
        lambda row: visible(row.facts.identity or "-"),
        lambda row: row.facts.identity,
        5,
    ),
    Column(
        "native_status",
        "status",
        lambda row: "✓ native" if row.facts.native_status else "- none",
        lambda row: "native" if row.facts.native_status else "none",
        10,
        width=8,
    ),
    Column(
        "table",
        "table",
        lambda row: visible(row.facts.table or "✗ no table"),
        lambda row: row.facts.table,
        11,
    ),
    Column(
        "trigger",
        "trigger",
        lambda row: sign(row.facts.trigger).text,
        lambda row: row.facts.trigger,
        3,
        width=10,
        tone=lambda row: sign(row.facts.trigger).tone,
    ),
    Column(
        "verdict",
        "verdict",
        lambda row: sign(row.verdict).text,
        lambda row: row.verdict,
        2,
        width=12,
        tone=lambda row: sign(row.verdict).tone,
    ),
    _counted("source_rows", "source rows", 6),
    _counted("registered", "registered", 7),
    _counted("missing", "missing", 4),
)

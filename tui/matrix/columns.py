"""The columns of the matrix."""

from core.domain.overview.matrix import REQUIRED, MatrixRow
from core.domain.text import visible
from tui.widgets.signs import Sign, number, sign
from tui.widgets.table import GridColumn

UNCOUNTED, UNCOUNTABLE = "…", "!"


def strategy_of(row: MatrixRow) -> Sign:
    """How its rows are identified; a collection that is not REQUIRED needs no identity."""
    asked_for = row.facts.requirement == REQUIRED or row.facts.strategy != "unclassified"
    return sign(row.facts.strategy if asked_for else "none")


def trigger_of(row: MatrixRow) -> Sign:
    """Its birth trigger; nothing is wrong where one that is not REQUIRED has none."""
    found = sign(row.facts.trigger)
    return found if row.facts.requirement == REQUIRED else Sign("-" if found.tone else found.glyph, found.word)


def _missing_tone(row: MatrixRow) -> str:
    return "warn" if _counts(row, "missing") else ""


def _counts(row: MatrixRow, name: str) -> int | None:
    """A count; no row of what is not REQUIRED is missing."""
    if row.counts is None or (name == "missing" and row.facts.requirement != REQUIRED):
        return None
    return int(found) if (found := getattr(row.counts, name)) is not None else None


def _count(row: MatrixRow, name: str) -> str:
    if row.counts is not None:
        return number(_counts(row, name))
    if row.facts.table is None:
        return number(None)
    return UNCOUNTABLE if any(each.startswith("uncounted:") for each in row.reasons) else UNCOUNTED


def _counted(name: str, title: str, rank: int) -> GridColumn[MatrixRow]:
    return GridColumn(
        name,
        title,
        lambda row: _count(row, name),
        lambda row: _counts(row, name),
        rank,
        width=10,
        right=True,
        searched=False,
        tone=_missing_tone if name == "missing" else lambda _: "",
    )


COLUMNS: tuple[GridColumn[MatrixRow], ...] = (
    GridColumn(
        "collection",
        "collection",
        lambda row: visible(row.facts.collection),
        lambda row: row.facts.collection,
        0,
    ),
    GridColumn(
        "role",
        "role",
        lambda row: visible(row.facts.governance_role),
        lambda row: row.facts.governance_role,
        9,
        limit=14,
    ),
    GridColumn(
        "requirement",
        "requirement",
        lambda row: visible(row.facts.requirement or "-"),
        lambda row: row.facts.requirement,
        8,
        limit=14,
    ),
    GridColumn(
        "strategy",
        "strategy",
        lambda row: strategy_of(row).text,
        lambda row: strategy_of(row).word,
        1,
        width=14,
        tone=lambda row: strategy_of(row).tone,
    ),
    GridColumn(
        "identity",
        "identity",
        lambda row: visible(row.facts.identity or "-"),
        lambda row: row.facts.identity,
        5,
    ),
    GridColumn(
        "native_status",
        "status",
        lambda row: "✓ native" if row.facts.native_status else "- none",
        lambda row: "native" if row.facts.native_status else "none",
        10,
        width=8,
    ),
    GridColumn(
        "table",
        "table",
        lambda row: visible(row.facts.table or "✗ no table"),
        lambda row: row.facts.table,
        11,
    ),
    GridColumn(
        "trigger",
        "trigger",
        lambda row: trigger_of(row).text,
        lambda row: row.facts.trigger,
        3,
        width=10,
        tone=lambda row: trigger_of(row).tone,
    ),
    GridColumn(
        "verdict",
        "verdict",
        lambda row: sign(row.standing).text,
        lambda row: row.standing,
        2,
        width=12,
        tone=lambda row: sign(row.standing).tone,
    ),
    _counted("source_rows", "source rows", 6),
    _counted("registered", "registered", 7),
    _counted("missing", "missing", 4),
)

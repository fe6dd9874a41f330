"""The columns of the ledger's lists: runs, entries of a run, acceptance gates, and the rows of a diff."""

from dataclasses import dataclass

from core.domain.backfill import diff
from core.domain.backfill.diff import DiffRow
from core.domain.backfill.progress import ApplyProgress, now
from core.domain.backfill.runs import Accounting, Entry, Run
from core.domain.gates import GateState, Judgement
from core.domain.text import visible, visible_code
from core.domain.wording import in_words
from tui.widgets.signs import RUN_STATES, Sign, count_of, number
from tui.widgets.table import GridColumn

KINDS = {
    "+": Sign("+", "to register", "warn"),
    "=": Sign("=", "registered"),
    "-": Sign("-", "vanished", "faint"),
    "!": Sign("!", "quarantined", "bad"),
    "~": Sign("~", "late", "warn"),
}
WITHDRAWN = {**KINDS, **{kind: KINDS[kind]._replace(word=word) for kind, word in diff.WITHDRAWN.items()}}
CHANGES = {"+": Sign("+", "added", "good"), "-": Sign("-", "removed", "bad"), "=": Sign("=", "in both")}
VERDICTS = {
    GateState.PASSED: Sign("✓", "passed"),
    GateState.FAILED: Sign("✗", "failed", "bad"),
    GateState.UNKNOWN: Sign("?", "unknown", "warn"),
}


WIDE = 110
SHORTEST_EVIDENCE = 12  # cells


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run as it was read, and how it gets on where it is followed."""

    run: Run
    progress: ApplyProgress | None = None

    @property
    def state(self) -> Sign:
        """Its state as a sign."""
        state = now(self.run, self.progress).state
        return RUN_STATES.get(state) or Sign("?", visible(state), "warn")


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry, and what became of its rows so far."""

    entry: Entry
    outcome: Accounting


def _done(row: RunRow) -> str:
    if row.progress is None:
        return ""
    planned = row.progress.accounting.planned
    return f"{100 * row.progress.done // planned}%" if planned else "-"


RUNS: tuple[GridColumn[RunRow], ...] = (
    GridColumn("run", "run", lambda row: row.run.name, lambda row: row.run.run, 0),
    GridColumn(
        "state", "state", lambda row: row.state.text, lambda row: row.state.word, 1, 12, tone=lambda r: r.state.tone
    ),
    GridColumn(
        "planned", "planned", lambda row: number(row.run.missing), lambda row: row.run.missing, 2, 11, right=True
    ),
    GridColumn("done", "done", _done, lambda row: row.progress.done if row.progress else None, 3, 5, right=True),
    GridColumn("in", "in", lambda r: _collections(r.run), lambda row: len(row.run.entries), 4, limit=24),
    GridColumn(
        "by", "planned by", lambda row: visible(row.run.planned_by), lambda row: row.run.planned_by, 5, limit=16
    ),
    GridColumn(
        "at", "planned at", lambda r: f"{r.run.planned_at.astimezone():%m-%d %H:%M}", lambda r: r.run.run, 6, 11
    ),
    GridColumn("digest", "digest", lambda row: (row.run.digest or "")[:8], lambda row: row.run.digest, 7, 8),
)


def _collections(run: Run) -> str:
    if len(run.entries) == 1:
        return visible(run.entries[0].collection)
    return count_of(len(run.entries), "collection")


def _count(id: str, title: str, rank: int, tone: str = "") -> GridColumn[EntryRow]:  # noqa: A002 - as a column names it
    def value(row: EntryRow) -> int:
        return int(getattr(row.outcome, id))

    return GridColumn(
        id,
        title,
        lambda row: number(value(row)),
        value,
        rank,
        width=max(len(title) + 1, 9),
        right=True,
        searched=False,
        tone=lambda row: tone if value(row) else "",
    )


ENTRIES: tuple[GridColumn[EntryRow], ...] = (
    GridColumn(
        "collection", "collection", lambda row: visible(row.entry.collection), lambda row: row.entry.collection, 0
    ),
    _count("planned", "planned", 1),
    _count("registered", "registered", 2),
    _count("open", "to go", 3, "warn"),
    _count("quarantined", "quarantined", 4, "bad"),
    _count("existing", "existing", 6),
    _count("vanished", "vanished", 5),
    GridColumn(
        "source",
        "source rows",
        lambda row: number(row.entry.source_rows),
        lambda row: row.entry.source_rows,
        8,
        11,
        right=True,
        searched=False,
    ),
    GridColumn("identity", "identity", lambda row: visible(row.entry.identity), lambda row: row.entry.identity, 7),
    GridColumn("digest", "digest", lambda row: row.entry.digest[:8], lambda row: row.entry.digest, 9, 8),
)


def gate_evidence(gate: Judgement) -> str:
    """What a gate rests on, in one line of words."""
    return "" if gate.evidence is None else visible(in_words(gate.evidence))


@dataclass(frozen=True, slots=True)
class GateRow:
    """A gate at its place in the line."""

    place: int
    gate: Judgement


def gates(width: int, *, beside: bool = False) -> tuple[GridColumn[GateRow], ...]:
    """The columns of the gates: the evidence has what the titles leave.

    Where the gate under the cursor is explained `beside` them, the titles come first.
    """
    title = max(min(57, width - 14), 33) if beside or width >= WIDE else 33
    found: tuple[GridColumn[GateRow], ...] = (
        GridColumn(
            "title",
            "gate",
            lambda row: f"{row.place:>2} {visible(row.gate.title)}",
            lambda row: row.place,
            0,
            title,
            is_prose=True,
        ),
        GridColumn(
            "verdict",
            "verdict",
            lambda row: VERDICTS[row.gate.verdict].text,
            lambda row: row.gate.verdict,
            1,
            9,
            tone=lambda row: VERDICTS[row.gate.verdict].tone,
        ),
        GridColumn(
            "evidence",
            "evidence",
            lambda row: gate_evidence(row.gate),
            lambda row: row.place,
            2,
            max(width - title - 15, 12),
            is_prose=True,
        ),
    )
    return found if width - title - 15 >= SHORTEST_EVIDENCE else found[:-1]


def outcome(row: DiffRow) -> Sign:
    """What became of a row, in the words of its run."""
    return (WITHDRAWN if row.withdraws else KINDS)[row.kind]


def _key(row: DiffRow) -> str:
    return visible(" / ".join(row.source_key))


def diff_columns(width: int, only: str | None) -> tuple[GridColumn[DiffRow], ...]:
    """The columns of a diff. Of rows that were set aside, the server's reason is what counts."""
    code: GridColumn[DiffRow] = GridColumn(
        "code",
        "  code",
        lambda row: f"{row.kind} {visible_code(row.code)}",
        lambda row: row.code,
        0,
        limit=48 if width >= WIDE else 32,
        tone=lambda row: KINDS[row.kind].tone,
    )
    became: GridColumn[DiffRow] = GridColumn(
        "outcome",
        "outcome",
        lambda row: outcome(row).word,
        lambda row: row.kind,
        1,
        11,
        tone=lambda row: KINDS[row.kind].tone,
    )
    collection: GridColumn[DiffRow] = GridColumn(
        "collection", "collection", lambda row: visible(row.collection), lambda row: row.collection, 2, limit=24
    )
    key: GridColumn[DiffRow] = GridColumn("key", "source key", _key, lambda _: None, 3, limit=24)
    reason: GridColumn[DiffRow] = GridColumn(
        "note",
        "SQLSTATE and message" if only == "!" else "note",
        lambda row: visible(row.note or ""),
        lambda row: row.note,
        4,
        limit=max(width - 37, 20) if only == "!" else 60,
        is_prose=True,
    )
    return (code, reason, collection, key) if only == "!" else (code, became, collection, key, reason)


def compared(before: str, after: str) -> tuple[GridColumn[DiffRow], ...]:
    """Two plans side by side: a code stands on each side that holds it."""
    return (
        GridColumn(
            "before",
            f"  {before}",
            lambda row: f"{row.kind} {'' if row.kind == '+' else visible_code(row.code)}",
            lambda row: row.code,
            0,
            limit=40,
            tone=lambda row: CHANGES[row.kind].tone,
        ),
        GridColumn(
            "after",
            after,
            lambda row: "" if row.kind == "-" else visible_code(row.code),
            lambda row: row.code,
            1,
            limit=40,
            tone=lambda row: CHANGES[row.kind].tone,
        ),
        GridColumn("change", "", lambda row: CHANGES[row.kind].word, lambda row: row.kind, 2, 7),
        GridColumn("collection", "collection", lambda row: visible(row.collection), lambda _: None, 3, limit=24),
        GridColumn("key", "source key", _key, lambda _: None, 4, limit=32),
    )

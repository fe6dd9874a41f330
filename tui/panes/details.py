"""Everything known of one collection, to read."""

from textual.content import Content

from core.domain.compatibility import MatrixRow
from core.domain.visible import visible
from core.errors import ConsoleError
from tui.words import number, reason, sign

LABEL = 16
TONES = {"bad": "bold $error", "warn": "bold $warning"}


def details(row: MatrixRow, failure: ConsoleError | None) -> Content:
    """The facts, the counts, the verdict and each of its reasons."""
    facts, counts = row.facts, row.counts
    lines = [
        _fact("collection", visible(facts.collection), "bold"),
        _fact("governance role", visible(facts.governance_role)),
        _fact("requirement", visible(facts.requirement or "none")),
        _state("strategy", facts.strategy),
        _fact("identity", visible(facts.identity or "none")),
        _fact("table", visible(facts.table or "none")),
        _fact("native status", "yes" if facts.native_status else "no"),
        _state("birth trigger", facts.trigger),
        Content(""),
        _fact("source rows", number(counts.source_rows if counts else None)),
        _fact("registered", number(counts.registered if counts else None)),
        _fact("missing", number(counts.missing if counts else None)),
        Content(""),
        _state("verdict", row.verdict),
        *(
            Content.assemble(" " * LABEL, visible(reason(each)))
            for each in row.reasons
            if not each.startswith("uncounted:")
        ),
    ]
    if failure is not None:
        lines += [
            Content(""),
            _fact("not counted", visible(failure.message), TONES["warn"]),
            _fact("", visible(failure.hint)),
        ]
    return Content("\n").join(lines)


def _fact(label: str, value: str, tone: str = "") -> Content:
    return Content.assemble((label.ljust(LABEL), "$text-muted"), (value, tone))


def _state(label: str, state: str) -> Content:
    mark = sign(state)
    return _fact(label, mark.text, TONES.get(mark.tone, ""))

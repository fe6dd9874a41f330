"""What stands beside the matrix of the collection under the cursor, each fact in its place whichever row it is.

Between two rows only the values change, not where they stand: over a slow line the eye and the wire have little to do.
"""

from collections.abc import Iterator

from textual.content import Content

from core.domain.gates import GateState
from core.domain.overview.contract import Contract
from core.domain.overview.matrix import REQUIRED, MatrixRow
from core.domain.text import visible
from core.errors import ConsoleError
from tui.matrix.columns import UNCOUNTABLE, UNCOUNTED, strategy_of, trigger_of
from tui.matrix.contract_text import LABEL, TONES, evidence_of, tone_of, under_its_sign, why
from tui.widgets.cells import fit_middle
from tui.widgets.signs import count_of, number, sign

NUMBER = 9
_SIGNS = {GateState.PASSED: ("✓ ", "$success"), GateState.FAILED: ("✗ ", "bold $error")}


def beside(row: MatrixRow, failure: ConsoleError | None, contract: Contract | None, width: int) -> Content:
    """The facts of the matrix, the gates that the catalogs decide in their order, then what is wrong and what helps."""
    parts = [*_facts(row, failure, width), Content("")]
    if contract is None:
        parts += _told([visible(each) for each in why(row)], width, "")
    else:
        parts += _gates(contract, width)
        if row.facts.requirement != REQUIRED:
            parts += _told(why(row), width, "$text-muted")
    if failure is not None:
        parts += _told([f"not counted: {visible(failure.message)}"], width, TONES["warn"])
        parts += _told([f"→ {visible(failure.hint)}"] if failure.hint else [], width, "$accent")
    return Content("\n").join(parts)


def _facts(row: MatrixRow, failure: ConsoleError | None, width: int) -> Iterator[Content]:
    found, counts, strategy, trigger = row.facts, row.counts, strategy_of(row), trigger_of(row)

    def fact(label: str, value: str, tone: str = "") -> Content:
        return Content.assemble(
            (label.ljust(LABEL), "$text-muted"), (fit_middle(visible(value), max(width - LABEL, LABEL)), tone)
        )

    def counted(name: str) -> str:
        if counts is None:
            return UNCOUNTABLE if failure is not None else UNCOUNTED if found.table else number(None)
        is_asked = name != "missing" or found.requirement == REQUIRED
        return number(getattr(counts, name) if is_asked else None)

    yield Content.styled(fit_middle(visible(found.collection), width), "bold")
    yield Content.styled(visible(f"{found.governance_role} · {found.requirement or '-'}"), "$text-muted")
    yield Content("")
    yield fact("verdict", sign(row.standing).text, tone_of(sign(row.standing)))
    yield fact("identity", strategy.text, tone_of(strategy))
    yield fact("", found.identity or "")
    yield fact("birth trigger", trigger.text, tone_of(trigger))
    yield fact("status", "native" if found.native_status else "none")
    if found.table != found.collection:
        yield fact("table", found.table or "none")
    for label, name in (("source rows", "source_rows"), ("registered", "registered"), ("missing", "missing")):
        yield fact(label, counted(name).rjust(NUMBER))


def _gates(contract: Contract, width: int) -> Iterator[Content]:
    judged = [gate for gate in contract.gates if gate.verdict is not GateState.UNKNOWN]
    failed = [gate for gate in judged if gate.verdict is GateState.FAILED]
    yield Content.assemble(
        ("Contract  ", "bold $accent"),
        (f"✗ {count_of(len(failed), 'gate')} failed" if failed else "✓ nothing failed so far", "bold"),
    )
    for gate in judged:
        yield under_its_sign(_SIGNS[gate.verdict], (gate.title, ""), width)
    if left := len(contract.gates) - len(judged):
        told = f"{count_of(left, 'gate')} not evaluated · enter: check the rows"
        yield under_its_sign(("? ", "$text-muted"), (told, "$text-muted"), width)
    for gate in failed:
        yield from _told([evidence_of(gate.evidence)], width, "")
        yield from _told([f"→ {gate.hint}"] if gate.hint else [], width, "$accent")


def _told(texts: list[str], width: int, tone: str) -> Iterator[Content]:
    for text in filter(None, texts):
        yield under_its_sign(("  ", ""), (text, tone), width)

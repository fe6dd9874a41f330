"""The texts of an opened collection: its facts, the gates of its contract, and SQL to read."""

import textwrap
from collections.abc import Iterator

from textual.content import Content
from textual.highlight import HighlightTheme, highlight

from core.domain.gates import GateState, Judgement
from core.domain.overview.contract import Contract, ReadableSql
from core.domain.overview.matrix import REQUIRED, MatrixRow
from core.domain.text import visible
from core.errors import ConsoleError, Json
from tui.matrix.columns import strategy_of, trigger_of
from tui.widgets.cells import fit
from tui.widgets.signs import Sign, count_of, number, reason_sentence, sign

LABEL = 15
TONES = {"bad": "bold $error", "warn": "bold $warning"}
VERDICTS = {
    GateState.PASSED: ("✓ passed ", "$success"),
    GateState.FAILED: ("✗ failed ", "bold $error"),
    GateState.UNKNOWN: ("? unknown", "bold $warning"),
}
_FIRST = (GateState.FAILED, GateState.UNKNOWN, GateState.PASSED)
INDENT = 11
LONGEST = 300
NARROWEST = 8


_SQL_TONES = {
    "Token.Comment": "$text-muted",
    "Token.Keyword": "$accent",
    "Token.Name.Builtin": "$accent",
    "Token.Operator.Word": "$accent",
    "Token.Literal.String": "$success",
    "Token.Literal.Number": "$warning",
}


class SqlTheme(HighlightTheme):
    """Few colours, all of the console's own theme."""

    STYLES = {token: _SQL_TONES[str(token)] for token in HighlightTheme.STYLES if str(token) in _SQL_TONES}  # noqa: RUF012 - as its base declares it


def facts(row: MatrixRow, failure: ConsoleError | None) -> Content:
    """The verdict with each of its reasons, and what the matrix shows of it."""
    found, strategy, trigger, fact = row.facts, strategy_of(row), trigger_of(row), _fact
    not_counted = [fact("not counted", visible(failure.message), TONES["warn"])] if failure is not None else []
    if failure is not None and failure.hint:
        not_counted.append(fact("", visible(failure.hint)))
    known = [
        fact(
            "collection", visible(f"{found.collection} · {found.governance_role} · {found.requirement or '-'}"), "bold"
        ),
        fact("verdict", sign(row.standing).text, tone_of(sign(row.standing))),
        *(fact("", visible(each)) for each in why(row)),
        *not_counted,
        fact("identity", f"{strategy.text}  {visible(found.identity or '')}", tone_of(strategy)),
        fact("table", f"{visible(found.table or 'none')} · {'native status' if found.native_status else 'no status'}"),
        fact("birth trigger", trigger.text, tone_of(trigger)),
        fact("rows", _rows(row)),
    ]
    return Content("\n").join(known)


def gates(contract: Contract, width: int) -> Content:
    """Each gate of the contract with what it rests on, and what to do where it is closed: those come first."""
    failed, unknown = (
        sum(gate.verdict is state for gate in contract.gates) for state in (GateState.FAILED, GateState.UNKNOWN)
    )
    verdict = "all_ok" if contract.all_ok else f"{failed} of {count_of(len(contract.gates), 'gate')} failed"
    verdict += f", {unknown} not evaluated" if unknown else ""
    head = Content.assemble(("Contract  ", "bold $accent"), (f"{'✓' if contract.all_ok else '✗'} {verdict}", "bold"))
    ordered = sorted(contract.gates, key=lambda gate: _FIRST.index(gate.verdict))
    return Content("\n").join([head, *(line for gate in ordered for line in _gate(gate, width))])


def sql(statement: ReadableSql) -> Content:
    """A statement with its keywords told apart. Nothing in it is ever markup."""
    head = Content.styled(f"SQL that {statement.title}", "bold $accent")
    return Content("\n").join([head, highlight(lines(statement.text), language="sql", theme=SqlTheme)])


def lines(text: str) -> str:
    """Text of several lines, each with everything visible."""
    return "\n".join(map(visible, text.split("\n")))


def _gate(gate: Judgement, width: int) -> Iterator[Content]:
    word, tone = VERDICTS[gate.verdict]
    evidence = evidence_of(gate.evidence)
    if gate.verdict is not GateState.FAILED:
        rest = width - INDENT - len(gate.title) - 3
        told = f" · {fit(evidence, rest).rstrip()}" if evidence and rest > NARROWEST else ""
        yield under_its_sign((f"{word}  ", tone), (gate.title, ""), width).append(Content.styled(told, "$text-muted"))
        return
    yield under_its_sign((f"{word}  ", tone), (gate.title, "bold"), width)
    yield from (Content(line) for line in _indented(evidence, width))
    yield from (Content.styled(line, "$accent") for line in _indented(f"→ {gate.hint}" if gate.hint else "", width))


def under_its_sign(head: tuple[str, str], told: tuple[str, str], width: int) -> Content:
    """A sign and a text, whose further lines begin where its first does."""
    (sign_, _), (text, tone) = head, told
    folded = textwrap.wrap(text, max(width - len(sign_), LABEL))
    return Content.assemble(head, (f"\n{' ' * len(sign_)}".join(folded), tone))


def _indented(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, initial_indent=" " * INDENT, subsequent_indent=" " * INDENT)


def evidence_of(value: Json) -> str:
    """What a verdict rests on, on one line."""
    text = _told(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _told(value: Json) -> str:
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, int):
        return number(value)
    if isinstance(value, dict):
        return ", ".join(f"{visible(name)} {_told(each)}" for name, each in value.items())
    if isinstance(value, list):
        return " · ".join(map(_told, value))
    return visible(str(value))


def _fact(label: str, value: str, tone: str = "") -> Content:
    return Content.assemble((label.ljust(LABEL), "$text-muted"), (value, tone))


def why(row: MatrixRow) -> list[str]:
    """Why its verdict is what it is, a sentence each."""
    if row.facts.requirement != REQUIRED:
        return ["only rows of REQUIRED collections are identified and registered"]
    return [reason_sentence(each) for each in row.reasons if not each.startswith("uncounted:")]


def tone_of(found: Sign) -> str:
    """The colour of a sign."""
    return TONES.get(found.tone, "")


def _rows(row: MatrixRow) -> str:
    counts = row.counts
    if counts is None:
        return "not counted yet"
    if row.facts.requirement != REQUIRED:
        return f"{number(counts.source_rows)} source · {number(counts.registered)} registered"
    missing = "unknown" if counts.missing is None else number(counts.missing)
    return f"{number(counts.source_rows)} source · {number(counts.registered)} registered · {missing} missing"

"""The conditions of the QT-001 gate in an operator's words, and where something is done about each."""

from dataclasses import dataclass

from core.domain.overview.readiness import Readiness, conditions


@dataclass(frozen=True, slots=True)
class ConditionText:
    """How one condition reads when it holds, when it does not, and in short; what cures it: an action, a command."""

    holds: str
    fails: str
    short: str
    action: str = ""
    command: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of the gate. `action` is the id of what an operator does about it here."""

    holds: bool
    text: str
    short: str
    action: str
    command: str


_WORDS = {
    "identities_resolved": ConditionText(
        "every identity is classified",
        "{0} {identities} {unresolved}",
        "{0} {identities}",
        "classify",
        "birth-console classify",
    ),
    "permit_opened": ConditionText(
        "{0} open {permits}",
        "no open permit (gatekeepers)",
        "no permit",
        "permits",
        "birth-console permit open",
    ),
    "permit_table": ConditionText(
        "permit table", "permit table absent", "no permit table", command="birth-console init"
    ),
    "ledger_table": ConditionText("ledger", "ledger table absent", "no ledger table", command="birth-console init"),
    "register_function": ConditionText(
        "register fn", "register function absent", "no register function", command="birth-console init"
    ),
}


def gate_conditions(readiness: Readiness) -> list[Condition]:
    """Every condition in the order of the gate's text. What holds and what does not is the gates' verdict."""
    found = []
    for each in conditions(readiness):
        words, count = _WORDS[each.id], each.evidence
        plural = {
            "identities": "identity" if count == 1 else "identities",
            "permits": "permit" if count == 1 else "permits",
            # A classified collection may have lost its table, or a column.
            "unresolved": "unresolved" if readiness.stranded else "unclassified",
        }
        text = (words.holds if each.passed else words.fails).format(count, **plural)
        short = words.short.format(count, **plural)
        found.append(Condition(each.passed, text, short, words.action, words.command))
    return found

"""Every gate, tier and part of a score, explained. The page is made from the lists that judge: it cannot go stale.

What a gate asks, and what opens it, stands with the gate. Only the reason stands here; a test wants one for each.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from core.domain.backfill.apply_gates import APPLY
from core.domain.backfill.plan_gates import PLANNABLE
from core.domain.classify.guide import PARTS, TIERS
from core.domain.gates import Gate
from core.domain.overview.contract import CONTRACT
from core.domain.overview.readiness import READINESS
from core.domain.trust import acceptance_gates

__all__ = ["PARTS", "REASONS", "TIERS", "Chapter", "Explained", "chapters", "markdown", "reason"]
Facts = TypeVar("Facts")
TITLE = "Gates"
SUMMARY = "Understand each gate, tier and score: reason, remedy."

REASONS = {
    "identities_resolved": "A run over half of the collections would look complete without being so.",
    "permit_opened": "Registering needs a second person: a gatekeeper says how many rows, and until when.",
    "permit_table": "Without the table no permit can be proven.",
    "ledger_table": "Without the ledger no plan, batch or outcome is kept.",
    "register_function": "Rows are registered by the company's function alone, never by an INSERT of the console's.",
    "register_bound": "A function that takes other arguments would be given the wrong values.",
    "known": "A name that is not enrolled has no policy, and may be a typing error.",
    "policy_required": "The policy says which collections must be registered. An exempt one has no missing rows.",
    "table_present": "Without a table there are no rows.",
    "classified": "Without an identity a row has no code, and is neither registered nor missing.",
    "identity_classified": "Without an identity a row has no code, and is neither registered nor missing.",
    "columns_present": "An identity follows its column by number. A column that is gone gives no codes.",
    "no_nulls": "A row without a value would have no code, and would be missing for ever.",
    "no_empties": "A blank code identifies nothing.",
    "unique": "Two rows with one code: one of them could never be registered.",
    "no_twins": "Codes that look the same are the same for people, and for most programs that compare them.",
    "short_enough": "The registry's column holds no longer code.",
    "no_lookalikes": "A bare code of the form collection:code may be taken for a row of that collection.",
    "no_foreign_codes": "A code is unique over all collections: the other collection has it already.",
    "no_pending_collisions": "A code is unique over all collections: the first to be registered would win.",
    "trigger_enabled": "While the trigger is off, new rows go missing behind the plan.",
    "gateway_code": "If the gateway took another column, one row would be registered under two codes.",
    "visible_writes": "An uncounted write could go to any table without a trace.",
    "qt001_open": "The conditions of the packet hold for every apply, not only for the first.",
    "permit_in_scope": "A permit admits a number of rows of named collections, for a time, and nothing beyond.",
    "reconciled": "A second query of another shape must find the same rows: a query repeats its own errors.",
    "trusted": "A login that could write past the gates makes their verdicts worthless.",
    "run_current": "Each plan is applied once. A later plan of the same collections replaces it.",
    "same_server": "A plan belongs to the database that it was made in: a copy has the same names and other rows.",
    "gateway_unchanged": "Rows are to be registered by the function that was reviewed, and by no other.",
    "registry_triggers": "A trigger of the registry may change or add what a batch writes.",
    "tga_unchanged": "Alerts tell of changed triggers: a reviewer acknowledges each that came after the plan.",
    "same_tables": "A table that was made again under its name is another table.",
    "same_identities": "The planned codes were made by one version of the identity.",
    "triggers_unchanged": "A changed trigger may register rows in another way than the planned ones.",
    "dry_run_plan": "Each written row must have been listed before.",
    "batched_apply": "Bounded batches hold locks for a moment only, and can be stopped between two of them.",
    "rerun_delta": "Applying again must find nothing to do: that proves that nothing was missed.",
    "identity_holds": "Rows may have changed during the run: the proof is repeated on the present rows.",
    "no_self_certify": "A person who took part in any step cannot judge the result, under any login.",
    "birth_neutral": "The registry must have grown by the planned rows, and by nothing else.",
    "born_alike": "A registered row must be usable like those that the gateway made.",
    "within_limits": "Many rows that vanish during a run are a sign of a wrong source.",
    "history_whole": "A failover or restore may have taken a certificate: it must not be given again unnoticed.",
    "accounting_closes": "Every planned row has exactly one outcome.",
}


@dataclass(frozen=True, slots=True)
class Explained:
    """One gate: what it asks, why, and what opens it. `stale`: a new plan opens it."""

    id: str
    title: str
    reason: str
    hint: str
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Chapter:
    """The gates of one moment, in the order in which they are judged."""

    title: str
    about: str
    gates: tuple[Explained, ...]


def chapters() -> tuple[Chapter, ...]:
    """Every gate of every list."""
    return (
        Chapter("QT-001", "The gate of the packet. `birth-console status` shows it.", _of(READINESS)),
        Chapter(
            "Before a plan", "Asked of each collection. `plan --all` omits those that do not pass.", _of(PLANNABLE)
        ),
        Chapter("Contract", "What must hold for a collection. `enter` in the matrix shows it.", _of(CONTRACT)),
        Chapter("Before an apply", "Asked when an apply begins and again during it, by the database.", _of(APPLY)),
        Chapter(
            "Acceptance",
            "Asked by `verify`. `certify` insists on all of them, in the database.",
            tuple(_explained(each.id, each.title, each.hint) for each in acceptance_gates.known()),
        ),
    )


def reason(gate: str) -> str:
    """Why a gate is there; nothing for one that this version does not know."""
    return REASONS.get(gate, "")


def markdown() -> str:
    """The whole page."""
    return "\n".join(_lines()) + "\n"


def _of(gates: Iterable[Gate[Facts]]) -> tuple[Explained, ...]:
    return tuple(_explained(each.id, each.title, each.hint, stale=each.stale) for each in gates)


def _explained(gate: str, title: str, hint: str, *, stale: bool = False) -> Explained:
    return Explained(gate, title, reason(gate), hint, stale)


def _lines() -> Iterator[str]:
    yield f"# {TITLE}\n\n{SUMMARY}\n"
    yield (
        "A gate is a named condition with a verdict (passed, failed, unknown) and evidence. Unknown blocks like failed."
        " There is no override. Closed gates exit with 3; where a new plan is enough, with 4.\n"
    )
    for chapter in chapters():
        yield f"## {chapter.title}\n\n{chapter.about}\n"
        for gate in chapter.gates:
            yield f"- **{gate.id}**: {gate.title}. {gate.reason}"
            yield f"  If closed: {gate.hint}{' A new plan is enough.' if gate.stale else ''}"
        yield ""
    yield "## Tiers\n\nHow far a suggestion can be trusted unseen. `birth-console suggest` shows it.\n"
    yield from (f"- **{tier}**: {text}" for tier, text in TIERS.items())
    yield (
        "\n## Scores\n\nThe points of a candidate are the sum of its parts. 2.5 more points make it 2.7 times as"
        " likely. `birth-console suggest COLLECTION --explain` and `enter` in Classify tell the parts in words, the"
        " weightiest first, and how likely they make it; `suggest --json` has the points.\n"
    )
    yield from (f"- **{name}**: {text}" for name, text in PARTS.items())
    yield (
        "\nA table without any declared key is judged by other parts, learned from public schemas. Their names are"
        " sentences, such as *first column* or *numbers without gaps*."
    )

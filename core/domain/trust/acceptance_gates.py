"""The acceptance gates of a run, in the packet's order, with two of our own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.domain.backfill.runs import Accounting
from core.domain.gates import Gate, Verdict, when

if TYPE_CHECKING:
    from core.errors import Json

LARGEST_BATCH = 10_000


@dataclass(frozen=True, slots=True)
class RunEvidence:
    """What one snapshot says of a run: `facts` beside the pins, who took part, the accounting, the rerun."""

    facts: dict[str, Any]
    participants: tuple[str, ...]
    reviewers: tuple[str, ...]
    accounting: Accounting
    rerun_delta: int
    births: tuple[Mapping[str, Any], ...]


def _plan(seen: RunEvidence) -> Verdict:
    changed = seen.facts["items_changed"]
    return when(
        seen.facts["digest"] is not None and not changed,
        {
            "planned_by": seen.facts["planned_by"],
            "digest": seen.facts["digest"],
            "planned": seen.accounting.planned,
            "items_changed": changed,
        },
    )


def _reconciled(seen: RunEvidence) -> Verdict:
    by = seen.facts["reconciled_by"]
    return when(by is not None, {"reconciled_by": by, "note": seen.facts["reconcile_note"]})


def _applied(seen: RunEvidence) -> Verdict:
    facts = seen.facts
    bounded = facts["largest"] <= LARGEST_BATCH and facts["unfinished"] == 0
    return when(
        facts["status"] in ("applied", "certified") and bounded,
        {
            "status": facts["status"],
            "batches": facts["batches"],
            "largest": facts["largest"],
            "unfinished": facts["unfinished"],
        },
    )


def _rerun(seen: RunEvidence) -> Verdict:
    left = {"late": seen.accounting.late, "quarantined": seen.accounting.quarantined}
    return when(seen.rerun_delta == 0, {"rerun_delta": seen.rerun_delta, **left})


def _independent(seen: RunEvidence) -> Verdict:
    """Somebody who took no part can still review the run."""
    free: list[Json] = [person for person in seen.reviewers if person not in seen.participants]
    return when(bool(free), {"participants": list(seen.participants), "independent_reviewers": free})


def _neutral(seen: RunEvidence) -> Verdict:
    """The registry holds what the batches account for, as planned items, and nothing else of the run's doing.

    Every row that came since the plan is looked at. Were a row changed or deleted, more rows would be fresh than
    the registry grew by. What others registered meanwhile is told apart and named.
    """
    facts = seen.facts
    by_run = [birth for birth in seen.births if birth["by_run"]]
    ours, planned = sum(birth["rows"] for birth in by_run), sum(birth["ours"] for birth in by_run)
    grown = facts["registry_live"] - facts["registry_planned"]
    fresh = sum(birth["rows"] for birth in seen.births)
    neutral = ours == planned == facts["written"] == seen.accounting.registered and fresh == grown
    others: list[Json] = [
        {name: birth[name] for name in ("origin", "collection", "rows", "example")}
        for birth in seen.births
        if not birth["by_run"]
    ]
    return when(
        neutral and facts["self_marked"] == 0,
        {
            "registered": seen.accounting.registered,
            "written": facts["written"],
            "not_planned": ours - planned,
            "changed_or_deleted": fresh - grown,
            "self_marked": facts["self_marked"],
            "tables_written": facts["writes"],
            "born_besides": others,
        },
    )


def _alerts(seen: RunEvidence) -> Verdict:
    planned, live = seen.facts["alerts_planned"], seen.facts["alerts_live"]
    return when(planned == live, {"planned": planned, "live": live})


def _gateway(seen: RunEvidence) -> Verdict:
    planned, live = seen.facts["gateway_planned"], seen.facts["gateway_live"]
    return when(
        planned == live,
        {"planned": planned["norm_md5"][:8], "live": (live["norm_md5"] or "")[:8], "full": planned == live},
    )


def _triggers(seen: RunEvidence) -> Verdict:
    facts = seen.facts
    changed: list[Json] = list(facts["triggers_changed"])
    if facts["registry_triggers_planned"] != facts["registry_triggers_live"]:
        changed.append("birth_registry")
    return when(not changed, {"changed": changed})


def _closes(seen: RunEvidence) -> Verdict:
    return when(seen.accounting.open == 0, seen.accounting.as_json())


ACCEPTANCE: tuple[Gate[RunEvidence], ...] = (
    Gate("dry_run_plan", "dry-run plan", _plan, "Plan again."),
    Gate("reconciled", "planned reconciled against source", _reconciled, "Reconcile the run."),
    Gate("batched_apply", "applied in bounded batches", _applied, "Apply the run to its end."),
    Gate("rerun_delta", "a rerun finds nothing", _rerun, "Plan again: rows of this plan are still missing."),
    Gate(
        "no_self_certify",
        "an independent reviewer is there to certify",
        _independent,
        "Name a reviewer who took no part in the run.",
    ),
    Gate(
        "birth_neutral",
        "nothing was born but the intended rows",
        _neutral,
        "Compare the registry with the run's items.",
    ),
    Gate(
        "tga_unchanged",
        "no trigger alert since the plan",
        _alerts,
        "See trigger_guard_alerts for who touched which trigger.",
    ),
    Gate("gateway_unchanged", "the gateway is as planned", _gateway, "Find out who changed the gateway."),
    Gate("triggers_unchanged", "the triggers are as planned", _triggers, "Find out who changed them."),
    Gate(
        "accounting_closes",
        "planned = registered + existing + vanished + quarantined",
        _closes,
        "Apply the run to its end.",
    ),
)

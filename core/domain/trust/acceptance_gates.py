"""The acceptance gates of a run, in the packet's order, with two of our own."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from core.domain.gates import Gate, Verdict, when
from core.domain.trust.run_evidence import RunEvidence

if TYPE_CHECKING:
    from core.errors import Json

LARGEST_BATCH = 10_000


def _plan(seen: RunEvidence) -> Verdict:
    run = seen.state
    return when(
        run.digest is not None and not run.items_changed,
        {
            "planned_by": run.planned_by,
            "digest": run.digest,
            "planned": seen.accounting.planned,
            "items_changed": run.items_changed,
        },
    )


def _reconciled(seen: RunEvidence) -> Verdict:
    by = seen.state.reconciled_by
    return when(by is not None, {"reconciled_by": by, "note": seen.state.reconcile_note})


def _applied(seen: RunEvidence) -> Verdict:
    run = seen.state
    bounded = run.largest <= LARGEST_BATCH and run.unfinished == 0
    return when(
        run.status in ("applied", "certified") and bounded,
        {"status": run.status, "batches": run.batches, "largest": run.largest, "unfinished": run.unfinished},
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
    run = seen.state
    ours = sum(birth.rows for birth in seen.births if birth.by_run)
    planned = sum(birth.ours for birth in seen.births if birth.by_run)
    grown = run.registry_live - run.registry_planned
    fresh = sum(birth.rows for birth in seen.births)
    neutral = ours == planned == run.written == seen.accounting.registered and fresh == grown
    others: list[Json] = [
        {"origin": birth.origin, "collection": birth.collection, "rows": birth.rows, "example": birth.example}
        for birth in seen.births
        if not birth.by_run
    ]
    return when(
        neutral and run.self_marked == 0,
        {
            "registered": seen.accounting.registered,
            "written": run.written,
            "not_planned": ours - planned,
            "changed_or_deleted": fresh - grown,
            "self_marked": run.self_marked,
            "tables_written": run.writes,
            "born_besides": others,
        },
    )


def _alerts(seen: RunEvidence) -> Verdict:
    return when(seen.state.alerts.holds, seen.state.alerts.as_json())


def _gateway(seen: RunEvidence) -> Verdict:
    pin = seen.state.gateway
    return when(pin.holds, {"planned": _short(pin.planned), "live": _short(pin.live), "full": pin.holds})


def _short(fingerprint: "Json") -> str:
    """The first digits of a gateway's norm_md5; none where its function is gone."""
    found = fingerprint.get("norm_md5") if isinstance(fingerprint, Mapping) else None
    return str(found or "")[:8]


def _triggers(seen: RunEvidence) -> Verdict:
    changed: list[Json] = list(seen.state.triggers_changed)
    if not seen.state.registry_triggers.holds:
        changed.append("birth_registry")
    return when(not changed, {"changed": changed})


def _closes(seen: RunEvidence) -> Verdict:
    return when(seen.accounting.open == 0, seen.accounting.as_json())


ACCEPTANCE: tuple[Gate[RunEvidence], ...] = (
    Gate("dry_run_plan", "dry-run plan", _plan, "Plan again."),
    Gate("reconciled", "the plan is reconciled with the source", _reconciled, "Reconcile the run."),
    Gate("batched_apply", "applied in bounded batches", _applied, "Apply the run completely."),
    Gate("rerun_delta", "a rerun finds no missing rows", _rerun, "Plan again: rows of this plan are still missing."),
    Gate(
        "no_self_certify",
        "an independent reviewer can certify",
        _independent,
        "Add a reviewer who took no part in the run.",
    ),
    Gate(
        "birth_neutral",
        "only planned rows were registered",
        _neutral,
        "Compare the registry with the run's items.",
    ),
    Gate(
        "tga_unchanged",
        "no trigger alert since the plan",
        _alerts,
        "See trigger_guard_alerts for the login that changed a trigger.",
    ),
    Gate("gateway_unchanged", "the gateway matches the plan", _gateway, "Ask the gateway's owner about the change."),
    Gate("triggers_unchanged", "the triggers match the plan", _triggers, "Ask the tables' owners about the change."),
    Gate(
        "accounting_closes",
        "planned = registered + existing + vanished + quarantined",
        _closes,
        "Apply the run completely.",
    ),
)

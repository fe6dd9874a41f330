"""The QT-001 gate's text, computed once more: the view of the database is held against it."""

from collections.abc import Mapping


def gate_text(metrics: Mapping[str, int | str]) -> str:
    """What the gate must read by these metrics: every reason that keeps it closed, or OPEN."""
    reasons = []
    if (blockers := int(metrics["identity_unclassified_blockers"])) > 0:
        reasons.append(f"{blockers}_IDENTITIES_RESOLVED")
    if metrics["admission_permit_table"] == "present" and int(metrics["open_permits"]) == 0:
        reasons.append("PERMIT_OPENED")
    reasons += [
        f"{name.upper()}_PRESENT"
        for name in ("admission_permit_table", "backfill_ledger_table", "shared_register_fn")
        if metrics[name] != "present"
    ]
    return f"BLOCKED_UNTIL_{'_AND_'.join(reasons)}" if reasons else "OPEN"

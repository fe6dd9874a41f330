"""What a login is told that may not call a function: the group that it needs."""

import re

from core.errors import NotAllowed

# Who may call what is granted in the database; here stands only what to tell a login that was refused.
DENIED = re.compile(r"permission denied for function (birth_\w+)")
_GATEKEEPERS = frozenset(
    {"birth_permit_open", "birth_permit_grant", "birth_permit_close", "birth_policy_set", "birth_history_accept"}
)
_REVIEWERS = frozenset({"birth_backfill_certify", "birth_alert_acknowledge"})
_ACTIONS = {
    "birth_backfill_certify": "certify a run",
    "birth_alert_acknowledge": "acknowledge an alert",
    "birth_backfill_steer": "control a run",
    "birth_permit_open": "open permits",
    "birth_permit_grant": "grant permits",
    "birth_permit_request": "ask for a permit",
    "birth_history_accept": "accept a server's history",
    "birth_run_withdraw": "withdraw a run",
    "birth_identity_retire": "retire identities",
    "birth_backfill_rehearse": "rehearse a run",
    "birth_permit_close": "close permits",
    "birth_policy_set": "decide the policy of a collection",
    "birth_identity_classify": "classify identities",
    "birth_identity_unclassify": "remove identities",
    "birth_identity_undo": "undo classifications",
    "birth_backfill_plan": "plan a backfill",
    "birth_backfill_plan_reconciled": "plan a backfill",
    "birth_backfill_reconcile": "reconcile a run",
    "birth_backfill_reconcile_drift": "reconcile a run",
    "birth_backfill_begin": "apply a run",
}


def not_in_group(function: str, message: str) -> NotAllowed:
    """The refusal of a function of ours; `message` is the server's."""
    group = "birth_gatekeeper" if function in _GATEKEEPERS else "birth_operator"
    if function in _REVIEWERS:
        group = "birth_reviewer"
    return NotAllowed(
        f"this login may not {_ACTIONS.get(function, f'call {function}')}",
        evidence={"needs": group, "server": message},
        hint=f"Ask an administrator for the group {group}.",
    )

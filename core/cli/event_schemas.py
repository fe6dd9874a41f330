"""The shape of every event of an apply: a line of its NDJSON each, the same on stdout and in a background's file."""

from core.cli.schema_words import ANY, COUNT, NUMBER, TEXT, Schema, either, fields, listed, maybe
from core.domain.backfill.events import EVENT_VERSION

ACCOUNT = fields(planned=COUNT, registered=COUNT, existing=COUNT, vanished=COUNT, quarantined=COUNT, late=maybe(COUNT))
_CLAIM = {"ledger_id": COUNT, "epoch": COUNT}
_OUTCOMES = {"registered": COUNT, "existing": COUNT, "vanished": COUNT, "quarantined": COUNT}

# What each event holds besides its name, the version and the run.
EVENTS: dict[str, dict[str, Schema]] = {
    "started": {"planned": COUNT, "open": COUNT},
    "batch": {**_CLAIM, "seq_from": COUNT, "seq_to": COUNT, "rows": COUNT, **_OUTCOMES, "seconds": NUMBER},
    "workers": {"workers": COUNT},
    "throttled": {"gates": listed(ANY), "reasons": listed(TEXT)},
    "released": {"seconds": NUMBER},
    "paused": {},
    "quarantined": {"ledger_id": COUNT, "entity_code": TEXT, "sqlstate": TEXT, "message": TEXT},
    "split": {"ledger_id": COUNT, "rows": COUNT, "reason": TEXT},
    "retry": {"sqlstate": TEXT, "reason": TEXT},
    "claim_lost": _CLAIM,
    "resolved": {"epoch": COUNT, "fate": TEXT},
    "unavailable": {"reason": TEXT},
    "reconnected": {"seconds": NUMBER},
    "history_lost": {"rows": COUNT},
    "hook_failed": {},
    "detached": {"pid": COUNT, "log": TEXT},
    "stopped": {"reason": TEXT, "message": TEXT},
    "done": {"accounting": ACCOUNT},
}


def events() -> Schema:
    """One of the events."""
    return {**either(*(event(name) for name in EVENTS)), "description": "NDJSON: one line for each event"}


def event(name: str) -> Schema:
    """One event."""
    return fields(event={"const": name}, v={"const": EVENT_VERSION}, run=COUNT, **EVENTS[name])

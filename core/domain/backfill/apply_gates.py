"""The gates before a run is applied. The database checks the same facts again by itself."""

from collections.abc import Callable

from core.domain.backfill.run_facts import EntryFacts, Pin, RunFacts
from core.domain.gates import Gate, Verdict, when
from core.domain.overview.readiness import GATE_OPEN
from core.errors import Json

_PLAN_AGAIN = "Plan again: a pinned object has changed."


def _same(pin: Pin) -> Verdict:
    return when(pin.holds, pin.as_json())


def _each_entry(facts: RunFacts, name: str, read: Callable[[EntryFacts], Json], wanted: Json) -> Verdict:
    failing: list[Json] = [
        {"collection": entry.collection, name: found} for entry in facts.entries if (found := read(entry)) != wanted
    ]
    return when(not failing, failing)


def _triggers(facts: RunFacts) -> Verdict:
    """Where no trigger can fire, what an administrator stated stands in for it, and is shown."""
    attested: list[Json] = [
        {"collection": entry.collection, "trigger": entry.trigger, "attested": entry.instead}
        for entry in facts.entries
        if entry.instead is not None
    ]
    failing: list[Json] = [
        {"collection": entry.collection, "trigger": entry.trigger}
        for entry in facts.entries
        if entry.trigger != "enabled" and entry.instead is None
    ]
    return when(not failing, failing or attested)


def _each_pin(facts: RunFacts, read: Callable[[EntryFacts], Pin]) -> Verdict:
    failing: list[Json] = [
        {"collection": entry.collection, **pin.as_json()} for entry in facts.entries if not (pin := read(entry)).holds
    ]
    return when(not failing, failing)


def _permits(facts: RunFacts) -> Verdict:
    uncovered = [entry for entry in facts.entries if entry.open and entry.permit is None]
    evidence: dict[str, Json] = {
        "open_permits": facts.open_permits,
        "not_covered": [entry.collection for entry in uncovered],
    }
    # Most are refused for one reason each, whatever the collection.
    refused = {
        f"permit {each['permit']}: {each['reason']}": None
        for entry in uncovered
        if isinstance(entry.refusals, list)
        for each in entry.refusals
        if isinstance(each, dict)
    }
    if refused:
        evidence["refused"] = [*refused]
    return when(not uncovered, evidence)


def _current(facts: RunFacts) -> Verdict:
    return when(
        facts.status in ("planned", "reconciled", "applying"),
        {"status": facts.status, "superseded_by": facts.superseded_by},
    )


APPLY: tuple[Gate[RunFacts], ...] = (
    Gate(
        "qt001_open",
        "the QT-001 gate is open",
        lambda facts: when(facts.qt001_gate == GATE_OPEN, facts.qt001_gate),
        "Meet the conditions that the QT-001 gate names: see `birth-console status`.",
    ),
    Gate(
        "permit_in_scope",
        "an open permit with budget covers every collection",
        _permits,
        "Ask a gatekeeper to open a permit. A withdrawal needs one of --kind withdraw, by a gatekeeper who took no part"
        " in the run that it takes back.",
    ),
    Gate(
        "reconciled",
        "the plan is reconciled with the source",
        lambda facts: when(facts.reconciled_by is not None, facts.reconciled_by),
        "Reconcile the run first.",
    ),
    Gate(
        "trusted",
        "no login can bypass the gates",
        lambda facts: when(not facts.audit, [each.as_json() for each in facts.audit]),
        "See `birth-console doctor` for each finding and its remedy.",
    ),
    Gate(
        "register_function",
        "the shared register function is present",
        lambda facts: when(facts.register_function, facts.register_function),
        "Ask the gateway's owner to restore it.",
    ),
    Gate(
        "visible_writes",
        "the server counts every write of the register function",
        lambda facts: when(not facts.unseen, {each.name: each.why for each in facts.unseen}),
        "Keep them ordinary tables of this database. The registry may be distributed, if by its codes.",
    ),
    Gate(
        "policy_required",
        "every collection is REQUIRED",
        lambda facts: _each_entry(facts, "requirement", lambda entry: entry.requirement, "REQUIRED"),
        "Plan without the exempted collections.",
    ),
    Gate(
        "trigger_enabled",
        "the birth trigger of every collection is enabled",
        _triggers,
        "Ask the gateway's owner to enable it, or to create a missing one. Where none fires (Citus), state what"
        " registers new rows instead: `birth-console init --attest-distributed T`.",
    ),
    Gate(
        "columns_present",
        "every identity column exists",
        lambda facts: _each_entry(facts, "missing_columns", lambda entry: entry.missing_columns, ()),
        "Classify the collection again; if rows are registered, retire its identity first: classify … --retire.",
    ),
    Gate("run_current", "the run is neither applied nor superseded", _current, "Plan again.", stale=True),
    Gate(
        "same_server",
        "the database is the planned one",
        lambda facts: _same(facts.server),
        _PLAN_AGAIN,
        stale=True,
    ),
    Gate(
        "gateway_unchanged", "the gateway matches the plan", lambda facts: _same(facts.gateway), _PLAN_AGAIN, stale=True
    ),
    Gate(
        "registry_triggers",
        "the registry's triggers match the plan",
        lambda facts: _same(facts.registry_triggers),
        _PLAN_AGAIN,
        stale=True,
    ),
    Gate(
        "tga_unchanged",
        "no trigger was changed since the plan",
        lambda facts: _same(facts.alert_rows),
        _PLAN_AGAIN,
        stale=True,
    ),
    Gate(
        "same_tables",
        "every table matches the plan",
        lambda facts: _each_pin(facts, lambda entry: entry.table),
        _PLAN_AGAIN,
        stale=True,
    ),
    Gate(
        "same_identities",
        "every identity matches the plan",
        lambda facts: _each_pin(facts, lambda entry: entry.identity),
        _PLAN_AGAIN,
        stale=True,
    ),
    Gate(
        "triggers_unchanged",
        "the triggers of every collection match the plan",
        lambda facts: _each_pin(facts, lambda entry: entry.triggers),
        _PLAN_AGAIN,
        stale=True,
    ),
)

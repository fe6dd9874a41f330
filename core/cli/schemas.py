"""The shape of every JSON document that a command prints, as JSON Schema (draft 2020-12). A test holds outputs to it.

Objects may get further fields in later versions; those that are required here stay.
"""

from core.cli.command_index import COMMANDS
from core.cli.event_schemas import ACCOUNT, EVENTS, event, events
from core.cli.schema_words import ANY, COUNT, FLAG, MAP, NUMBER, TEXT, Schema, either, fields, listed, maybe

_NAMES = listed(TEXT)
_GATE = fields(gate=TEXT, evidence=ANY)
_ENTRY = fields(
    ledger_id=COUNT,
    collection=TEXT,
    identity=TEXT,
    source_rows=COUNT,
    distinct_codes=COUNT,
    registered=COUNT,
    missing=COUNT,
    digest=TEXT,
)
_RUN = fields(run=COUNT, status=TEXT, state=TEXT, digest=TEXT, planned_by=TEXT, planned_at=TEXT, entries=listed(_ENTRY))
_PERMIT = fields(
    permit=COUNT,
    state=TEXT,
    budget=COUNT,
    used=COUNT,
    collections=maybe(_NAMES),
    reason=TEXT,
    opened_by=TEXT,
    opened_at=TEXT,
    expires_at=TEXT,
    gateway=maybe(TEXT),
    run=maybe(COUNT),
    between=maybe(TEXT),
    ticket=maybe(TEXT),
)
_REQUEST = fields(request=COUNT, state=TEXT, run=COUNT, budget=COUNT, lifetime=NUMBER, reason=TEXT, requested_by=TEXT)
_CLASSIFIED = fields(collection=TEXT, strategy=TEXT, identity=maybe(TEXT), version=COUNT, evidence=MAP)
_PERSON = fields(login=TEXT, person=maybe(TEXT), groups=_NAMES)
_CENSUS = fields(
    column=COUNT,
    synthetic=COUNT,
    unclassified=COUNT,
    native_status=COUNT,
    no_table=_NAMES,
    table_without_trigger=_NAMES,
    with_trigger=COUNT,
    governed_required=COUNT,
    governed_exempt=COUNT,
    frozen_script=fields(compatible=COUNT, broken=COUNT),
)
_COUNTS = {
    name: maybe(COUNT)
    for name in (
        "source_rows",
        "registered",
        "missing",
        "phantoms",
        "renamed",
        "possibly_renamed",
        "shared_codes",
        "unidentifiable",
    )
}
_MATRIX_ROW = fields(
    collection=TEXT,
    governance_role=TEXT,
    requirement=maybe(TEXT),
    strategy=TEXT,
    identity=maybe(TEXT),
    native_status=FLAG,
    table=maybe(TEXT),
    trigger=TEXT,
    verdict=TEXT,
    reasons=_NAMES,
    **_COUNTS,
    examples=maybe(fields(shared_codes=listed(MAP), unidentifiable=listed(MAP))),
)
_CANDIDATE = fields(rank=COUNT, strategy=TEXT, columns=_NAMES, identity=TEXT, score=NUMBER, evidence=MAP)

SCHEMAS: dict[str, Schema] = {
    "status": fields(
        metrics=MAP,
        census=_CENSUS,
        claims=listed(fields(claim=TEXT, source=TEXT, stated=TEXT, live=TEXT, verdict=TEXT)),
        unenrolled=_NAMES,
        schema=fields(version=maybe(TEXT), current=TEXT),
    ),
    "overview": fields(databases=listed(fields(profile=TEXT, error=maybe(MAP)))),
    "metrics": fields(metrics=listed(fields(name=TEXT, help=TEXT, samples=listed(fields(value=NUMBER, labels=MAP))))),
    "matrix": fields(collections=listed(_MATRIX_ROW), totals=fields(collections=COUNT, **_COUNTS), unenrolled=_NAMES),
    "columns": fields(collection=TEXT, rows=maybe(COUNT), columns=listed(fields(name=TEXT, type=TEXT))),
    "suggest": fields(suggestions=listed(fields(collection=TEXT, tier=TEXT, candidates=listed(_CANDIDATE)))),
    "classify": either(
        _CLASSIFIED,
        fields(results=listed(fields(collection=TEXT))),
        fields(collection=TEXT, retired=COUNT),
        fields(history=listed(fields(at=TEXT, collection=TEXT, version=COUNT, action=TEXT))),
        fields(decisions=listed(MAP)),
        fields(file=TEXT, rows=COUNT),
    ),
    "permit": either(fields(permits=listed(_PERMIT), requests=listed(_REQUEST)), _PERMIT, _REQUEST),
    "plan": fields(
        run=COUNT,
        entries=listed(_ENTRY),
        totals=fields(missing=COUNT),
        digest=TEXT,
        skipped=listed(fields(collection=TEXT, gates=listed(_GATE))),
        preview=fields(changes=listed(fields(collection=TEXT, missing=COUNT)), permits=MAP, risks=_NAMES),
    ),
    "reconcile": fields(
        run=COUNT,
        planned=COUNT,
        source=COUNT,
        drift=fields(late=COUNT, gone=COUNT, registered_since=COUNT),
        accepted=COUNT,
    ),
    "apply": either(
        events(),
        fields(run=COUNT, would_register=COUNT, would_refuse=listed(MAP)),
    ),
    "withdraw": fields(run=COUNT, withdraws=COUNT, rows=COUNT, left=listed(ANY)),
    "control": fields(run=COUNT, command=TEXT),
    "verify": fields(
        run=COUNT,
        gates=listed(fields(id=TEXT, title=TEXT, verdict=TEXT, evidence=ANY)),
        rerun_delta=COUNT,
        accounting=ACCOUNT,
        evidence_digest=TEXT,
    ),
    "certify": fields(run=COUNT, certificate=TEXT, chain_head=TEXT),
    "ledger": either(
        fields(runs=listed(_RUN)),
        {**_RUN, "required": [*_RUN["required"], "accounting"]},
        fields(run=COUNT, rows=listed(MAP), next=maybe(TEXT)),
    ),
    "audit": fields(
        entries=COUNT, head=maybe(TEXT), ok=FLAG, bad=maybe(MAP), differences=listed(MAP), bindings=listed(MAP)
    ),
    "packet": MAP,
    "doctor": fields(checks=listed(fields(id=TEXT, title=TEXT, verdict=TEXT, hint=TEXT))),
    "init": MAP,
    "upgrade": fields(**{"from": maybe(TEXT)}, to=TEXT, changed=listed(ANY)),
    "people": either(fields(people=listed(_PERSON)), _PERSON),
    "docs": either(fields(topics=listed(fields(topic=TEXT, title=TEXT, summary=TEXT))), fields(topic=TEXT, text=TEXT)),
    "demo": either(fields(running=FLAG, home=TEXT), fields(reset=FLAG, home=TEXT, scale=COUNT), fields(dsn=TEXT)),
}
ERROR = fields(error=fields(code=TEXT, message=TEXT, evidence=MAP, hint=TEXT))


def document() -> Schema:
    """One schema with a definition for each command, each event, and the error that any command prints on stderr."""
    found = {name: SCHEMAS[name] for name in COMMANDS if name in SCHEMAS}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "JSON output of birth-console",
        "$defs": {**found, "error": ERROR, **{f"event.{name}": event(name) for name in EVENTS}},
    }

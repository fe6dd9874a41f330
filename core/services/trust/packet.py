"""The evidence packet, read in one snapshot."""

import json
from dataclasses import asdict
from typing import Any

from core.db.connection.guard import formatted
from core.db.connection.session import Connection
from core.db.queries import named_query
from core.db.rows.packet import CHAIN, FINGERPRINTS, PLACE, RENAMED
from core.db.rows.packet import Place as PlaceRow
from core.domain.backfill.runs import Run
from core.domain.trust.packet import Certificate, Names, PacketEvidence, Place, RunRecord
from core.domain.trust.packet_html import html
from core.domain.trust.packet_markdown import markdown
from core.services.backfill import runs, strays
from core.services.overview import burndown, matrix, readiness
from core.services.trust import certify, verify

_RUNS = 20  # the latest; older ones stand in the ledger
_APPLIED = ("applied", "certified")
QUERIES = (
    "readiness.metrics",
    "readiness.census",
    "readiness.claims",
    "burndown.decisions",
    "burndown.plans",
    "burndown.settled",
    "matrix.collections",
    "ledger.runs",
    "ledger.entries",
    "ledger.accounting",
    "verify.acceptance",
    "renames.key",
    "packet.renamed",
    "packet.place",
    "packet.fingerprints",
    "packet.chain",
)


def read(connection: Connection) -> PacketEvidence:
    """Everything of one moment. The acceptance gates of runs that were applied to their end are asked live."""
    with connection.snapshot():
        rows = matrix.read(connection, every=True)
        return PacketEvidence(
            place=_place(connection.one(PLACE)),
            readiness=readiness.read(connection),
            matrix=rows,
            strays=strays.of_all(connection, rows),
            burndown=burndown.read(connection),
            runs=[_record(connection, run) for run in runs.runs(connection, _RUNS)],
            fingerprints=asdict(connection.one(FINGERPRINTS)),
            chain=asdict(connection.one(CHAIN)),
            queries={name: _text(connection, name) for name in QUERIES},
        )


def render(evidence: PacketEvidence, how: str) -> str:
    """The packet as `md`, `json` or `html`."""
    if how == "json":
        return json.dumps(_document(evidence), indent=2, default=str) + "\n"
    return html(evidence) if how == "html" else markdown(evidence)


def _record(connection: Connection, run: Run) -> RunRecord:
    found = verify.verify(connection, run.run) if run.status in _APPLIED else None
    certified = certify.read(connection, run.run)
    certificate = None
    if certified is not None:
        at = certified.certified_at.isoformat(timespec="seconds")
        certificate = Certificate(
            certified.certificate, certified.certified_by, certified.person, at, certified.note, certified.chain_head
        )
    account = found.accounting if found is not None else runs.account(connection, run.run)
    names = tuple(
        Names(each.collection, each.place, each.is_gone, each.planned, each.columns)
        for each in connection.rows(RENAMED, {"runs": [run.run]})
    )
    return RunRecord(run, account, () if found is None else found.gates, certificate, names)


def _place(found: PlaceRow) -> Place:
    return Place(
        database=found.database,
        schema=found.schema,
        login=found.login,
        person=found.person,
        version=found.version,
        system_identifier=found.system_identifier,
        taken_at=found.taken_at,
    )


def _text(connection: Connection, name: str) -> str:
    statement = named_query(name, connection.schema).as_string(connection.driver)
    return formatted(statement.replace("%%", "%"))


def _document(evidence: PacketEvidence) -> dict[str, Any]:
    place = asdict(evidence.place)
    return {
        "taken_at": place.pop("taken_at"),
        "verdict": evidence.verdict,
        "good": evidence.is_good,
        "place": place,
        "metrics": dict(evidence.readiness.metrics),
        "census": asdict(evidence.readiness.census),
        "claims": [asdict(claim) for claim in evidence.readiness.claims],
        "burndown": [asdict(point) for point in evidence.burndown.points],
        "runs": [_run(record) for record in evidence.runs],
        "phantoms": [each.as_json() for each in evidence.strays],
        "matrix": [asdict(row) for row in evidence.matrix],
        "fingerprints": evidence.fingerprints,
        "chain": evidence.chain,
        "queries": dict(evidence.queries),
    }


def _run(record: RunRecord) -> dict[str, Any]:
    return {
        **asdict(record.run),
        "accounting": record.account.as_json(),
        "gates": [asdict(gate) for gate in record.gates],
        "certificate": None if record.certificate is None else asdict(record.certificate),
        "names": [asdict(each) for each in record.names],
    }

"""Planning: store exactly what is missing. The database does it in one transaction and touches nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.db.connection import Connection
from core.domain.compatibility import BROKEN, MatrixRow
from core.domain.gates import insist, judge
from core.domain.identity import CONTRACT
from core.domain.ledger import Run
from core.errors import GateClosed
from core.services import compatibility, ledger, sources
from core.services.prove import prove


@dataclass(frozen=True, slots=True)
class Plan:
    """A planned run, and the REQUIRED collections that could not be part of it."""

    run: Run
    skipped: tuple[MatrixRow, ...]


def plan(connection: Connection, collections: Sequence[str] | None) -> Plan:
    """Plan `collections`; None plans every classified REQUIRED one and names those it had to skip.

    Raises GateClosed where one cannot be planned: unknown, exempt, unclassified, without a table, or with rows
    that its identity no longer tells apart. Nothing is written then.
    """
    for name in collections or ():
        sources.require(connection, name)
    try:
        number = connection.value("plan.plan", {"collections": None if collections is None else list(collections)})
    except GateClosed as error:
        if error.code == "contract_broken":
            _name_offenders(connection, str(error.evidence["collection"]))
        raise
    skipped = [row for row in compatibility.read(connection) if row.verdict == BROKEN] if collections is None else []
    return Plan(ledger.run(connection, number), tuple(skipped))


def _name_offenders(connection: Connection, collection: str) -> None:
    """Raise GateClosed with examples of the rows that broke a collection's contract, if they are still there."""
    source = sources.require(connection, collection)
    if source.identity is not None and not source.missing_columns:
        found = prove(connection, source, source.identity)
        insist(judge(CONTRACT, found), f"{collection} is no longer identified by {source.identity.text}")

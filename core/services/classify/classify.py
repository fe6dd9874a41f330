"""Classifying: prove an identity on live data, then record it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from psycopg.types.json import Jsonb

from core.db.connection.session import Connection
from core.db.rows import identity as rows
from core.domain.classify.identity import CONTRACT, Identity, Proof, foreign_hint
from core.domain.gates import insist, judge
from core.errors import GateClosed, Json
from core.services.classify import sources
from core.services.classify.claimed_codes import Pending
from core.services.classify.proof import PROOF_SECONDS, prove
from core.services.classify.sources import Source


@dataclass(frozen=True, slots=True)
class Classification:
    """What was recorded: `version` counts every change of a collection's identity."""

    collection: str
    strategy: str
    identity: str | None
    version: int
    evidence: dict[str, Json]


@dataclass(frozen=True, slots=True)
class Retired:
    """An identity that was ended, by its version."""

    collection: str
    retired: int


def classify(
    connection: Connection,
    identity: Identity,
    reason: str | None = None,
    *,
    suggestion: Json = None,
    seen_version: int | None = None,
    seconds: int = PROOF_SECONDS,
    although_secret: bool = False,
) -> Classification:
    """Prove `identity` in one snapshot of the live data, then record it.

    `suggestion` is what the suggester said of it, for the history. `seen_version` is the version that the decision
    was made on; without one, the present version is. `although_secret`: a column that holds secrets is taken knowingly.

    Raises GateClosed with the offending rows, or as unproven after `seconds`; nothing is written then. Raises Stale
    where another login classified the collection in between, and NotAllowed for logins outside birth_operator.
    """
    source = sources.require(connection, identity.collection)
    if seen_version is not None:
        source = replace(source, version=seen_version)
    evidence = proven(connection, source, identity, seconds=seconds)
    return classify_proven(
        connection,
        source,
        identity,
        reason,
        {**evidence, **_told(suggestion), **({"although_secret": True} if although_secret else {})},
    )


def proven(
    connection: Connection,
    source: Source,
    identity: Identity,
    *,
    seconds: int = PROOF_SECONDS,
    among: Sequence[Pending] = (),
) -> dict[str, Json]:
    """The evidence that `identity` holds on live data. Raises GateClosed where it does not, or is unproven."""
    in_scope(source)
    found = prove(connection, source, identity, seconds=seconds, among=among)
    insist_proven(found, identity)
    return found.as_evidence()


def insist_proven(found: Proof, identity: Identity) -> None:
    """Raise GateClosed, with the offending rows, unless `found` proves `identity`."""
    judged = judge(CONTRACT, found)
    if told := foreign_hint(identity.collection, found):
        judged = tuple(replace(each, hint=told) if each.id == "no_foreign_codes" else each for each in judged)
    insist(judged, f"{identity.text} does not identify the rows of {identity.collection}")


def classify_proven(
    connection: Connection, source: Source, identity: Identity, reason: str | None, evidence: dict[str, Json]
) -> Classification:
    """Record an identity that was proven. Raises Stale where `source` no longer is what the database holds."""
    made = connection.one(
        rows.CLASSIFY,
        {
            "collection": identity.collection,
            "strategy": identity.strategy,
            "columns": list(identity.columns),
            "seen_version": source.version,
            "reason": reason,
            "evidence": Jsonb(evidence),
        },
    )
    return Classification(identity.collection, identity.strategy, identity.text, made.version, evidence)


def classify_all_proven(
    connection: Connection, proven: Sequence[tuple[Source, Identity, str | None, dict[str, Json]]]
) -> dict[str, int]:
    """Record many as `classify_proven` does, by one statement: all of them, or none. Versions by collection."""
    wanted = [
        {
            "collection": identity.collection,
            "strategy": identity.strategy,
            "columns": identity.columns,
            "seen_version": source.version,
            "reason": reason,
            "evidence": evidence,
        }
        for source, identity, reason, evidence in proven
    ]
    return {each.collection: each.version for each in connection.rows(rows.CLASSIFY_ALL, {"wanted": Jsonb(wanted)})}


def unclassify(
    connection: Connection, collection: str, reason: str | None = None, *, seen_version: int | None = None
) -> Classification:
    """Take an identity back. Raises GateClosed where rows are registered under it, Stale as `classify` does."""
    seen = sources.enrolled(connection, collection).version if seen_version is None else seen_version
    made = connection.one(rows.UNCLASSIFY, {"collection": collection, "seen_version": seen, "reason": reason})
    return Classification(collection, "unclassified", None, made.version, {})


def retire(connection: Connection, collection: str, reason: str) -> Retired:
    """End an identity under which rows are registered. They keep their codes; the next identity is for the others.

    Raises GateClosed where no row is registered under it, or where the table has no key to remember them by; Stale
    as `classify` does.
    """
    seen = sources.enrolled(connection, collection).version
    connection.one(rows.RETIRE, {"collection": collection, "seen_version": seen, "reason": reason})
    return Retired(collection, seen)


def exempt(connection: Connection, collection: str, reason: str) -> Classification:
    """Take a collection out of the law of birth: a gatekeeper's decision, with a reason."""
    return _decide(connection, collection, "EXEMPT", reason)


def require(connection: Connection, collection: str, reason: str) -> Classification:
    """Put an exempted collection under the law of birth again. Under its old identity, where it had one."""
    return _decide(connection, collection, "REQUIRED", reason)


def _decide(connection: Connection, collection: str, requirement: str, reason: str) -> Classification:
    sources.enrolled(connection, collection)
    connection.one(rows.DECIDE, {"collection": collection, "requirement": requirement, "reason": reason})
    return Classification(collection, requirement.lower(), None, 0, {"reason": reason})


def _told(suggestion: Json) -> dict[str, Json]:
    return {} if suggestion is None else {"suggestion": suggestion}


def in_scope(source: Source) -> None:
    """Raise GateClosed unless the collection is REQUIRED."""
    if source.requirement != "REQUIRED":
        raise GateClosed(
            f"{source.collection} is {source.requirement or 'without a policy'}:"
            " only REQUIRED collections are classified",
            code="not_required",
            evidence={"collection": source.collection, "requirement": source.requirement},
            hint="Rows of an exempted collection need no registry row.",
        )

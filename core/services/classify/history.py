"""Where identities come from: every version of them, and the way back by one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core.db.connection.session import Connection
from core.db.rows import identity as rows
from core.errors import GateClosed, Json, NotAllowed, Stale
from core.services.classify import classify as identities
from core.services.classify import sources
from core.services.classify.classify import Classification


@dataclass(frozen=True, slots=True)
class Version:
    """One change of a collection's identity: who, when, why, on which evidence, and whether it was suggested.

    `action` is imported, classified, unclassified, undone or retired. `suggestion_rank` is the place of the identity
    among the suggestions when it was taken; None where it was none of them, or was not looked up.
    """

    collection: str
    version: int
    action: str
    strategy: str
    identity: str | None
    actor: str
    person: str | None
    at: datetime
    reason: str | None
    evidence_digest: str | None
    suggestion_rank: int | None
    evidence: Json


def history(connection: Connection, collection: str | None = None) -> list[Version]:
    """Every version of a collection's identity, or of all, oldest first. Raises GateClosed for an unknown name."""
    if collection is not None:
        sources.enrolled(connection, collection)
    return [_version(row) for row in connection.rows(rows.HISTORY, {"collection": collection})]


def last_of_login(connection: Connection) -> Version | None:
    """What `undo` undoes where no collection is named: this login's latest classification that still holds."""
    last = connection.row(rows.LAST_OF_LOGIN)
    return None if last is None else history(connection, last.collection_name)[-1]


def undo(connection: Connection, collection: str | None = None, reason: str | None = None) -> Classification:
    """Undo the last classification: of `collection`, or this login's latest one that still holds.

    What was there before holds again; an identity is proven again before. Raises GateClosed where there is nothing
    to undo, where rows are registered under it, or where the earlier identity no longer holds.
    """
    last = None if collection else connection.row(rows.LAST_OF_LOGIN)
    name = collection or (last.collection_name if last else None)
    if name is None:
        raise GateClosed(
            "this login has no classification to undo",
            code="nothing_to_undo",
            hint="Name a collection: `birth-console classify COLLECTION --undo`.",
        )
    source = sources.enrolled(connection, name)
    before = connection.row(rows.BEFORE, {"collection": name, "version": source.version})
    earlier = None if before is None else sources.identity_of(name, before.strategy, before.columns)
    evidence: dict[str, Json] = {}
    if earlier is not None:
        evidence = identities.proven(connection, sources.require(connection, name), earlier)
    made = connection.one(rows.UNDO, {"collection": name, "seen_version": source.version, "reason": reason})
    if earlier is None:
        return Classification(name, "unclassified", None, made.version, {})
    return Classification(name, earlier.strategy, earlier.text, made.version, evidence)


def last_save_of_login(connection: Connection) -> list[Version]:
    """What `undo_all` undoes: every identity of this login's latest save that still holds, at least its latest one."""
    last = last_of_login(connection)
    if last is None:
        return []
    save = _save(last)
    latest = {each.collection: each for each in history(connection)}
    together = [each for each in latest.values() if save and (_save(each), each.actor) == (save, last.actor)]
    return [each for each in together if each.action == "classified"] or [last]


def undo_all(connection: Connection, reason: str | None = None) -> list[Classification]:
    """Undo everything that this login's latest save recorded. Each stands for itself.

    Raises GateClosed where there is nothing to undo, or where some could not be undone: it names them, and the others
    are undone.
    """
    save = last_save_of_login(connection)
    if not save:
        return [undo(connection, reason=reason)]  # it says why not
    done: list[Classification] = []
    refused: dict[str, Json] = {}
    for each in save:
        try:
            done.append(undo(connection, each.collection, reason))
        except (GateClosed, NotAllowed, Stale) as error:
            refused[each.collection] = error.message
    if refused:
        raise GateClosed(
            f"{len(done)} undone, {len(refused)} not undone",
            code="not_undone",
            evidence={"undone": [each.collection for each in done], "refused": refused},
            hint="An identity under which rows are registered can be retired: `birth-console classify … --retire`.",
        )
    return done


def _save(version: Version) -> Json:
    return version.evidence.get("save") if isinstance(version.evidence, Mapping) else None


def _version(row: rows.Change) -> Version:
    identity = sources.identity_of(row.collection, row.strategy, row.columns)
    evidence = row.evidence if isinstance(row.evidence, Mapping) else {}
    suggestion = evidence.get("suggestion")
    rank = suggestion.get("rank") if isinstance(suggestion, Mapping) else None
    return Version(
        collection=row.collection,
        version=row.version,
        action=row.action,
        strategy="unclassified" if identity is None else identity.strategy,
        identity=None if identity is None else identity.text,
        actor=row.actor,
        person=row.person,
        at=row.recorded_at,
        reason=row.reason,
        evidence_digest=row.evidence_digest,
        suggestion_rank=rank if isinstance(rank, int) else None,
        evidence=evidence,
    )

"""Each decision of many on live data: may it be recorded, and is what it gives apart from what the others give?"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass, field, replace

from core.db.connection.session import Connection
from core.db.rows import identity as rows
from core.db.rows.columns import KEYS, LOCKED, SIZES, Key
from core.db.rows.identity import Rights
from core.db.rows.sources import Met
from core.domain.classify.decision import EXEMPT, Decision
from core.domain.classify.identity import Identity, Proof
from core.errors import ConsoleError, GateClosed, Json, NotAllowed, Stale, UsageError
from core.services.classify import claimed_codes, sources
from core.services.classify import classify as identities
from core.services.classify.claimed_codes import Pending
from core.services.classify.history import history
from core.services.classify.proof import (
    PROOF_SECONDS,
    examined,
    looking,
    met,
    proven_plainly,
    unproven_in_time,
)
from core.services.classify.sources import Source

AT_A_TIME = 100  # decisions that are proven in one snapshot, and recorded by one statement
_FEW_PAGES = 64  # of tables that are proven by one statement: half a megabyte each
RECORDED, UNCHANGED, VALID, INVALID, WITHHELD = "recorded", "unchanged", "valid", "invalid", "withheld"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one decision.

    recorded: written. unchanged: it was so already. valid: it could be written, and was not asked to be.
    invalid: `error` says why. withheld: valid, not written since another one is invalid.
    """

    decision: Decision
    outcome: str
    version: int | None = None
    evidence: Mapping[str, Json] = field(default_factory=dict)
    error: ConsoleError | None = None


@dataclass(frozen=True, slots=True)
class _Around:
    """What every decision is checked against: the file's other identities, this login's rights, what was suggested.

    `save` names those that are recorded together: they can be undone together.
    """

    among: Sequence[Pending]
    rights: Rights
    told: Mapping[str, Json]
    seen: Mapping[str, int]
    save: str
    keys: Mapping[int | None, Sequence[Key]]  # of their tables


@dataclass(frozen=True, slots=True)
class Checked:
    """A decision with the source it was checked on; `identity` is None where it takes one away."""

    decision: Decision
    source: Source
    identity: Identity | None
    changes: bool
    evidence: dict[str, Json]
    proof: Proof | None = None


def check_all(
    connection: Connection,
    decisions: Sequence[Decision],
    *,
    save: str,
    told: Mapping[str, Json],
    seen: Mapping[str, int],
) -> list[Checked | Result]:
    """Each decision as it may be written, or the result that says why it may not.

    `save` names those that are recorded together, `told` is what was suggested of a collection, and `seen` the version
    that a decision was made on.
    """
    found = sources.find_all(connection, [each.collection for each in decisions])
    small = _small(connection, found)
    around = _Around(_among(decisions, found), connection.one(rows.RIGHTS), told, seen, save, _keys(connection, found))
    checked: list[Checked | Result] = []
    for start in range(0, len(decisions), AT_A_TIME):
        portion = decisions[start : start + AT_A_TIME]
        with looking(connection, PROOF_SECONDS):
            plain = proven_plainly(connection, _together(portion, found, small))
            checked += [_check(connection, each, found[each.collection], around, plain) for each in portion]
    return _apart(connection, checked, around.among)


def _among(decisions: Iterable[Decision], found: Mapping[str, Source | UsageError]) -> list[Pending]:
    """The bare codes of the identities in the same file, as far as they can be understood."""
    given: list[Pending] = []
    for decision in decisions:
        source = found[decision.collection]
        try:
            identity = decision.wanted()
            if isinstance(source, Source) and identity is not None:
                given += claimed_codes.proposed([(source, identity)])
        except GateClosed:
            continue
    return given


def _keys(connection: Connection, found: Mapping[str, Source | UsageError]) -> dict[int | None, list[Key]]:
    relids = [each.relid for each in found.values() if isinstance(each, Source) and each.relid is not None]
    keys: dict[int | None, list[Key]] = {}
    for key in connection.rows(KEYS, {"relids": relids}) if relids else ():
        keys.setdefault(key.relid, []).append(key)
    return keys


def _small(connection: Connection, found: Mapping[str, Source | UsageError]) -> set[int]:
    """The tables that many of are read by one statement. One that another session has locked holds up no others."""
    relids = {each.relid for each in found.values() if isinstance(each, Source) and each.relid is not None}
    locked = {row.relid for row in connection.rows(LOCKED, {"relids": [*relids]})} if relids else set()
    sizes = connection.rows(SIZES, {"relids": [*relids - locked]}) if relids - locked else ()
    return {each.relid for each in sizes if each.pages <= _FEW_PAGES}


def _together(
    portion: Sequence[Decision], found: Mapping[str, Source | UsageError], small: AbstractSet[int]
) -> list[tuple[Source, Identity]]:
    """Those whose identities are proven by one statement: of small tables, compared as texts."""
    together = []
    for decision in portion:
        source = found[decision.collection]
        with suppress(GateClosed):
            identity = decision.wanted()
            if (
                isinstance(source, Source)
                and identity is not None
                and not _is_so(decision, source, identity)
                and source.requirement == "REQUIRED"
                and source.relid in small
                and not source.windowed
                and source.own_equality.isdisjoint(identity.columns)
            ):
                sources.code_of(source, identity)  # of its columns all can be used
                together.append((source, identity))
    return together


def _check(
    connection: Connection,
    decision: Decision,
    source: Source | UsageError,
    around: _Around,
    plain: Mapping[str, Proof],
) -> Checked | Result:
    try:
        if isinstance(source, UsageError):
            raise source
        _unchanged(connection, source, around.seen.get(decision.collection, source.version))
        identity = decision.wanted()
        if _is_so(decision, source, identity):
            return Checked(decision, source, identity, changes=False, evidence={})
        _allowed(decision, around.rights)
        if decision.strategy == EXEMPT:
            return Checked(decision, source, None, changes=True, evidence=_exemption(decision))
        _unused(connection, source)
        evidence: dict[str, Json] = {}
        if identity is not None:
            source = sources.with_table(source)
            identities.in_scope(source)
            if source.collection in plain:
                seen = plain[source.collection]
            else:
                with unproven_in_time(connection, source, identity, PROOF_SECONDS):
                    seen = examined(connection, source, identity, around.keys.get(source.relid, ()))
            identities.insist_proven(seen, identity)
            evidence = seen.as_evidence() | ({"save": around.save} if around.save else {})
            if decision.collection in around.told:
                evidence["suggestion"] = around.told[decision.collection]
            return Checked(decision, source, identity, changes=True, evidence=evidence, proof=seen)
    except (GateClosed, NotAllowed, Stale, UsageError) as error:
        return Result(decision, INVALID, error=error)
    return Checked(decision, source, identity, changes=True, evidence=evidence)


def _apart(
    connection: Connection, checked: Sequence[Checked | Result], among: Sequence[Pending]
) -> list[Checked | Result]:
    """The same, each against the codes of all others: in one look at all of them, whatever their number."""
    if not any(isinstance(each, Checked) and each.proof is not None for each in checked):
        return list(checked)
    found = met(connection, among)
    return [each if isinstance(each, Result) else _met(each, found.get(each.source.collection, ())) for each in checked]


def _met(checked: Checked, found: Sequence[Met]) -> Checked | Result:
    if checked.proof is None or checked.identity is None or not found:
        return checked
    examples: tuple[Json, ...] = tuple({"code": each.code, "owner": each.owner} for each in found)
    try:
        identities.insist_proven(
            replace(checked.proof, pending=found[0].total, pending_examples=examples), checked.identity
        )
    except GateClosed as error:
        return Result(checked.decision, INVALID, error=error)
    return checked


def _unchanged(connection: Connection, source: Source, seen_version: int) -> None:
    if source.version != seen_version:
        (*_, latest) = history(connection, source.collection)
        raise Stale(
            f"{latest.actor} changed {source.collection} since your last refresh: now "
            f"{latest.identity or latest.strategy}",
            code="identity_changed",
            evidence={"collection": source.collection, "actor": latest.actor, "identity": latest.identity},
            hint="Refresh, then decide again.",
        )


def _is_so(decision: Decision, source: Source, identity: Identity | None) -> bool:
    if decision.strategy == EXEMPT:
        return source.requirement == "EXEMPT"
    return source.identity == identity and (identity is None or source.requirement == "REQUIRED")


def _allowed(decision: Decision, rights: Rights) -> None:
    exempts = decision.strategy == EXEMPT
    if not (rights.decide if exempts else rights.classify):
        group = "birth_gatekeeper" if exempts else "birth_operator"
        action = "decide the policy of a collection" if exempts else "classify identities"
        raise NotAllowed(
            f"this login may not {action}",
            evidence={"needs": group},
            hint=f"Ask an administrator for the group {group}.",
        )


def _exemption(decision: Decision) -> dict[str, Json]:
    if not (decision.reason or "").strip():
        raise GateClosed(
            f"the exemption of {decision.collection} needs a reason",
            code="reason_missing",
            evidence={"collection": decision.collection},
            hint="Fill in the column reason.",
        )
    return {"reason": decision.reason}


def _unused(connection: Connection, source: Source) -> None:
    if source.identity is not None and connection.one(rows.IN_USE, {"collection": source.collection}).registered:
        raise GateClosed(
            f"rows of {source.collection} are registered under its identity",
            code="identity_in_use",
            evidence={"collection": source.collection, "identity": source.identity.text},
            hint=f"Retire it first: `birth-console classify {source.collection} --retire --reason …`.",
        )

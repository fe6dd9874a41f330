"""Proving an identity: exactly, on live data, in one snapshot, within a limit of time."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from core.db.connection.session import Connection
from core.db.rows.columns import KEYS, Key
from core.db.rows.identity import KEY, SECRET
from core.db.rows.query import Reading
from core.db.rows.sources import Collision, KeyExample, Met, Plain, Repeated, Twins
from core.db.sources import collisions, plain, proof
from core.db.sources.proof import Coded
from core.domain.classify.identity import COLUMN, Identity, Proof
from core.errors import ConsoleError, GateClosed, Json
from core.services.classify import claimed_codes, sources
from core.services.classify.claimed_codes import Pending
from core.services.classify.sources import Source

PROOF_SECONDS = 300
_OF_CODES = ("duplicate", "twin", "foreign", "pending", "lookalike", "alike")  # examples that show codes
_WORK_MEMORY = "256MB"  # for one grouping of codes, and only as long as the proof
# What is read together is small: a table that keeps it waiting is read, and waited for, by itself.
_BRIEFLY = {"statement_timeout": 10_000, "lock_timeout": 200}  # milliseconds


def prove(
    connection: Connection,
    source: Source,
    identity: Identity,
    *,
    seconds: int = PROOF_SECONDS,
    among: Sequence[Pending] | None = (),
) -> Proof:
    """What one REPEATABLE READ snapshot of the live data says of `identity`, with examples of what is wrong.

    `among` are further identities whose codes it must not give; None leaves all others to `met`. A statement that takes
    longer than `seconds` leaves the identity unproven: that raises GateClosed, never an answer.
    """
    with unproven_in_time(connection, source, identity, seconds), looking(connection, seconds):
        return examined(connection, source, identity, connection.rows(KEYS, {"relids": [source.relid]}), among=among)


def examined(
    connection: Connection,
    source: Source,
    identity: Identity,
    keys: Iterable[Key],
    *,
    among: Sequence[Pending] | None = None,
) -> Proof:
    """The same within `looking`, for one of many: `keys` are those of its table."""
    assert source.table is not None  # noqa: S101 - sources.require saw to it
    coded = _coded(sources.narrowed(connection, source, identity.columns), identity)
    seen = _counted(connection, coded, declared=_is_declared(keys, identity))
    seen = _with_examples(connection, source, coded, seen)
    seen = _with_collisions(connection, source, coded, seen, [*_others(connection, source, among)])
    return _without_secrets(connection, source, identity, seen)


def proven_plainly(connection: Connection, given: Sequence[tuple[Source, Identity]]) -> dict[str, Proof]:
    """The proofs of many small tables, by collection, in one statement: of those that nothing speaks against.

    Within `looking`. The others, and all of them where one cannot be read soon, are to be examined each by itself.
    """
    if len(given) < 2:  # noqa: PLR2004 - one is no portion
        return {}
    coded = [(source.collection, _coded(source, identity)) for source, identity in given]
    try:
        with connection.reading():
            connection.set_local(**_BRIEFLY)
            seen = connection.rows(plain.plain(coded, connection.schema))
    except ConsoleError:
        if connection.is_closed:
            raise
        return {}
    return {given[each.place][0].collection: _plain(each) for each in seen if each.plain}


def _plain(seen: Plain) -> Proof:
    return Proof(
        rows=seen.rows,
        nulls=0,
        empties=0,
        distinct=seen.rows,
        twins=0,
        longest=seen.longest,
        lookalikes=0,
        foreign=0,
        pending=0,
    )


@contextmanager
def unproven_in_time(connection: Connection, source: Source, identity: Identity, seconds: int) -> Iterator[None]:
    """A table that could not be read in time is GateClosed: the identity is unproven."""
    try:
        yield
    except ConsoleError as error:
        if error.code not in ("timeout", "locked") or connection.is_closed:
            raise
        reason = (
            f"{source.collection} could not be read within {seconds} s" if error.code == "timeout" else error.message
        )
        raise GateClosed(
            f"{identity.text} is unproven: {reason}",
            code="unproven",
            evidence={"collection": source.collection, "identity": identity.text, "seconds": seconds, **error.evidence},
            hint="Raise --time-limit, or retry when the server is less busy.",
        ) from error


def offenders(
    connection: Connection, source: Source, identity: Identity, *, shared: bool, without: bool
) -> tuple[tuple[Json, ...], tuple[Json, ...]]:
    """Codes that rows share, and rows without a code by their keys: a few of each, where there are any.

    Codes that are made of secrets are not told.
    """
    coded = _coded(source, identity)
    codes: tuple[Json, ...] = ()
    if shared and not _are_secrets(connection, source, identity):
        codes = connection.one(proof.repeated(coded)).examples
    if not without:
        return codes, ()
    key = [row.name for row in connection.rows(KEY, {"relid": source.relid})]
    rows = (
        *_rows(connection, proof.null_examples(coded, key)),
        *_rows(connection, proof.empty_examples(coded, key)),
    )
    return codes, rows[: proof.EXAMPLES]


def met(connection: Connection, given: Sequence[Pending], seconds: int = PROOF_SECONDS) -> dict[str, list[Met]]:
    """Of each of many collections, by name: codes that another of them, or a recorded identity, gives as well.

    `given` stand in the place of what is recorded for their collections. One pass over all codes, in one snapshot.
    Raises Unavailable where that takes longer than `seconds`.
    """
    instead = {each.collection for each in given}
    every = [*given, *(each for each in claimed_codes.bare(connection) if each.collection not in instead)]
    found: dict[str, list[Met]] = {}
    if len(every) > 1:
        with looking(connection, seconds):
            for each in connection.rows(collisions.met_codes([one.triple for one in every])):
                found.setdefault(each.collection, []).append(each)
    return found


@contextmanager
def looking(connection: Connection, seconds: int) -> Iterator[None]:
    """One snapshot, for a limited time each statement, with memory for one grouping of codes."""
    with connection.snapshot():
        # Different codes are as many as rows: sorting them takes a third of the time that a table of hashes does.
        connection.set_local(statement_timeout=1000 * seconds, work_mem=_WORK_MEMORY, enable_hashagg="off")
        yield


def _coded(source: Source, identity: Identity) -> Coded:
    assert source.table is not None  # noqa: S101 - the caller saw to it
    code, parts = sources.code_of(source, identity)
    return Coded(
        table=source.table,
        code=code,
        parts=parts,
        prefix="" if identity.strategy == COLUMN else f"{source.collection}:",
        schema=source.schema,
        told_by=() if source.own_equality.isdisjoint(identity.columns) else identity.columns,
        windowed=source.windowed,
    )


def _counted(connection: Connection, coded: Coded, *, declared: bool) -> Proof:
    found = connection.one(proof.proof(coded, connection.schema))
    twins = connection.one(proof.twins(coded)) if found.suspects else Twins(0, ())
    alike = connection.one(proof.looks(coded)) if found.mixed else Twins(0, ())
    alone = declared or (not coded.told_by and connection.one(proof.different(coded)).every)
    repeated = Repeated(0, ()) if alone else connection.one(proof.repeated(coded))
    return Proof(
        rows=found.rows,
        nulls=found.nulls,
        empties=found.empties,
        distinct=found.rows - found.nulls - found.empties - repeated.surplus,
        twins=twins.twins,
        longest=found.longest,
        lookalikes=found.lookalikes,
        foreign=0,
        pending=0,
        alike=max(alike.twins - twins.twins, 0),
        duplicate_examples=repeated.examples,
        twin_examples=twins.examples,
        alike_examples=alike.examples,
    )


def _is_declared(keys: Iterable[Key], identity: Identity) -> bool:
    """Whether a key over some of the columns keeps the codes apart: different values have different texts."""
    return any(set(key.columns) <= set(identity.columns) for key in keys)


def _with_examples(connection: Connection, source: Source, coded: Coded, seen: Proof) -> Proof:
    """Name the offending rows, looking only for what the counts say is there."""
    if seen.nulls or seen.empties:
        key = [row.name for row in connection.rows(KEY, {"relid": source.relid})]
        seen = replace(
            seen,
            null_examples=_rows(connection, proof.null_examples(coded, key)) if seen.nulls else (),
            empty_examples=_rows(connection, proof.empty_examples(coded, key)) if seen.empties else (),
        )
    if seen.lookalikes:
        alike = connection.rows(proof.lookalike_examples(coded.table, coded.code, connection.schema))
        seen = replace(seen, lookalike_examples=tuple(each.example for each in alike))
    return seen


def _without_secrets(connection: Connection, source: Source, identity: Identity, seen: Proof) -> Proof:
    """The same without codes as examples, where they are made of secrets: what is wrong is told, never a value."""
    shown: dict[str, Any] = {f"{name}_examples": () for name in _OF_CODES if getattr(seen, f"{name}_examples")}
    if not shown or not _are_secrets(connection, source, identity):
        return seen
    return replace(seen, **shown)


def _are_secrets(connection: Connection, source: Source, identity: Identity) -> bool:
    return bool(connection.one(SECRET, {"relid": source.relid, "columns": list(identity.columns)}).columns)


def _with_collisions(
    connection: Connection, source: Source, coded: Coded, seen: Proof, others: Sequence[Pending]
) -> Proof:
    foreign = connection.rows(collisions.foreign_codes(coded, source.collection, connection.schema))
    given = connection.rows(collisions.pending_collisions(coded, [each.triple for each in others])) if others else []
    # A code that is registered for its own collection shows up in both; the registry's word is enough.
    registered = {(each.code, each.owner) for each in foreign}
    fresh = [each for each in given if (each.code, each.owner) not in registered]
    return replace(
        seen,
        foreign=_total(foreign),
        foreign_examples=_owners(foreign),
        pending=_total(fresh),
        pending_examples=_owners(fresh),
    )


def _others(connection: Connection, source: Source, among: Sequence[Pending] | None) -> Iterator[Pending]:
    """Who else gives bare codes: the recorded identities, and those of `among` in their place."""
    if among is None:
        return
    instead = {each.collection for each in among} | {source.collection}
    yield from (each for each in claimed_codes.bare(connection) if each.collection not in instead)
    yield from (each for each in among if each.collection != source.collection)


def _rows(connection: Connection, query: Reading[KeyExample]) -> tuple[Json, ...]:
    return tuple(each.example for each in connection.rows(query))


def _owners(found: list[Collision]) -> tuple[Json, ...]:
    return tuple({"code": each.code, "owner": each.owner} for each in found)


def _total(found: list[Collision]) -> int:
    return found[0].total if found else 0

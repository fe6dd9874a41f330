"""Proving an identity: exactly, on live data, in one snapshot, within a limit of time."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from psycopg import sql

from core.db.connection.session import Connection, Row
from core.db.sources import codec, proof
from core.db.sources.proof import Coded
from core.domain.classify.identity import COLUMN, Identity, Proof
from core.errors import ConsoleError, GateClosed, Json
from core.services.classify import claimed_codes, sources
from core.services.classify.claimed_codes import Pending
from core.services.classify.sources import Source

PROOF_SECONDS = 300
_WORK_MEMORY = "256MB"  # for one grouping of codes, and only as long as the proof


def prove(
    connection: Connection,
    source: Source,
    identity: Identity,
    *,
    seconds: int = PROOF_SECONDS,
    among: Sequence[Pending] = (),
) -> Proof:
    """What one REPEATABLE READ snapshot of the live data says of `identity`, with examples of what is wrong.

    `among` are further identities whose codes it must not give. A statement that takes longer than `seconds` leaves
    the identity unproven: that raises GateClosed, never an answer.
    """
    assert source.table is not None  # noqa: S101 - sources.require saw to it
    coded = _coded(source, identity)
    try:
        with connection.snapshot():
            connection.driver.execute(f"SET LOCAL statement_timeout = {1000 * seconds}".encode())
            connection.driver.execute(f"SET LOCAL work_mem = '{_WORK_MEMORY}'".encode())
            seen = _counted(connection, source, identity, coded)
            seen = _with_examples(connection, source, coded, seen)
            return _with_collisions(connection, source, coded, seen, [*_others(connection, source, among)])
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
            hint="Allow more time with --time-limit, or try again when the server is less busy.",
        ) from error


def _coded(source: Source, identity: Identity) -> Coded:
    assert source.table is not None  # noqa: S101 - the caller saw to it
    code, texts = sources.code_of(source, identity)
    collection = None if identity.strategy == COLUMN else source.collection
    return Coded(
        table=source.table,
        code=code,
        texts=texts,
        trimmed=codec.code_expression(collection, [codec.trimmed(text) for text in texts]),
        prefix="" if collection is None else f"{collection}:",
        free=[text for name, text in zip(identity.columns, texts, strict=True) if codec.is_free(source.types[name])],
        windowed=source.windowed,
    )


def _counted(connection: Connection, source: Source, identity: Identity, coded: Coded) -> Proof:
    row = connection.row(proof.proof(coded, connection.schema))
    assert row is not None  # noqa: S101 - an aggregate has one row
    padded = row.pop("padded")
    twins = int(connection.value(proof.twins(coded))) if padded else 0
    declared = _is_declared(connection, source, identity)
    different = (
        row["rows"] - row["nulls"] - row["empties"] if declared else int(connection.value(proof.distinct(coded)))
    )
    return Proof(**row, distinct=different, twins=twins, foreign=0, pending=0)


def _is_declared(connection: Connection, source: Source, identity: Identity) -> bool:
    """Whether a key over some of the columns keeps the codes apart: different values have different texts."""
    keys = connection.rows("profile.keys", {"relids": [source.relid]})
    return any(set(row["columns"]) <= set(identity.columns) for row in keys)


def _with_examples(connection: Connection, source: Source, coded: Coded, seen: Proof) -> Proof:
    """Name the offending rows, looking only for what the counts say is there."""
    if seen.nulls or seen.empties:
        key = [row["name"] for row in connection.rows("identity.key", {"relid": source.relid})]
        seen = replace(
            seen,
            null_examples=_examples(connection, proof.null_examples(coded, key)) if seen.nulls else (),
            empty_examples=_examples(connection, proof.empty_examples(coded, key)) if seen.empties else (),
        )
    if seen.rows - seen.nulls - seen.empties > seen.distinct:
        rows = connection.rows(proof.duplicate_examples(coded.table, coded.code))
        seen = replace(seen, duplicate_examples=tuple({"code": row["code"], "rows": row["rows"]} for row in rows))
    if seen.twins:
        seen = replace(seen, twin_examples=_examples(connection, proof.twin_examples(coded)))
    if seen.lookalikes:
        found = _examples(connection, proof.lookalike_examples(coded.table, coded.code, connection.schema))
        seen = replace(seen, lookalike_examples=found)
    return seen


def _with_collisions(
    connection: Connection, source: Source, coded: Coded, seen: Proof, others: Sequence[Pending]
) -> Proof:
    foreign = connection.rows(proof.foreign_codes(coded, source.collection, connection.schema))
    given = connection.rows(proof.pending_collisions(coded, [each.triple for each in others])) if others else []
    # A code that is registered for its own collection shows up in both; the registry's word is enough.
    registered = {(row["code"], row["owner"]) for row in foreign}
    fresh = [row for row in given if (row["code"], row["owner"]) not in registered]
    return replace(
        seen,
        foreign=_total(foreign),
        foreign_examples=_owners(foreign),
        pending=_total(fresh),
        pending_examples=_owners(fresh),
    )


def _others(connection: Connection, source: Source, among: Sequence[Pending]) -> Iterator[Pending]:
    """Whoever else gives bare codes: the recorded identities, and those of `among` in their place."""
    instead = {each.collection for each in among} | {source.collection}
    yield from (each for each in claimed_codes.bare(connection) if each.collection not in instead)
    yield from (each for each in among if each.collection != source.collection)


def _examples(connection: Connection, query: sql.Composed) -> tuple[Json, ...]:
    return tuple(row["example"] for row in connection.rows(query))


def _owners(rows: list[Row]) -> tuple[Json, ...]:
    return tuple({"code": row["code"], "owner": row["owner"]} for row in rows)


def _total(rows: list[Row]) -> int:
    return int(rows[0]["total"]) if rows else 0

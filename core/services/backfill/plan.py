"""Planning: store exactly what is missing. The database does it in one transaction and touches nothing else."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from core.db.connection.session import Connection
from core.db.rows import plan as rows
from core.db.rows.plan import ESTIMATES, PLAN, PLAN_RECONCILED, SKIPPED, SUPERSEDED
from core.db.rows.query import from_json
from core.domain.backfill.plan_gates import ASKED, HINT, PLANNABLE, WantedCollection, way_out
from core.domain.backfill.runs import Run
from core.domain.classify.identity import CONTRACT
from core.domain.gates import Judgement, judge
from core.domain.overview.matrix import BROKEN, MatrixRow
from core.domain.steps import Tell
from core.errors import ConsoleError, GateClosed, Json, UsageError
from core.services import authorization
from core.services.backfill import runs, steps
from core.services.classify import sources
from core.services.classify.proof import prove
from core.services.overview import matrix


@dataclass(frozen=True, slots=True)
class Skipped:
    """A REQUIRED collection that could not be part of a plan of all, with the gates that are closed.

    `reasons` are those of the matrix; where the rows alone stand against it, the closed gates.
    """

    collection: str
    reasons: tuple[str, ...]
    gates: tuple[Json, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A planned run, the REQUIRED collections that could not be part of it, and the runs that it supersedes.

    `abandoned` are those of the superseded runs that were begun and are not complete.
    """

    run: Run
    skipped: tuple[Skipped, ...]
    superseded: tuple[int, ...]
    abandoned: tuple[int, ...]


def plan(
    connection: Connection,
    collections: Sequence[str] | None,
    *,
    strict: bool = False,
    note: str | None = None,
    tell: Tell | None = None,
) -> Plan:
    """Plan `collections`; None plans every REQUIRED one that can be planned, and names the others.

    Raises NotAllowed for logins outside birth_operator, and GateClosed where one cannot be planned: unknown, exempt,
    unclassified, without a table, or with rows that its identity no longer tells apart. Its evidence names each closed
    gate of each collection. Nothing is written then. `strict` treats a plan of all like one of named collections.
    With a `note` the run is reconciled as well, in the snapshot of the plan. `tell` hears of each table that is done.
    """
    authorization.insist_on(connection, "birth_operator", "plan a backfill")
    names = None if collections is None else list(dict.fromkeys(collections))
    if names is None:
        with _told(connection, None, tell):
            return _plan_all(connection, strict=strict, note=note)
    _insist_plannable(connection, names)
    try:
        with _told(connection, names, tell):
            number = _stored(connection, names, note)
    except GateClosed as error:
        if error.code == "contract_broken":
            _name_offenders(connection, names)
        raise _with_gates(error) from error
    return _made(connection, number, ())


def _stored(connection: Connection, names: Sequence[str] | None, note: str | None) -> int:
    named = None if names is None else list(names)
    if note is None:
        return connection.one(PLAN, {"collections": named}).run
    return connection.one(PLAN_RECONCILED, {"collections": named, "note": note}).run


@contextmanager
def _told(connection: Connection, names: Sequence[str] | None, tell: Tell | None) -> Iterator[None]:
    """Tell each table that is planned inside, with the rows that the planner takes it to have."""
    weights: dict[str, int] = {}
    if tell is not None:
        rows = {each.collection: each.rows for each in connection.rows(ESTIMATES)}
        weights = rows if names is None else {name: rows.get(name, 0) for name in names}
    with steps.told(connection, "planned", weights, tell):
        yield


def _plan_all(connection: Connection, *, strict: bool, note: str | None) -> Plan:
    broken = [_unplannable(row) for row in matrix.read(connection) if row.verdict == BROKEN]
    number, left_out = 0, tuple[rows.Skipped, ...]()
    try:
        with connection.transaction():
            number = _stored(connection, None, note)
            left_out = tuple(connection.rows(SKIPPED, {"run": number}))
            if strict and (broken or left_out):
                raise _Undone  # noqa: TRY301 - it ends the transaction, and nothing else
    except _Undone:
        number = 0
    except GateClosed as error:
        if error.code != "nothing_plannable":
            raise _with_gates(error) from error
        left_out = from_json(tuple[rows.Skipped, ...], error.evidence["skipped"], "plan.plan")
    skipped = sorted((*broken, *(_spoiled(connection, each) for each in left_out)), key=lambda each: each.collection)
    if not number:
        raise GateClosed(
            f"{len(skipped)} collections cannot be planned: {', '.join(each.collection for each in skipped)}"
            if skipped
            else "no collection is REQUIRED",
            code="not_plannable",
            evidence={"gates": [gate for each in skipped for gate in each.gates]},
            hint=HINT,
        )
    return _made(connection, number, tuple(skipped))


class _Undone(Exception):
    """What was planned is not to stay."""


def _made(connection: Connection, number: int, skipped: tuple[Skipped, ...]) -> Plan:
    over = connection.rows(SUPERSEDED, {"run": number})
    abandoned = tuple(each.run for each in over if each.begun)
    return Plan(runs.run(connection, number), skipped, tuple(each.run for each in over), abandoned)


def _unplannable(row: MatrixRow) -> Skipped:
    """What the catalogs say of a collection that cannot be planned."""
    closed = [each for each in judge(PLANNABLE, WantedCollection(row.facts.collection, row.facts)) if not each.passed]
    return Skipped(row.facts.collection, row.reasons, tuple(_gate(each, each.evidence) for each in closed))


def _spoiled(connection: Connection, found: rows.Skipped) -> Skipped:
    """What its rows say of a collection that was left out: the offenders, where they still are there."""
    gates: list[Json] = []
    if found.gate == "contract_broken":
        gates += [gate for gate, _ in _offences(connection, found.collection)]
    gates = gates or [{"gate": found.gate, "evidence": {"collection": found.collection, **found.evidence}}]
    names = dict.fromkeys(str(gate["gate"]) for gate in gates if isinstance(gate, Mapping))
    return Skipped(found.collection, tuple(names), tuple(gates))


def _insist_plannable(connection: Connection, names: Sequence[str]) -> None:
    """Raise GateClosed with every closed gate of every collection; the error of one alone has its own code."""
    known = {row.facts.collection: row.facts for row in matrix.read(connection, every=True)}
    closed: dict[str, list[Judgement]] = {}
    for name in names:
        near = () if name in known else tuple(sources.similar(connection, name))
        found = [each for each in judge(PLANNABLE, WantedCollection(name, known.get(name), near)) if not each.passed]
        if found:
            closed[name] = found
    if not closed:
        return
    gates = [_gate(each, each.evidence) for found in closed.values() for each in found]
    if len(closed) > 1:
        hints = dict.fromkeys(each.hint for found in closed.values() for each in found)
        raise GateClosed(
            f"{len(closed)} of {len(names)} collections cannot be planned: {', '.join(closed)}",
            evidence={"gates": gates},
            hint=" ".join(hints),
        )
    (name,) = closed
    raise _refusal(connection, WantedCollection(name, known.get(name)), gates)


def _refusal(connection: Connection, named: WantedCollection, gates: Sequence[Json]) -> ConsoleError:
    """What the database, or the look for its table, says of one collection that cannot be planned."""
    try:
        sources.require(connection, named.collection)
    except UsageError as error:
        return error
    except GateClosed as error:
        return _with_gates(error, gates)
    assert named.facts is not None  # noqa: S101 - it has a table
    return GateClosed(
        f"{named.collection} cannot be planned: {named.why}",
        code="not_plannable",
        evidence={
            "collection": named.collection,
            "requirement": named.facts.requirement,
            "table": named.facts.table,
            "identity": named.facts.identity,
            "missing_columns": list(named.facts.missing_columns),
            "gates": gates,
        },
        hint=way_out(named),
    )


def _name_offenders(connection: Connection, names: Sequence[str]) -> None:
    """Raise GateClosed with the rows that broke each collection's contract, as far as they are still there."""
    broken: dict[str, list[Json]] = {}
    hints: dict[str, None] = {}
    for name in names:
        for gate, hint in _offences(connection, name):
            broken.setdefault(name, []).append(gate)
            hints[hint] = None
    gates = [gate for found in broken.values() for gate in found]
    if broken:
        closed = f"{len(gates)} gate{'s are' if len(gates) > 1 else ' is'} closed"
        raise GateClosed(
            f"the recorded identity of {', '.join(broken)} no longer holds: {closed}",
            evidence={"gates": gates},
            hint=" ".join(hints),
        )


def _offences(connection: Connection, name: str) -> Iterator[tuple[Json, str]]:
    """Each gate that the data of a collection close, with its hint; none where the plan has nothing against them."""
    try:
        source = sources.require(connection, name)
        if source.identity is None or source.missing_columns:
            return
        found = prove(connection, source, source.identity)
    except GateClosed as error:
        evidence = {"collection": name, **error.evidence}
        yield {"gate": error.code, "title": error.message, "evidence": evidence}, error.hint
        return
    closed = [each for each in judge(CONTRACT, found) if not each.passed]
    if ASKED & {each.id for each in closed}:
        where = {"collection": name, "identity": source.identity.text}
        for each in closed:
            more = each.evidence if isinstance(each.evidence, Mapping) else {}
            yield _gate(each, {**where, **more}), each.hint


def _gate(found: Judgement, evidence: Json) -> dict[str, Json]:
    return {"gate": found.id, "title": found.title, "evidence": evidence}


def _with_gates(error: GateClosed, gates: Sequence[Json] = ()) -> GateClosed:
    """The same error; its evidence also names the closed gates, or itself as the only one."""
    alone: dict[str, Any] = {"gate": error.code, "title": error.message, "evidence": error.evidence}
    error.evidence = {"gates": gates or [alone], **error.evidence}
    return error

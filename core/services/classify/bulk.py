"""Many classifications at once: every one is checked on live data first, then all are written, or none.

The identities of one file are also held against each other: two of them may not give one code.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar
from uuid import uuid4

from core.db.connection.session import Connection
from core.db.rows import identity as rows
from core.domain.classify.decision import EXEMPT, UNCLASSIFIED, Decision
from core.domain.classify.suggestion import SAFE
from core.errors import ConsoleError, Json
from core.services.classify import classify as identities
from core.services.classify import sources, suggest
from core.services.classify.bulk_check import (
    AT_A_TIME,
    INVALID,
    RECORDED,
    UNCHANGED,
    VALID,
    WITHHELD,
    Checked,
    Result,
    check_all,
)

C = TypeVar("C", bound=Checked | Result)


def classify_many(
    connection: Connection,
    decisions: Sequence[Decision],
    *,
    dry_run: bool = False,
    keep_going: bool = False,
    told: Mapping[str, Json] | None = None,
    seen: Mapping[str, int] | None = None,
) -> list[Result]:
    """Check every decision, then write all of them in one transaction; with `keep_going` the valid ones.

    `told` is what the suggester said of each collection's identity, for the history. A decision whose collection
    another login changed in between is refused as stale, and what they wrote stays; `seen` are the versions that
    the decisions were made on, where they were made before this call.
    """
    save = str(uuid4()) if len(decisions) > 1 else ""
    checked = check_all(connection, decisions, save=save, told=told or {}, seen=seen or {})
    if dry_run:
        return [_result(each, VALID) for each in checked]
    if keep_going:
        done: list[Result] = []
        for portion in _portions(checked):
            done += _recorded(connection, portion) or [_written(connection, each) for each in portion]
        return done
    if any(isinstance(each, Result) for each in checked):
        return [_result(each, WITHHELD) for each in checked]
    return _all(connection, [each for each in checked if isinstance(each, Checked)])


def accept(connection: Connection, *, dry_run: bool = False, keep_going: bool = False) -> list[Result]:
    """Record what the suggester puts in tier A, of unclassified collections only."""
    decisions: list[Decision] = []
    told: dict[str, Json] = {}
    for suggestion in suggest.suggestions(connection):
        first = suggestion.first
        if suggestion.tier == SAFE and first is not None:
            identity = first.identity
            reason = f"accepted suggestion 1 of tier {SAFE}"
            decisions.append(Decision.of(identity, reason))
            told[identity.collection] = suggestion.told(first)
    return classify_many(connection, decisions, dry_run=dry_run, keep_going=keep_going, told=told)


def export(connection: Connection) -> list[Decision]:
    """What every collection is now, as decisions that would change nothing."""
    return [
        Decision(row.collection, EXEMPT, None, row.policy_reason)
        if row.requirement == "EXEMPT"
        else _exported(row.collection, row.strategy, row.columns, row.reason)
        for row in connection.rows(rows.EXPORT)
    ]


def _exported(collection: str, strategy: str | None, columns: Sequence[str] | None, reason: str | None) -> Decision:
    identity = sources.identity_of(collection, strategy, columns)
    if identity is None:
        return Decision(collection, UNCLASSIFIED)
    return Decision.of(identity, reason)


def _all(connection: Connection, checked: Sequence[Checked]) -> list[Result]:
    """Write all in one transaction. The first that the database refuses undoes the others, and is named."""
    done: list[Result] = []
    refused: Result | None = None
    try:
        with connection.transaction():
            for portion in _portions(checked):
                together = _recorded(connection, portion)
                if together is not None:
                    done += together
                    continue
                for each in portion:
                    try:
                        done.append(_write(connection, each))
                    except ConsoleError as error:
                        refused = Result(each.decision, INVALID, error=error)
                        raise
    except ConsoleError as error:
        if refused is None or connection.is_closed or not error.sqlstate.startswith("BR"):
            raise
        return [refused if each.decision is refused.decision else _result(each, WITHHELD) for each in checked]
    return done


def _portions(checked: Sequence[C]) -> Iterator[list[C]]:
    """In their order: those that take an identity, as many together as one statement records; each other by itself."""
    portion: list[C] = []
    for each in checked:
        takes = isinstance(each, Checked) and each.changes and each.identity is not None
        if portion and (not takes or len(portion) == AT_A_TIME):
            yield portion
            portion = []
        if takes:
            portion.append(each)
        else:
            yield [each]
    if portion:
        yield portion


def _recorded(connection: Connection, portion: Sequence[Checked | Result]) -> list[Result] | None:
    """Record several identities by one statement; None where nothing was: one of them is refused, or it is only one."""
    taken = [each for each in portion if isinstance(each, Checked) and each.identity is not None and each.changes]
    if len(taken) < 2 or len(taken) < len(portion):  # noqa: PLR2004 - one is recorded by itself
        return None
    wanted = [(each.source, each.identity, each.decision.reason, each.evidence) for each in taken if each.identity]
    try:
        with connection.transaction():
            versions = identities.classify_all_proven(connection, wanted)
    except ConsoleError:
        if connection.is_closed:
            raise
        return None
    return [replace(_result(each, RECORDED), version=versions[each.source.collection]) for each in taken]


def _written(connection: Connection, checked: Checked | Result) -> Result:
    if isinstance(checked, Result):
        return checked
    try:
        return _write(connection, checked)
    except ConsoleError as error:
        if connection.is_closed:
            raise
        return Result(checked.decision, INVALID, error=error)


def _write(connection: Connection, checked: Checked) -> Result:
    decision, source = checked.decision, checked.source
    if not checked.changes:
        return _result(checked, UNCHANGED)
    if checked.identity is not None:
        done = identities.classify_proven(connection, source, checked.identity, decision.reason, checked.evidence)
    elif decision.strategy == EXEMPT:
        done = identities.exempt(connection, decision.collection, decision.reason or "")
    else:
        done = identities.unclassify(connection, decision.collection, decision.reason, seen_version=source.version)
    return replace(_result(checked, RECORDED), version=done.version or None)


def _result(checked: Checked | Result, outcome: str) -> Result:
    if isinstance(checked, Result):
        return checked
    version = checked.source.version or None
    if not checked.changes:
        return Result(checked.decision, UNCHANGED, version, checked.evidence)
    return Result(checked.decision, outcome, None, checked.evidence)

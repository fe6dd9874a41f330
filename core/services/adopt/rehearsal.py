"""Rehearsing the register function: what birth_caller lacks is found by calling it, and each refusal is one grant."""

import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final

import psycopg
from psycopg import sql

from core.db.connection.errors import raised_at, translated
from core.db.connection.session import Connection
from core.db.install import script
from core.db.install.script import Statement
from core.db.rows.rehearsal import CALL, LACKING, PLACE, WRITTEN, Lacking, Place
from core.errors import ConsoleError

_DENIED: Final = "42501"
_CALLING: Final = "_birth_as_caller("
_MOST_GRANTS: Final = 40
_VERBS: Final = re.compile(r'"\s*(?:WITH\b.*?\b)?(INSERT|UPDATE|DELETE|SELECT)\b', re.IGNORECASE | re.DOTALL)


@dataclass(slots=True)
class Rehearsed:
    """What was missing, what still refuses, and what it writes elsewhere; nothing of each where it works."""

    grants: list[Statement] = field(default_factory=list)
    refusal: str = ""
    written: set[str] = field(default_factory=set)  # tables besides the registry, which no batch may write


def rehearse(connection: Connection) -> Rehearsed:
    """Call the register function until nothing is refused for want of a right; inside a transaction.

    Keeps nothing. Registers an invented code of one collection, so a sequence of the registry moves on.
    """
    found = Rehearsed()
    with translated(), connection.driver.transaction(force_rollback=True):
        place = connection.row(PLACE)
        if place is None:
            return found
        if not place.ready:
            calling = _right_to_call(place)
            found.grants.append(calling)
            if calling.needs:
                return found
            script.run(connection.driver, [calling])
        while (refused := _call(connection, place.collection, found.written)) is not None:
            if refused.sqlstate != _DENIED or _raised(refused):
                found.refusal = _told(refused)
                break
            grant = _cure(connection, place.collection, refused)
            if grant is None:
                found.refusal = _words(refused)["message"]
                break
            found.grants.append(grant)
            if grant.needs or len(found.grants) >= _MOST_GRANTS:
                break
    return found


def _raised(refused: ConsoleError) -> str:
    return raised_at(refused.__cause__) if isinstance(refused.__cause__, psycopg.Error) else ""


def _told(refused: ConsoleError) -> str:
    where = _raised(refused)
    told = _words(refused)["message"] + (f" ({where})" if where else "")
    if where and refused.sqlstate == _DENIED:
        told += ". Let it admit birth_caller, the role that such code runs as here"
    return told


def is_refusal(error: ConsoleError) -> bool:
    """Whether the register function, or what it reached, was refused something as birth_caller."""
    return error.sqlstate == _DENIED and not _raised(error) and _CALLING in _words(error)["context"]


def grant_for(connection: Connection, refused: ConsoleError) -> str:
    """The statement that lets birth_caller do what it was refused, by the likeliest reading; "" where none would."""
    lacking = connection.rows(LACKING, _words(refused))
    return next((f"{_grant(each, _guess(each, refused)).as_string()};" for each in lacking), "")


def _right_to_call(place: Place) -> Statement:
    grants = sql.SQL("GRANT USAGE ON SCHEMA {} TO birth_caller; GRANT EXECUTE ON FUNCTION {} TO birth_caller").format(
        sql.SQL(place.schema), sql.SQL(place.function)
    )
    return Statement(
        f"birth_caller calls {place.function}", grants, needs="" if place.owned else f"its owner {place.owner}"
    )


def _call(connection: Connection, collection: str, written: set[str]) -> ConsoleError | None:
    """What the register function refuses, as an apply calls it; None where it registers.

    The tables that it writes besides the registry are put into `written`.
    """
    given = {"collection": collection, "code": f"birth-rehearsal-{secrets.token_hex(8)}"}
    try:
        with translated(), connection.driver.transaction(force_rollback=True):
            connection.driver.execute("SET LOCAL ROLE birth_owner")
            before = connection.rows(WRITTEN)
            connection.one(CALL, given)
            written |= {each.table for each in connection.rows(WRITTEN) if each not in before}
    except ConsoleError as error:
        return error
    return None


def _cure(connection: Connection, collection: str, refused: ConsoleError) -> Statement | None:
    """The one grant after which something else, or nothing, is refused."""
    for each in connection.rows(LACKING, _words(refused)):
        owner = f"its owner {each.owner}"
        if not (each.owned and each.trusted):
            return _statement(each, _guess(each, refused), owner)
        for rights in _sets(each.rights):
            made = _statement(each, rights, "")
            with connection.transaction():
                script.run(connection.driver, [made])
                after = _call(connection, collection, set())
                if after is None or after.message != refused.message:
                    return made
                raise psycopg.Rollback
    return None


def _sets(rights: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Every choice of rights, the smallest first."""
    for size in range(1, len(rights) + 1):
        yield from combinations(rights, size)


def _guess(each: Lacking, refused: ConsoleError) -> tuple[str, ...]:
    """The rights that the refused statement needs, by its verb."""
    if each.kind != "TABLE":
        return each.rights[:1]
    context = _words(refused)["context"]
    verb = found[1].upper() if (found := _VERBS.search(context)) else "SELECT"
    wanted = {verb} if verb in ("SELECT", "INSERT") else {"SELECT", verb}
    if "ON CONFLICT" in context.upper():
        wanted.add("SELECT")
    return tuple(right for right in each.rights if right in wanted) or each.rights[:1]


def _words(refused: ConsoleError) -> dict[str, str]:
    cause = refused.__cause__
    if not isinstance(cause, psycopg.Error):
        return {"message": refused.message, "context": ""}
    return {"message": cause.diag.message_primary or refused.message, "context": cause.diag.context or ""}


def _grant(each: Lacking, rights: Sequence[str]) -> sql.Composed:
    # Kind, rights and name are as the server told them.
    return sql.SQL("GRANT {} ON {} TO birth_caller").format(
        sql.SQL(", ".join(rights)), sql.SQL(f"{each.kind} {each.name}")
    )


def _statement(each: Lacking, rights: Sequence[str], needs: str) -> Statement:
    what = f"birth_caller may {' and '.join(rights)} on {each.kind.lower()} {each.name}"
    return Statement(what, _grant(each, rights), needs=needs)

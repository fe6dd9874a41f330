"""Which values that may become codes are taken: registered for other collections, or given by their identities."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.db.connection.session import Connection
from core.db.rows.suggestion import REGISTERED
from core.db.sources import collisions
from core.errors import Json, Unavailable
from core.services.classify.claimed_codes import Pending

_MILLISECONDS = 3_000
_TRIES = 2  # lookups of single tables in vain, after that of all together: then there is no time for the others
_EXAMPLES = 3

_Values = Mapping[str, set[str]]  # by column


@dataclass(frozen=True, slots=True)
class Asked:
    """A collection, the names of all tables, and the values of its columns that may become codes."""

    collection: str
    tables: frozenset[str]
    values: _Values


@dataclass(frozen=True, slots=True)
class Taken:
    """The columns whose bare values are codes of other collections, with examples; whether all was looked at."""

    examples: dict[str, Json] = field(default_factory=dict)
    looked: bool = True


def looked_up(connection: Connection, tables: Sequence[Asked], pending: Sequence[Pending]) -> Mapping[str, Taken]:
    """What is taken of each table's values, by collection: all are looked up at once, or each where that takes long."""
    asked = [table for table in tables if any(table.values.values())]
    found = {table.collection: Taken() for table in tables}
    owners = _owners(connection, [table.values for table in asked], pending) if asked else {}
    tries = _TRIES if len(asked) > 1 else 0
    for table in asked:
        known = owners
        if known is None and tries:
            known = _owners(connection, [table.values], pending)
            tries -= known is None
        found[table.collection] = Taken(looked=False) if known is None else Taken(_met(table, known))
    return found


def _owners(
    connection: Connection, values: Sequence[_Values], pending: Sequence[Pending]
) -> Mapping[str, Sequence[str]] | None:
    """The collections that have these values as codes, by code; None where there was no time to look."""
    # As JSON: thousands of texts are written in one go, where an array would take a line of Python for each.
    codes = json.dumps(sorted(set().union(*(texts for each in values for texts in each.values()))))
    try:
        with connection.reading():
            connection.set_local(statement_timeout=_MILLISECONDS)
            rows = connection.rows(REGISTERED, {"codes": codes})
            if pending:
                rows += connection.rows(collisions.taken_codes([each.triple for each in pending], codes))
    except Unavailable:
        if connection.is_closed:
            raise
        return None
    owners: defaultdict[str, list[str]] = defaultdict(list)
    for row in rows:
        owners[row.code].append(row.owner)
    return owners


def _met(table: Asked, owners: Mapping[str, Sequence[str]]) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for name, own in table.values.items():
        met = {code: _another(owners.get(code, ()), table.collection) for code in sorted(own & owners.keys())}
        told: list[Json] = [{"code": code, "owner": owner} for code, owner in met.items() if owner is not None]
        if told or _has_lookalikes(own, table):
            found[name] = told[:_EXAMPLES]
    return found


def _another(owners: Sequence[str], collection: str) -> str | None:
    return next((owner for owner in reversed(owners) if owner != collection), None)


def _has_lookalikes(codes: set[str], table: Asked) -> bool:
    """Whether a code reads like a synthetic code of some collection."""
    return any(":" in code and code.split(":", 1)[0] in table.tables for code in codes)

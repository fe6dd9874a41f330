"""What the catalogs say of the objects that are ours, asked by this program and not by a function of the database.

Who replaces the functions that compare does not change what is found here.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from psycopg import sql

from core.db.connection.session import Connection
from core.db.install import installer
from core.db.queries import within
from core.db.rows.query import Reading
from core.db.rows.upgrade import CatalogObject

_READERS = ("catalog_functions", "catalog_relations", "catalog_parts", "catalog_schema")
# A superuser may install the trigger guard later than the rest.
_LATER = ("evt_trigger_guard_ddl", "evt_trigger_guard_drop")

Key = tuple[str, str]  # kind and name
Aspects = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """An object that is not as it was installed: changed (in these aspects), missing or additional."""

    kind: str
    name: str
    difference: str
    aspects: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """For people: `function birth._birth_lease() changed: access, body`."""
        detail = f": {', '.join(self.aspects)}" if self.aspects else ""
        return f"{self.kind} {self.name} {self.difference}{detail}"


def live(connection: Connection) -> dict[Key, Aspects]:
    """Every object of ours as it is now."""
    with connection.reading():
        # Names and texts are compared as the server writes them: quoted where they must be, and nowhere else.
        connection.set_local(quote_all_identifiers="off", standard_conforming_strings="on")
        found = connection.rows(Reading(within(_catalog(), connection.schema), CatalogObject))
    return {(each.kind, each.name): each.aspects for each in found}


def recorded(connection: Connection) -> dict[Key, Aspects]:
    """Every object as the latest version of the schema installed it."""
    table = sql.Identifier(connection.schema, "birth_schema_object")
    query = sql.SQL("SELECT kind, name, aspects FROM {}").format(table)
    return {(each.kind, each.name): each.aspects for each in connection.rows(Reading(query, CatalogObject))}


def differences(expected: Mapping[Key, Aspects], found: Mapping[Key, Aspects]) -> list[Difference]:
    """How objects differ from what was expected."""
    named: list[Difference] = []
    for kind, name in sorted(expected.keys() | found.keys()):
        before, after = expected.get((kind, name)), found.get((kind, name))
        if before is None:
            if name not in _LATER:
                named.append(Difference(kind, name, "additional"))
        elif after is None:
            named.append(Difference(kind, name, "missing"))
        elif before != after:
            which = sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
            named.append(Difference(kind, name, "changed", tuple(which)))
    return named


def foreign_bodies(schema: str, found: Mapping[Key, Aspects]) -> list[Difference]:
    """Functions whose body is not the one that this program installs, whatever the database recorded."""
    ours: defaultdict[str, set[str]] = defaultdict(set)
    for part in installer.function_parts():
        for name, body in part.bodies(schema):
            ours[name].add(body)
    return [
        Difference(kind, name, "changed", ("body",))
        for (kind, name), aspects in found.items()
        if kind == "function" and aspects["body"] not in ours.get(_bare(name), {aspects["body"]})
    ]


def _bare(function: str) -> str:
    return function.partition("(")[0].rpartition(".")[2]


@cache
def _catalog() -> str:
    texts = {part.name: part.text for part in installer.function_parts()}
    bodies = (texts[f"functions/trust/{name}.sql"].split("$body$")[1] for name in _READERS)
    # The bodies are files of this package.
    return "\nUNION ALL\n".join(f"SELECT * FROM ({body}) AS reader(kind, name, aspects)" for body in bodies)  # noqa: S608

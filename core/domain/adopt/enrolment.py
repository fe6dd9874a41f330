"""Which tables become collections, and under which name."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase

from core.errors import UsageError

REQUIRED = "REQUIRED"
EXEMPT = "EXEMPT"
EVERYTHING = ("public.*",)  # what is enrolled unless other tables are named
IN_SCOPE = frozenset({"governed", "observed"})  # the governance roles whose rows are to be registered
_SIMILAR = 3


@dataclass(frozen=True, slots=True)
class Table:
    """A relation of the database. `obstacle` says why it cannot be a collection; "" where it can."""

    schema: str
    name: str
    obstacle: str = ""

    @property
    def text(self) -> str:
        """What globs are matched on."""
        return f"{self.schema}.{self.name}"

    def matches(self, globs: Iterable[str]) -> bool:
        """Whether any of `globs` names it."""
        return any(fnmatchcase(self.text, glob) for glob in globs)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A table with the name of its collection. `is_new` is False where that is registered already."""

    table: Table
    collection: str
    requirement: str
    is_new: bool


def choose(
    tables: Sequence[Table],
    registered: Mapping[str, Table | None],
    collections: Sequence[str],
    exempt: Sequence[str],
    listed: Collection[Table] = (),
) -> list[Enrolment]:
    """The tables that the globs name, and those that are `listed`, each with its collection.

    `registered` are the collections that are known already, with their tables: those keep their names. A registered
    name without a table gets the table of that name. Raises UsageError for a glob that names nothing, and where two
    tables would need one name.
    """
    for glob in (*collections, *exempt):
        _insist_on_match(glob, tables)
    globs = (*(collections or EVERYTHING), *exempt)
    chosen = [table for table in tables if not table.obstacle and (table in listed or table.matches(globs))]
    known = {table: name for name, table in registered.items() if table is not None}
    named = _named([table for table in chosen if table not in known], registered)
    return [
        Enrolment(
            table,
            known.get(table) or named[table],
            EXEMPT if table.matches(exempt) else REQUIRED,
            (known.get(table) or named[table]) not in registered,
        )
        for table in chosen
    ]


def tables_elsewhere(tables: Iterable[Table], registered: Mapping[str, Table | None]) -> dict[str, Table]:
    """The tables of registered collections that are not where they are looked for.

    Found by `schema.table`, where that is the collection's name; else by the name alone, where it is a single table's.
    """
    lost = [name for name, table in registered.items() if table is None]
    taken = {table for table in registered.values() if table is not None}
    free = {table.text: table for table in tables if not table.obstacle and table not in taken}
    found = {name: free.pop(name) for name in lost if name in free}
    count = Counter(table.name for table in free.values())
    by_name = {table.name: table for table in free.values() if count[table.name] == 1}
    return found | {name: by_name[name] for name in lost if name in by_name and name not in found}


def why_lost(name: str, tables: Iterable[Table]) -> str:
    """Why a registered collection has no table: none of its name, more than one, or one that differs in case."""
    able = [table for table in tables if not table.obstacle]
    same = sorted(table.text for table in able if table.name == name)
    if len(same) > 1:
        return (
            f"{len(same)} tables have its name: {', '.join(same)}. Name the one that is meant:"
            f" `birth-console init --collections '{same[0]}'`; or list each as schema.table"
        )
    alike = sorted(table.text for table in able if name.lower() in (table.name.lower(), table.text.lower()))
    if alike:
        return f"no table has its name; {', '.join(alike)} differs in case. Correct the name where it is listed"
    return "no table has its name: it is not enrolled"


def left_out(tables: Sequence[Table], collections: Sequence[str], exempt: Sequence[str]) -> list[Table]:
    """What the globs name and cannot be a collection."""
    globs = (*(collections or EVERYTHING), *exempt)
    return [table for table in tables if table.obstacle and table.matches(globs)]


def out_of_scope(
    chosen: Sequence[Enrolment], roles: Mapping[str, str | None], policies: Mapping[str, str | None]
) -> dict[Enrolment, str]:
    """Those that the company itself keeps out of registration, each with its governance role.

    `roles` are the governance roles by collection. A policy that stands already is the company's decision, too, and is
    left as it is.
    """
    return {
        each: role
        for each in chosen
        if each.requirement == REQUIRED
        and each.collection not in policies
        and (role := roles.get(each.collection)) is not None
        and role.strip().lower() not in IN_SCOPE
    }


def _named(tables: Sequence[Table], registered: Mapping[str, Table | None]) -> dict[Table, str]:
    """A name for each: the table's own where it is free and no other table's here, else with its schema."""
    wanted = Counter(table.name for table in tables)
    found: dict[Table, str] = {}
    for table in tables:
        free = wanted[table.name] == 1 and registered.get(table.name) is None
        found[table] = table.name if free else table.text
    taken = Counter(found.values())
    for table, name in found.items():
        if taken[name] > 1 or registered.get(name) is not None:
            raise UsageError(
                f"two tables have the collection name {name}",
                code="names_collide",
                evidence={
                    "collection": name,
                    "table": table.text,
                    "tables": [
                        {"schema": each.schema, "table": each.name}
                        for each in {*(each for each, its in found.items() if its == name), registered.get(name)}
                        if each is not None
                    ],
                },
                hint="Narrow --collections and --exempt so that one of them is left out. After init, enrol it "
                "under another name in collection_registry and birth_collection_place.",
            )
    return found


def _insist_on_match(glob: str, tables: Sequence[Table]) -> None:
    if any(table.matches([glob]) for table in tables):
        return
    by_name = [table.text for table in tables if table.name == glob]
    similar = by_name or get_close_matches(glob, [table.text for table in tables], n=_SIMILAR)
    raise UsageError(
        f"no table matches {glob}",
        code="nothing_matches",
        evidence={"glob": glob, "similar": similar[:_SIMILAR]},
        hint=f"Did you mean {', '.join(similar[:_SIMILAR])}?" if similar else "Globs match schema.table.",
    )

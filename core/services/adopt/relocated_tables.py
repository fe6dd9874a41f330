"""Tables of collections that were moved or renamed: the gateway's trigger went with them, and says whose they are."""

from collections.abc import Mapping, Sequence

from psycopg import sql
from psycopg.types.json import Jsonb

from core.db.rows.enrolment import Relation
from core.domain.adopt.enrolment import Enrolment, Table
from core.services.adopt.script_draft import Draft, comma_separated


def moved(facts: Mapping[Table, Relation], registered: Mapping[str, Table | None]) -> dict[str, Table]:
    """The collections whose table is gone from its place, and met elsewhere by a trigger with the collection's name."""
    known = {table for table in registered.values() if table is not None}
    found: dict[str, list[Table]] = {}
    for table, fact in facts.items():
        name = argument_of(fact)
        if name in registered and not table.obstacle and table not in known and _is_gone(registered[name]):
            found.setdefault(name, []).append(table)
    # Of two with one trigger's argument, one is a copy, and the console cannot know which.
    return {name: tables[0] for name, tables in found.items() if len(tables) == 1}


def draft(made: Draft, chosen: Sequence[Enrolment], places: Mapping[str, Table]) -> None:
    """The step that notes the new places of those that are chosen."""
    going = {each.collection: each.table for each in chosen if places.get(each.collection) == each.table}
    if not going:
        return
    rows = [
        sql.SQL("({}, {}, {})").format(sql.Literal(name), sql.Literal(table.schema), sql.Literal(table.name))
        for name, table in going.items()
    ]
    shown = {name: table.text for name, table in going.items()}
    made.add(
        f"the places of {', '.join(f'{name} ({place})' for name, place in shown.items())}",
        sql.SQL(
            "INSERT INTO {} (collection_name, table_schema, table_name) VALUES {} ON CONFLICT (collection_name) DO"
            " UPDATE SET table_schema = excluded.table_schema, table_name = excluded.table_name;"
            " SELECT {}('enrolled', {})"
        ).format(
            made.in_schema("birth_collection_place"),
            comma_separated([*rows]),
            made.in_schema("birth_ledger_append"),
            sql.Literal(Jsonb({"collections": [], "places": shown})),
        ),
        as_owner=True,
    )


def _is_gone(table: Table | None) -> bool:
    return table is None or bool(table.obstacle)


def argument_of(fact: Relation) -> str:
    """What the gateway's trigger is told on a table: its collection; "" where there is none."""
    return fact.argument or ""

"""Enrolling tables as collections: registered, with a policy, readable, and met by the gateway."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from psycopg import sql
from psycopg.types.json import Jsonb

from core.db.connection.session import Connection
from core.db.install import installer
from core.db.rows import enrolment as rows
from core.db.rows.enrolment import Relation
from core.db.rows.init import SCHEMAS
from core.db.rows.unenrolled import GLOBS
from core.domain.adopt.enrolment import (
    EVERYTHING,
    EXEMPT,
    IN_SCOPE,
    REQUIRED,
    Enrolment,
    Table,
    choose,
    left_out,
    out_of_scope,
    tables_elsewhere,
    why_lost,
)
from core.domain.adopt.system_tables import system_tables
from core.services.adopt import company_tables, nodes, relocated_tables, triggers
from core.services.adopt.script_draft import Draft, comma_separated, identifier
from core.services.adopt.system_tables import products

_OURS = ("collection_registry", "birth_policy", "birth_registry", "trigger_guard_alerts")


def draft(
    connection: Connection,
    made: Draft,
    collections: Sequence[str],
    exempt: Sequence[str],
    *,
    include_system: bool = False,
) -> None:
    """The steps that enrol what the globs name. Raises UsageError for a glob that names nothing.

    Left out, and listed: what a known product keeps for itself, unless `include_system`; and collections whose
    governance role in the company's registry is neither governed nor observed.
    """
    found = connection.rows(rows.TABLES, {"ours": _names()})
    facts = {Table(each.schema, each.name, each.obstacle or _own(made, each)): each for each in found}
    policies = company_tables.policies(connection, made)
    if not include_system:
        facts = _without_system(facts, policies)
    tables = list(facts)
    registered = _registered(connection, made, tables)
    moved = relocated_tables.moved(facts, registered)
    registered = {**registered, **moved}
    governs = "collections" in made.tables and not collections  # the company's own registry says what is enrolled
    if governs:
        moved |= tables_elsewhere(tables, registered)
        registered = {**registered, **moved}
        _name_lost(connection, made, registered, tables, policies)
    listed = {table for table in registered.values() if table is not None} if governs else set()
    chosen = choose(tables, registered, collections, exempt, listed)
    for table in left_out(tables, collections, exempt):
        made.leave(table.text, f"it is {table.obstacle}")
    chosen = _in_scope(connection, made, chosen, policies)
    if governs:
        chosen = _listed_by_the_company(made, chosen)
    chosen = _taking_triggers(connection, made, chosen, facts)
    _let_read(connection, made, chosen, facts)
    nodes.draft(connection, made, [each.table for each in chosen], facts)
    relocated_tables.draft(made, chosen, moved)
    _register(made, chosen, policies, registered)
    _keep_globs(connection, made, (*(collections or EVERYTHING), *exempt))
    met = [each for each in chosen if EXEMPT not in (each.requirement, policies.get(each.collection))]
    triggers.draft(connection, made, met, facts)
    for each in chosen:
        if each.requirement == EXEMPT and policies.get(each.collection, EXEMPT) != EXEMPT:
            made.leave(
                each.collection, "it is REQUIRED: a gatekeeper can change that with `classify COLLECTION --exempt`"
            )


def _name_lost(
    connection: Connection,
    made: Draft,
    registered: Mapping[str, Table | None],
    tables: Sequence[Table],
    policies: Collection[str],
) -> None:
    """List collections of the company's registry that are in scope and have no single table: none is enrolled."""
    roles = company_tables.governance_roles(connection, made)
    left_out_as = {table.name: table.obstacle for table in tables if table.obstacle}
    for name, table in registered.items():
        in_scope = (roles.get(name) or "").strip().lower() in IN_SCOPE
        if table is None and in_scope and name not in policies:
            obstacle = left_out_as.get(name)
            made.leave(f"collection {name}", f"it is {obstacle}" if obstacle else why_lost(name, tables))


def _own(made: Draft, relation: Relation) -> str:
    """Why a table is the gateway's own; "" where it is not."""
    if any(relation.relid == table.relid for table in made.tables.values()):
        return "a table of the gateway"
    if relation.schema in made.company_schemas and relation.name in company_tables.BESIDE:
        return "a table of the company's own backfill"
    return ""


def _listed_by_the_company(made: Draft, chosen: list[Enrolment]) -> list[Enrolment]:
    """Without globs the company's own registry says what is governed."""
    for each in chosen:
        if each.is_new and each.requirement == REQUIRED:
            made.leave(each.table.text, "the company's registry does not list it: --collections enrols it")
    return [each for each in chosen if not each.is_new or each.requirement != REQUIRED]


def _taking_triggers(
    connection: Connection, made: Draft, chosen: list[Enrolment], facts: Mapping[Table, Relation]
) -> list[Enrolment]:
    """Leave out, and list, new collections whose table refuses the gateway's trigger: new rows would be missed."""
    refused = {
        each: why
        for each in chosen
        if each.is_new and each.requirement == REQUIRED
        if (why := triggers.trigger_refusal(connection, made, each.table, facts[each.table]))
    }
    for each, why in refused.items():
        made.leave(each.table.text, f"it takes no trigger: {why}")
    return [each for each in chosen if each not in refused]


def _without_system(facts: Mapping[Table, Relation], policies: Collection[str]) -> dict[Table, Relation]:
    """The tables, those of a known product marked as such; a policy that stands is the company's own decision."""
    system = system_tables([table for table in facts if not table.obstacle], products())
    return {
        replace(table, obstacle=f"a table of {system[table]} (--include-system enrols it)")
        if table in system and not {table.name, table.text} & set(policies)
        else table: fact
        for table, fact in facts.items()
    }


def _in_scope(
    connection: Connection, made: Draft, chosen: list[Enrolment], policies: Mapping[str, str | None]
) -> list[Enrolment]:
    """Leave out, and list, what the company's own registry keeps out of registration."""
    out = out_of_scope(chosen, company_tables.governance_roles(connection, made), policies)
    for each, role in out.items():
        made.leave(each.collection, f"its governance_role is {role}: not REQUIRED")
    made.out_of_scope = dict(Counter(out.values()))
    return [each for each in chosen if each not in out]


def _names() -> list[str]:
    """Tables of the schema that are no collections: the console's and the gateway's."""
    return [*_OURS, *(name for part in installer.parts() for kind, name in part.makes if kind != "function")]


def _registered(connection: Connection, made: Draft, tables: Sequence[Table]) -> Mapping[str, Table | None]:
    """The known collections with their tables, as birth_collection_table finds them."""
    names = company_tables.governance_roles(connection, made)
    able = {(table.schema, table.name): table for table in tables if not table.obstacle}
    placed: dict[str, tuple[str, str]] = {}
    schemas: Sequence[str] = ("public", made.schema)
    if installer.COLLECTION in made.survey.recorded:
        placed = {each.collection_name: (each.schema, each.name) for each in connection.rows(rows.PLACES)}
        known = connection.row(SCHEMAS)
        schemas = known.schemas if known and known.schemas else schemas
    found: dict[str, Table | None] = {}
    for name in names:
        if name in placed:
            # A place that is empty now is kept: who moved the table says where it went.
            found[name] = able.get(placed[name], Table(*placed[name], "gone"))
        else:
            found[name] = next((able[schema, name] for schema in schemas if (schema, name) in able), None)
    return found


def _register(
    made: Draft, chosen: Sequence[Enrolment], policies: Collection[str], registered: Mapping[str, Table | None]
) -> None:
    """Registry, policy and place of what is new, as one event; places of collections whose table was not found."""
    new = [each for each in chosen if each.is_new]
    undecided = [each for each in chosen if each.collection not in policies]
    found = [each for each in chosen if registered.get(each.collection) is None]
    if not undecided and not found:
        return
    _insert(made, "collection_registry", ("collection_name", "governance_role"),
            [(each.collection, "observed") for each in new])  # fmt: skip
    _insert(made, "birth_policy", ("collection_name", "requirement"),
            [(each.collection, each.requirement) for each in undecided])  # fmt: skip
    _insert(made, "birth_collection_place", ("collection_name", "table_schema", "table_name"),
            [(each.collection, each.table.schema, each.table.name) for each in found])  # fmt: skip
    made.enrolled = [
        {"collection": each.collection, "table": each.table.text, "requirement": each.requirement} for each in undecided
    ]
    count = {kind: sum(each.requirement == kind for each in undecided) for kind in (REQUIRED, EXEMPT)}
    places = {each.collection: each.table.text for each in found}
    made.add(
        f"enrol {len(undecided)} collections ({count[REQUIRED]} REQUIRED, {count[EXEMPT]} EXEMPT),"
        f" and the places of {len(found)}",
        sql.SQL("SELECT {}('enrolled', {})").format(
            made.in_schema("birth_ledger_append"),
            sql.Literal(Jsonb({"collections": made.enrolled, "places": places})),
        ),
        as_owner=True,
    )


def _keep_globs(connection: Connection, made: Draft, given: Sequence[str]) -> None:
    """Remember what was named: tables that come later and match are shown as not enrolled."""
    is_there = installer.COLLECTION in made.survey.recorded
    kept = connection.row(GLOBS) if is_there else None
    known = () if kept is None else kept.globs
    globs = tuple(dict.fromkeys((*known, *given)))
    if globs != known:
        made.add(
            f"watch for tables that match {', '.join(given)}",
            sql.SQL(
                "INSERT INTO {} VALUES ('enrolled_globs', {}) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
            ).format(made.in_schema("birth_setting"), sql.Literal(list(globs))),
            as_owner=True,
            plumbing=not is_there,
        )


def _insert(made: Draft, table: str, columns: Sequence[str], inserted: Sequence[tuple[str, ...]]) -> None:
    if inserted:
        values = [sql.SQL("({})").format(comma_separated([sql.Literal(value) for value in row])) for row in inserted]
        made.add(
            f"{len(inserted)} rows of {table}",
            sql.SQL("INSERT INTO {} ({}) VALUES {}").format(
                made.in_schema(table),
                comma_separated([sql.Identifier(name) for name in columns]),
                comma_separated([*values]),
                comma_separated([sql.Identifier(name) for name in columns]),
                comma_separated([*values]),
            ),
            as_owner=True,
            plumbing=True,
        )


def _let_read(
    connection: Connection, made: Draft, chosen: Sequence[Enrolment], facts: Mapping[Table, Relation]
) -> None:
    """Let the console's roles read the sources: birth_caller, as which they are read, and who looks at them."""
    wanted = [facts[each.table] for each in chosen]
    rights = connection.rows(rows.READABLE, {"relids": [fact.relid for fact in wanted]})
    entered = {each.relid for each in rights if each.entered}
    read = {each.relid for each in rights if each.read}
    closed = {fact.schema: fact.owns_schema for fact in wanted if fact.relid not in entered}
    for schema, owned in sorted(closed.items()):
        made.add(
            f"the groups may use the schema {schema}",
            sql.SQL("GRANT USAGE ON SCHEMA {} TO birth_owner, birth_caller, birth_reader").format(
                sql.Identifier(schema)
            ),
            needs="" if made.survey.is_superuser or owned else "the schema's owner",
        )
    unread = [each.table for each in chosen if facts[each.table].relid not in read]
    _grant_reading(made, [table for table in unread if made.survey.is_superuser or facts[table].owned], "")
    _grant_reading(made, [table for table in unread if not (made.survey.is_superuser or facts[table].owned)],
                   "the tables' owners")  # fmt: skip


def _grant_reading(made: Draft, tables: Sequence[Table], needs: str) -> None:
    if tables:
        made.add(
            f"birth_caller and the groups may read {_few(table.text for table in tables)}",
            # A line for each: an administrator reads what is opened.
            sql.SQL("GRANT SELECT ON\n    {}\nTO birth_owner, birth_caller, birth_reader").format(
                sql.SQL(",\n    ").join(map(identifier, tables))
            ),
            needs=needs,
        )


def _few(names: Iterable[str], most: int = 3) -> str:
    found = list(names)
    return ", ".join(found[:most]) + (f" and {len(found) - most} more" if len(found) > most else "")

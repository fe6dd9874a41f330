"""The gateway's trigger on the tables of collections: put where there is none, and nothing else registers new rows."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from psycopg import sql

from core.db.connection.session import Connection
from core.db.install import script
from core.db.install.script import Statement
from core.db.rows.enrolment import HEIRS, Heir, Relation
from core.db.rows.gateway import MET, REGISTERING, Registering
from core.domain.adopt.enrolment import Enrolment, Table
from core.errors import ConsoleError
from core.services.adopt import company_gateway
from core.services.adopt.relocated_tables import argument_of
from core.services.adopt.script_draft import SUPERUSER, CompanyGateway, Draft, identifier

_TRIGGER = "trg_birth_gateway"
# A function of the server's that a trigger can have before ours is there. It is never called.
_ANY_FUNCTION = sql.Identifier("pg_catalog", "suppress_redundant_updates_trigger")
_PATIENCE = "200ms"  # a table that is locked is met later, where its holders are named
# Classes of errors that say something of the table: a feature, a name or an object, another product, an extension.
_OF_THE_TABLE = ("0A", "42", "HV", "P0", "XX")
_NO_PRIVILEGE = "42501"
_REGISTRY = "birth_registry"


@dataclass(frozen=True, slots=True)
class _Place:
    """A table whose new rows are those of a collection."""

    table: Table
    collection: str
    relid: int
    has_trigger: bool
    takes_triggers: bool


def trigger_refusal(connection: Connection, made: Draft, table: Table, fact: Relation | Heir | _Place) -> str:
    """Why a table takes no trigger, in the server's words; "" where it takes ours, or has it, or needs none.

    Tried, and taken back: an access method may refuse it, or a partition may have a trigger of the name.
    """
    able = made.survey.is_superuser or fact.takes_triggers
    if made.gateway is not None or fact.has_trigger or not able or connection.read_only:
        return ""
    attempt = [Statement(table.text, _making(table, _ANY_FUNCTION, ""), is_plumbing=True)]
    try:
        with connection.driver.transaction(force_rollback=True):  # within the caller's
            connection.set_local(lock_timeout=_PATIENCE)
            script.run(connection.driver, attempt)
    except ConsoleError as error:
        state = error.sqlstate or ""
        return error.message if state.startswith(_OF_THE_TABLE) and state != _NO_PRIVILEGE else ""
    return ""


def draft(connection: Connection, made: Draft, chosen: Sequence[Enrolment], facts: Mapping[Table, Relation]) -> None:
    """The steps that attach it. Where the gateway is the company's, that is the company's to do."""
    if made.gateway is not None:
        _list_unmet(connection, made, made.gateway, chosen, facts)
    else:
        _draft_ours(connection, made, chosen, facts)


def _list_unmet(
    connection: Connection,
    made: Draft,
    gateway: CompanyGateway,
    chosen: Sequence[Enrolment],
    facts: Mapping[Table, Relation],
) -> None:
    """Name the tables that no trigger of the company's gateway meets."""
    met = {each.relid for each in connection.rows(MET, {"oid": gateway.oid, "pattern": gateway.pattern})}
    why = f"it has no trigger {gateway.pattern} of the company's gateway"
    for enrolled in chosen:
        if facts[enrolled.table].relid not in met and not facts[enrolled.table].has_trigger:
            made.leave(enrolled.table.text, why)


def _draft_ours(
    connection: Connection, made: Draft, chosen: Sequence[Enrolment], facts: Mapping[Table, Relation]
) -> None:
    """Attach the console's own trigger, where none is and nothing else registers new rows."""
    for enrolled in chosen:
        told = argument_of(facts[enrolled.table])
        if told not in ("", enrolled.collection):
            made.leave(
                enrolled.table.text, f"its {_TRIGGER} registers rows of {told}. Drop the trigger, then run init again"
            )
    whole = _with_heirs(connection, chosen, facts)
    wanted = [each for each in whole if not each.has_trigger]
    others = _others(connection, made, [each.relid for each in wanted])
    met_by = [(each.table.name, other.trigger, other.function) for each in wanted if (other := others.get(each.relid))]
    company_gateway.propose(made, met_by)
    for each in wanted:
        if other := others.get(each.relid):
            made.leave(
                each.table.text,
                f"its trigger {other.trigger} registers new rows already ({other.function}): left alone",
            )
        elif why := trigger_refusal(connection, made, each.table, each):
            made.leave(each.table.text, f"it takes no trigger: {why}")
        else:
            _attach(made, each)


def _with_heirs(connection: Connection, chosen: Sequence[Enrolment], facts: Mapping[Table, Relation]) -> list[_Place]:
    """Each table, and after it those that inherit from it: their rows are its rows, and meet none of its triggers."""
    relids = [facts[each.table].relid for each in chosen]
    heirs: dict[int, list[Heir]] = {}
    for row in connection.rows(HEIRS, {"relids": relids}) if relids else []:
        heirs.setdefault(row.parent, []).append(row)
    found: dict[int, _Place] = {}
    for each in chosen:
        fact = facts[each.table]
        found[fact.relid] = _place(each.table, each.collection, fact)
        for row in heirs.get(fact.relid, ()):
            # Who inherits from two collections can have the trigger of one.
            found.setdefault(row.relid, _place(Table(row.schema, row.name), each.collection, row))
    return list(found.values())


def _place(table: Table, collection: str, fact: Relation | Heir) -> _Place:
    return _Place(table, collection, fact.relid, fact.has_trigger, fact.takes_triggers)


def _others(connection: Connection, made: Draft, relids: Sequence[int]) -> Mapping[int, Registering]:
    """Triggers of the company's own that seem to register rows, one for each table that has any."""
    # Who writes to the registry, or calls what does, names it: a company's own may have any name.
    registry = made.tables.get("registry")
    bound = [] if registry is None else [registry.name]
    names = [_REGISTRY, *bound, *made.registers_by]
    pattern = "|".join(f"(^|[^[:alnum:]_]){re.escape(name)}($|[^[:alnum:]_])" for name in names)
    rows = connection.rows(REGISTERING, {"relids": list(relids), "pattern": pattern}) if relids else []
    return {row.relid: row for row in rows}


def _attach(made: Draft, place: _Place) -> None:
    made.add(
        f"{_TRIGGER} on {place.table.text}",
        _making(place.table, made.in_schema("fn_birth_gateway"), place.collection),
        needs="" if place.takes_triggers or made.survey.is_superuser else SUPERUSER,
    )


def _making(table: Table, function: sql.Identifier, argument: str) -> sql.Composed:
    return sql.SQL("CREATE TRIGGER {} AFTER INSERT ON {} FOR EACH ROW EXECUTE FUNCTION {}({})").format(
        sql.Identifier(_TRIGGER), identifier(table), function, sql.Literal(argument)
    )

"""The gateway's trigger on the tables of collections: put where there is none, and nothing else registers new rows."""

import re
from collections.abc import Mapping, Sequence

from psycopg import sql

from core.db.connection import Connection, Row
from core.domain.enrolment import Enrolment, Table
from core.services.drafting import SUPERUSER, Draft, identifier
from core.services.install import gateway_is_ours

_TRIGGER = "trg_birth_gateway"
_REGISTRY = "birth_registry"


def draft(connection: Connection, made: Draft, chosen: Sequence[Enrolment], facts: Mapping[Table, Row]) -> None:
    """The steps that attach it. Where the gateway is the company's, that is the company's to do."""
    bare = [each for each in chosen if not facts[each.table]["has_trigger"]]
    if not gateway_is_ours(made):
        for each in bare:
            made.leave(each.table.text, f"it has no {_TRIGGER}, and the gateway is not the console's to attach")
        return
    others = _others(connection, made, [facts[each.table]["relid"] for each in bare])
    for each in bare:
        if other := others.get(facts[each.table]["relid"]):
            made.leave(
                each.table.text,
                f"its trigger {other['trigger']} registers new rows already ({other['function']}): beside"
                f" {_TRIGGER} it would register them twice. Drop it, then run init again",
            )
        else:
            _attach(made, each.table, each.collection, able=facts[each.table]["takes_triggers"])


def _others(connection: Connection, made: Draft, relids: Sequence[int]) -> Mapping[int, Row]:
    """Triggers of the company's own that seem to register rows, one for each table that has any."""
    # Who writes to the registry, or calls what does, names it.
    names = [_REGISTRY, *made.registers_by]
    pattern = "|".join(f"(^|[^[:alnum:]_]){re.escape(name)}($|[^[:alnum:]_])" for name in names)
    rows = connection.rows("init.registering", {"relids": list(relids), "pattern": pattern}) if relids else []
    return {row["relid"]: row for row in rows}


def _attach(made: Draft, table: Table, collection: str, *, able: bool) -> None:
    made.add(
        f"{_TRIGGER} on {table.text}",
        sql.SQL("CREATE TRIGGER {} AFTER INSERT ON {} FOR EACH ROW EXECUTE FUNCTION {}({})").format(
            sql.Identifier(_TRIGGER),
            identifier(table),
            made.in_schema("fn_birth_gateway"),
            sql.Literal(collection),
        ),
        needs="" if able or made.survey.is_superuser else SUPERUSER,
    )

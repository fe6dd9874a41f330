"""Binding the company's own gateway: the function of its triggers, and how they are called on each table."""

import shlex
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from psycopg import sql

from core.db.connection.session import Connection
from core.db.install import installer
from core.db.rows import gateway as rows
from core.errors import UsageError
from core.services.adopt import typed_names
from core.services.adopt.script_draft import CompanyGateway, Draft

_EACH = "*"  # the table's name, in a pattern


def find(connection: Connection, made: Draft, function: str, pattern: str) -> CompanyGateway | None:
    """The gateway that is named, or that was bound before; None where it is the console's own.

    Raises UsageError where only one of the two is given, or where there is no such trigger function.
    """
    if bool(function) != bool(pattern):
        raise UsageError(
            "--gateway and --trigger belong together",
            code="gateway_incomplete",
            hint="birth-console init --gateway public.fn_birth_registry_auto --trigger 'trg_birth_*'",
        )
    known = connection.row(rows.BOUND_GATEWAY) if installer.BIND_GATEWAY in made.survey.recorded else None
    bound = None if known is None else CompanyGateway(known.schema, known.function, known.pattern, known.oid)
    if not function:
        return bound
    homes = [made.schema, *made.company_schemas]
    is_name = typed_names.parts(connection, function)
    found = connection.row(rows.TRIGGER_FUNCTION, {"name": function, "schemas": homes}) if is_name else None
    if found is None:
        raise UsageError(
            f"invalid gateway {function}: it is not a trigger function",
            code="unknown_function",
            evidence={"function": function},
            hint="Name the function that the gateway's triggers call, as schema.function, without parentheses.",
        )
    named = CompanyGateway(found.schema, found.function, pattern, found.oid)
    return bound if named == bound else replace(named, is_new=True)


def draft(made: Draft) -> None:
    """The step that binds it."""
    gateway = made.gateway
    if gateway is None:
        return
    made.leave(f"function {gateway.text}", "it is the company's gateway: bound as it is")
    if gateway.is_new:
        made.add(
            f"bind {gateway.text} by triggers {gateway.pattern} as the gateway",
            sql.SQL("SELECT {}({}, {}, {})").format(
                made.in_schema("birth_bind_gateway"),
                sql.Literal(gateway.schema),
                sql.Literal(gateway.function),
                sql.Literal(gateway.pattern),
            ),
            as_owner=True,
        )


def propose(made: Draft, found: Iterable[tuple[str, str, str]]) -> None:
    """Say how triggers that register rows already can be bound: table, trigger and function of each."""
    by_function: dict[str, Counter[str]] = {}
    for table, trigger, function in found:
        by_function.setdefault(function, Counter())[trigger.replace(table, _EACH) if table in trigger else trigger] += 1
    for function, patterns in by_function.items():
        name = function.removesuffix("()")
        pattern, count = patterns.most_common(1)[0]
        made.leave(
            f"function {name}",
            f"{count} triggers call it, so new rows are registered already. Bind it:"
            f" `birth-console init --gateway {shlex.quote(name)} --trigger {shlex.quote(pattern)}`",
        )

"""Binding the gateway's register function: checked against pg_proc, recorded as an event."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from psycopg import sql
from psycopg.types.json import Jsonb

from core.db.connection.session import Connection
from core.db.install import installer
from core.db.rows import gateway as rows
from core.db.rows.gateway import Bound
from core.domain.adopt.binding import (
    Binding,
    Function,
    Parameter,
    complaints,
    guess,
    insist_fits,
    is_set_based,
    read,
    unsuitable,
)
from core.errors import UsageError
from core.services.adopt import registry_nodes, typed_names
from core.services.adopt.script_draft import Draft

_STAND_IN = "fn_birth_register"
# What registers where the nodes of Citus keep the registry: they refuse the INSERT of the stand-in that takes one row.
_BY_SETS = (
    "fn_birth_register_set",
    *("p_collection_name=$collection", "p_entity_codes=$code", "p_born_at=$born_at", "p_dot_origin=$origin"),
    "p_dry_run=$dry_run",
)


@dataclass(frozen=True, slots=True)
class _Found:
    """A function, and what this login may do with it."""

    function: Function
    row: rows.Function


def look(connection: Connection, made: Draft, words: Sequence[str]) -> None:
    """Note whether the company has a register function, named or found: then no stand-in is wanted."""
    made.has_register = bool(words) or bool(_company_s(connection, made))


def draft(connection: Connection, made: Draft, words: Sequence[str]) -> None:
    """The steps that bind the function that `words` name, or else the company's own where its names say how.

    Raises UsageError for words that cannot be read, GateClosed for a binding that cannot work.
    """
    bound = connection.one(rows.BOUND) if installer.BINDING in made.survey.recorded else None
    if words:
        name, binding = read(words)
        found = _named(connection, (made.schema, *made.company_schemas), name, binding)
        insist_fits(found.function, binding)
        _bind(connection, made, found, binding, bound)
    elif bound is not None and bound.there:
        made.registers_by = [bound.name] if bound.name else []
        _by_sets(connection, made, bound)
    elif candidates := _company_s(connection, made):
        _guess(connection, made, candidates, bound)
    elif not any(each.what.startswith(_STAND_IN) for each in made.statements):
        made.leave("the register function", "the gateway's register function is unknown: name it with --bind")


def _by_sets(connection: Connection, made: Draft, bound: Bound) -> None:
    """Bind the stand-in that takes arrays instead of the other, where nodes of Citus keep the console's registry."""
    stand_ins = _functions(connection, made.schema, _STAND_IN) if bound.name == _STAND_IN else []
    is_ours = bound.signature in [each.function.signature for each in stand_ins]
    if is_ours and registry_nodes.keep_ours(connection, made):
        name, binding = read(_BY_SETS)
        _bind(connection, made, _named(connection, (made.schema,), name, binding), binding, bound)


def _company_s(connection: Connection, made: Draft) -> list[_Found]:
    """The company's register functions by the packet's name: in the first schema that has one."""
    for schema in made.company_schemas if made.tables else ():
        if found := _functions(connection, schema, _STAND_IN):
            return found
    return []


def _guess(connection: Connection, made: Draft, candidates: list[_Found], bound: Bound | None) -> None:
    fitting = [(found, names) for found in candidates if (names := guess(found.function)) is not None]
    if len(fitting) > 1:
        # Beside one that takes arrays, the one that the gateway calls for each row is meant, unless the other is named.
        fitting = [(found, names) for found, names in fitting if not is_set_based(found.function, names)]
    if len(fitting) == 1:
        _bind(connection, made, *fitting[0], bound)
    else:
        for each in candidates:
            made.leave(f"function {each.function.signature}", _why_not(each.function, several=len(fitting) > 1))


def _bind(connection: Connection, made: Draft, found: _Found, binding: Binding, bound: Bound | None) -> None:
    signature = found.function.signature
    made.registers_by = [found.row.name]
    made.bound = {"function": signature, "binding": {name: given.text for name, given in binding.items()}}
    _let_call(connection, made, found)
    wanted = {name: given.as_json() for name, given in binding.items()}
    if bound is None or bound.signature != signature or bound.binding != wanted:
        made.add(
            f"bind {signature}",
            sql.SQL("SELECT {}({}, {})").format(
                made.in_schema("birth_gateway_bind"), sql.Literal(signature), sql.Literal(Jsonb(wanted))
            ),
            as_owner=True,
        )


def _let_call(connection: Connection, made: Draft, found: _Found) -> None:
    # Not one right more than it takes: a company's function is left as it is, where it may be.
    if found.row.is_public or (made.survey.server.has_caller and _is_callable(connection, found)):
        return
    signature = found.function.signature
    # Both names are as the server quoted them.
    schema, function = sql.SQL(found.row.schema), sql.SQL(signature)
    made.add(
        f"birth_caller calls {signature}",
        sql.SQL("GRANT USAGE ON SCHEMA {} TO birth_caller; GRANT EXECUTE ON FUNCTION {} TO birth_caller").format(
            schema, function
        ),
        needs="" if made.survey.is_superuser or found.row.owned else "its owner",
    )


def _is_callable(connection: Connection, found: _Found) -> bool:
    row = connection.row(rows.CALLABLE, {"oid": found.row.oid})
    return row is not None and row.callable


def _named(connection: Connection, homes: Sequence[str], name: str, binding: Binding) -> _Found:
    """The one function of a name that takes the binding. Raises UsageError where none or several do.

    A name without a schema is looked for in `homes`, in their order.
    """
    parts = typed_names.parts(connection, name)
    places = [(home, *parts) for home in homes] if len(parts) == 1 else [parts]
    found = (_functions(connection, *place) for place in places if len(place) == 2)  # noqa: PLR2004 - schema and name
    candidates = next(filter(None, found), [])
    fitting = [found for found in candidates if not complaints(found.function, binding)]
    if len(candidates) != 1 and len(fitting) != 1:
        raise UsageError(
            f"unknown function {name}" if not candidates else f"{len(candidates)} functions have the name {name}",
            code="unknown_function",
            evidence={"function": name, "found": [found.function.as_json() for found in candidates]},
            hint="Name it with its schema. If several match, the one with the bound parameters is taken.",
        )
    return (fitting or candidates)[0]


def _functions(connection: Connection, schema: str, name: str) -> list[_Found]:
    found = connection.rows(rows.FUNCTIONS, {"schema": schema, "name": name})
    return [_Found(_function(row), row) for row in found]


def _function(row: rows.Function) -> Function:
    names, types, pseudo = row.names, row.types, row.pseudo
    last = len(names) - 1
    return Function(
        signature=row.signature,
        parameters=tuple(
            Parameter(name, types[n], n >= row.without_default, row.variadic and n == last, pseudo[n], row.arrays[n])
            for n, name in enumerate(names)
        ),
        kind=row.kind,
        returns_set=row.returns_set,
        volatility=row.volatility,
    )


def _why_not(function: Function, *, several: bool) -> str:
    """Why the company's register function is not bound by itself; first what no --bind can cure."""
    if cannot := unsuitable(function):
        return f"it cannot register rows: {'; '.join(cannot)}"
    parameters = ", ".join(each.text for each in function.parameters)
    why = "several functions have its name" if several else "its parameters' names are not known"
    name = shlex.quote(function.signature.partition("(")[0])
    return f"{why} ({parameters}). Name it: `birth-console init --bind {name} …`"

"""Moving an installation out of a schema that it shares with the company's objects, as the first version could.

Everything of birth_owner's goes along as it is: rows, rights, triggers and what calls them follow their objects. What
is the company's stays, and is bound afterwards.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from psycopg import sql
from psycopg.types.json import Jsonb

from core.db.connection.session import Connection
from core.db.install import installer
from core.db.install.installer import Part
from core.db.install.script import Statement
from core.db.queries import named_query
from core.db.rows import upgrade as rows

# The company's tables by the packet's names, with the part that each plays.
_PARTS: Final = {
    "birth_registry": "registry",
    "collection_registry": "collections",
    "birth_policy": "policy",
    "trigger_guard_alerts": "alerts",
}
# What is enrolled or decided here stands in tables of ours, beside the company's.
_ALWAYS_OURS: Final = ("collection_registry", "birth_policy")
_GATEWAY, _PATTERN = "fn_birth_gateway", "trg_birth_gateway"
_GUARD = "fn_trigger_guard"
_REGISTER = "fn_birth_register(text,text,timestamp with time zone,text,boolean)"


@dataclass(frozen=True, slots=True)
class Move:
    """From one schema into another. `theirs` are the company's objects that stay, by our names for them."""

    source: str
    target: str
    theirs: frozenset[str]
    statements: Sequence[Statement]

    def stand_ins(self) -> list[Part]:
        """Tables that are always ours and were the company's so far."""
        return [part for part in installer.stand_ins() if (name := part.makes[0][1]) in _ALWAYS_OURS
                and name in self.theirs]  # fmt: skip

    def returning(self) -> Statement:
        """What gives back the right to create in the company's schema; for a superuser, or its owner."""
        text = sql.SQL("REVOKE CREATE ON SCHEMA {} FROM birth_owner").format(sql.Identifier(self.source))
        return Statement(f"revoke CREATE on {self.source} from birth_owner", text)

    def bindings(self) -> Iterator[Statement]:
        """What binds the company's objects, once this version's functions are there; and the event that tells of it."""
        schema = sql.Identifier(self.target)
        for part in self.stand_ins():
            made = sql.SQL("GRANT SELECT ON {}.{} TO birth_reader").format(schema, sql.Identifier(part.makes[0][1]))
            yield Statement(f"birth_reader reads {part.makes[0][1]}", made, is_plumbing=True)
        for name in sorted(self.theirs & _PARTS.keys()):
            bound = sql.SQL("SELECT {}.birth_bind_table({}, {}, {}, '{{}}')").format(
                schema, sql.Literal(_PARTS[name]), sql.Literal(self.source), sql.Literal(name)
            )
            yield Statement(f"bind {self.source}.{name}", bound)
            if _PARTS[name] == "policy":
                yield self._policy_written(name)
        if _GATEWAY in self.theirs:
            bound = sql.SQL("SELECT {}.birth_bind_gateway({}, {}, {})").format(
                schema, sql.Literal(self.source), sql.Literal(_GATEWAY), sql.Literal(_PATTERN)
            )
            yield Statement(f"bind {self.source}.{_GATEWAY}", bound, as_owner=True)
        told = Jsonb({"from": self.source, "to": self.target, "bound": sorted(self.theirs)})
        event = sql.SQL("SELECT {}('schema_moved', {})").format(
            sql.Identifier(self.target, "birth_ledger_append"), sql.Literal(told)
        )
        yield Statement("record the move in the ledger", event, as_owner=True, is_plumbing=True)

    def _policy_written(self, name: str) -> Statement:
        """Let birth_caller write a gatekeeper's decision to the company's policy, where this login may grant that."""
        text = sql.SQL(
            "DO $body$ BEGIN IF pg_has_role((SELECT relowner FROM pg_class WHERE oid = {}::regclass), 'USAGE') THEN"
            " GRANT USAGE ON SCHEMA {} TO birth_caller; GRANT SELECT, UPDATE ON {} TO birth_caller; END IF; END $body$"
        )
        table = sql.Identifier(self.source, name)
        written = text.format(sql.Literal(table.as_string()), sql.Identifier(self.source), table)
        return Statement(f"birth_caller writes {self.source}.{name}", written, is_plumbing=True)


def compose(connection: Connection, source: str, target: str) -> Move:
    """The steps that move what is in `source`; inside a transaction. Changes nothing by itself."""
    there = connection.elsewhere(source)
    stays = frozenset(each.name for each in there.rows(rows.COMPANY_S, {"names": [*_PARTS, *_functions()]}))
    return Move(source, target, stays, [*_steps(there, source, target, stays)])


def _functions() -> list[str]:
    return [part.makes[0][1] for part in installer.stand_ins() if part.functions]


def _steps(there: Connection, source: str, target: str, stays: frozenset[str]) -> Iterator[Statement]:
    old, new = sql.Identifier(source), sql.Identifier(target)
    yield Statement("no run is being applied", named_query(rows.IDLE.name, source), as_owner=True, is_plumbing=True)
    yield Statement("what runs pin", named_query(rows.PINS.name, source), as_owner=True, is_plumbing=True)
    yield Statement(f"the schema {target}", installer.schema_parts()[1].statement(target))
    if _GUARD not in stays:
        # It would write to its table in the old place while that moves. What stands for it now is made again below.
        text = (
            "CREATE OR REPLACE FUNCTION {}.fn_trigger_guard() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER"
            " SET search_path = pg_catalog, pg_temp AS 'BEGIN NULL; END'"
        )
        yield Statement("pause the trigger guard", sql.SQL(text).format(old), is_plumbing=True)
    # Functions first: the types of their parameters are our tables.
    for each in there.rows(rows.OURS):
        # Kind and name are as the server quoted them.
        moved = sql.SQL(f"ALTER {each.kind} {each.name} SET SCHEMA {{}}").format(new)
        yield Statement(f"{each.kind.lower()} {each.name} to {target}", moved)
    if "fn_birth_register" not in stays:
        register = sql.SQL(
            "UPDATE {}.birth_gateway_function SET schema_name = {},"
            " signature = pg_catalog.format('%I.', {}::text) || {}"
            " WHERE schema_name = {} AND function_name = 'fn_birth_register'"
        ).format(new, sql.Literal(target), sql.Literal(target), sql.Literal(_REGISTER), sql.Literal(source))
        yield Statement("the register function's new schema", register, as_owner=True, is_plumbing=True)
    places = sql.SQL(
        "UPDATE {}.birth_setting SET value = ARRAY(SELECT name"
        " FROM unnest(value || {}::text) WITH ORDINALITY AS p(name, place) GROUP BY name ORDER BY min(place))"
        " WHERE name = 'collection_schemas'"
    ).format(new, sql.Literal(target))
    yield Statement("where collections are looked for", places, as_owner=True, is_plumbing=True)

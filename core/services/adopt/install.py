"""The steps that install what is missing: roles, schema, stand-ins for the gateway, the console's own objects."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Final

from psycopg import sql

from core.db.connection.session import Connection
from core.db.install import installer, script
from core.db.install.script import Statement
from core.db.queries import named_query
from core.db.rows import init as rows
from core.db.rows.gateway import BOUND
from core.db.rows.register_column import ASKED_COLUMNS
from core.errors import ConsoleError, GateClosed, Unavailable
from core.services.adopt import membership
from core.services.adopt.script_draft import SUPERUSER, Draft, Survey, insist_on_reading

OLDEST: Final = 140_000  # server_version_num of the first server that has all that is used
# What the stand-in for the register function fills in.
_REGISTERED = {"entity_code", "collection_name", "dot_origin", "born_at", "governance_role"}
_REGISTER, _REGISTER_SET = "fn_birth_register", "fn_birth_register_set"
_GUARD_FUNCTION = "fn_trigger_guard"
# Stand-ins that a bound table makes needless. The registry of collections and the policy are always there: what is
# enrolled or decided here stands in them, beside what the company's own say.
_BINDABLE = {"birth_registry": "registry", "trigger_guard_alerts": "alerts", _GUARD_FUNCTION: "alerts"}
_EVENT_TRIGGER = "evt_trigger_guard_ddl"
_UNDEFINED_FUNCTION = "42883"
_STATISTICS = "the statistics that throttles read"
_SESSIONS = "the right to end sessions that block a permit's end"
# Settings that hold the words of the person who stands for what a managed server does not show, or allow.
AUTHENTICATION: Final = "authentication_attested"
TRIGGER_GUARD: Final = "trigger_guard_attested"
DISTRIBUTED: Final = "distributed_attested"
DASHBOARD: Final = "v_birth_stage2_qt001_readiness_dashboard"


def survey(connection: Connection) -> Survey:
    """The database as it is; inside a transaction. Raises NotAllowed where this login cannot see what was installed."""
    # Signatures are compared as text: quoted where they must be, and nowhere else.
    connection.set_local(quote_all_identifiers="off")
    early = membership.look(connection)
    if early.owner is not None and not early.is_member and early.can_join:
        # What was installed before is birth_owner's to read. The script ends with the opposite, or is taken back.
        script.run(connection.driver, [membership.joining(early)])
    names = [_EVENT_TRIGGER, DASHBOARD, *(name for part in _parts() for _, name in part.makes)]
    objects = {(each.kind, each.name): each for each in connection.rows(rows.OBJECTS, {"names": names})}
    recorded: frozenset[str] = frozenset()
    if ("table", "birth_migration") in objects:
        insist_on_reading(connection, sql.Identifier(connection.schema, "birth_migration"))
        recorded = frozenset(part.name for part in connection.rows(rows.RECORDED))
    known = connection.rows(rows.ATTESTED) if installer.COLLECTION in recorded else []
    attested = {each.name: each.words for each in known}
    return Survey(early.server, early.owner, objects, recorded, attested, _makes_event_triggers(connection, early))


def draft(connection: Connection, made: Draft, *, binds: bool, filled: Collection[str] = ()) -> None:
    """Roles, schema, stand-ins and the console's own objects. What is in the way is noted.

    `filled` are columns of the registry that the stand-in register function is told to fill in. Raises Unavailable
    where the server is too old, or the database's texts are not Unicode.
    """
    _insist_on_version(made.survey)
    with made.obstacles.noted():
        _insist_on_room(made)
        _insist_on_names(made)
    made.statements += first_steps(made.survey, connection.schema)
    if not any(each.what == _STATISTICS for each in made.statements) and not _reads_statistics(made.survey):
        made.leave(_STATISTICS, "granting pg_read_all_stats needs a superuser: if there is a replica, applies pause")
    if not any(each.what == _SESSIONS for each in made.statements) and not _ends_sessions(made.survey):
        made.leave(_SESSIONS, "granting pg_signal_backend needs a superuser: an open session may delay a permit's end")
    done: list[installer.Part] = []
    for part in installer.stand_ins():
        if _is_wanted(connection, made, part, binds=binds, filled=filled):
            made.statements += script.making(part, made.schema, f"{part.name.removeprefix('reference/')} (a stand-in)")
            done.append(part)
    first = len(installer.FIRST)
    for part in installer.parts()[first:]:
        if part.name not in made.survey.recorded:
            made.statements += script.making(part, made.schema)
            done.append(part)
    if done:
        for part in [*installer.parts()[:first], *done]:
            made.add(f"record {part.name}", part.record(made.schema), as_owner=True, plumbing=True)


def first_steps(found: Survey, schema: str) -> list[Statement]:
    """What comes before everything else: roles, the schema, and what birth_owner sees of the server."""
    roles, home, caller = installer.parts()[: len(installer.FIRST)]
    steps = []
    if not found.has_roles:
        able = found.is_superuser or found.server.finishes_roles
        steps.append(Statement("the five roles", roles.statement(schema), needs="" if able else SUPERUSER))
    if not found.server.has_caller:
        able = found.is_superuser or found.server.creates_roles
        steps.append(Statement("the role birth_caller", caller.statement(schema), needs="" if able else SUPERUSER))
    if not found.is_member:
        steps.append(membership.joining(found))
    if not found.server.becomes_caller and installer.AS_CALLER not in found.recorded:
        options = sql.SQL(" WITH INHERIT TRUE, SET TRUE" if found.is_granular else "")
        statement = sql.SQL("GRANT birth_caller TO {}{}").format(sql.Identifier(found.login), options)
        steps.append(Statement("join birth_caller", statement, needs=SUPERUSER))
    if found.owner is None or not found.owner.schema_ready:
        owns = found.server.owns_schema
        able = found.is_superuser or (found.server.creates_schemas if owns is None else owns)
        needs = "" if able else "the owner of the schema, or of the database"
        steps.append(Statement(f"the schema {schema}", home.statement(schema), needs=needs))
        if found.server.schema_owner not in (None, "birth_owner"):
            given = sql.SQL("ALTER SCHEMA {} OWNER TO birth_owner").format(sql.Identifier(schema))
            steps.append(Statement(f"the schema {schema} is birth_owner's", given, needs=needs))
    return [*steps, *_sights(found, schema)]


def _sights(found: Survey, schema: str) -> Iterator[Statement]:
    """What lets birth_owner see of the server what is hidden from ordinary roles."""
    statistics, authentication, _, sessions = installer.superusers()
    if found.owner is None or not found.owner.reads_statistics:
        able = found.is_superuser or found.server.grants_statistics
        needs = "" if able else SUPERUSER
        # On a server where words stand in for a superuser, none comes for this either.
        if able or AUTHENTICATION not in found.attested:
            yield Statement(_STATISTICS, statistics.statement(schema), needs=needs)
    if found.owner is None or not found.owner.ends_sessions:
        able = found.is_superuser or found.server.grants_signals
        if able or AUTHENTICATION not in found.attested:
            yield Statement(_SESSIONS, sessions.statement(schema), needs="" if able else SUPERUSER)
    if AUTHENTICATION not in found.attested and (found.owner is None or not found.owner.reads_authentication):
        needs = "" if found.is_superuser else SUPERUSER
        yield Statement("the view of pg_hba for doctor", authentication.statement(schema), needs=needs)


def finish(made: Draft) -> None:
    """The trigger guard, which watches from the end of this."""
    _, _, guard, _ = installer.superusers()
    if made.survey.owner_of("event trigger", _EVENT_TRIGGER) is None and has_trigger_guard(made):
        if made.survey.makes_event_triggers:
            made.add("the trigger guard", guard.statement(made.schema))
        elif TRIGGER_GUARD in made.survey.attested:
            made.leave("the trigger guard", f"attested instead: {made.survey.attested[TRIGGER_GUARD]}")
        else:
            made.add("the trigger guard", guard.statement(made.schema), needs=SUPERUSER)
    if any(part.name not in made.survey.recorded for part in installer.parts()):
        made.add("revoke what default privileges granted", named_query(rows.TAKE_BACK.name, made.schema), plumbing=True)
        made.add("record the installed objects", installer.recorded("schema_installed", made.schema), plumbing=True)


def _reads_statistics(found: Survey) -> bool:
    return found.owner is not None and found.owner.reads_statistics


def _ends_sessions(found: Survey) -> bool:
    return found.owner is not None and found.owner.ends_sessions


def _makes_event_triggers(connection: Connection, found: Survey) -> bool:
    """Whether this login may: a superuser, and on some managed servers who is told so by their provider alone.

    Who may not is told that before anything is said of the function, which does not exist.
    """
    if found.is_superuser:
        return True
    try:
        with connection.transaction():  # within the caller's: what is refused does not end that
            connection.do(rows.TRY_EVENT_TRIGGER)
    except ConsoleError as error:
        return error.sqlstate == _UNDEFINED_FUNCTION
    return False


def _parts() -> list[installer.Part]:
    return [*installer.stand_ins(), *installer.parts()]


def _insist_on_version(found: Survey) -> None:
    if found.server.version < OLDEST:
        raise Unavailable(
            f"PostgreSQL {found.server.version // 10_000} is too old",
            code="server_too_old",
            evidence={"server_version_num": found.server.version},
            hint=f"Upgrade it to PostgreSQL {OLDEST // 10_000} or newer.",
        )
    if found.server.encoding != "UTF8":
        raise Unavailable(
            f"the database's encoding is {found.server.encoding}: the console needs UTF8",
            code="encoding",
            evidence={"database": found.server.database, "encoding": found.server.encoding},
            hint="Codes are compared by Unicode rules, which PostgreSQL has for UTF8 alone: dump the database, and"
            " restore it into one with ENCODING 'UTF8'.",
        )


def _insist_on_room(made: Draft) -> None:
    owner = made.survey.server.schema_owner
    if owner not in (None, "birth_owner") and (made.survey.server.schema_filled or made.schema == "public"):
        # The rest is drafted as if it were empty: what else is in the way is told, too.
        made.survey = replace(made.survey, objects={})
        raise GateClosed(
            f"schema {made.schema} belongs to {owner}: the console needs a separate one",
            code="schema_taken",
            evidence={"schema": made.schema, "owner": owner},
            hint="Name a new schema with --schema. --company-schema names the one that holds the company's registry.",
        )


def _insist_on_names(made: Draft) -> None:
    found = {each for part in installer.parts() if part.name not in made.survey.recorded
             for each in part.makes if each in made.survey.objects}  # fmt: skip
    found |= {each for part in installer.stand_ins() for each in part.makes
              if made.survey.owner_of(*each) not in (None, "birth_owner")}  # fmt: skip
    if found:
        # As above.
        others = {each: there for each, there in made.survey.objects.items() if each not in found}
        made.survey = replace(made.survey, objects=others)
        raise GateClosed(
            f"{len(found)} existing objects have names of the console",
            code="in_the_way",
            evidence={"schema": made.schema, "objects": sorted(f"{kind} {made.schema}.{name}" for kind, name in found)},
            hint="Rename them: init never replaces an existing object.",
        )
    if made.survey.owner_of("view", DASHBOARD) not in (None, "birth_owner"):
        made.leave(f"view {DASHBOARD}", "it exists and stays unchanged: the console reads birth_readiness()")


def _is_wanted(
    connection: Connection, made: Draft, part: installer.Part, *, binds: bool, filled: Collection[str]
) -> bool:
    """Whether a stand-in is missing. What the company has of the same kind is noted as left alone."""
    kind, name = part.makes[0]
    owner = made.survey.owner_of(kind, name)
    if owner is not None or _is_needless(made, name):
        return False
    if name in (_REGISTER, _REGISTER_SET):
        # A gateway of the company's calls something of its own; that is bound, or named by --bind.
        # A gateway that is bound has triggers of its own, and may have nothing else: then rows are registered by ours.
        wanted = not binds and not _is_bound(connection, made) and not made.has_register
        if wanted and name == _REGISTER:
            with made.obstacles.noted():
                _insist_on_defaults(connection, made, filled)
        return wanted
    return True


def _is_needless(made: Draft, name: str) -> bool:
    """Whether the company has what a stand-in stands for, bound."""
    if name == "fn_birth_gateway":
        return made.gateway is not None
    return _BINDABLE.get(name) in made.tables


def _is_bound(connection: Connection, made: Draft) -> bool:
    """Whether a register function of the company's was bound before."""
    return installer.BINDING in made.survey.recorded and connection.one(BOUND).there


def _insist_on_defaults(connection: Connection, made: Draft, filled: Collection[str]) -> None:
    """Raise GateClosed where the registry asks for what only the company can fill in: every INSERT would fail."""
    table = made.tables.get("registry")
    if table is None:
        return
    asked = [row.name for row in connection.rows(ASKED_COLUMNS, {"relid": table.relid})]
    given = {table.column(name) for name in (*_REGISTERED, *filled)}
    if absent := [name for name in asked if name not in given]:
        raise GateClosed(
            "the birth registry has required columns that the console's register function does not fill",
            code="unfit",
            evidence={"table": table.text, "columns": absent},
            hint="Name the company's register function with --bind, bind the columns with --register-column, or give"
            " them a default.",
        )


def has_trigger_guard(made: Draft) -> bool:
    """Whether the stand-in for the trigger guard is there, or about to be."""
    made_now = any(each.what.startswith(_GUARD_FUNCTION) for each in made.statements)
    return made_now or made.survey.is_ours("function", _GUARD_FUNCTION)

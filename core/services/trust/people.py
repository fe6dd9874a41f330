"""Who may do what: for the database's administrators. Each change is a statement that can be read before it runs."""

import json
from collections.abc import Callable, Sequence

from psycopg import sql

from core.db.connection.session import Connection
from core.db.install import registry_nodes, script
from core.db.install.script import Statement
from core.db.rows.init import CITUS
from core.db.rows.people import ALL, ROLE, Login
from core.domain.trust.people import GROUPS, Person, checked, name_of, warnings
from core.errors import ConsoleError, GateClosed, NotAllowed, UsageError
from core.services.adopt import membership
from core.services.adopt.script_draft import Survey


def people(connection: Connection) -> list[Person]:
    """Every login that has a person recorded, or is in one of the groups."""
    return [_person(row) for row in connection.rows(ALL)]


def people_for_administrators(connection: Connection) -> list[Person]:
    """The same for a login that reads nothing of the console, and may make itself a member of birth_owner for it."""
    with connection.transaction(), membership.borrowed(connection):
        return people(connection)


def add(connection: Connection, login: str, person: str, groups: Sequence[str]) -> Person:
    """Make `login` that of `person`, in `groups` (of GROUPS) beside those it has; the role is made where it is missing.

    Raises GateClosed where the login is another person's, and NotAllowed with the statements in its evidence where this
    session lacks the rights.
    """
    checked(login, person)
    with connection.transaction(), membership.borrowed(connection) as found:
        return _add(connection, found, login, person, groups)


def _add(connection: Connection, found: Survey, login: str, person: str, groups: Sequence[str]) -> Person:
    person = name_of(person, [each.person for each in people(connection) if each.person is not None])
    known = _known(connection, login)
    if known is not None and known.person not in (None, person):
        raise GateClosed(
            f"{login} is already the login of {known.person}",
            code="login_taken",
            evidence={"login": login, "person": known.person},
            hint=f"Create another login for the other person: past actions stay with {known.person}.",
        )
    wanted = [group for group in map(GROUPS.__getitem__, groups) if known is None or group not in known.groups]
    role = connection.one(ROLE, {"login": login})
    statements = [] if role.exists else [_role("CREATE ROLE {} LOGIN", login)]
    statements += [_role("GRANT {} TO {}", group, login) for group in wanted]
    ours: list[sql.Composed] = []
    table = sql.Identifier(connection.schema, "birth_person_login")
    if known is None or known.person is None:
        mapping = sql.SQL("INSERT INTO {} (login, person) VALUES ({}, {})")
        ours.append(mapping.format(table, sql.Literal(login), sql.Literal(person)))
    elif known.retired_at is not None:
        back = sql.SQL("UPDATE {} SET retired_at = NULL WHERE login = {}")
        ours.append(back.format(table, sql.Literal(login)))
    if wanted:
        ours.append(_event(connection, "groups_granted", login, wanted))
    _run(connection, found, statements, ours, f"add {login}")
    return _now(connection, login)


def retire(connection: Connection, login: str, tell: Callable[[str], None] = lambda _: None) -> Person:
    """Take every group from `login` and close its record; what it did stays that person's.

    Its sessions that hold anything of ours are ended: `tell` says which. Nodes of Citus let it read nothing any more;
    where one cannot be told so now, `tell` gives the statement. Raises UsageError for a login without a record, and
    NotAllowed as `add` does.
    """
    with connection.notices(tell), connection.transaction(), membership.borrowed(connection) as found:
        done = _retire(connection, found, login)
    _leave_nodes(connection, login, tell)
    return done


def _leave_nodes(connection: Connection, login: str, tell: Callable[[str], None]) -> None:
    """What is true here must not wait for a node that is down."""
    if not connection.one(CITUS).here:
        return
    statement = registry_nodes.leaving(login, GROUPS.values())
    try:
        with connection.transaction():
            script.run(connection.driver, [Statement(f"retire {login} on nodes", statement)], read_only=False)
    except ConsoleError as error:
        if connection.is_closed:
            raise
        tell(f"{error.message}. A superuser runs this on the coordinator, when every node is up:")
        tell(f"{statement.as_string(connection.driver)};")


def _retire(connection: Connection, found: Survey, login: str) -> Person:
    known = _known(connection, login)
    if known is None or known.person is None:
        raise UsageError(
            f"{login} is not mapped to a person", code="unknown_login", hint="See `birth-console people list`."
        )
    statements = [_role("REVOKE {} FROM {}", group, login) for group in known.groups]
    brake = sql.Identifier(connection.schema, "_birth_brake_login")
    ours = [sql.SQL("SELECT {}({})").format(brake, sql.Literal(login))]
    ours += [_event(connection, "groups_revoked", login, known.groups)] if known.groups else []
    if known.retired_at is None:
        retired = sql.SQL("UPDATE {} SET retired_at = clock_timestamp() WHERE login = {}")
        table = sql.Identifier(connection.schema, "birth_person_login")
        ours.append(retired.format(table, sql.Literal(login)))
    _run(connection, found, statements, ours, f"retire {login}")
    return _now(connection, login)


def _run(
    connection: Connection, found: Survey, statements: Sequence[sql.Composed], ours: Sequence[sql.Composed], what: str
) -> None:
    """Run what concerns roles as this login, and what is written to our tables as birth_owner where it acts for it."""
    as_owner = not found.is_superuser and (found.is_member or found.can_join)
    steps = [*(Statement(what, each) for each in statements), *(Statement(what, each, as_owner) for each in ours)]
    try:
        with connection.transaction():  # within the caller's
            script.run(connection.driver, steps, read_only=connection.read_only)
    except NotAllowed as error:
        if error.code == "read_only":
            raise
        texts = [statement.as_string(connection.driver) + ";" for statement in (*statements, *ours)]
        raise NotAllowed(
            f"this login may not {what}: {error.message}",
            evidence={"sql": ["BEGIN;", *texts, "COMMIT;"]},
            hint="Ask an administrator (superuser) to run the statements above.",
        ) from error


def _event(connection: Connection, kind: str, login: str, groups: Sequence[str]) -> sql.Composed:
    payload = json.dumps({"login": login, "groups": list(groups)}, ensure_ascii=False)
    return sql.SQL("SELECT {}({}, {}::jsonb)").format(
        sql.Identifier(connection.schema, "birth_ledger_append"), sql.Literal(kind), sql.Literal(payload)
    )


def _role(statement: str, *names: str) -> sql.Composed:
    return sql.SQL(statement).format(*map(sql.Identifier, names))


def _known(connection: Connection, login: str) -> Person | None:
    return next((each for each in people(connection) if each.login == login), None)


def _now(connection: Connection, login: str) -> Person:
    return next(each for each in people(connection) if each.login == login)


def _person(found: Login) -> Person:
    retired = found.retired_at
    return Person(
        login=found.login,
        person=found.person,
        groups=found.groups,
        retired_at=None if retired is None else retired.isoformat(timespec="seconds"),
        warnings=warnings(
            person=found.person,
            groups=found.groups,
            exists=found.exists,
            can_login=found.can_login,
            superuser=found.superuser,
            createrole=found.createrole,
            bypassrls=found.bypassrls,
            retired=retired is not None,
        ),
    )

"""`people`: logins, the people behind them, and their groups."""

import click

from core.cli.known import LOGIN
from core.cli.options import Invocation, gathering, invocation
from core.domain.trust.people import GROUPS, Person
from core.errors import NotAllowed
from core.services.trust import people as who


@click.group()
@gathering
def people() -> None:
    """List, add and retire people: logins and their groups. Changes need a superuser, or the login that ran init."""


@people.command("list")
@invocation
def list_people(call: Invocation) -> None:
    """List every login that has a person or a group, with warnings."""
    try:
        with call.browse() as connection:
            found = who.people(connection)
    except NotAllowed:
        if call.settings.read_only:
            raise
        with call.write() as connection:
            found = who.people_for_administrators(connection)
    if call.output.as_json:
        call.output.document({"people": [person.as_json() for person in found]})
        return
    rows = [
        [each.login, each.person, ", ".join(each.groups), each.retired_at, "; ".join(each.warnings)] for each in found
    ]
    call.output.table(
        ["login", "person", "groups", "retired", "warnings"],
        rows,
        empty="no people. Add one: `birth-console people add LOGIN --person NAME --group operator`.",
    )


@people.command()
@click.argument("name", metavar="LOGIN")
@click.option(
    "--person", required=True, metavar="NAME", help="The person's full name. One person may have several logins."
)
@click.option(
    "--group",
    "groups",
    type=click.Choice(list(GROUPS)),
    multiple=True,
    required=True,
    help="Group to grant (repeatable).",
)
@invocation
def add(call: Invocation, name: str, *, person: str, groups: tuple[str, ...]) -> None:
    """Map LOGIN to a person and grant its groups. If the role does not exist, it is created without a password."""
    with call.write() as connection:
        try:
            done = who.add(connection, name, person, groups)
        except NotAllowed as error:
            _print_statements(call, error)
            raise
    _say(call, done, f"{name} is {person}: {', '.join(done.groups)}")
    if not call.output.as_json:
        call.output.source("Set its password in psql with \\password.")


@people.command()
@click.argument("name", type=LOGIN, metavar="LOGIN")
@invocation
def retire(call: Invocation, name: str) -> None:
    """Revoke every group from LOGIN. Its past actions stay with the person."""
    with call.write() as connection:
        try:
            done = who.retire(connection, name, call.output.progress)
        except NotAllowed as error:
            _print_statements(call, error)
            raise
    _say(call, done, f"{name} is retired")


def _print_statements(call: Invocation, error: NotAllowed) -> None:
    statements = error.evidence.get("sql")
    if not call.output.as_json and isinstance(statements, list):
        call.output.source("\n".join(map(str, statements)))


def _say(call: Invocation, person: Person, text: str) -> None:
    if call.output.as_json:
        call.output.document(person.as_json())
        return
    call.output.text(text)
    for warning in person.warnings:
        call.output.text(f"! {warning}")

"""`people`: logins, the people behind them, and their groups."""

import click

from core.cli.options import Invocation, gathering, invocation
from core.domain.trust.people import GROUPS, Person
from core.errors import NotAllowed
from core.services.trust import people as who


@click.group()
@gathering
def people() -> None:
    """Say who may do what. Changes need somebody with a superuser's rights; everybody may list."""


@people.command("list")
@invocation
def list_people(call: Invocation) -> None:
    """List every login that has a person or a group, with what to know of it."""
    with call.browse() as connection:
        found = who.people(connection)
    if call.output.as_json:
        call.output.document({"people": [person.as_json() for person in found]})
        return
    rows = [
        [each.login, each.person, ", ".join(each.groups), each.retired_at, "; ".join(each.warnings)] for each in found
    ]
    call.output.table(["login", "person", "groups", "retired", "to know"], rows)


@people.command()
@click.argument("name", metavar="LOGIN")
@click.option("--person", required=True, metavar="NAME", help="Who it is: one person may have several logins.")
@click.option(
    "--group", "groups", type=click.Choice(list(GROUPS)), multiple=True, required=True, help="May be given repeatedly."
)
@invocation
def add(call: Invocation, name: str, *, person: str, groups: tuple[str, ...]) -> None:
    """Make LOGIN that of a person, in one group or several. A role that is missing is made, without a password."""
    with call.write() as connection:
        try:
            done = who.add(connection, name, person, groups)
        except NotAllowed as error:
            _print_statements(call, error)
            raise
    _say(call, done, f"{name} is {person}: {', '.join(done.groups)}")
    if not call.output.as_json:
        call.output.source("Its password is set in psql, by \\password and its name.")


@people.command()
@click.argument("name", metavar="LOGIN")
@invocation
def retire(call: Invocation, name: str) -> None:
    """Take every group from LOGIN. What it did stays that person's."""
    with call.write() as connection:
        try:
            done = who.retire(connection, name)
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

"""`upgrade`: bring an installed schema to this version."""

import click

from core.cli.options import Invocation, invocation
from core.domain.text import harmless
from core.services.adopt import upgrade as service
from core.services.adopt.upgrade import Upgrade


@click.command()
@click.option("--dry-run", is_flag=True, help="Print the SQL; change nothing.")
@invocation
def upgrade(call: Invocation, /, *, dry_run: bool) -> None:
    """Bring the console's schema to the version of this program, in one transaction.

    An installation of 0.1.0 that shares a schema with the company's objects moves into its own (default birth).

    Objects that were changed by hand are restored if a file of this program makes them. If this needs more privileges
    than yours, the SQL for an administrator is printed and nothing is changed.
    """
    with call.install() as connection:
        found = (service.preview if dry_run else service.upgrade)(connection)
    if call.output.as_json:
        call.output.document(found.as_json())
    else:
        _show(call, found, is_done=not (dry_run or found.needs))
    if not dry_run:
        service.insist_on_rights(found)


def _show(call: Invocation, found: Upgrade, *, is_done: bool) -> None:
    document = found.as_json()
    if not found.changed:
        call.output.progress(f"the schema is at version {document['to']}: nothing to do")
    elif is_done:
        call.output.text(f"upgraded from {document['from']} to {document['to']}: {len(found.changed)} changes")
        for what in found.changed:
            call.output.text(f"+ {what}")
        if found.moved_to:
            call.output.progress(
                f"the console's objects are in schema {found.moved_to} now: change --schema and profiles"
            )
    else:
        call.output.source("\n".join(harmless(line) for line in found.sql.split("\n")))

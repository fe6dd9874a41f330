"""`overview`: every database of the profiles, a line each."""

import click

from core.cli.options import Invocation, invocation
from core.domain.trust.standing import HEADINGS, Place
from core.services.trust import standing
from core.settings import of_every_profile


@click.command()
@invocation
def overview(call: Invocation) -> None:
    """Show a line for each profile: gate, blockers, missing rows, active runs, last certificate, age of the anchor.

    Each database gets one connection. Missing rows are those of its plans. Without profiles, the present one is shown.
    """
    places = of_every_profile(call.settings.connect_timeout)
    if places:
        found = standing.every(places)
    else:
        with call.browse() as connection:
            found = (Place(call.settings.word or "this", standing.read(connection)),)
    if call.output.as_json:
        call.output.document({"databases": [each.as_json() for each in found]})
    else:
        call.output.table(HEADINGS, [each.cells for each in found], right=HEADINGS[2:4])
        for each in found:
            if each.error is not None:
                call.output.wrapped(f"{each.profile}: {each.error.message}. {each.error.hint}".strip())

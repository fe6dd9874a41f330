"""`metrics`: figures for a monitor."""

from dataclasses import asdict

import click

from core.cli.options import Invocation, invocation
from core.cli.steps import steps
from core.domain.trust import metrics as domain
from core.services.overview import parallel_counts
from core.services.trust import standing


@click.command()
@click.option("--no-counts", is_flag=True, help="Omit missing rows and phantoms: no source is read.")
@invocation
def metrics(call: Invocation, *, no_counts: bool) -> None:
    """Print figures in Prometheus' text format: readiness, missing rows, phantoms, runs, chain head, anchor.

    It uses one connection, which counts one collection after the other.
    """
    with call.browse() as connection, steps(call.output) as tell:
        stands = standing.read(connection)
        rows = None if no_counts else parallel_counts.counted_over(connection, tell=tell).rows
    found = domain.metrics(stands, rows)
    if call.output.as_json:
        call.output.document({"metrics": [asdict(each) for each in found]})
    else:
        call.output.source(domain.text(found))

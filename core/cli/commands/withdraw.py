"""`withdraw`: plan to take back what a run registered."""

from collections.abc import Mapping

import click

from core.cli.options import NUMBER, Invocation, invocation
from core.services.backfill import withdraw as service


@click.command()
@click.argument("run", type=NUMBER)
@click.option("--reason", required=True, metavar="T", help="Reason; recorded in the ledger.")
@invocation
def withdraw(call: Invocation, run: int, *, reason: str) -> None:
    """Plan a run that takes back the registry rows that RUN wrote and that were not changed or certified since.

    Reconcile, apply, verify and certify it as any run. It needs a permit of kind withdraw, by a gatekeeper who took no
    part in RUN, and is refused until `init --allow-withdraw`.
    """
    with call.write() as connection:
        done = service.withdraw(connection, run, reason)
    number = done.run.run
    if call.output.as_json:
        call.output.document({"run": number, "withdraws": run, "rows": done.rows, "left": list(done.left)})
        return
    call.output.text(f"run {number} withdraws run {run}: {done.rows:,} rows")
    for each in done.left:
        if isinstance(each, Mapping):
            examples = each.get("examples")
            named = ", ".join(map(str, examples)) if isinstance(examples, list) else ""
            call.output.text(f"left in {each.get('collection')}: {each.get('rows')} {each.get('reason')} ({named})")
    call.output.text(f"Next: birth-console reconcile {number} --note …")

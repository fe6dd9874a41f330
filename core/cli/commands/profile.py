"""`profile`: the evidence of each column of a collection."""

from dataclasses import asdict

import click

from core.cli.options import Invocation, invocation
from core.services.classify import profiling as service


@click.command()
@click.argument("collection")
@invocation
def profile(call: Invocation, collection: str) -> None:
    """Show what declarations, statistics and one bounded sample say of each column of COLLECTION."""
    with call.browse() as connection:
        found = service.profile(connection, collection)
    if call.output.as_json:
        call.output.document(asdict(found))
        return
    rows = "an unknown number of" if found.rows is None else f"{found.rows:,}"
    call.output.text(f"{found.collection}: {rows} rows")
    headings = ["name", "type", "nulls", "empties", "distinct", "unique", "exactness"]
    words = {True: "yes", False: "no", None: "?"}
    call.output.table(
        headings,
        ([each.name, each.type, each.nulls, each.empties, each.distinct, words[each.unique], each.exactness]
         for each in found.columns),
        right=["nulls", "empties", "distinct"],
    )  # fmt: skip

"""`columns`: the evidence of each column of a collection."""

from dataclasses import asdict

import click

from core.cli.known import COLLECTION
from core.cli.options import Invocation, invocation
from core.services.classify import column_statistics as service


@click.command()
@click.argument("collection", type=COLLECTION)
@invocation
def columns(call: Invocation, collection: str) -> None:
    """Show evidence for each column of COLLECTION: declarations, statistics, one bounded sample."""
    with call.browse() as connection:
        found = service.of(connection, collection)
    if call.output.as_json:
        call.output.document(asdict(found))
        return
    rows = "row count unknown" if found.rows is None else f"{found.rows:,} rows"
    call.output.text(f"{found.collection}: {rows}")
    headings = ["name", "type", "nulls", "empties", "distinct", "unique", "exactness"]
    words = {True: "yes", False: "no", None: "?"}
    call.output.table(
        headings,
        ([each.name, each.type, each.nulls, each.empties, each.distinct, words[each.unique], each.exactness]
         for each in found.columns),
        right=["nulls", "empties", "distinct"],
    )  # fmt: skip

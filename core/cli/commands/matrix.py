"""`matrix`: the metadata compatibility matrix."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import click

from core.cli.options import Invocation, invocation, passes
from core.cli.steps import steps
from core.domain.overview.matrix import Examples, MatrixRow, Totals, totals
from core.errors import ConsoleError, Stopped
from core.profile_file import MOST_COUNTERS
from core.profiles import COUNTERS
from core.services.adopt.unenrolled import unenrolled
from core.services.overview import matrix as service
from core.services.overview import parallel_counts
from core.version import SCHEMA_VERSION

_COUNTS = ("source_rows", "registered", "missing", "phantoms", "renamed", "possibly_renamed", "shared_codes",
           "unidentifiable")  # fmt: skip
_STRAYS = ("phantoms", "renamed", "possibly_renamed")
# What a narrow terminal does without, the first first: the reasons and the identity say the same.
_SPARE = ("role", "status", "strategy", "verdict", "trigger", "unidentifiable", "shared_codes", "possibly_renamed",
          "renamed", "phantoms", "identity")  # fmt: skip


@click.command()
@click.option(
    "--counts",
    is_flag=True,
    help="Count rows of every collection: source, registered, missing; phantoms, shared codes, with examples.",
)
@click.option(
    "--connections",
    type=click.IntRange(1, MOST_COUNTERS),
    metavar="N",
    help=f"Count over so many connections at most (default: the profile's, else {COUNTERS}).",
)
@click.option("--all", "every", is_flag=True, help="List exempted collections, too.")
@invocation
def matrix(call: Invocation, *, counts: bool, connections: int | None, every: bool) -> None:
    """List every REQUIRED collection: whether its rows can be identified, and why not.

    Collections that cannot be counted (locked, row-level security) are not in the totals and are named at the end.
    """
    uncounted: Mapping[str, ConsoleError] = {}
    with call.browse_side_by_side() as (connection, another):
        if counts:
            most = connections or call.settings.counters
            with steps(call.output) as tell:
                seen = parallel_counts.counted_over(connection, another, most, every=every, tell=tell)
            rows, uncounted = list(seen.rows), seen.uncounted
        else:
            rows = service.read(connection, every=every)
        left = unenrolled(connection) if connection.installed == SCHEMA_VERSION else ()
    if call.output.as_json:
        sums = asdict(totals(rows, counts=counts))
        document = {"collections": [_as_json(row) for row in rows], "totals": sums, "unenrolled": list(left)}
        call.output.document(document)
    else:
        _print(call, rows, counts=counts, every=every)
        if left:
            call.output.wrapped(f"not enrolled: {', '.join(left)}")
    if uncounted:
        raise _not_counted(uncounted)


def _not_counted(wrong: Mapping[str, ConsoleError]) -> ConsoleError:
    """The error of what could not be counted, of the kind of the first that repeating the command does not cure."""
    first = next((error for error in wrong.values() if not passes(error)), None)
    kind = Stopped if first is None else type(first)
    first = first or next(iter(wrong.values()))
    evidence = {name: {"code": each.code, "message": each.message, **each.evidence} for name, each in wrong.items()}
    return kind(
        f"{', '.join(wrong)} could not be counted: {first.message}",
        code="not_counted",
        evidence=evidence,
        hint=" ".join(dict.fromkeys(each.hint for each in wrong.values())),
    )


def _as_json(row: MatrixRow) -> dict[str, Any]:
    facts = asdict(row.facts)
    facts.pop("missing_columns")
    examples = None if row.counts is None else asdict(row.counts.examples or Examples())
    return {**facts, "verdict": row.verdict, "reasons": list(row.reasons), **_counts(row), "examples": examples}


def _counts(row: MatrixRow) -> dict[str, int | None]:
    known = {} if row.counts is None else asdict(row.counts)
    return {name: getattr(row, name) if name in _STRAYS else known.get(name) for name in _COUNTS}


def _print(call: Invocation, rows: list[MatrixRow], *, counts: bool, every: bool) -> None:
    headings = ["collection", "role", *(["requirement"] if every else []), "strategy", "identity"]
    headings += ["status", "trigger", "verdict", "reasons"]
    # Those that are no matter of course stand there only where there are any.
    found = [_counts(row) for row in rows] if counts else []
    figures = [name for name in _COUNTS if name in _COUNTS[:3] or any(each[name] for each in found)] if counts else []
    call.output.table(
        headings + figures, (_cells(row, figures, every=every) for row in rows), right=figures, spare=_SPARE
    )
    for row in rows:
        if told := _examples(row):
            call.output.wrapped(f"{row.facts.collection}: {told}")
    call.output.text(_summary(totals(rows, counts=counts)))


def _examples(row: MatrixRow) -> str:
    """What of a collection cannot be told apart, or has no code, with a few examples of each."""
    if row.counts is None or row.counts.examples is None:
        return ""
    found = row.counts.examples
    codes = ", ".join(f"{each['code']} ×{each['rows']}" for each in found.shared_codes if isinstance(each, dict))
    keys = ", ".join(
        " ".join(f"{name}={value}" for name, value in each.items())
        for each in found.unidentifiable
        if isinstance(each, dict)
    )
    parts = [
        (row.counts.shared_codes, "shares a code", "share a code", codes),
        (row.counts.unidentifiable, "has no code", "have no code", keys),
    ]
    return "; ".join(
        f"{count:,} {'row ' + one if count == 1 else 'rows ' + many}{': ' + few if few else ''}"
        for count, one, many, few in parts
        if count
    )


def _cells(row: MatrixRow, figures: list[str], *, every: bool) -> list[object]:
    facts = row.facts
    cells: list[object] = [
        facts.collection,
        facts.governance_role,
        *([facts.requirement] if every else []),
        facts.strategy,
        facts.identity,
        "yes" if facts.native_status else "no",
        facts.trigger,
        row.verdict,
        ", ".join(row.reasons),
    ]
    found = _counts(row)
    return [*cells, *(found[name] for name in figures)]


def _summary(sums: Totals) -> str:
    line = f"{sums.verdicts}; native status {sums.native_status}; table {sums.with_table}; trigger {sums.with_trigger}"
    if sums.missing is not None:
        line += f"; {sums.source_rows:,} rows, {sums.registered:,} registered, {sums.missing:,} missing"
    odd = {
        "phantoms": sums.phantoms,
        "renamed": sums.renamed,
        "possibly renamed (the registry names no source key)": sums.possibly_renamed,
        "rows that share a code": sums.shared_codes,
        "rows without a code": sums.unidentifiable,
    }
    return "; ".join([line, *(f"{count:,} {what}" for what, count in odd.items() if count)])

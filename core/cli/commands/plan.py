"""`plan` and `reconcile`: what is missing, and whether that still is so."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from core.cli import preview
from core.cli.files import insist_new, write_new
from core.cli.known import COLLECTION, RUN
from core.cli.options import Invocation, invocation
from core.cli.steps import steps
from core.domain.backfill.preview import Preview
from core.domain.backfill.preview_html import html
from core.domain.backfill.stray import Stray
from core.errors import Json, UsageError
from core.services.backfill import plan as planning
from core.services.backfill import preview as previews
from core.services.backfill import reconcile as reconciling
from core.services.backfill import strays
from core.services.backfill.plan import Plan


@click.command()
@click.argument("collections", nargs=-1, type=COLLECTION, metavar="[COLLECTION]...")
@click.option(
    "--all", "every", is_flag=True, help="Plan every REQUIRED collection that can be planned; name the others."
)
@click.option("--strict", is_flag=True, help="With --all: plan nothing if a collection cannot be planned (exit 3).")
@click.option("--reconcile", "reconciled", is_flag=True, help="Reconcile as well, in the snapshot of the plan.")
@click.option("--note", metavar="T", help="With --reconcile: what you compared; recorded in the ledger.")
@click.option(
    "--html",
    "page",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Also write the plan to a new file: one HTML page that needs nothing else.",
)
@invocation
def plan(
    call: Invocation,
    collections: tuple[str, ...],
    *,
    every: bool,
    strict: bool,
    reconciled: bool,
    note: str | None,
    page: Path | None,
) -> None:
    """Plan a run: store exactly which rows are missing. The source is only read."""
    if collections and every:
        raise UsageError("--all does not take a COLLECTION", hint="Omit --all, or the names.")
    if not collections and not every:
        raise UsageError("no collection to plan: name one, or use --all", hint="dot-birth-backfill-plan --all")
    _insist_on_pairs(strict and not every, reconciled != (note is not None))
    if page is not None:
        insist_new(page)
    with call.write() as connection, steps(call.output) as tell:
        done = planning.plan(connection, None if every else collections, strict=strict, note=note, tell=tell)
    run = done.run
    with call.browse() as connection:
        left = strays.of_run(connection, run)
        found = previews.read(connection, run, strays=left, skipped=len(done.skipped))
    if page is not None:
        skipped = [(each.collection, ", ".join(each.reasons)) for each in done.skipped]
        write_new(page, html(found, skipped))
    drift = asdict(reconciling.Drift()) if reconciled else None
    if call.output.as_json:
        call.output.document(_as_json(done, found, left, drift))
    else:
        _print(call, done, found, left, is_reconciled=reconciled)
    if page is not None:
        call.output.progress(f"written: {page}")


def _as_json(done: Plan, found: Preview, left: list[Stray], drift: dict[str, Json] | None) -> dict[str, Any]:
    return {
        "run": done.run.run,
        "entries": [entry.as_json() for entry in done.run.entries],
        "totals": {"missing": done.run.missing},
        "digest": done.run.digest,
        "skipped": [asdict(each) for each in done.skipped],
        "superseded": list(done.superseded),
        "phantoms": [each.as_json() for each in left],
        "preview": found.as_json(),
        **({} if drift is None else {"drift": drift, "accepted": 0}),
    }


def _print(call: Invocation, done: Plan, found: Preview, left: list[Stray], *, is_reconciled: bool) -> None:
    preview.show(call.output, found)
    by_gate: dict[str, list[str]] = {}
    for each in done.skipped:
        by_gate.setdefault(", ".join(each.reasons), []).append(each.collection)
    for gates, names in by_gate.items():
        call.output.folded("skipped", f"{len(names)} ({gates}): {', '.join(names)}")
    for stray in left:
        call.output.wrapped(stray.text)
    for number in done.superseded:
        begun = ", which was begun: its registered rows stay and are not certified" if number in done.abandoned else ""
        call.output.text(f"run {number} is superseded{begun}")
    if not done.run.missing:
        return
    run = done.run.run
    call.output.text(
        f"Reconciled. Next: birth-console apply {run}"
        if is_reconciled
        else f"Next: birth-console reconcile {run} --note …"
    )


def _insist_on_pairs(strict_alone: bool, half_a_reconciliation: bool) -> None:  # noqa: FBT001 - each is a fault
    if strict_alone:
        raise UsageError("--strict needs --all", hint="dot-birth-backfill-plan --all --strict")
    if half_a_reconciliation:
        raise UsageError("--reconcile and --note go together", hint="birth-console plan --all --reconcile --note …")


@click.command()
@click.argument("run", type=RUN)
@click.option("--note", required=True, metavar="T", help="What you compared; recorded in the ledger.")
@click.option(
    "--allow-drift",
    "allow",
    type=click.IntRange(0, 10_000),
    default=0,
    metavar="ROWS",
    help="Accept up to this many rows that were inserted, vanished or were registered since the plan (default 0).",
)
@invocation
def reconcile(call: Invocation, run: int, *, note: str, allow: int) -> None:
    """Recount the missing rows of RUN by a second query, in one snapshot. If the counts differ, the plan is stale."""
    with call.write() as connection, steps(call.output) as tell:
        done = reconciling.reconcile(connection, run, note, allow=allow, tell=tell)
    if call.output.as_json:
        call.output.document(
            {
                "run": done.run,
                "planned": done.planned,
                "source": done.source,
                "drift": asdict(done.drift),
                "accepted": done.accepted,
                "rows": {name: asdict(codes) for name, codes in done.rows.items()},
            }
        )
        return
    drift = done.drift
    told = f"accepted drift of {done.accepted} rows" if done.accepted else "no drift"
    call.output.text(f"run {done.run}: {done.planned:,} planned, {done.source:,} in the source, {told}")
    if done.accepted:
        headings = ["collection", "late", "vanished", "registered since"]
        shown = [[name, *(", ".join(codes) for codes in (each.late, each.gone, each.registered_since))]
                 for name, each in done.rows.items()]  # fmt: skip
        call.output.table(headings, shown)
        call.output.text(
            f"{drift.late} late, {drift.gone} vanished, {drift.registered_since} registered since the plan"
        )

"""`ledger`: runs, their entries, and row-level diffs."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from core.cli.known import RUN
from core.cli.options import Invocation, gathering, invocation
from core.cli.usage import meant
from core.cli.wording import moment
from core.domain.backfill.diff import KINDS, Cursor, Page, View
from core.domain.backfill.runs import ActiveWorker, Run, Statements
from core.domain.filter import Filter
from core.services.backfill import diff as diffs
from core.services.backfill import runs as service

if TYPE_CHECKING:
    from core.db.connection.session import Connection


class _ShowByDefault(click.Group):
    """`ledger` and `ledger 3` show; `ledger diff 3` compares, wherever the options stand."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `show` in front where no subcommand is named."""
        if self._named(args) not in (*self.commands, *ctx.help_option_names):
            named = self._named(args)
            if named and not named.startswith("-") and (told := meant(named, self.commands)):
                ctx.fail(f"No such command '{named}'.{told}")
            args = ["show", *args]
        return super().parse_args(ctx, args)

    def _named(self, args: Sequence[str]) -> str:
        """The first word that is neither an option of this group nor the value of one; "" where there is none."""
        takes_value = {
            name: not each.is_flag for each in self.params if isinstance(each, click.Option) for name in each.opts
        }
        words = iter(args)
        for word in words:
            if word.partition("=")[0] not in takes_value:
                return word
            if takes_value.get(word):
                next(words, "")
        return ""


@click.group(cls=_ShowByDefault)
@gathering
def ledger() -> None:
    """List runs, show the entries of RUN (`ledger 3`), or compare row by row (`ledger diff 3`)."""


@ledger.command()
@click.argument("run", type=RUN, required=False)
@click.option("--sql", "with_sql", is_flag=True, help="Also show the SQL of plan and batches.")
@invocation
def show(call: Invocation, run: int | None, *, with_sql: bool) -> None:
    """List the latest runs, or show RUN: its entries, their state, and its workers."""
    with call.browse() as connection:
        if run is None:
            _print_runs(call, service.runs(connection))
        else:
            _print_run(call, connection, service.run(connection, run), with_sql=with_sql)


@ledger.command()
@click.argument("run", type=RUN)
@click.argument("other", type=RUN, metavar="[RUN2]", required=False)
@click.option(
    "--only",
    type=click.Choice(KINDS),
    help="Show one kind: + to register, = registered, - vanished, ! quarantined, ~ late.",
)
@click.option(
    "--limit", type=click.IntRange(1, 100_000), default=1000, show_default=True, metavar="N", help="Rows per page."
)
@click.option(
    "--code", default="", metavar="TEXT", help="Filter codes: TEXT contained, !TEXT not contained, -f LETTERS fuzzy."
)
@click.option("--after", metavar="CURSOR", help="Continue after this cursor (`next` of the previous page).")
@invocation
def diff(
    call: Invocation, run: int, other: int | None, *, only: str | None, limit: int, code: str, after: str | None
) -> None:
    """Show the state of each row of RUN, or compare its plan with the plan of RUN2. Prints one page."""
    at = None if after is None else Cursor.parse(after)
    before, shown = (None, run) if other is None else (run, other)
    with call.browse() as connection:
        page = diffs.diff(connection, View(shown, only, before, Filter(code)), after=at, rows=limit)
    _print_page(call, run, other, page)


def _print_page(call: Invocation, run: int, other: int | None, page: Page) -> None:
    following = None if page.next is None else str(page.next)
    if call.output.as_json:
        rows = [row.as_json() for row in page.rows]
        call.output.document({"run": run, "other": other, "rows": rows, "next": following})
        return
    for row in page.rows:
        note = f"  ({row.note})" if row.note else ""
        call.output.text(f"{row.kind} {row.collection}  {row.code}{note}")
    if following:
        call.output.progress(f"more: add --after {following}")


def _print_runs(call: Invocation, found: list[Run]) -> None:
    if call.output.as_json:
        call.output.document({"runs": [_as_json(each) for each in found]})
        return
    headings = ["run", "status", "collections", "missing", "planned by", "planned at", "digest"]
    rows = [
        [
            each.run,
            each.state,
            len(each.entries),
            each.missing,
            each.planned_by,
            moment(each.planned_at),
            (each.digest or "")[:8],
        ]
        for each in found
    ]
    call.output.table(
        headings,
        rows,
        right=("run", "collections", "missing"),
        spare=("digest", "planned at", "planned by"),
        empty="no runs. Plan one: `birth-console plan --all`.",
    )


def _print_run(call: Invocation, connection: "Connection", run: Run, *, with_sql: bool) -> None:
    account = asdict(service.account(connection, run.run))
    workers = service.workers(connection, run.run)
    statements = service.statements(connection, run.run) if with_sql else []
    if call.output.as_json:
        document = {**_as_json(run), "accounting": account, "workers": [_worker(each) for each in workers]}
        if with_sql:
            document["statements"] = [asdict(each) for each in statements]
        call.output.document(document)
        return
    if run.withdraws is not None:
        call.output.text(f"run {run.run} withdraws run {run.withdraws}")
    why = f" ({run.why})" if run.why else ""
    call.output.text(f"run {run.run} is {run.state}{why}, planned by {run.planned_by}, digest {run.digest}")
    headings, done = ["collection", "identity", "source", "registered", "missing"], "registered"
    rows = [[e.collection, e.identity, e.source_rows, e.registered, e.missing] for e in run.entries]
    if run.withdraws is not None:
        headings, done = ["collection", "identity", "to withdraw"], "withdrawn"
        rows = [[e.collection, e.identity, e.missing] for e in run.entries]
    call.output.table(headings, rows, right=headings[2:])
    named = {done if name == "registered" else name: count for name, count in account.items()}
    # Who counts them reads every source: a look at the ledger does not.
    counted = {name: "-" if count is None else f"{count:,}" for name, count in named.items()}
    call.output.pairs({**counted, "late": "not counted yet: run verify"}.items())
    for worker in workers:
        reason = f": {worker.reason}" if worker.reason else ""
        call.output.text(f"{worker.login} (session {worker.pid}) is {worker.state}{reason}")
    _print_statements(call, statements)


def _print_statements(call: Invocation, statements: list[Statements]) -> None:
    for each in statements:
        for name, statement in each.titled:
            call.output.text(f"\n-- {name} of {each.collection}")
            for line in statement.splitlines():
                call.output.text(line)


def _as_json(run: Run) -> dict[str, Any]:
    return {
        **asdict(run),
        "state": run.state,
        "why": run.why,
        "planned_at": run.planned_at.isoformat(),
        "entries": [entry.as_json() for entry in run.entries],
    }


def _worker(worker: ActiveWorker) -> dict[str, Any]:
    return {**asdict(worker), "seen_at": worker.seen_at.isoformat()}

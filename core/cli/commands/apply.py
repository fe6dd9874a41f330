"""`apply` and `control`: register the planned rows of a run, and steer that from any session."""

import math
from collections.abc import Iterator
from contextlib import closing, suppress
from typing import Any

import click

from core.cli import log
from core.cli.argv import APPLY
from core.cli.interruption import interruptible
from core.cli.known import RUN
from core.cli.options import Invocation, invocation
from core.cli.output import Output, ReaderGone, as_ascii
from core.cli.patience import begun
from core.cli.progress import follow
from core.cli.steps import steps
from core.domain.backfill.events import ApplyEvent
from core.errors import Json, Stopped, UsageError
from core.services.backfill import apply as applying
from core.services.backfill import background, hooks
from core.services.backfill import control as controlling
from core.services.backfill import rehearse as rehearsing
from core.services.backfill.apply_options import LARGEST_BATCH, MOST_NICE, MOST_WORKERS, Options
from core.services.trust import verify

_LAST = ("done", "stopped")
_ROWS = click.IntRange(1, LARGEST_BATCH)


class _Amount(click.FloatRange):
    """A number from 0 on. NaN satisfies no comparison, so it would hold a run for ever."""

    def __init__(self) -> None:
        super().__init__(min=0)

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Refuse NaN, too."""
        given: Any = value
        found = float(super().convert(given, param, ctx))
        if math.isnan(found):
            self.fail("nan is not a valid number", param, ctx)
        return found


class _Workers(click.IntRange):
    """A number of connections, or `auto`: None."""

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int | None:  # type: ignore[override]  # None is auto
        """Read `auto`, too."""
        given: Any = value
        return None if given == "auto" else super().convert(given, param, ctx)


@click.command()
@click.argument("run", type=RUN)
@click.option("--batch-size", type=_ROWS, metavar="N", help="Rows per batch (default: adaptive).")
@click.option(
    "--max-batches", type=click.IntRange(min=1), metavar="N", help="Stop after N batches; the run can be resumed."
)
@click.option(
    "--workers",
    type=_Workers(1, MOST_WORKERS),
    default="auto",
    show_default=True,
    metavar="auto|N",
    help="Connections that apply batches; `auto` takes one, and one more while the server has an idle core.",
)
@click.option(
    "--nice",
    type=click.FloatRange(0, MOST_NICE),
    metavar="RATIO",
    help="Rest after each batch for this share of its time (default: profile, else 0.25 if its word says PRODUCTION, "
    "else 0).",
)
@click.option("--detach", "detached", is_flag=True, help="Run in the background; survives this terminal.")
@click.option(
    "--patience",
    type=_Amount(),
    metavar="S",
    help="Wait this long for a lost server, a throttle or a pause (seconds; default: profile, else 600).",
)
@click.option(
    "--max-lag",
    type=_Amount(),
    metavar="S",
    help="Pause while replica lag is above this or unknown; `inf` disables the check (seconds; default: profile, "
    "else 10).",
)
@click.option(
    "--max-wal-rate",
    type=_Amount(),
    metavar="MB",
    help="Pause while the server writes more WAL than this (MB per second; default: profile, else no limit).",
)
@click.option(
    "--max-active",
    type=click.IntRange(min=0),
    metavar="N",
    help="Pause while more sessions of others than this are at work (default: profile, else no limit).",
)
@click.option(
    "--replicas",
    type=click.IntRange(min=0),
    metavar="N",
    help="Pause while fewer replicas than this stream (default: profile, else as many as this apply has seen).",
)
@click.option("--while", "condition", metavar="SQL", help="Pause unless this SQL query returns true.")
@click.option(
    "--max-quarantined",
    type=click.IntRange(min=0),
    default=100,
    show_default=True,
    metavar="N",
    help="Stop when more rows than this are quarantined.",
)
@click.option(
    "--max-vanished",
    type=click.IntRange(min=0),
    metavar="N",
    help="Stop when more planned rows than this vanished from their sources (default: 1 % of the rows, at least 10, at "
    "most 100); recorded with the run.",
)
@click.option(
    "--dry-run",
    is_flag=True,
    help="Ask the register function for every planned row, write nothing, list the rows that it would refuse.",
)
@invocation
def apply(
    call: Invocation,
    run: int,
    *,
    batch_size: int | None,
    max_batches: int | None,
    workers: int | None,
    nice: float | None,
    detached: bool,
    patience: float | None,
    max_lag: float | None,
    max_wal_rate: float | None,
    max_active: int | None,
    replicas: int | None,
    condition: str | None,
    max_quarantined: int,
    max_vanished: int | None,
    dry_run: bool,
) -> None:
    """Register the planned rows of RUN through the register function. Every batch checks every gate."""
    options = Options.of(
        call.settings.throttles,
        batch_size=batch_size,
        max_batches=max_batches,
        workers=workers,
        nice=nice,
        max_active=max_active,
        replicas=replicas,
        patience=patience,
        max_lag=max_lag,
        max_wal_rate=max_wal_rate,
        condition=condition,
        max_quarantined=max_quarantined,
        max_vanished=max_vanished,
    )
    if dry_run:
        _rehearse(call, run)
        return
    if detached:
        _detach(call, run)
        return
    with (
        call.session() as session,
        interruptible() as interrupt,
        closing(verify.with_late_rows(applying.apply(session.apply, run, options, interrupt), session.apply)) as events,
        closing(hooks.with_hook(events, call.settings.on_event)) as told,
        closing(begun(told, call.output.progress, call.patience)) as shown,
    ):
        _show(call.output, run, shown)


@click.command()
@click.argument("run", type=RUN)
@click.argument("command", type=click.Choice(["pause", "resume", "cancel"]), required=False)
@click.option(
    "--batch-size",
    type=click.IntRange(0, LARGEST_BATCH),
    metavar="N",
    help="Rows per batch from the next claim on; 0 returns to adaptive.",
)
@click.option(
    "--reason", metavar="T", help="Reason; recorded in the ledger and shown in every console that follows the run."
)
@invocation
def control(call: Invocation, run: int, command: str | None, *, batch_size: int | None, reason: str | None) -> None:
    """Pause, resume or cancel the apply of RUN, or change its batch size. Works from any session."""
    if command is None and batch_size is None:
        raise UsageError("no command: pause, resume, cancel or --batch-size", hint=f"birth-console control {run} pause")
    with call.write() as connection:
        done = controlling.send(connection, run, command, batch_size, reason, tell=call.output.progress)
    if call.output.as_json:
        call.output.document(done.as_json())
    else:
        size = f", {done.batch_size:,} rows per batch" if done.batch_size else ""
        call.output.text(f"run {run}: {command or 'next batches'}{size}")


def _rehearse(call: Invocation, run: int) -> None:
    given = click.get_current_context()
    other = [
        name
        for name in ("detached", "max_batches")
        if given.get_parameter_source(name) is not click.core.ParameterSource.DEFAULT
    ]
    if other:
        raise UsageError(
            f"--dry-run cannot be combined with --{other[0].replace('detached', 'detach').replace('_', '-')}",
            hint="Omit one of them.",
        )
    with call.session() as session, steps(call.output) as tell:
        found = rehearsing.rehearse(session.apply, run, tell)
    if call.output.as_json:
        call.output.document(found.as_json())
        return
    if found.would_refuse:
        call.output.table(
            ["collection", "entity_code", "sqlstate", "message"],
            ([each.collection, each.entity_code, each.sqlstate, each.message] for each in found.would_refuse),
        )
    call.output.text(found.summary)
    if found.note:
        call.output.text(found.note)


def _show(out: Output, run: int, events: Iterator[ApplyEvent]) -> None:
    """Print events as they come. Raises Stopped when the reader has gone away."""
    last = ""

    def watched() -> Iterator[ApplyEvent]:
        nonlocal last
        for event in _kept(events):
            last = event.event
            yield event

    try:
        if out.as_json:
            for event in watched():
                out.line(event.as_json())
        else:
            follow(out, watched())
    except KeyboardInterrupt:
        # Who asks twice does not wait, not even for the accounting; what reads along still learns that this is the end.
        if out.as_json and last not in _LAST:
            with suppress(ReaderGone, OSError):
                out.line(
                    ApplyEvent("stopped", {"run": run, "reason": "interrupted", "message": "interrupted"}).as_json()
                )
        raise
    except (ReaderGone, OSError) as gone:
        if last == "done":
            raise ReaderGone from gone
        raise Stopped(
            f"the events of run {run} can no longer be written: {gone}",
            code="reader_gone",
            evidence={"run": run},
            hint="Committed batches are kept. Apply the run again to resume it; --detach needs no reader.",
        ) from gone


def _kept(events: Iterator[ApplyEvent]) -> Iterator[ApplyEvent]:
    """The same, each kept in the file of --log-file, if there is one."""
    for event in events:
        if log.is_kept():
            log.note(as_ascii(event.as_json()))
        yield event


def _detach(call: Invocation, run: int) -> None:
    """Start the same command again, in its own session, and leave once it has begun or failed."""
    started = background.start(APPLY, call.settings, run, click.get_current_context().params)
    facts: dict[str, Json] = {"run": run, "pid": started.pid, "log": str(started.log)}
    if call.output.as_json:
        call.output.line(ApplyEvent("detached", facts).as_json())
    else:
        call.output.text(f"run {run} continues in the background: process {started.pid}, events in {started.log}")

"""Following an apply: a bar with rate and a range of times to go for people, lines of text for a pipe."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from core.cli.output import Output
from core.domain.backfill.events import ApplyEvent
from core.domain.backfill.pace import Estimate
from core.domain.text import visible
from core.errors import Json

# What a person has to know of, also if no progress is to be told.
_WRONG = ("quarantined", "history_lost", "hook_failed")


def follow(out: Output, events: Iterator[ApplyEvent], clock: Callable[[], float] = time.monotonic) -> None:
    """Show events until they end. What is worth reading later goes to stdout; a quiet one tells what is wrong."""
    console = out.console(stderr=True)
    is_shown = console.is_terminal and not out.quiet
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[pace]}"))
    with Progress(*columns, console=console, transient=True, disable=not is_shown) as progress:
        task = progress.add_task("registering", total=None, pace="")
        estimate, registered = Estimate(0, clock()), "registered"
        for event in events:
            if event.event == "started":
                estimate = Estimate(event.count("open"), clock())
                if "withdraws" in event.facts:
                    registered = "withdrawn"
                    progress.update(task, description="withdrawing")
                progress.update(task, total=estimate.planned)
            elif event.event == "batch":
                estimate.finished(event.count("rows"), clock())
                progress.update(task, completed=estimate.done, pace=pace(estimate))
            elif event.event == "history_lost":
                estimate.leave_out(-event.count("rows"), clock())
                progress.update(task, completed=estimate.done, pace=pace(estimate))
                progress.console.print(visible(_line(event)), style="bold red", soft_wrap=True)
            elif "accounting" in event.facts:
                out.text(f"run {event.facts['run']} {event.event}: {_sentence(event.facts['accounting'], registered)}")
            elif not out.quiet or event.event in _WRONG:
                progress.console.print(visible(_line(event)), style="yellow", soft_wrap=True)


def pace(estimate: Estimate) -> str:
    """Rows per second, and how long it may still take."""
    found = estimate.to_go()
    if found is None:
        return ""
    soon, late = (str(timedelta(seconds=round(each))) for each in found)
    return (
        f"{estimate.rate:,.0f} rows/s, {soon} to go"
        if soon == late
        else f"{estimate.rate:,.0f} rows/s, {soon}-{late} to go"
    )


def _line(event: ApplyEvent) -> str:
    told = {name: _words(value) for name, value in event.facts.items() if name not in ("run", "gates")}
    facts = ", ".join(value if name == event.event else f"{name} {value}" for name, value in told.items())
    return f"{event.event}: {facts}"


def _words(value: Json) -> str:
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)


def _sentence(account: object, registered: str) -> str:
    assert isinstance(account, dict)  # noqa: S101 - the service's own events
    named = {registered if name == "registered" else name: value for name, value in account.items()}
    return ", ".join(f"{name} not counted" if value is None else f"{value:,} {name}" for name, value in named.items())

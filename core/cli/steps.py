"""Long looks on stderr: a line that says how far they are, on a terminal only, and gone when they are over."""

from collections.abc import Iterator
from contextlib import contextmanager

from core.cli import log
from core.cli.output import Output
from core.domain.steps import Step, Tell
from core.domain.text import visible

_SIGN = 3  # cells that the sign before the text takes, and the last one, where a terminal would wrap


@contextmanager
def steps(out: Output) -> Iterator[Tell | None]:
    """What to tell the steps inside; nothing where stderr is no terminal, or where it is to be quiet."""
    console = out.console(stderr=True)
    if out.quiet or not console.is_terminal:
        yield (lambda step: log.note(_said(step))) if log.is_kept() else None
        return
    from rich.status import Status  # noqa: PLC0415 - only a terminal pays for it
    from rich.text import Text  # noqa: PLC0415

    with Status("", console=console, spinner="line", refresh_per_second=2) as line:

        def tell(step: Step) -> None:
            log.note(_said(step))
            said = Text(visible(_said(step)))
            said.truncate(console.width - _SIGN, overflow="ellipsis")
            line.update(said)

        yield tell


def _said(step: Step) -> str:
    return f"{step.text} · {step.collection}" if step.collection else step.text

"""The card of a run: how it gets on, where it stands on the acceptance line, and its certificate."""

import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from core.domain.backfill.pace import Estimate
from tui.ledger import empty_card, run_text
from tui.ledger.columns import RunRow
from tui.ledger.reads import RunDetails

if TYPE_CHECKING:
    from textual.timer import Timer

    from core.services.trust.verify import Verification
    from tui.ledger.empty_card import Beginning

STARTING_SECONDS = 10.0
LIVE = ("title", "bar", "pace")
REST = ("paused", "account", "part-0", "part-1", "part-2", "part-3", "part-4", "gates")


class RunCard(Vertical, can_focus=False):
    """One line per fact, each repainted only when it says something else: an apply over a bad line costs little."""

    def __init__(self) -> None:
        super().__init__(id="run-card")
        self._timer: Timer | None = None
        self._started: dict[int, float] = {}
        self.beginning: Beginning | None = None  # what there is to plan, where there is no run
        self._show_again: Callable[[], None] = lambda: None

    def compose(self) -> ComposeResult:
        """The lines that live, then the others."""
        for name in (*LIVE, *REST):
            yield Static(id=f"run-{name}", classes="live" if name in LIVE else "rest", markup=False)

    def started(self, run: int) -> None:
        """A process was started for a run: for a moment it has no workers yet."""
        self._started[run] = time.monotonic()

    def call_in(self, seconds: float, what: Callable[[], None]) -> None:
        """Call something once, later; what was to be called before is not."""
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(seconds, what)

    def show(  # noqa: PLR0917 - what a card is made of
        self,
        row: RunRow | None,
        seen: RunDetails | None,
        why: Mapping[str, str],
        verified: "Verification | None",
        estimate: Estimate | None,
        words: tuple[str, str],
    ) -> None:
        """Show a run, as far as it is known. `words`: where in it the screen is, and what is under way."""
        self._show_again = partial(self.show, row, seen, why, verified, estimate, words)
        self.set_class(row is None, "-beginning")
        if row is None:
            size = self.content_size
            self._show_lines({"gates": empty_card.text(self.beginning, words[1], why, (size.width, size.height))})
            return
        progress = seen.progress if seen is not None else row.progress
        gates = None if verified is None else verified.gates
        lines = {
            "title": run_text.title(row, *words),
            "bar": run_text.progress_bar(progress, max(self.content_size.width, 40)),
            "pace": run_text.pace(
                progress,
                estimate,
                None if seen is None else seen.admitted,
                starting=time.monotonic() - self._started.get(row.run.run, 0) < STARTING_SECONDS,
            ),
            "paused": run_text.paused(progress),
            "account": run_text.account(
                None if progress is None else progress.accounting, run_text.registered_word(row.run)
            ),
        }
        if seen is not None and seen.certificate is not None:
            lines["pace"], lines["paused"] = run_text.certificate(seen)
        lines |= {f"part-{place}": content for place, content in enumerate(run_text.line(seen, why, gates))}
        lines["gates"] = run_text.gates(gates or ())
        self._show_lines(lines)

    def _show_lines(self, lines: Mapping[str, Content]) -> None:
        for name in (*LIVE, *REST):
            self._set(name, lines.get(name, Content("")))

    def on_resize(self) -> None:
        """Make the bar as wide as there is room."""
        self._show_again()

    def _set(self, name: str, content: Content) -> None:
        line = self.query_one(f"#run-{name}", Static)
        shown = line.content
        if shown != content or not isinstance(shown, Content) or shown.spans != content.spans:
            # All but the last have a line each.
            line.update(content, layout=name == "gates")

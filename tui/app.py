"""The application: what is on the screen, and which message reaches which part of it."""

import gc
from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.widgets import ContentSwitcher

from core.profiles import Keymap
from tui.console import Console
from tui.panes.classify import ClassifyPane
from tui.panes.ledger import LedgerPane
from tui.panes.matrix import MatrixPane
from tui.panes.pane import Pane
from tui.panes.readiness import ReadinessPane
from tui.source import Source
from tui.watch import Clock, Counted, Counter, Looked, LookFailed, MatrixRead, Progressed, Watch
from tui.widgets.key_line import KeyLine
from tui.widgets.notice import Notice
from tui.widgets.rows import Rows
from tui.widgets.status_bar import StatusBar
from tui.work import Finished, while_running

PANES: tuple[Callable[[], Pane], ...] = (ReadinessPane, MatrixPane, ClassifyPane, LedgerPane)


def collect_garbage() -> None:
    """From the first look on, whatever became of it; what is there by then is there to stay."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


class ConsoleApp(Console):
    """Paints its frame, then starts to look. Threads only post messages; the handlers own what is shown."""

    CSS_PATH: ClassVar[list[str]] = [  # type: ignore[assignment]
        "app.tcss",
        "panes/readiness.tcss",
        "panes/matrix.tcss",
        "panes/classify.tcss",
        "panes/ledger.tcss",
    ]
    HORIZONTAL_BREAKPOINTS: ClassVar[list[tuple[int, str]]] = [(0, "-narrow"), (110, "-wide")]  # type: ignore[misc]
    TITLE = "birth-console"

    def __init__(self, source: Source, clock: Clock | None = None, keymap: Keymap | None = None) -> None:
        super().__init__(source, Watch(source, self.post_message, clock or Clock()), keymap or {})
        self.counter = Counter(source, self.post_message)

    def compose(self) -> ComposeResult:
        """The frame; it needs no connection."""
        yield StatusBar()
        yield Notice()
        with ContentSwitcher(initial="readiness", id="panes"):
            for pane in PANES:
                yield pane()
        yield KeyLine()

    def on_mount(self) -> None:
        """Look for the first time once the frame is painted."""
        self.show_pane("readiness")
        for problem in self.misfits:
            self.say(problem)
        self.call_after_refresh(self.watch_.start)
        self.call_after_refresh(self.counter.start)

    def on_unmount(self) -> None:
        """Let the threads end, whatever ended the console."""
        self.watch_.stop()
        self.counter.stop()

    @on(Finished)
    @while_running
    def _finished(self, message: Finished) -> None:
        message.deliver()

    @on(Progressed)
    @while_running
    def _progressed(self, message: Progressed) -> None:
        self.state.progress = message.line
        self.show_state()

    @on(Looked)
    @while_running
    def _looked(self, message: Looked) -> None:
        collect_garbage()
        self.state.looked(message)
        self.show_state()
        self.age()

    @on(LookFailed)
    @while_running
    def _look_failed(self, message: LookFailed) -> None:
        collect_garbage()
        self.state.failed(message)
        self.show_state()

    @on(MatrixRead)
    @while_running
    def _matrix_read(self, message: MatrixRead) -> None:
        self.query_one(MatrixPane).load(message.rows)
        self.show_keys()

    @on(Counted)
    @while_running
    def _counted(self, message: Counted) -> None:
        self.query_one(MatrixPane).counted(message.counts, message.left)

    @on(MatrixPane.CountsWanted)
    def _counts_wanted(self, message: MatrixPane.CountsWanted) -> None:
        self.counter.count(message.collections)

    @on(MatrixPane.Handed)
    def _handed(self, message: MatrixPane.Handed) -> None:
        self.show_pane(message.pane)
        self.pane.take(message.collections)

    @on(Rows.Changed)
    def _pane_changed(self) -> None:
        self.show_keys()

"""The row-level diff of a run: a window on rows that the server pages, however many there are."""

from collections.abc import Callable
from dataclasses import replace
from shlex import quote
from typing import ClassVar

from textual import on
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from core.domain.backfill.diff import Cursor, DiffRow, Outline, Page, View
from core.domain.filter import Filter
from core.domain.names import run_name
from core.domain.text import visible
from core.errors import ConsoleError
from tui.actions import bindings
from tui.actors import Actor
from tui.ledger import columns
from tui.ledger.diff_grid import DiffGrid
from tui.runtime.source import Link
from tui.widgets.filter_line import FilterLine
from tui.widgets.grid import Grid
from tui.widgets.rows import Rows
from tui.widgets.table import GridColumn
from tui.widgets.window import PAGE, Window

NEAR = PAGE // 2
ONLY = {"only_open": "+", "only_registered": "=", "only_vanished": "-", "only_quarantined": "!", "only_late": "~"}
Read = tuple[Page, Outline]


class DiffView(Actor, Vertical, can_focus=False, inherit_bindings=False):
    """Shows a `View`. Every reading is a small one; the cursor never waits for it."""

    PLACES = ("diff",)
    BINDINGS: ClassVar[list[BindingType]] = bindings(*PLACES)

    def __init__(self) -> None:
        super().__init__(id="diff")
        self.window = Window(columns.diff_columns(0, None))
        self.grid = DiffGrid(self.window, self._moved, self._go_far)
        self.view = View(0)
        self._outline = Outline(())
        self._turn = 0
        self._reading = False
        self._error = ""

    def compose(self) -> ComposeResult:
        """The rows, and a line that says which."""
        yield self.grid
        yield FilterLine("text of the code, !text, or -f letters")
        yield Static(id="diff-line", classes="line", markup=False)

    def open(self, view: View, at: Cursor | None = None) -> None:
        """Show a view from a cursor on, or from its first row."""
        self.view = view
        self.query_one(FilterLine).leave(view.codes.text)
        self.window = Window(self._columns())
        self.grid.show_table(self.window)
        self._begin(at or Cursor(), is_first=at is None)

    def _columns(self) -> tuple[GridColumn[DiffRow], ...]:
        view = self.view
        if view.before is None:
            return columns.diff_columns(self.app.size.width, view.only)
        return columns.compared(run_name(view.before), run_name(view.run))

    def on_resize(self) -> None:
        """Give codes and reasons the room that there is."""
        self.grid.show_columns(self._columns())

    def reload(self) -> None:
        """Read the rows again that are on the screen, and what follows them."""
        first = self.grid.first_row
        at = self.window.row(first - 1).at if 0 < first <= len(self.window) else self.window.top
        self._begin(at or Cursor(), is_first=at is None)

    def why_not(self, action_id: str) -> str:
        """Of two plans that are compared, no row has an outcome; and what is not filtered cannot be cleared."""
        if action_id == "diff_unfilter" and not self._is_filtering:
            return "no filter is set"
        if self.view.before is not None and action_id in ("only_quarantined", "only_late"):
            return "comparing two plans: + added, - removed, = in both"
        return ""

    def twin(self, action_id: str) -> str:
        """The diff on the command line, with the kind that the action shows."""
        only = ONLY.get(action_id, self.view.only)
        runs = f"{self.view.run}" if self.view.before is None else f"{self.view.before} {self.view.run}"
        codes = f" --code {quote(self.view.codes.text)}" if self.view.codes else ""
        return f"birth-console ledger diff {runs}" + (f" --only '{only}'" if only else "") + codes

    def action_do(self, action_id: str) -> None:
        """Leave escape to the pane where there is nothing to clear."""
        if action_id == "diff_unfilter" and not self._is_filtering:
            raise SkipAction
        super().action_do(action_id)

    # Actions

    def start_filter(self) -> None:
        """Open the line to type a filter in."""
        self.query_one(FilterLine).open()

    def clear_filter(self) -> None:
        """Show the rows of every code again."""
        self.screen.set_focus(self.grid)
        if self.view.codes:
            self.open(replace(self.view, codes=Filter()))
        else:
            self.query_one(FilterLine).leave("")

    def only_open(self) -> None:
        """Rows that are still to register, or were added."""
        self._only("+")

    def only_registered(self) -> None:
        """Rows that are registered, or in both plans."""
        self._only("=")

    def only_vanished(self) -> None:
        """Rows that vanished, or were removed."""
        self._only("-")

    def only_quarantined(self) -> None:
        """Rows that were set aside, with the server's reason."""
        self._only("!")

    def only_late(self) -> None:
        """Rows that were born after the plan."""
        self._only("~")

    def _only(self, kind: str) -> None:
        """Show one kind; asked for it again, all of them."""
        self.open(replace(self.view, only=None if self.view.only == kind else kind))

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()  # the server is asked once, when all is typed

    @on(Input.Submitted)
    def _filtered(self, event: Input.Submitted) -> None:
        event.stop()
        self.screen.set_focus(self.grid)
        self.open(replace(self.view, codes=Filter(event.value)))

    @property
    def _is_filtering(self) -> bool:
        return bool(self.view.codes) or self.query_one(FilterLine).display

    # Reading

    def _begin(self, at: Cursor, *, is_first: bool) -> None:
        self._turn += 1
        self._reading, self._error = False, ""
        self.window.begin(at, is_first=is_first)
        self.grid.cursor = self.grid.first_row = 0
        self.grid.load([])
        self._read_below()

    def _go_far(self, is_end: bool) -> None:  # noqa: FBT001 - which of the two ends
        held = self.window.bottom is None if is_end else self.window.top is None
        if held:
            self.grid.move_to(len(self.window) - 1 if is_end else 0)
        elif not is_end:
            self._begin(Cursor(), is_first=True)
        elif self.view.only == "~":
            self._read_below(to_the_end=True)
        else:
            self._turn += 1
            self._reading = False
            self.window.begin_at_end()
            self._read_above(None)

    def _moved(self) -> None:
        if self._reading:
            return
        if self.window.bottom is not None and self.grid.cursor >= len(self.window) - NEAR:
            self._read_below()
        elif self.window.top is not None and self.grid.cursor < NEAR:
            self._read_above(self.window.top)

    def _read_below(self, *, to_the_end: bool = False) -> None:
        view, at = self.view, self.window.bottom
        if at is None:
            return

        def took(page: Page) -> None:
            rows, moved = self.window.below(page)
            self._show(rows, moved)
            if to_the_end and page.next is None:
                self.grid.move_to(len(self.window) - 1)
            elif page.next is not None and (to_the_end or self._is_short):
                self._read_below(to_the_end=to_the_end)

        self._read(lambda link, pages: pages.forward(link, view, at, PAGE), took)

    def _read_above(self, at: Cursor | None) -> None:
        view = self.view

        def took(page: Page) -> None:
            was_empty = not len(self.window)
            rows, moved = self.window.above(page)
            self._show(rows, moved)
            if was_empty and rows:
                self.grid.move_to(len(self.window) - 1)
            if page.next is not None and self._is_short:
                self._read_above(page.next)

        self._read(lambda link, pages: pages.backward(link, view, at, PAGE), took)

    def _read(self, call: Callable[[Link, Link], Page], took: Callable[[Page], None]) -> None:
        turn, run = self._turn, self.view.run
        self._reading = True

        def read(link: Link) -> Read:
            from core.services.backfill import diff_pages  # noqa: PLC0415 - the first paint does not wait for the driver

            return call(link, diff_pages), diff_pages.outline(link, run)

        def done(found: Read) -> None:
            if turn == self._turn:
                self._reading, self._error = False, ""
                self._outline = found[1]
                took(found[0])
                self._show_line()
                self.post_message(Rows.Changed())

        def failed(error: ConsoleError) -> None:
            if turn == self._turn:
                self._reading, self._error = False, error.message
                self._show_line()

        # Each turn has a name of its own: what was asked for before is not waited for, and its answer passed over.
        self.host.work.start(f"diff {turn}", lambda: self.host.source.read("diff", read), done, failed)
        self._show_line()

    @property
    def _is_short(self) -> bool:
        return len(self.window) < self.grid.page

    def _show(self, rows: list[DiffRow], moved: int) -> None:
        # The rows on the screen stay where they are, however many come before them.
        self.grid.first_row = max(self.grid.first_row + moved, 0)
        self.grid.load(rows)

    @on(Grid.Moved)
    def _show_line(self) -> None:
        line = self.query_one("#diff-line", Static)
        content = Content.styled(self._line(), "$warning" if self._error else "$text-muted")
        if line.content != content:
            line.update(content, layout=False)

    def _line(self) -> str:
        view, total = self.view, self._outline.total
        takes_back = len(self.window) > 0 and self.window.row(0).withdraws
        signs = columns.CHANGES if view.before is not None else columns.WITHDRAWN if takes_back else columns.KINDS
        kind = f"only {signs[view.only].text}" if view.only else "all rows"
        parts = [kind if view.before is None else f"{kind} of two plans"]
        if view.codes:
            parts[0] += ", filtered"
        if self._error:
            parts = [f"✗ {visible(self._error)} (r: retry)"]
        elif len(self.window):
            last = min(self.grid.first_row + self.grid.page, len(self.window)) - 1
            at = self._outline.position(self.window.row(last).at)
            parts += [self._place(at, total), "sorted by collection, code"]
        elif self._reading:
            at = self._outline.position(self.window.bottom or self.window.top or Cursor())
            parts.append(f"searched {at:,} of {total:,} items…")
        else:
            parts.append("no rows")
        return "  ".join(parts)

    def _place(self, at: int, total: int) -> str:
        if self.view.before is not None or self.view.only == "~":
            more = "" if self.window.bottom is None else "+"
            return f"{len(self.window):,}{more} rows"
        return f"to item {at:,} of {total:,}"

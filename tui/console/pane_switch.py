"""Which pane is on the screen, and what stands around it: the bar above, the message, and the keys below."""

from typing import TYPE_CHECKING, cast

from textual.widgets import ContentSwitcher

from tui.actions import ACTIONS
from tui.actors import Actor
from tui.pane import Pane
from tui.runtime.state import ConsoleState
from tui.terminal.frames import FrameApp
from tui.widgets.key_line import KeyLine
from tui.widgets.notice import Notice
from tui.widgets.status_bar import StatusBar

if TYPE_CHECKING:
    from tui.matrix.pane import MatrixPane


class PaneSwitch(Actor, FrameApp, inherit_bindings=False):
    """Brings panes to the screen, by their digits or one after the other; all of it shows one state."""

    state: ConsoleState

    @property
    def pane(self) -> Pane:
        """The pane on the screen."""
        switcher = self.screen_stack[0].query_one(ContentSwitcher)
        return cast("Pane", switcher.visible_content)

    @property
    def matrix(self) -> "MatrixPane":
        """The matrix, on the screen or not."""
        return cast("MatrixPane", self.screen_stack[0].query_one("#matrix"))

    def show_state(self) -> None:
        """Bring everything on the screen in step with the state."""
        base = self.screen_stack[0]
        base.query_one(StatusBar).show(self.state, self.pane.id or "")
        base.query_one(Notice).show(self.state)
        base.query_one("#panes").set_class(self.state.is_stale, "-stale")
        self.show_keys()
        for pane in base.query(Pane):
            pane.show(self.state)

    def show_keys(self) -> None:
        """Show which keys work now."""
        self.screen_stack[0].query_one(KeyLine).show(self.pane.places, self.host.reason)

    def show_pane(self, name: str) -> None:
        """Bring a pane to the screen."""
        self.screen_stack[0].query_one(ContentSwitcher).current = name
        self.show_state()
        self.pane.enter()

    # Actions

    def show_readiness(self) -> None:
        """Open the readiness dashboard."""
        self.show_pane("readiness")

    def show_matrix(self) -> None:
        """Open the compatibility matrix."""
        self.show_pane("matrix")

    def show_classify(self) -> None:
        """Open the classification editor."""
        self.show_pane("classify")

    def show_ledger(self) -> None:
        """Open the ledger."""
        self.show_pane("ledger")

    def show_previous_pane(self) -> None:
        """Go to the pane before this one, from the first to the last."""
        self._step(-1)

    def show_next_pane(self) -> None:
        """Go to the pane after this one, from the last to the first."""
        self._step(1)

    def _step(self, step: int) -> None:
        names = [action.opens for action in ACTIONS if action.opens]
        self.show_pane(names[(names.index(self.pane.id or "") + step) % len(names)])

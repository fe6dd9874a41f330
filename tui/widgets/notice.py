"""The lines that are only there when something is wrong."""

from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Static

from core.domain.text import visible
from tui.runtime.state import ConsoleState

if TYPE_CHECKING:
    from tui.runtime.poller import RefreshFailed


class Notice(Static):
    """Why the figures are old, what to do about it, and when the next refresh is."""

    def __init__(self) -> None:
        super().__init__(markup=False, id="notice")
        self._shown: tuple[str, str] = ("", "")

    def show(self, state: ConsoleState) -> None:
        """Show a state, or nothing."""
        lines = ("", "") if state.fault is None else _fault(state, state.fault)
        self.display = state.fault is not None
        if lines != self._shown:
            self._shown = lines
            self.update(Content("\n").join([Content.styled(lines[0], "bold"), *filter(None, lines[1:])]))


def _fault(state: ConsoleState, fault: "RefreshFailed") -> tuple[str, str]:
    stale = f"STALE since {state.refreshed_at:%H:%M:%S}" if state.refreshed_at else "NOT CONNECTED"
    again = f"Next retry {fault.retry_at:%H:%M:%S} (r: now)"
    return f"✗ {stale}: {visible(fault.error.message)}", f"{visible(fault.error.hint)} {again}".strip()

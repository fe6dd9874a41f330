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
        lines = _fault(state, state.fault) if state.fault is not None else _silence(state)
        self.display = bool(lines[0])
        if lines != self._shown:
            self._shown = lines
            self.update(Content("\n").join([Content.styled(lines[0], "bold"), *filter(None, lines[1:])]))


def _silence(state: ConsoleState) -> tuple[str, str]:
    if state.silent_since is None or state.refreshed_at is None:
        return "", ""
    waiting = ", ".join(visible(each.text) for each in state.waiting)
    said = f"✗ NO ANSWER since {state.silent_since:%H:%M:%S}. The figures are of {state.refreshed_at:%H:%M:%S}."
    return said, (f"Waiting: {waiting}. " if waiting else "") + "Keys that ask the server are not sent."


def _fault(state: ConsoleState, fault: "RefreshFailed") -> tuple[str, str]:
    stale = f"STALE since {state.refreshed_at:%H:%M:%S}" if state.refreshed_at else "NOT CONNECTED"
    again = f"Next retry {fault.retry_at:%H:%M:%S} (r: now)"
    return f"✗ {stale}: {visible(fault.error.message)}", f"{visible(fault.error.hint)} {again}".strip()

"""What the console has said: a line at the bottom for a few seconds, and all of it in the log."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime

from textual.content import Content

from core.domain.text import visible
from core.errors import ConsoleError
from tui.actors import Controller, Host
from tui.widgets.dialog import Dialog

KEPT = 500


@dataclass(frozen=True, slots=True)
class Said:
    """One message; `more` holds evidence and hint of an error."""

    at: datetime
    text: str
    more: tuple[str, ...] = ()
    is_error: bool = False


class MessageLog(Controller):
    """Says things, keeps them, and shows them again at `@`."""

    ACTIONS = ("log",)

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.said: deque[Said] = deque(maxlen=KEPT)

    def why_not(self, action_id: str) -> str:  # noqa: ARG002 - it has one action
        """There must be something to show."""
        return "" if self.said else "no messages yet"

    def say(self, text: str) -> None:
        """Show one line to the operator, for a few seconds."""
        self._say(Said(self.host.clock.now(), text))

    def tell(self, error: ConsoleError) -> None:
        """Show what went wrong, and what to do; evidence and hint are in the log."""
        evidence = (f"{name}: {value}" for name, value in error.evidence.items() if value not in (None, "", []))
        more = tuple(each for each in (*evidence, error.hint and f"hint: {error.hint}") if each)
        self._say(Said(self.host.clock.now(), error.message, more, is_error=True))

    def show_log(self) -> None:
        """Show everything that was said, the newest first."""
        lines = []
        for each in reversed(self.said):
            tone = "bold $error" if each.is_error else ""
            mark = "✗" if each.is_error else "·"
            lines.append(
                Content.assemble((f"{each.at:%H:%M:%S} ", "$text-muted"), (f"{mark} ", tone), visible(each.text))
            )
            lines += [Content.styled(f"           {visible(line)}", "$text-muted") for line in each.more]
        self.host.push_screen(Dialog("Message log", Content("\n").join(lines)))

    def _say(self, said: Said) -> None:
        self.said.append(said)
        self.host.answer(said.text, has_more=bool(said.more))

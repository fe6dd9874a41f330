"""One more key, after one that wants a digit."""

from textual import events
from textual.screen import ModalScreen


class DigitKey(ModalScreen[int | None]):
    """Shows nothing, and answers with the digit 1 to 9 that is typed next; any other key answers nothing."""

    def on_key(self, event: events.Key) -> None:
        """Answer."""
        event.stop()
        typed = event.character or ""
        self.dismiss(int(typed) if typed in "123456789" and typed else None)

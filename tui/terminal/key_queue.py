"""One key at a time: a key is only acted on when everything that the key before it caused has happened.

Textual hands keys to the widget that has the focus when they arrive. Over a slow line several arrive at once, and
then `/agents` would open the filter and perform `a`, `g`, `e`… as commands. Here they wait for their turn.
"""

from collections import deque
from collections.abc import Awaitable, Callable

from textual import events, on
from textual.app import App
from textual.await_complete import AwaitComplete
from textual.message import Message
from textual.message_pump import MessagePump

ROUNDS = 2  # a key may post a message (a line was submitted) that moves the focus
PATIENCE_SECONDS = 0.5


class Handled(Message, bubble=True):
    """Follows a key through the same widgets; where it arrives, the key has been."""

    def __init__(self, key: int, left: int) -> None:
        super().__init__()
        self.key = key
        self.left = left


class KeyQueueApp(App[None], inherit_bindings=False):
    """An application that handles keys strictly one after the other."""

    def __init__(self, *, ansi_color: bool | None) -> None:
        super().__init__(ansi_color=ansi_color)
        self._typed: deque[events.Key] = deque()
        self._key = 0
        self._is_handling = False

    async def on_event(self, event: events.Event) -> None:
        """Let a key wait for the one before it; everything else takes its usual course."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            self._typed.append(event)
            if self._is_handling:
                # Should a widget vanish together with what it was to hand on, the keyboard must not die with it.
                self.set_timer(PATIENCE_SECONDS, self._expired(self._key))
            else:
                await self._handle_next()
        else:
            await super().on_event(event)

    def pop_screen(self) -> AwaitComplete:
        """Close the topmost screen; a key that closed it counts as handled by the one below."""
        closing = super().pop_screen()
        self._follow(ROUNDS - 1)
        return closing

    @on(Handled)
    async def _handled(self, message: Handled) -> None:
        message.stop()
        if message.key != self._key:
            return
        if message.left:
            self._follow(message.left - 1)
        else:
            await self._handle_next()

    async def _handle_next(self) -> None:
        self._is_handling = bool(self._typed)
        if self._typed:
            self._key += 1
            event = self._typed.popleft()
            target = self.focused or self.screen
            await super().on_event(event)
            self._follow(ROUNDS - 1, target)

    def _follow(self, left: int, target: MessagePump | None = None) -> None:
        message = Handled(self._key, left)
        if not (target or self.focused or self.screen).post_message(message):
            self.post_message(message)

    def _expired(self, key: int) -> Callable[[], Awaitable[None]]:
        async def go_on() -> None:
            if key == self._key and self._is_handling:
                await self._handle_next()

        return go_on

"""Whether the terminal has taken the last frame: what it has not, the next one must not queue up behind.

Over a slow line the operating system, SSH and modems take seconds' worth of output without a word. So each frame ends
with a question that every terminal answers once it has read as far as that. While the answer is due, nothing more is
drawn; then the screen as it is by then is drawn at once, and all frames between were never sent.
"""

import time
from collections.abc import Callable

QUESTION = "\x1b[6n"  # where is the cursor: the answer comes as a CursorPosition
LITTLE = 40  # bytes: so few need no question
FORGOTTEN_SECONDS = 30.0  # a full screen takes so long at 1,200 baud; after that the terminal was changed for another
HELD_KEYS, HELD_SECONDS = 10, 0.1  # so many keys, each so soon after the one before: one that is held, or typed ahead
UNANSWERED_SECONDS = 1.5


class SlowLine:
    """Counts questions and answers. A terminal that never answered is drawn to, but seldom while a key is held."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._due = 0
        self._asked_at = -FORGOTTEN_SECONDS
        self._answers = False
        self._keys = 0
        self._typed_at = -FORGOTTEN_SECONDS

    def ask(self) -> None:
        """A frame was sent, with the question behind it."""
        self._due += 1
        self._asked_at = self._clock()

    def answered(self) -> None:
        """The terminal has read as far as one more question."""
        self._answers = True
        self._due = max(self._due - 1, 0)

    def typed(self) -> None:
        """A key came."""
        now = self._clock()
        self._keys = self._keys + 1 if now - self._typed_at < HELD_SECONDS else 1
        self._typed_at = now

    @property
    def is_busy(self) -> bool:
        """Whether another frame would queue up."""
        since = self._clock() - self._asked_at
        if not self._answers:
            is_held = self._keys >= HELD_KEYS and self._clock() - self._typed_at < HELD_SECONDS
            return is_held and since < UNANSWERED_SECONDS
        if since >= FORGOTTEN_SECONDS:
            self._due, self._answers = 0, False
        return self._due > 0

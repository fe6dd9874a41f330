"""When a console is idle: the pilot's own measure is the CPU time of the whole process.

That counts the threads that sample, count and connect beside the screen: each key then takes the pilot's longest wait,
three times over. What a key does on the screen is done by the thread of the screen.
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

_LOOK_SECONDS = 0.02
_IDLE_SECONDS = 0.001  # of CPU in one look


async def _thread_is_idle(min_sleep: float = _LOOK_SECONDS, max_sleep: float = 1.0) -> None:
    """Wait until this thread has next to nothing to do, for `max_sleep` seconds at most.

    What other threads are busy with is waited for by its own condition: see `tests.tui.driving`.
    """
    start = time.monotonic()
    while True:
        used = time.thread_time()
        await asyncio.sleep(_LOOK_SECONDS)
        is_idle = time.thread_time() - used < _IDLE_SECONDS
        passed = time.monotonic() - start
        if passed >= max_sleep or (is_idle and passed > min_sleep):
            return


@contextmanager
def judged_by_the_screen_s_thread() -> Iterator[None]:
    """Let the pilot wait for the thread of the screen alone."""
    with (
        patch("textual.app.wait_for_idle", _thread_is_idle),
        patch("textual.pilot.wait_for_idle", _thread_is_idle),
    ):
        yield

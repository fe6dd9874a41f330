from collections.abc import Iterator

import pytest

from tests.tui.idle import judged_by_the_screen_s_thread


@pytest.fixture(autouse=True)
def idle_while_samples_are_taken() -> Iterator[None]:
    """Samples are taken by a thread for seconds, and no key has to wait for them."""
    with judged_by_the_screen_s_thread():
        yield

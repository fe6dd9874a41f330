"""Runs the console on in-memory figures, for tests in a real terminal: `python -m tests.tui.on_fakes [ROWS [STEP]]`."""

import sys

from core.domain.overview.matrix import Counts
from tests.tui.fakes import FakeSource, many
from tui.app import ConsoleApp
from tui.runtime.poller import Clock

if __name__ == "__main__":
    source = FakeSource()
    if len(sys.argv) > 1:
        source.rows = many(int(sys.argv[1]))
        source.counts = {row.facts.collection: Counts(1, 1, 0) for row in source.rows}
    clock = Clock()
    clock.step = float(sys.argv[2]) if sys.argv[2:] else 60.0
    ConsoleApp(source, clock).run()

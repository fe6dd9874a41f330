"""Makes ready what every worker of a run would wait for, or make once more: compiled tests, and the kept cluster.

Run before the workers start, beside the checks of types, it takes the time of one of them instead of that of all.
"""

import os
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from tests import kept
from tests.makers import Embedded, Programs


def main() -> None:
    """Compile the tests where they never were, and build the cluster of today's sources where there is none."""
    named = os.environ.get("BIRTH_TEST_PROGRAMS")
    if not os.environ.get("BIRTH_TEST_DSN"):
        kept.make_ready(Programs(Path(named)) if named else Embedded())
    if not any((kept.ROOT / "tests").glob("__pycache__/*-pytest-*.pyc")):
        with redirect_stdout(StringIO()):
            pytest.main(["--collect-only", "-q", "-p", "no:xdist"])


if __name__ == "__main__":
    main()

"""The demo's rows, in one process and in another."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterable

from core.demo.draw import Drawn, drawn
from tests.console import ROOT

_DIGEST = """
from core.demo.draw import drawn
from tests.integration.demo.test_demo_seed import digest
print(digest(drawn(1)))
"""


def digest(rows: Iterable[Drawn]) -> str:
    seen = hashlib.sha256()
    for found in rows:
        seen.update(repr((found.shape.name, {name: list(values) for name, values in found.columns.items()})).encode())
        seen.update(repr(sorted(found.missed)).encode())
    return seen.hexdigest()


def test_rows_do_not_depend_on_the_hash_seed() -> None:
    seed = "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"
    other = subprocess.run(
        [sys.executable, "-c", _DIGEST],
        env={**os.environ, "PYTHONHASHSEED": seed},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    assert other.stdout.strip() == digest(drawn(1))

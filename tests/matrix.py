"""The same tests again and again, each time on another version of something."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]


def run(python: str | Path, tests: Sequence[str], extra: Mapping[str, str]) -> tuple[int, str]:
    """Run tests with an interpreter and these variables; the exit status, and the figures that pytest ends with."""
    began, figures = time.monotonic(), "no test was run"
    command = [str(python), "-m", "pytest", "-n", os.environ.get("WORKERS", "3"), "--dist", "worksteal", *tests]
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, **extra}, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        for line in process.stdout:
            say(line)
            if re.search(r"\d+ (passed|failed|error)", line):
                figures = re.sub(r" in [\d.]+s.*", "", line.strip(" =\n"))
    return process.returncode, f"{figures}, {time.monotonic() - began:.0f} s"


def say(text: str) -> None:
    """Write it now, also where nobody looks before the end."""
    sys.stdout.write(text)
    sys.stdout.flush()

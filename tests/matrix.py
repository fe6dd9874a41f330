"""The same tests again and again, each time on another version of something."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
# Seconds for a test: the runs are long, and mostly stand behind other work.
_DEADLINE = 900


@dataclass(frozen=True, slots=True)
class Result:
    """How the tests of one version ended, or why none was run."""

    version: str
    figures: str
    status: int | None = None  # of pytest; None where no test was run
    left: tuple[str, ...] = ()  # what failed, and what was skipped and why, in pytest's words


def run(version: str, python: str | Path, tests: Sequence[str], extra: Mapping[str, str]) -> Result:
    """Run tests with an interpreter and these variables."""
    began, figures, left = time.monotonic(), "no test was run", []
    command = [str(python), "-m", "pytest", "-rfEs", "-n", os.environ.get("WORKERS") or "3", "--dist", "worksteal"]
    command += ["--timeout", str(_DEADLINE)]
    environment = {**os.environ, **extra}
    with subprocess.Popen([*command, *tests], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        for line in process.stdout:
            say(line)
            if line.startswith(("FAILED ", "ERROR ", "SKIPPED ")):
                left.append(line.strip())
            elif re.match(r"=*\s*\d+ (passed|failed|error|skipped)", line):
                figures = re.sub(r" in [\d.]+s.*", "", line.strip(" =\n"))
    return Result(version, f"{figures}, {time.monotonic() - began:.0f} s", process.returncode, tuple(left))


def conclude(results: Sequence[Result], *, named: bool) -> int:
    """Say all results, and give the exit status: 1 where a test failed, or where no version could be run.

    Where versions were `named`, each that could not be run is a failure as well.
    """
    for result in results:
        say("\n".join([f"\n{result.version:18} {result.figures}", *(f"    {each}" for each in result.left)]))
    say("\n")
    missing = sum(result.status is None for result in results)
    return int(any(result.status for result in results) or missing >= (1 if named else len(results)))


def say(text: str) -> None:
    """Write it now, also where nobody looks before the end."""
    sys.stdout.write(text)
    sys.stdout.flush()

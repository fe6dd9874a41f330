"""`make test-pythons`: the tests on each Python from 3.11 to 3.14, one version after the other, each in its own venv.

Interpreters are looked for on the PATH and among those of pyenv and uv.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.matrix import ROOT, Result, conclude, run, say

VERSIONS = ("3.11", "3.12", "3.13", "3.14")
_PLACES = ("~/.pyenv/versions", "~/.local/share/uv/python")


def interpreter(version: str) -> str | None:
    """A Python of this version that can make virtual environments."""
    check = f"import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != ({version.replace('.', ', ')}))"
    for candidate in _candidates(version):
        if subprocess.run([candidate, "-c", check], capture_output=True, check=False).returncode == 0:
            return candidate
    return None


def main(arguments: Sequence[str]) -> int:
    """Test on these versions, else on all."""
    results = []
    for version in arguments or VERSIONS:
        python = interpreter(version)
        if python is None:
            results.append(Result(f"Python {version}", "not run: none is installed"))
            continue
        say(f"\nPython {version} of {python}\n")
        selected = os.environ.get("T", "").split()
        results.append(run(f"Python {version}", _environment(version, python), selected, {}))
    return conclude(results, named=bool(arguments))


def _candidates(version: str) -> Iterator[str]:
    if found := shutil.which(f"python{version}"):
        yield found
    for place in _PLACES:
        yield from (str(each) for each in sorted(Path(place).expanduser().glob(f"*{version}.*/bin/python{version}")))


def _environment(version: str, python: str) -> Path:
    folder = ROOT / "build" / "pythons" / version
    subprocess.run([python, "-m", "venv", str(folder)], check=True)
    # Like that of `make`, it must be readable for the account that runs servers where root runs the tests.
    install = ["-m", "pip", "install", "--quiet", "--constraint", "requirements.lock", "-e", ".[dev]"]
    subprocess.run([str(folder / "bin" / "python"), *install], cwd=ROOT, check=True, umask=0o022)
    return folder / "bin" / "python"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

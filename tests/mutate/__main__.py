"""Turn off one thing after the other, and run the tests that name it: each mutant must die.

PART=10% takes a random part of them, SEED=… the same one again; ONLY=text takes those whose name holds it, NEW=1 those
that no test is known to have killed. The test that killed a mutant stands in killers.json, and is tried first the next
time. At the end all tests that killed something run once with nothing turned off: one that fails then proved nothing.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from typing import Final

from tests.databases import a_server
from tests.mutate.chosen import LIST, SEED, a_part, killers, remember, seeded
from tests.mutate.constraints import constraints
from tests.mutate.equivalent import EQUIVALENT
from tests.mutate.mutants import ROOT, of_text

_PYTEST: Final = (
    sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:textual-snapshot", "-p", "no:syrupy",
    "-n", os.environ.get("WORKERS") or "4", "--dist", "worksteal",
)  # fmt: skip


def main() -> int:
    """Say what became of each; 1 where one survived, or a test that killed one fails with nothing turned off, too."""
    mutants = _mutants()
    remember({name: test for name, test in killers().items() if name in mutants})
    chosen = _chosen([name for name in mutants if name not in EQUIVALENT])
    if not chosen:
        _say("no mutant is chosen")
        return 0
    _say(f"{len(chosen)} of {len(mutants)} mutants; {len(EQUIVALENT)} change nothing that anybody could see:")
    _say("tests/mutate/equivalent.py says why")
    tests = ("-v", "tests/mutate/test_mutants.py", "-k", "test_what_is_turned_off_is_noticed")
    survived = _run(tests, {LIST: json.dumps(chosen)})
    _say("\nThe tests that noticed, with nothing turned off:")
    known = killers()
    failed = _run(sorted({known[name] for name in chosen if name in known}), {})
    return 1 if survived or failed else 0


def _mutants() -> list[str]:
    """All there are. This also sees to it that the kept cluster is there."""
    with a_server() as server:
        if not server.has_templates:
            sys.exit("make mutate brings its own server: unset BIRTH_TEST_DSN")
        return [each.name for each in (*of_text(), *constraints(server))]


def _chosen(mutants: list[str]) -> list[str]:
    only, known = os.environ.get("ONLY", ""), killers()
    chosen = [name for name in mutants if only in name and not (os.environ.get("NEW") and name in known)]
    part = os.environ.get("PART", "").removesuffix("%")
    if part:
        seeded()
        _say(f"SEED={os.environ[SEED]}")
        chosen = a_part(chosen, int(part))
    return chosen


def _run(arguments: Iterable[str], more: Mapping[str, str]) -> int:
    return subprocess.run([*_PYTEST, *arguments], cwd=ROOT, env=os.environ | more, check=False).returncode


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

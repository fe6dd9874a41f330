"""Turn off one thing after the other, and run the tests that name it: each mutant must die.

PART=10% takes a random part of them, SEED=… the same one again; ONLY=text takes those whose name holds it, NEW=1 those
that no test is known to have killed, SECONDS_EACH=60 gives up on those that take longer. The test that killed a mutant
stands in killers.json, and is tried first the next
time. At the end all tests that killed something run once with nothing turned off: one that fails then proved nothing.
"""

import json
import os
import random
import re
import subprocess
import sys
import time
from typing import Final

from tests.databases import a_server
from tests.mutate.choice import tests_of
from tests.mutate.equivalent import EQUIVALENT
from tests.mutate.mutants import ROOT, Mutant, constraint, of_text
from tests.templates import SMALL

_KILLERS: Final = ROOT / "tests" / "mutate" / "killers.json"
_KILLED, _SURVIVED = 1, 0  # what pytest ends with
_SECONDS = int(os.environ.get("SECONDS_EACH") or 600)
_FAILED = re.compile(r"^FAILED (\S+?::\w+)", re.MULTILINE)
_PYTEST = ("-m", "pytest", "-n", "0", "-q", "-p", "no:cacheprovider", "-p", "no:textual-snapshot", "-p", "no:syrupy")
_CONSTRAINTS = """
SELECT c.conrelid::regclass::text AS name, c.conname
FROM pg_constraint AS c JOIN pg_class AS t ON t.oid = c.conrelid
WHERE t.relnamespace = 'birth'::regnamespace AND t.relname LIKE 'birth\\_%' AND c.contype IN ('c', 'u', 'f')
  AND t.relname NOT IN ('birth_registry', 'birth_policy')
ORDER BY 1, 2
"""


def main() -> int:
    """Say what became of each; 1 where one survived, or a test that killed one fails with nothing turned off, too."""
    mutants = [*of_text(), *_constraints()]
    equivalent = [each for each in mutants if each.name in EQUIVALENT]
    known = _known({each.name for each in mutants})
    chosen = _chosen([each for each in mutants if each.name not in EQUIVALENT], known)
    killers: dict[str, str] = {}
    survivors = []
    for mutant in chosen:
        began = time.monotonic()
        tests = _sooner(known.get(mutant.name), tests_of(mutant))
        status, killer = _tried(mutant, tests) if tests else (_SURVIVED, "")
        if status == _KILLED and killer:
            killers[mutant.name] = killer
            _remember(known | killers)
        else:
            survivors.append(mutant)
        verdict = {_KILLED: "killed", _SURVIVED: "SURVIVED"}.get(status, f"NOT TRIED ({status})")
        _say(f"{verdict:10} {mutant.name} ({len(tests)} tests, {time.monotonic() - began:.0f} s) {killer}")
    proved = _without_any(sorted(set(killers.values())))
    _say(f"{len(killers)} of {len(chosen)} mutants killed, of {len(mutants)} that there are; {len(equivalent)} change")
    _say("nothing that anybody could see: tests/mutate/equivalent.py says why")
    return 1 if survivors or not proved else 0


def _sooner(first: str | None, tests: list[str]) -> list[str]:
    """The test that killed it the last time comes first, where it still is there."""
    return sorted(tests, key=lambda test: test != first) if first in tests else tests


def _tried(mutant: Mutant, tests: list[str]) -> tuple[int, str]:
    """What pytest ended with, and the test that failed; a test that hangs has failed."""
    environment = os.environ | {"BIRTH_MUTANT": mutant.name}
    try:
        ended = _pytest(environment, "-x", "-rfE", "--tb=no", *tests)
    except subprocess.TimeoutExpired:
        return _SECONDS, ""
    failed = _FAILED.search(ended.stdout)
    return ended.returncode, failed[1] if failed else ""


def _without_any(tests: list[str]) -> bool:
    """Whether these tests pass with nothing turned off."""
    if not tests:
        return True
    ended = _pytest(dict(os.environ), "-rfE", "--tb=line", *tests)
    if ended.returncode:
        _say(f"with nothing turned off:\n{ended.stdout}")
    return not ended.returncode


def _pytest(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *_PYTEST, *arguments]
    seconds = None if "BIRTH_MUTANT" not in environment else _SECONDS
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=seconds, check=False
    )


def _constraints() -> list[Mutant]:
    """Those of the catalog. This also sees to it that the kept cluster is there, without any mutant."""
    with a_server() as server:
        if not server.has_templates:
            sys.exit("make mutate brings its own server: unset BIRTH_TEST_DSN")
        with server.admin(SMALL) as admin:
            found = admin.execute(_CONSTRAINTS.encode()).fetchall()
    return [constraint(row["name"].removeprefix("birth."), row["conname"]) for row in found]


def _chosen(mutants: list[Mutant], known: dict[str, str]) -> list[Mutant]:
    only = os.environ.get("ONLY", "")
    chosen = [each for each in mutants if only in each.name and not (os.environ.get("NEW") and each.name in known)]
    part = os.environ.get("PART", "").removesuffix("%")
    if part:
        seed = os.environ.get("SEED") or str(random.SystemRandom().randrange(10**6))
        _say(f"SEED={seed}")
        count = max(1, len(chosen) * int(part) // 100)
        chosen = random.Random(seed).sample(chosen, count)  # noqa: S311 - which tests run is no secret
    return chosen


def _known(names: set[str]) -> dict[str, str]:
    """The test that killed each, of mutants that there are."""
    kept = json.loads(_KILLERS.read_text(encoding="utf-8")) if _KILLERS.exists() else {}
    return {name: test for name, test in kept.items() if name in names}


def _remember(killers: dict[str, str]) -> None:
    _KILLERS.write_text(json.dumps(dict(sorted(killers.items())), indent=1) + "\n", encoding="utf-8")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

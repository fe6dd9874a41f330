"""Turn off one thing after the other, and run the tests that name it: each mutant must die.

PART=10% takes a random part of them, SEED=… the same one again; ONLY=text takes those whose name holds it.
"""

import ast
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator

from tests.databases import a_server
from tests.mutate.mutants import ROOT, Mutant, constraint, of_text
from tests.templates import SMALL

_FOLDERS = ("integration", "faults", "upgrade", "unit")
_KILLED, _SURVIVED = 1, 0  # what pytest ends with
_SECONDS = 600
_CONSTRAINTS = """
SELECT c.conrelid::regclass::text AS name, c.conname
FROM pg_constraint AS c JOIN pg_class AS t ON t.oid = c.conrelid
WHERE t.relnamespace = 'birth'::regnamespace AND t.relname LIKE 'birth\\_%' AND c.contype IN ('c', 'u', 'f')
  AND t.relname NOT IN ('birth_registry', 'birth_policy')
ORDER BY 1, 2
"""


def main() -> int:
    """Say what became of each; 1 where one survived."""
    mutants = [*of_text(), *_constraints()]
    chosen = _chosen(mutants)
    survivors, killed = [], 0
    for mutant in chosen:
        began = time.monotonic()
        tests = tests_of(mutant)
        status = _tried(mutant, tests) if tests else _SURVIVED
        killed += status == _KILLED
        if status != _KILLED:
            survivors.append(mutant)
        verdict = {_KILLED: "killed", _SURVIVED: "SURVIVED"}.get(status, f"not tried ({status})")
        _say(f"{verdict:10} {mutant.name} ({len(tests)} tests, {time.monotonic() - began:.0f} s)")
    _say(f"{killed} of {len(chosen)} mutants killed, of {len(mutants)} that there are")
    return 1 if survivors else 0


def tests_of(mutant: Mutant) -> list[str]:
    """The tests that name one of its codes, or use what of their module does."""
    pattern = re.compile("|".join(rf"\b{code}{'' if code.endswith('_') else chr(92) + 'b'}" for code in mutant.codes))
    found: list[str] = []
    for folder in _FOLDERS if mutant.codes else ():
        for path in sorted((ROOT / "tests" / folder).rglob("test_*.py")):
            text = path.read_text(encoding="utf-8")
            if pattern.search(text):
                found += [f"{path.relative_to(ROOT)}::{name}" for name in _named(text, pattern)]
    return found


def _named(text: str, pattern: re.Pattern[str]) -> Iterator[str]:
    tree = ast.parse(text)
    tests, helpers = [], set()
    for node in tree.body:
        source = ast.get_source_segment(text, node) or ""
        if isinstance(node, ast.FunctionDef):
            source += "".join(ast.get_source_segment(text, each) or "" for each in node.decorator_list)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            tests.append((node.name, source))
        elif pattern.search(source):
            helpers |= {node.name} if isinstance(node, ast.FunctionDef | ast.ClassDef) else _assigned(node)
    uses = re.compile("|".join(rf"\b{re.escape(name)}\b" for name in sorted(helpers))) if helpers else None
    for name, source in tests:
        if pattern.search(source) or (uses and uses.search(source)):
            yield name


def _assigned(node: ast.stmt) -> set[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _tried(mutant: Mutant, tests: list[str]) -> int:
    environment = os.environ | {"BIRTH_MUTANT": mutant.name}
    command = [sys.executable, "-m", "pytest", "-n", "0", "-x", "-q", "-p", "no:cacheprovider", *tests]
    try:
        return subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, timeout=_SECONDS, check=False
        ).returncode
    except subprocess.TimeoutExpired:
        return _KILLED


def _constraints() -> list[Mutant]:
    """Those of the catalog. This also sees to it that the kept cluster is there, without any mutant."""
    with a_server() as server:
        if not server.has_templates:
            sys.exit("make mutate brings its own server: unset BIRTH_TEST_DSN")
        with server.admin(SMALL) as admin:
            found = admin.execute(_CONSTRAINTS.encode()).fetchall()
    return [constraint(row["name"].removeprefix("birth."), row["conname"]) for row in found]


def _chosen(mutants: list[Mutant]) -> list[Mutant]:
    only = os.environ.get("ONLY", "")
    chosen = [each for each in mutants if only in each.name]
    part = os.environ.get("PART", "").removesuffix("%")
    if part:
        seed = os.environ.get("SEED") or str(random.SystemRandom().randrange(10**6))
        _say(f"SEED={seed}")
        count = max(1, len(chosen) * int(part) // 100)
        chosen = random.Random(seed).sample(chosen, count)  # noqa: S311 - which tests run is no secret
    return chosen


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

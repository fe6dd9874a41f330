"""Which tests may notice that something is off: those that name it, the likeliest and cheapest first."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.mutate.mutants import ROOT, Mutant

FOLDERS: Final = ("integration", "faults", "upgrade", "unit")
# Without a server, or with servers of their own.
_DEAR = re.compile(r"unit/|upgrade/|_init|test_company|test_crash|test_failover|test_hosts|pooler")

# Tables of many refusals, gates or constraints, each of them broken in a moment.
_TABLES = re.compile(r"test_gate_begin|test_attack_(gates|arguments|tables)")


def tests_of(mutant: Mutant) -> list[str]:
    """The tests that name one of its codes, or use what of their module does."""
    if mutant.tests:
        return [*mutant.tests]
    pattern = re.compile("|".join(rf"\b{code}{'' if code.endswith('_') else chr(92) + 'b'}" for code in mutant.codes))
    found: list[tuple[tuple[bool, bool, bool, bool, int], str]] = []
    for folder in FOLDERS if mutant.codes else ():
        for path in sorted((ROOT / "tests" / folder).rglob("test_*.py")):
            text = path.read_text(encoding="utf-8")
            if pattern.search(text) and (not mutant.is_pin or _TABLES.search(path.name)):
                name = path.relative_to(ROOT).as_posix()
                found += [(_rank(mutant, name, source), f"{name}::{test}") for test, source in _named(text, pattern)]
    return [name for _, name in sorted(found)]


def _rank(mutant: Mutant, file: str, source: str) -> tuple[bool, bool, bool, bool, int]:
    """Less is sooner: a table, or the test of this noun; what quotes the code, or calls the function; what is short."""
    quoted = any(f'"{code}"' in source or f"'{code}'" in source or f'"{code}:' in source for code in mutant.codes)
    near = bool(_TABLES.search(file)) or Path(mutant.file).stem in Path(file).stem
    return bool(_DEAR.search(file)), not near, not quoted, mutant.function not in source, len(source)


def _named(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[str, str]]:
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
            yield name, source


def _assigned(node: ast.stmt) -> set[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return {target.id for target in targets if isinstance(target, ast.Name)}

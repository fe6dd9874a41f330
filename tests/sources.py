"""What tests read of the console's Python, parsed once in each process."""

import ast
import gc
from collections.abc import Iterator
from functools import cache

from tests.console import ROOT

_LEAVES = (ast.Name, ast.expr_context, ast.operator, ast.unaryop, ast.boolop)


@cache
def nodes_of_modules() -> dict[str, list[ast.AST]]:
    """The nodes of every file of the console, by its path below the root.

    They stay until the end: looking for garbage among them takes as long as making them.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        found = {
            path.relative_to(ROOT).as_posix(): list(nodes(ast.parse(path.read_text(encoding="utf-8"))))
            for folder in ("core", "tui") for path in sorted((ROOT / folder).rglob("*.py"))
        }  # fmt: skip
        gc.freeze()
    finally:
        if was_on:
            gc.enable()
    return found


def nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """Statements, calls and literals, each before its parts. Names have no parts: ast.walk takes twice the time."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        for field in node._fields:
            value = getattr(node, field, None)
            if isinstance(value, list):
                waiting += [each for each in value if isinstance(each, ast.AST) and not isinstance(each, ast.Name)]
            elif isinstance(value, ast.AST) and not isinstance(value, _LEAVES):
                waiting.append(value)

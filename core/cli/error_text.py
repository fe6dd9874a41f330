"""An error on stderr: a stable code, the message, what was found and what to do."""

import sys
from collections.abc import Mapping
from contextlib import suppress
from shutil import get_terminal_size
from typing import Any

from core.cli import log
from core.cli.output import as_ascii
from core.cli.wording import deeper, fitting
from core.domain.text import visible
from core.domain.wording import in_words, value_in_words
from core.errors import ConsoleError

# What is printed on stdout in full.
_ELSEWHERE = ("sql",)


def print_error(error: ConsoleError, *, as_json: bool) -> None:
    """Print an error on stderr: a stable code, the message, what was found and what to do.

    Where nothing can be written, the exit status still tells.
    """
    log.failed(f"error[{error.code}]: {error.message}; {as_ascii(error.evidence)}; {error.hint}")
    if as_json:
        body = {"code": error.code, "message": error.message, "evidence": error.evidence, "hint": error.hint}
        lines = [as_ascii({"error": body}, indent=2)]
    else:
        lines = [f"error[{error.code}]: {visible(error.message)}", *_evidence(error.evidence)]
        if error.hint:
            lines.append(f"hint: {visible(error.hint)}")
        if sys.stderr.isatty():
            lines = [part for line in lines for part in fitting(line, get_terminal_size().columns, deeper(line))]
    with suppress(OSError):
        sys.stderr.write("\n".join(lines) + "\n")
        sys.stderr.flush()


def _evidence(evidence: Mapping[str, Any], indent: str = "  ") -> list[str]:
    gates = evidence.get("gates")
    if isinstance(gates, list):
        return [line for gate in gates for line in _closed(gate, indent)]
    told = {
        name: value for name, value in evidence.items() if value not in (None, [], {}, "") and name not in _ELSEWHERE
    }
    return [f"{indent}{visible(name)}: {visible(value_in_words(name, value))}" for name, value in told.items()]


def _closed(gate: Mapping[str, Any], indent: str) -> list[str]:
    """A closed gate; under it what a decision of many was refused for, which has evidence and a hint of its own."""
    lines = [f"{indent}closed: {_gate(gate)}", *_evidence(gate.get("found") or {}, indent + "  ")]
    return [*lines, f"{indent}  hint: {visible(gate['hint'])}"] if gate.get("hint") else lines


def _gate(gate: Mapping[str, Any]) -> str:
    title = f" ({gate['title']})" if gate.get("title") else ""
    found = "" if gate["evidence"] in (None, {}, []) else f": {_compact(gate['evidence'])}"
    return f"{visible(gate['gate'] + title)}{found}"


def _compact(value: object) -> str:
    return visible(in_words(value))

"""The bulk forms of `classify`: a file in, a file out, what the suggester is sure of."""

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.cli.options import Invocation
from core.domain.classify import decision as file
from core.domain.classify.decision import Decision
from core.errors import ConsoleError, GateClosed, Json, UsageError
from core.services.classify import bulk as service
from core.services.classify.bulk_check import Result

STREAM = "-"
_LARGEST = 16 * 1024 * 1024  # bytes: a hundred thousand rows


def from_file(call: Invocation, path: str, *, dry_run: bool, keep_going: bool) -> None:
    """`classify --from FILE`."""
    decisions = file.read(_csv_text(path))
    with call.browse() if dry_run else call.write() as connection:
        results = service.classify_many(connection, decisions, dry_run=dry_run, keep_going=keep_going)
    finish(call, results, keep_going=keep_going)


def accept(call: Invocation, *, dry_run: bool, keep_going: bool) -> None:
    """`classify --accept-suggestions`."""
    with call.browse() if dry_run else call.write() as connection:
        results = service.accept(connection, dry_run=dry_run, keep_going=keep_going)
    finish(call, results, keep_going=keep_going)


def export(call: Invocation, path: str) -> None:
    """`classify --export FILE`."""
    with call.browse() as connection:
        decisions = service.export(connection)
    if path == STREAM:
        if call.output.as_json:
            call.output.document({"decisions": [_decision_fields(each) for each in decisions]})
        else:
            sys.stdout.write(file.write(decisions))
        return
    Path(path).write_text(file.write(decisions), encoding="utf-8", newline="")
    if call.output.as_json:
        call.output.document({"file": path, "rows": len(decisions)})
    else:
        call.output.text(f"{len(decisions)} collections written to {path}")


def finish(call: Invocation, results: Sequence[Result], *, keep_going: bool) -> None:
    """Print each result; raise where a decision is invalid."""
    if call.output.as_json:
        call.output.document({"results": [_as_json(each) for each in results]})
    else:
        _print(call, results)
    errors = [each for each in results if each.error is not None]
    if errors:
        raise _refusal(errors, len(results), keep_going=keep_going)


def _refusal(invalid: Sequence[Result], total: int, *, keep_going: bool) -> ConsoleError:
    """A closed gate, unless every invalid row was refused for one other reason: stale, or not allowed."""
    kinds = {type(each.error) for each in invalid}
    kind = kinds.pop() if len(kinds) == 1 else GateClosed
    if kind is UsageError:  # the command is understood: it is the file that names what is not there
        kind = GateClosed
    gates: Sequence[Json] = [
        {
            "gate": each.decision.collection,
            "title": str(each.error),
            "evidence": each.error.code,
            "found": each.error.evidence,
            "hint": each.error.hint,
        }
        for each in invalid
        if each.error is not None
    ]
    return (kind if issubclass(kind, ConsoleError) else GateClosed)(
        f"{len(invalid):,} of {total:,} decisions {'is' if len(invalid) == 1 else 'are'} invalid",
        code="decisions_invalid",
        evidence={"gates": gates},
        hint="Correct these rows." if keep_going else "Correct them, or save the others with --keep-going.",
    )


def _csv_text(path: str) -> str:
    try:
        content = sys.stdin.buffer.read(_LARGEST + 1) if path == STREAM else _csv_bytes(path)
        if len(content) > _LARGEST:
            raise UsageError(f"{path} is too large", code="bad_csv", hint="Split the file.")
        return content.decode("utf-8")
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: {error.strerror}", code="no_file", hint="Name a CSV file, or - for stdin."
        ) from error
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise UsageError(
            f"line {line}: invalid UTF-8", code="bad_csv", evidence={"line": line}, hint="Save it as UTF-8."
        ) from error


def _csv_bytes(path: str) -> bytes:
    with Path(path).open("rb") as opened:
        return opened.read(_LARGEST + 1)


def _decision_fields(decision: Decision) -> dict[str, Any]:
    return {name: getattr(decision, name) for name in file.FIELDS}


def _as_json(result: Result) -> dict[str, Any]:
    error = result.error
    return {
        **_decision_fields(result.decision),
        "line": result.decision.line,
        "outcome": result.outcome,
        "version": result.version,
        "evidence": dict(result.evidence),
        "error": None
        if error is None
        else {"code": error.code, "message": error.message, "evidence": error.evidence, "hint": error.hint},
    }


def _print(call: Invocation, results: Sequence[Result]) -> None:
    call.output.table(
        ["collection", "strategy", "identity", "outcome", "why"],
        ([*_cells(each.decision), each.outcome, each.error and each.error.message] for each in results),
        spare=["strategy"],
    )
    counts = Counter(each.outcome for each in results)
    listed = ", ".join(f"{count} {outcome}" for outcome, count in counts.items())
    call.output.text(f"{len(results)} decisions: {listed}" if results else "no decisions")


def _cells(decision: Decision) -> list[object]:
    return [decision.collection, decision.strategy, decision.identity]

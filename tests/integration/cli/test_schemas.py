"""What `docs json` promises is what the commands print."""

import json
from typing import Any

from core.cli.command_index import COMMANDS
from core.cli.event_schemas import EVENTS
from core.cli.schema_words import Schema
from core.cli.schemas import ERROR, SCHEMAS
from tests import line
from tests import small as small_database
from tests.console import run, run_each
from tests.databases import Database

_KINDS: dict[str, tuple[type, ...]] = {
    "string": (str,), "integer": (int,), "number": (int, float), "boolean": (bool,), "object": (dict,),
    "array": (list,), "null": (type(None),),
}  # fmt: skip


def misfits(value: Any, schema: Schema, path: str = "") -> list[str]:  # noqa: ANN401 - any JSON
    """Where a value is not as a schema says; the words that `core.cli.schemas` uses."""
    if "anyOf" in schema:
        tried = [misfits(value, each, path) for each in schema["anyOf"]]
        return min(tried, key=len) if all(tried) else []
    if "const" in schema:
        return [] if value == schema["const"] else [f"{path}: {value!r}"]
    kind = schema.get("type")
    if kind and (not isinstance(value, _KINDS[kind]) or (kind != "boolean" and isinstance(value, bool))):
        return [f"{path} is no {kind}: {value!r}"]
    found = [f"{path}.{name} is missing" for name in schema.get("required", ()) if name not in value]
    for name, each in schema.get("properties", {}).items():
        found += misfits(value[name], each, f"{path}.{name}") if name in value else []
    for place, each in enumerate(value if "items" in schema else ()):
        found += misfits(each, schema["items"], f"{path}[{place}]")
    return found


def test_every_command_prints_what_its_schema_says(small: Database) -> None:
    promised = run("docs", "json").document["$defs"]
    assert set(promised) == {*COMMANDS, "error", *(f"event.{name}" for name in EVENTS)} - {"completion"}
    done = small_database.a_run(small, "goods", goods=5)
    applied = run("apply", str(done), "--json", "--dsn", small.dsn("operator1"))
    told = [json.loads(each) for each in applied.out.splitlines()]
    assert {"started", "batch", "done"} <= {each["event"] for each in told} <= set(EVENTS)
    assert [wrong for each in told for wrong in misfits(each, promised[f"event.{each['event']}"])] == []
    small_database.fill(small, notes=2)
    with small.connect() as operator:
        planned = line.make_plan(operator, "notes")
    dsn = ("--json", "--dsn", small.dsn("operator1"))
    asked = (
        ("status",), ("overview",), ("metrics",), ("matrix", "--counts"), ("columns", "goods"), ("suggest", "goods"),
        ("classify", "--history"), ("classify", "--export", "-"), ("permit", "request", str(planned), "--reason", "x"),
        ("permit", "list"), ("verify", str(done)), ("ledger",), ("ledger", str(done)), ("ledger", "diff", str(done)),
        ("audit",), ("doctor",), ("people", "list"), ("packet",), ("plan", "--all"),
        ("reconcile", str(planned + 1), "--note", "x"), ("control", str(planned + 1), "pause"),
    )  # fmt: skip
    order = asked[:8], asked[8:9], asked[9:18], asked[18:19], asked[19:20], asked[20:]
    for together in order:
        for words, answer in zip(together, run_each(*((*each, *dsn) for each in together)), strict=True):
            assert misfits(answer.document, SCHEMAS[words[0]]) == [], (words, answer.err)
    refused = run("verify", "99", *dsn)
    assert misfits({"error": refused.error}, ERROR) == []

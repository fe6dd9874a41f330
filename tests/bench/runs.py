"""`python -m tests.bench.runs FILE…`: the results of several runs of the bench side by side, as a table for a document.

What is no longer measured, or not in every run, shows as a dash. A row that misses its target is marked in each run.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.bench.table import Row, shown

Run = Mapping[tuple[str, str], Row]


def side_by_side(documents: Sequence[Mapping[str, Any]]) -> list[str]:
    """The lines of the table, rows in the order of the run that has most of them; the machine first."""
    runs = [_rows(document) for document in documents]
    machines = list(dict.fromkeys(str(document["machine"]) for document in documents))
    heads = [f"run {number}" for number in range(1, len(runs) + 1)]
    lines = [*machines, "", f"| what | against | target | {' | '.join(heads)} |", f"|---|---|---|{'---|' * len(runs)}"]
    for key, row in max(runs, key=len).items():
        found = [_cell(run.get(key)) for run in runs]
        lines.append(f"| {row.what} | {_alike(row.against, [run[key].against for run in runs if key in run])} |"
                     f" {row.aim} | {' | '.join(found)} |")  # fmt: skip
    return lines


def _rows(document: Mapping[str, Any]) -> Run:
    found = {}
    for group in document["groups"].values():
        for told in group["rows"]:
            row = Row(**{name: value for name, value in told.items() if name != "holds"})
            # What a row is held against may tell a figure of the run behind a comma or colon.
            found[row.what, _plain(row.against)] = row
    return found


def _cell(row: Row | None) -> str:
    return "—" if row is None else shown(row) if row.holds else f"{shown(row)} ✗"


def _alike(against: str, all_of_them: Sequence[str]) -> str:
    """What it is held against, without the run's own figure where runs differ in it."""
    return against if len(set(all_of_them)) == 1 else _plain(against)


def _plain(against: str) -> str:
    head, _, tail = against.rpartition(", " if ", " in against else ": ")
    return head if head and any(letter.isdigit() for letter in tail) else against


if __name__ == "__main__":
    read = [json.loads(Path(name).read_text(encoding="utf-8")) for name in sys.argv[1:]]
    print("\n".join(side_by_side(read)))  # noqa: T201 - what it is for

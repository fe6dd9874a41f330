"""`python -m tests.bench.runs [--into README.md] FILE…`: results of the bench side by side, as a table for a document.

What a run did not measure shows as a dash; what misses its target is marked. `--into` puts the table where the document
has the one before: between two comments, <!-- runs --> and <!-- /runs -->.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.bench.table import Row, shown

BEGIN, END = "<!-- runs -->", "<!-- /runs -->"
Run = Mapping[tuple[str, str], Row]


def side_by_side(documents: Sequence[Mapping[str, Any]]) -> list[str]:
    """The lines of the table, rows in the order of the run that has most of them; the machine first."""
    runs = [_rows(document) for document in documents]
    machines = list(dict.fromkeys(str(document["machine"]) for document in documents))
    heads = [f"run {number}" for number in range(1, len(runs) + 1)]
    lines = [
        f"{'; '.join(machines)}:",
        "",
        f"| what | against | target | {' | '.join(heads)} |",
        f"|---|---|---|{'---|' * len(runs)}",
    ]
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


def placed(document: str, lines: Sequence[str]) -> str:
    """A document with these lines between its two comments."""
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    if not after:
        sys.exit(f"the document has no {BEGIN} … {END}")
    return "\n".join([before + BEGIN, *lines, END]) + after


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table, or put it into a document."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.runs", description=__doc__)
    parser.add_argument("--into", type=Path, metavar="FILE", help="replace the table of this document")
    parser.add_argument("runs", nargs="+", type=Path, metavar="FILE", help="what `make bench RESULT=FILE` kept")
    given = parser.parse_args(arguments)
    lines = side_by_side([json.loads(run.read_text(encoding="utf-8")) for run in given.runs])
    if given.into:
        given.into.write_text(placed(given.into.read_text(encoding="utf-8"), lines), encoding="utf-8")
    else:
        print("\n".join(lines))  # noqa: T201 - what it is for


if __name__ == "__main__":
    main()

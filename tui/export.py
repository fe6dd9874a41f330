"""A list as a file: CSV, JSON or Markdown, by the name's ending."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass

from core.domain.text_files import markdown, spreadsheet

FORMATS = ("csv", "json", "md", "svg")


@dataclass(frozen=True, slots=True)
class Export:
    """What a pane shows, as a table: every row that passes the filter, in its order."""

    name: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]

    def text(self, ending: str) -> str:
        """The whole table in one of the formats."""
        if ending == "json":
            return json.dumps([dict(zip(self.header, row, strict=True)) for row in self.rows], indent=2) + "\n"
        if ending == "md":
            return "".join(f"| {' | '.join(map(markdown, row))} |\n" for row in self._with_rule())
        out = io.StringIO(newline="")
        rows = [list(map(spreadsheet, row)) for row in (self.header, *self.rows)]
        csv.writer(out, lineterminator="\n").writerows(rows)
        return out.getvalue()

    def _with_rule(self) -> list[Sequence[str]]:
        return [self.header, ["---"] * len(self.header), *self.rows]

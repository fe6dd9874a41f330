"""Classifications as a file that can live in version control: one row for each collection."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from core.domain.classify.identity import COLUMN, SYNTHETIC, Identity, column_identity, synthetic_identity
from core.errors import UsageError

EXEMPT = "exempt"
UNCLASSIFIED = "unclassified"
FIELDS = ("collection", "strategy", "identity", "reason")
_STRATEGIES = (COLUMN, SYNTHETIC, EXEMPT, UNCLASSIFIED)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person wants a collection to be: `identity` is a column or a template, None for the other strategies."""

    collection: str
    strategy: str
    identity: str | None = None
    reason: str | None = None
    line: int | None = None

    @classmethod
    def of(cls, identity: Identity, reason: str | None = None) -> Self:
        """The decision for an identity."""
        return cls(identity.collection, identity.strategy, identity.text, reason)

    def wanted(self) -> Identity | None:
        """The identity it names, or None. Raises GateClosed for a name or template that cannot be one."""
        if self.strategy == COLUMN:
            return column_identity(self.collection, self.identity or "")
        return synthetic_identity(self.collection, self.identity or "") if self.strategy == SYNTHETIC else None


def read(text: str) -> list[Decision]:
    """Read a CSV file with the columns of FIELDS. Raises UsageError with the number of the line that is wrong."""
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    found: dict[str, Decision] = {}
    try:
        header = next(rows, [])
        if tuple(header) != FIELDS:
            raise _wrong(1, f"the columns must be {','.join(FIELDS)}", {"columns": ",".join(header)})
        line = rows.line_num + 1
        for row in rows:
            if row:
                decision = _decision(row, line)
                if decision.collection in found:
                    earlier = found[decision.collection].line
                    raise _wrong(line, f"{decision.collection} is already on line {earlier}", {"earlier": earlier})
                found[decision.collection] = decision
            line = rows.line_num + 1
    except csv.Error as error:
        raise _wrong(rows.line_num, str(error), {}) from error
    return list(found.values())


def write(decisions: Iterable[Decision]) -> str:
    """The same as CSV: what `read` reads back."""
    out = io.StringIO(newline="")
    minimal = csv.writer(out, lineterminator="\n")
    # Python's csv leaves a lone carriage return unquoted, and cannot read it back.
    quoting = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
    minimal.writerow(FIELDS)
    for each in decisions:
        row = [each.collection, each.strategy, each.identity or "", each.reason or ""]
        (quoting if any("\r" in cell for cell in row) else minimal).writerow(row)
    return out.getvalue()


def _decision(row: list[str], line: int) -> Decision:
    if len(row) != len(FIELDS):
        raise _wrong(line, f"{len(row)} fields instead of {len(FIELDS)}", {"fields": row})
    collection, strategy, identity, reason = row
    if "\0" in "".join(row):
        raise _wrong(line, "NUL characters are not allowed", {})
    if not collection:
        raise _wrong(line, "the collection's name is empty", {})
    if strategy not in _STRATEGIES:
        raise _wrong(line, f"the strategy must be one of {', '.join(_STRATEGIES)}", {"strategy": strategy})
    names_rows = strategy in (COLUMN, SYNTHETIC)
    if names_rows != bool(identity):
        problem = "needs an identity" if names_rows else "does not take an identity"
        raise _wrong(line, f"the strategy {strategy} {problem}", {"identity": identity})
    return Decision(collection, strategy, identity or None, reason or None, line)


def _wrong(line: int, problem: str, evidence: dict[str, str | int | list[str] | None]) -> UsageError:
    return UsageError(
        f"line {line}: {problem}",
        code="bad_csv",
        evidence={"line": line, **evidence},
        hint=f"Use the columns {','.join(FIELDS)}; example: `classify --export -`.",
    )

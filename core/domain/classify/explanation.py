"""A suggestion in words: how sure it is, what was seen for and against its candidates, and what comes next.

The command line and the console tell it alike. Reasons stand in the order of their weight, which is a number that
people do not read: how sure all of them together make, the probability says.
"""

from collections.abc import Collection, Iterator, Mapping

from core.domain.classify.column_statistics import EXACT
from core.domain.classify.identity import Identity
from core.domain.classify.suggestion import Candidate, Suggestion

_EXPLAINED = 3  # candidates
# What the score of a declared key is made of: in words where it speaks for a candidate, and where against it.
_FOR: Mapping[str, str] = {
    "declared": "the database keeps it unique",
    "meaning": "a declared code that people use",
    "structure": "by its shape the table joins others or numbers the rows of a parent",
    "referenced": "foreign keys refer to it",
    "shared": "other tables have a column of this name",
    "names": "named like a key",
    "position": "among the first columns",
    "values": "its values follow one pattern",
    "alone: own id": "named like the table's own id",
    "alone: own code": "named like a code",
    "part: own id": "a part is named like the table's own id",
    "uuids": "its values are uuids",
    "all columns, and all are references": "all columns of the table name rows of others",
    "leading columns, other kinds follow": "columns of another kind follow",
    "counts the rows of the rest": "a part numbers the rows of the rest",
    "a type beside its id": "an id together with the type of what it names",
    "one value so far, key columns elsewhere": "a part has one value so far but is in the keys of other tables",
    "not needed yet: one value so far, a reference": "the part of one value so far names rows of another table",
    "not needed here, but in other tables' keys": "a part is not needed here but in other tables' keys",
}
_AGAINST: Mapping[str, str] = {
    "structure": "the table joins others or numbers the rows of a parent: its own number says nothing",
    "names": "named like a label or a value that changes",
    "size": "more than one column",
    "nullable": "NULL is allowed",
    "type": "of a type that keys seldom have",
    "values": "texts with spaces",
    "length": "long codes",
    "chance": "may be unique by accident",
    "alone: audit": "named like an audit column",
    "alone: descriptive or changing": "named like a value that changes",
    "alone: label": "named like a label",
    "not needed, and told by another part": "another part tells a part that is not needed",
    "part: audit": "a part is named like an audit column",
    "part: descriptive or changing": "a part is named like a value that changes",
    "part: label": "a part is named like a label",
    "columns passed over": "columns before it are left out",
    "not needed": "unique without one of its columns",
    "not needed yet: one value so far": "unique without a part that has one value so far",
    "not needed, and the rest is unlikely unique by accident": "the rest is unique and hardly by accident",
}


def explained(suggestion: Suggestion) -> Iterator[str]:
    """The lines of one collection, each a fact; the first names it and its tier."""
    yield f"{suggestion.collection}: tier {suggestion.tier}"
    for doubt in suggestion.doubts:
        yield f"  not in tier A: {doubt}"
    for candidate in suggestion.candidates[:_EXPLAINED]:
        yield f"  {candidate.rank}  {candidate.identity.text}  {standing(candidate)}"
        for line in (*arguments(candidate), neighbours(candidate, suggestion)):
            if line:
                yield f"     {line}"


def likelihood(probability: float) -> str:
    """A probability as a person reads it; never more certain than the evidence can be."""
    percent = 100 * probability
    return "over 99 %" if percent > 99 else "under 1 %" if percent < 1 else f"{percent:.0f} %"  # noqa: PLR2004 - a percent


def sureness(candidate: Candidate) -> str:
    """How likely the candidate is the identity, as a person reads it."""
    return likelihood(float(str(candidate.evidence["probability"])))


def standing(candidate: Candidate) -> str:
    """How sure it is, who promises that it is unique, and how many rows were looked at."""
    facts = candidate.evidence
    declared = f"declared {facts['declared']}" if facts["declared"] else "observed, not declared"
    null = "NOT NULL" if facts["not_null"] else "may be NULL"
    return f"{sureness(candidate)} likely · {declared} · {null} · {examined(candidate)}"


def examined(candidate: Candidate) -> str:
    """Whether all rows were looked at, or a sample only."""
    rows = int(str(candidate.evidence["rows_seen"]))
    if candidate.evidence["exactness"] == EXACT:
        return "all rows examined" if rows else "the table has no rows"
    return f"only a sample of {rows:,} rows examined"


def reasons(candidate: Candidate) -> tuple[list[str], list[str]]:
    """What speaks for a candidate, and what against it, the weightiest first."""
    parts = candidate.evidence["parts"]
    found = {name: float(str(points)) for name, points in parts.items()} if isinstance(parts, Mapping) else {}
    ordered = sorted(found, key=lambda name: -abs(found[name]))
    return (
        [_FOR.get(name, name) for name in ordered if found[name] > 0],
        [_AGAINST.get(name, name) for name in ordered if found[name] < 0],
    )


def arguments(candidate: Candidate, most: int | None = None) -> Iterator[str]:
    """The same in a line each, or the weightiest of each."""
    for title, told in zip(("for", "against"), reasons(candidate), strict=True):
        if told:
            yield f"{title}: {', '.join(told[:most])}"


def neighbours(candidate: Candidate, suggestion: Suggestion, rejected: Collection[Identity] = ()) -> str:
    """Which candidate comes before it and which after it, how sure each of them is, and which was rejected."""
    said = []
    for other in suggestion.candidates[max(candidate.rank - 2, 0) : candidate.rank + 1]:
        if other.rank != candidate.rank:
            place = "after" if other.rank < candidate.rank else "next" if candidate.rank == 1 else "before"
            noted = ", which is rejected" if other.identity in rejected else ""
            said.append(f"{place}: {other.identity.text}, {sureness(other)}{noted}")
    return "; ".join(said)

"""A suggestion in words: how sure it is, what was seen for and against the first candidates, and what comes next."""

from collections.abc import Iterator, Mapping

from core.domain.classify.suggestion import Candidate, Suggestion

_EXPLAINED = 3  # candidates


def explained(suggestion: Suggestion) -> Iterator[str]:
    """The lines of one collection, each a fact; the first names it and its tier."""
    yield f"{suggestion.collection}: tier {suggestion.tier}"
    for doubt in suggestion.doubts:
        yield f"  not in tier A: {doubt}"
    for candidate in suggestion.candidates[:_EXPLAINED]:
        yield from _candidate(candidate)


def likelihood(probability: float) -> str:
    """A probability as a person reads it; never more certain than the evidence can be."""
    percent = 100 * probability
    return "over 99 %" if percent > 99 else "under 1 %" if percent < 1 else f"{percent:.0f} %"  # noqa: PLR2004 - a percent


def reasons(candidate: Candidate) -> tuple[list[str], list[str]]:
    """What speaks for a candidate, and what against it: each with its points, the weightiest first."""
    parts = candidate.evidence["parts"]
    found = parts if isinstance(parts, Mapping) else {}
    ordered = sorted(found.items(), key=lambda part: -abs(float(str(part[1]))))
    told = [(f"{name} {float(str(points)):+g}", float(str(points))) for name, points in ordered]
    return [text for text, points in told if points > 0], [text for text, points in told if points < 0]


def _candidate(candidate: Candidate) -> Iterator[str]:
    facts = candidate.evidence
    declared = f"declared {facts['declared']}" if facts["declared"] else "observed, not declared"
    seen = (
        "all rows examined" if facts["exactness"] == "exact" else f"only a sample of {facts['rows_seen']} rows examined"
    )
    sure = likelihood(float(str(facts["probability"])))
    yield f"  {candidate.rank}  {candidate.identity.text}  {sure} · {declared} · {seen}"
    arguments_for, arguments_against = reasons(candidate)
    if arguments_for:
        yield f"     for: {', '.join(arguments_for)}"
    if arguments_against:
        yield f"     against: {', '.join(arguments_against)}"
    margin = facts["margin"]
    if candidate.rank == 1 and margin is not None:
        yield f"     ahead of {facts['runner_up']} by {float(str(margin)):g} points"

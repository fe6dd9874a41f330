"""`suggest`: ranked identities, each explained."""

from collections.abc import Mapping
from typing import Any

import click

from core.cli.known import COLLECTION
from core.cli.options import Invocation, invocation
from core.domain.classify.explanation import explained
from core.domain.classify.suggestion import Candidate, Suggestion
from core.services.classify import suggest as service

_SHOWN = 3  # candidates of each collection, for people


@click.command()
@click.argument("collections", nargs=-1, type=COLLECTION, metavar="[COLLECTION]...")
@click.option("--explain", is_flag=True, help="Show what speaks for and against the first candidates, in words.")
@invocation
def suggest(call: Invocation, collections: tuple[str, ...], *, explain: bool) -> None:
    """Rank identities for each COLLECTION (default: every unclassified collection)."""
    with call.browse() as connection:
        found = list(service.suggestions(connection, collections or None))
    if call.output.as_json:
        call.output.document({"suggestions": [as_json(each) for each in found]})
    elif explain:
        for line in (line for each in found for line in explained(each)):
            call.output.text(line)
    else:
        _print(call, found)


def as_json(suggestion: Suggestion) -> dict[str, Any]:
    """A suggestion as the command line and scripts see it."""
    return {
        "collection": suggestion.collection,
        "tier": suggestion.tier,
        "candidates": [_candidate(each) for each in suggestion.candidates],
        "doubts": list(suggestion.doubts),
    }


def _candidate(candidate: Candidate) -> dict[str, Any]:
    identity = candidate.identity
    return {
        "rank": candidate.rank,
        "strategy": identity.strategy,
        "columns": list(identity.columns),
        "identity": identity.text,
        "score": candidate.score,
        "evidence": dict(candidate.evidence),
    }


def _print(call: Invocation, found: list[Suggestion]) -> None:
    headings = ["collection", "tier", "rank", "identity", "score", "because"]
    rows: list[list[object]] = []
    for suggestion in found:
        name, tier = suggestion.collection, suggestion.tier
        if not suggestion.candidates:
            rows.append([name, tier, None, "(none)", None, "; ".join(suggestion.doubts)])
        for candidate in suggestion.candidates[:_SHOWN]:
            parts = candidate.evidence["parts"]
            because = _because(parts) if isinstance(parts, Mapping) else ""
            rows.append([name, tier, candidate.rank, candidate.identity.text, candidate.score, because])
            name = tier = ""
    call.output.table(headings, rows, right=["rank", "score"])
    tiers = [suggestion.tier for suggestion in found]
    call.output.text(f"{len(found)} collections: " + ", ".join(f"{tiers.count(tier)} in tier {tier}" for tier in "ABC"))


def _because(parts: Mapping[str, Any]) -> str:
    ordered = sorted(parts.items(), key=lambda part: -abs(part[1]))
    return ", ".join(f"{name} {points:+g}" for name, points in ordered)

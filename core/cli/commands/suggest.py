"""`suggest`: ranked identities, each explained."""

from typing import Any

import click

from core.cli.known import COLLECTION
from core.cli.options import Invocation, invocation
from core.domain.classify.explanation import arguments, explained, reasons, sureness
from core.domain.classify.suggestion import Candidate, Suggestion
from core.services.classify import suggest as service

_SHOWN = 3  # candidates of each collection, for people
_REASONS = 2  # for a candidate, and against it: --explain gives all


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
    seen_for, seen_against = reasons(candidate)
    return {
        "rank": candidate.rank,
        "strategy": identity.strategy,
        "columns": list(identity.columns),
        "identity": identity.text,
        "score": candidate.score,
        "evidence": {**candidate.evidence, "for": seen_for, "against": seen_against},
    }


def _print(call: Invocation, found: list[Suggestion]) -> None:
    headings = ["collection", "tier", "rank", "identity", "sure", "because"]
    rows: list[list[object]] = []
    for suggestion in found:
        name, tier = suggestion.collection, suggestion.tier
        if not suggestion.candidates:
            rows.append([name, tier, None, "(none)", None, "; ".join(suggestion.doubts)])
        for candidate in suggestion.candidates[:_SHOWN]:
            told = [name, tier, candidate.rank, candidate.identity.text, sureness(candidate)]
            rows.append([*told, "; ".join(arguments(candidate, _REASONS))])
            name = tier = ""
    done = "every collection is classified. Next: `birth-console plan --all`."
    call.output.table(headings, rows, right=["rank", "sure"], spare=["because"], empty=done)
    tiers = [suggestion.tier for suggestion in found]
    call.output.text(
        f"{len(found):,} collection{'s' if len(found) != 1 else ''}: "
        + ", ".join(f"{tiers.count(tier)} in tier {tier}" for tier in "ABC")
    )

"""What is known of one blocker, as text: its candidates, and what the sample shows of the one in question."""

from collections.abc import Iterable, Iterator

from textual.content import Content

from core.domain.classify.blocker import CandidateEvidence
from core.domain.classify.column_statistics import EXACT
from core.domain.classify.explanation import arguments, neighbours, standing, sureness
from core.domain.classify.identity import Identity
from core.domain.classify.sample_check import Weighed
from core.domain.classify.suggestion import Candidate, Suggestion
from core.domain.text import visible, visible_code
from tui.classify.queue_rows import QueueRow
from tui.widgets.cells import fit, fit_middle
from tui.widgets.signs import number, rows_of

LISTED = 5
MUTED, BAD, GOOD = "$text-muted", "bold $error", "$success"


def evidence(
    waiting: QueueRow, rejected: frozenset[Identity], width: int, here: Candidate | None, *, argued: bool = False
) -> Content:
    """Everything in the order in which it is asked for; it may be longer than the screen.

    `here`: the candidate in question, which is explained. Where it is to be `argued`, it comes before the list of
    all candidates, and what speaks for and against it before its codes.
    """
    return Content("\n").join(_lines(waiting, rejected, width, here, argued=argued))


def weighed(found: Weighed, width: int) -> Iterator[Content]:
    """What a sample shows of an identity, and the first codes that it gives."""
    if found.refuted:
        yield Content.styled(fit(f"✗ {visible(found.refuted)}", width), BAD)
    if found.exactness:
        parts = [f"unset {number(found.unset)}", f"repeated {number(found.repeated)} of {number(found.rows)}"]
        # Beside a reason against it, "exact" would read as a word for it.
        if not (found.refuted and found.exactness == EXACT):
            parts.append(found.exactness)
        yield from _folded(" · ".join(parts), width, BAD if found.unset or found.repeated else "")
    for code, rows in found.duplicates:
        yield Content.styled(fit(f"  {rows} rows give {visible_code(code)}", width), BAD)
    for code in found.codes:
        yield Content.styled(fit_middle(f"  → {visible_code(code)}", width), MUTED)


def _lines(
    waiting: QueueRow, rejected: frozenset[Identity], width: int, here: Candidate | None, *, argued: bool
) -> Iterator[Content]:
    if not argued:  # there the name is the title
        yield Content.styled(fit(visible(waiting.name), width), "bold")
    if waiting.fault:
        yield from _folded(f"! {waiting.fault}", width, BAD)
    if waiting.choice is not None:
        keys = "u: discard" if waiting.overtaken else "w: save"
        yield from _folded(f"● {waiting.choice.text} staged. {keys}", width, f"bold {GOOD}")
    if not waiting.blocker.has_table:
        yield from _folded("PostgreSQL has no table of this name. A gatekeeper can exempt it (e).", width, "")
        return
    if waiting.evidence is None:
        yield Content("… sampling")
        return
    found = waiting.evidence
    head, listed = [*_head(found, width)], [*_candidates(found, rejected, width, here)]
    explained = [*_in_question(found, rejected, width, here, argued=argued)]
    blocks = (explained, head, listed) if argued else ([*head, Content(""), *listed], explained)
    for place, block in enumerate(filter(None, blocks)):
        yield from ([Content("")] if place else [])
        yield from block
    if here is None and waiting.choice is not None and waiting.choice.identity is not None:
        yield Content("")
        yield from _folded("Typed, and none of these. Saving proves it on all rows first.", width, "")


def _head(found: CandidateEvidence, width: int) -> Iterator[Content]:
    rows = "" if found.rows is None else f"{rows_of(found.rows)} · "
    yield Content.styled(fit(f"{rows}tier {found.suggestion.tier}", width), MUTED)
    if doubts := "; ".join(found.suggestion.doubts):
        yield from _folded(f"! not in tier A: {doubts}", width, "$warning")


def _in_question(
    found: CandidateEvidence, rejected: frozenset[Identity], width: int, here: Candidate | None, *, argued: bool
) -> Iterator[Content]:
    if here is not None:
        arguing = [*_argued(here, found.suggestion, rejected, width)]
        sample = [*weighed(found.weighed[here.rank - 1], width)]
        taken = [*_taken(here, width)]
        yield from _explained(here, width)
        yield from (*arguing, *taken, *sample) if argued else (*taken, *sample, *arguing)


def _candidates(
    found: CandidateEvidence, rejected: frozenset[Identity], width: int, here: Candidate | None
) -> Iterator[Content]:
    """The candidates about the one in question."""
    candidates = found.suggestion.candidates
    first, last = _around(here, len(candidates))
    for candidate, sample in list(zip(candidates, found.weighed, strict=False))[first:last]:
        mark = "x" if candidate.identity in rejected else _mark(candidate, sample)
        yield _candidate(candidate, mark, candidate is here, width)
    if more := len(candidates) - (last - first):
        yield Content.styled(fit(f"    … {more} more (tab)", width), MUTED)


def _around(here: Candidate | None, total: int) -> tuple[int, int]:
    """Which candidates are listed: the first ones, or those about the one in question."""
    first = max(0, min((0 if here is None else here.rank - 1) - LISTED // 2, total - LISTED))
    return first, min(first + LISTED, total)


def _mark(candidate: Candidate, sample: Weighed) -> str:
    return "✗" if sample.refuted else "✓" if candidate.evidence["declared"] else "·"


def _candidate(candidate: Candidate, mark: str, here: bool, width: int) -> Content:  # noqa: FBT001 - a fact
    sure = f"{sureness(candidate):>10}"
    # All begin with the collection's name: what differs is what comes after it.
    text = candidate.identity.text.removeprefix(f"{candidate.identity.collection}:")
    name = fit_middle(visible(text), width - 5 - len(sure) - 1)
    tone = "bold $accent" if here else MUTED if mark in "x✗" else ""
    return Content.assemble(
        ("▸" if here else " ", "bold $accent"), (f"{candidate.rank} {mark} ", MUTED), (name, tone), (f" {sure}", MUTED)
    )


def _explained(candidate: Candidate, width: int) -> Iterator[Content]:
    yield Content.styled(fit_middle(f"{candidate.rank} {visible(candidate.identity.text)}", width), "bold $accent")
    yield from _folded(standing(candidate), width, "")


def _taken(candidate: Candidate, width: int) -> Iterator[Content]:
    """Which of its codes other collections have."""
    for collision in _each(candidate.evidence["collisions"]):
        code, owner = visible_code(str(collision.get("code"))), visible(str(collision.get("owner")))
        yield Content.styled(fit(f"  {code} is taken by {owner}", width), "$warning")


def _argued(
    candidate: Candidate, suggestion: Suggestion, rejected: frozenset[Identity], width: int
) -> Iterator[Content]:
    """What speaks for a candidate and against it, and how it stands to its neighbours."""
    for argument in arguments(candidate):
        yield from _folded(argument, width, "")
    if others := neighbours(candidate, suggestion, rejected):
        yield from _folded(others, width, MUTED)


def _each(collisions: object) -> Iterable[dict[str, object]]:
    return [each for each in collisions if isinstance(each, dict)] if isinstance(collisions, list) else []


def _folded(text: str, width: int, tone: str) -> Iterator[Content]:
    line = ""
    for word in visible(text).split(" "):
        if line and len(line) + 1 + len(word) > width:
            yield Content.styled(fit(line, width).rstrip(), tone)
            line = " "
        line = f"{line} {word}" if line.strip() else f"{line}{word}"
    yield Content.styled(fit(line, width).rstrip(), tone)

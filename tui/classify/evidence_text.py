"""What is known of one blocker, as text: its candidates, and what the sample shows of the one in question."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from textual.content import Content

from core.domain.classify.blocker import CandidateEvidence
from core.domain.classify.column_statistics import EXACT
from core.domain.classify.explanation import arguments, neighbours, reasons, standing, sureness
from core.domain.classify.identity import Identity
from core.domain.classify.sample_check import Weighed
from core.domain.classify.suggestion import Candidate, Suggestion
from core.domain.text import visible, visible_code
from tui.classify.queue_rows import QueueRow
from tui.widgets.cells import fit, fit_middle
from tui.widgets.signs import number, rows_of

LISTED = 5
BESIDE, BESIDE_TALL, TALL = 2, 4, 24  # candidates where it follows the cursor: more of them above so many lines
BESIDE_CODES, BESIDE_REASONS, CODE_WIDTH = 2, 2, 32  # what is more, enter tells
UNLIKELY = 0.01  # a candidate that is less likely is only counted, unless it is walked to
MUTED, BAD, GOOD = "$text-muted", "bold $error", "$success"


def evidence(waiting: QueueRow, rejected: frozenset[Identity], width: int, here: Candidate | None) -> Content:
    """Everything, in the order in which it is argued; it may be longer than the screen.

    `here`: the candidate in question. It comes before the list of all candidates, and what speaks for and against it
    before its codes.
    """
    lines = [*_standing_in_the_way(waiting, width)]
    found = waiting.evidence
    if found is not None:
        blocks = []
        if here is not None:
            argued = [*_argued(here, found.suggestion, rejected, width)]
            sample = weighed(found.weighed[here.rank - 1], width)
            blocks.append([*_explained(here, width), *argued, *_taken(here, width), *sample])
        blocks += [[*_head(found, width), *_doubts(found, width)], [*_candidates(found, rejected, width, here, LISTED)]]
        for place, block in enumerate(blocks):
            lines += [Content(""), *block] if place else block
        lines += _typed(waiting, width, here)
    return Content("\n").join(lines)


def beside(
    waiting: QueueRow, rejected: frozenset[Identity], width: int, height: int, here: Candidate | None
) -> Content:
    """What a choice is made by, each in its place whichever row it is. `enter` tells all that speaks for a candidate.

    From row to row only what differs is sent. So the list of candidates takes as many lines for each of them.
    """
    lines = [Content.styled(fit_middle(visible(waiting.name), width).rstrip(), "bold")]
    lines += _standing_in_the_way(waiting, width)
    found = waiting.evidence
    if found is not None:
        most, titled = (BESIDE_TALL, _titled) if height > TALL else (BESIDE, _untitled)
        listed = [*_candidates(found, rejected, width, here, most)]
        # The queue tells the tier, and of how many rows no code repeats says how many rows a small table has.
        head = [] if here is not None and here.evidence["exactness"] == EXACT else [*_head(found, width)]
        lines += [*head, *titled("Candidates", [*listed, *[Content("")] * (most + 1 - len(listed))])]
        if here is not None:
            sample = found.weighed[here.rank - 1]
            proven = [*_standing(here, width), *weighed(replace(sample, codes=()), width), *_taken(here, width)]
            lines += titled("Uniqueness", proven)
            codes = [*_codes(sample.codes[:BESIDE_CODES], min(width, CODE_WIDTH), "")]
            if height > TALL:
                codes += [Content("")] * (BESIDE_CODES - len(codes))
                lines += [*titled("First codes", codes), *_reasons(here, width)]
            else:
                lines += [*codes, *_against(here, width)]
        lines += [*_doubts(found, width), *_typed(waiting, width, here)]
    return Content("\n").join(lines)


def _titled(title: str, lines: Iterable[Content]) -> list[Content]:
    """A group under its title, which stands whichever row it is: it costs no byte."""
    return [Content(""), Content.styled(title, "bold $accent"), *lines]


def _untitled(_: str, lines: Iterable[Content]) -> list[Content]:
    """A group of a screen that has no line for titles."""
    return [Content(""), *lines]


def _reasons(here: Candidate, width: int) -> Iterator[Content]:
    """The weightiest reasons for it, in as many lines whichever row it is, then all that speaks against it."""
    speaking_for, against = reasons(here)
    told = [Content(fit(each, width).rstrip()) for each in speaking_for[:BESIDE_REASONS]]
    yield from _titled("For it", [*told, *[Content("")] * (BESIDE_REASONS - len(told))])
    if against:
        yield from _titled("Against it", [line for each in against for line in _folded(each, width)])
    yield Content("")


def _against(here: Candidate, width: int) -> Iterator[Content]:
    if against := reasons(here)[1]:
        yield from _folded(f"against: {', '.join(against)}", width)


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
    yield from _codes(found.codes, width, MUTED)


def _codes(codes: Iterable[str], width: int, tone: str) -> Iterator[Content]:
    for code in codes:
        yield Content.styled(fit_middle(f"  → {visible_code(code)}", width).rstrip(), tone)


def _standing_in_the_way(waiting: QueueRow, width: int) -> Iterator[Content]:
    """What comes before all evidence: a refusal, a staged decision, and why there is no evidence."""
    if waiting.fault:
        yield from _folded(f"! {waiting.fault}", width, BAD)
    if waiting.choice is not None:
        keys = "u: discard" if waiting.overtaken else "w: save"
        yield from _folded(f"● {waiting.choice.text} staged. {keys}", width, f"bold {GOOD}")
    if not waiting.blocker.has_table:
        yield from _folded("PostgreSQL has no table of this name. A gatekeeper can exempt it (e).", width)
    elif waiting.evidence is None and waiting.unsampled:
        yield from _folded(f"! not sampled: {waiting.unsampled}. The next refresh tries again (r).", width, BAD)
    elif waiting.evidence is None:
        yield Content("… sampling")


def _head(found: CandidateEvidence, width: int) -> Iterator[Content]:
    rows = "" if found.rows is None else f"{rows_of(found.rows)} · "
    yield Content.styled(fit(f"{rows}tier {found.suggestion.tier}", width).rstrip(), MUTED)


def _doubts(found: CandidateEvidence, width: int) -> Iterator[Content]:
    if doubts := "; ".join(found.suggestion.doubts):
        yield from _folded(f"! not in tier A: {doubts}", width, "$warning")


def _typed(waiting: QueueRow, width: int, here: Candidate | None) -> Iterator[Content]:
    if here is None and waiting.choice is not None and waiting.choice.identity is not None:
        yield Content("")
        yield from _folded("Typed, and none of these. Saving proves it on all rows first.", width)


def _candidates(
    found: CandidateEvidence, rejected: frozenset[Identity], width: int, here: Candidate | None, most: int
) -> Iterator[Content]:
    """The candidates about the one in question, and how many others there are."""
    candidates = found.suggestion.candidates
    first, last = _around(here, candidates, most)
    for candidate, sample in list(zip(candidates, found.weighed, strict=False))[first:last]:
        mark = "x" if candidate.identity in rejected else _mark(candidate, sample)
        yield _candidate(candidate, mark, candidate is here, width)
    if more := len(candidates) - (last - first):
        yield Content.styled(fit(f"    … {more} more (tab)", width).rstrip(), MUTED)


def _around(here: Candidate | None, candidates: Sequence[Candidate], most: int) -> tuple[int, int]:
    """Which candidates are listed: likely ones, or those about the one in question."""
    place, total = 0 if here is None else here.rank - 1, len(candidates)
    if most < LISTED and place == 0:
        likely = sum(float(str(each.evidence["probability"])) >= UNLIKELY for each in candidates)
        return 0, min(max(likely, 1), most, total)
    first = max(0, min(place - most // 2, total - most))
    return first, min(first + most, total)


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
    yield from _folded(standing(candidate), width)


def _standing(candidate: Candidate, width: int) -> Iterator[Content]:
    """Who promises that it is unique, and how many rows were looked at: how sure it is stands in the list."""
    _, *told = standing(candidate).split(" · ")
    yield from _folded(" · ".join(told[:-1]), width)
    yield from _folded(told[-1], width)


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
        yield from _folded(argument, width)
    if others := neighbours(candidate, suggestion, rejected):
        yield from _folded(others, width, MUTED)


def _each(collisions: object) -> Iterable[dict[str, object]]:
    return [each for each in collisions if isinstance(each, dict)] if isinstance(collisions, list) else []


def _folded(text: str, width: int, tone: str = "") -> Iterator[Content]:
    line = ""
    for word in visible(text).split(" "):
        if line and len(line) + 1 + len(word) > width:
            yield Content.styled(fit(line, width).rstrip(), tone)
            line = " "
        line = f"{line} {word}" if line.strip() else f"{line}{word}"
    yield Content.styled(fit(line, width).rstrip(), tone)

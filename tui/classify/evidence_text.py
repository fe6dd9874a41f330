"""What is known of one blocker, as text: its candidates, and what the sample shows of the one in question."""

from collections.abc import Iterable, Iterator, Sequence

from textual.content import Content

from core.domain.classify.column_statistics import EXACT
from core.domain.classify.identity import Identity
from core.domain.classify.sample_check import Weighed
from core.domain.classify.suggestion import Candidate
from core.domain.text import visible, visible_code
from tui.classify.queue_rows import QueueRow
from tui.widgets.grid import fit
from tui.widgets.signs import number, rows_of

MUTED, BAD, GOOD = "$text-muted", "bold $error", "$success"


def evidence(waiting: QueueRow, rejected: frozenset[Identity], width: int) -> Content:
    """Everything in the order in which it is asked for; it may be longer than the screen."""
    return Content("\n").join(_lines(waiting, rejected, width))


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
        yield Content.styled(fit(f"  → {visible_code(code)}", width), MUTED)


def _lines(waiting: QueueRow, rejected: frozenset[Identity], width: int) -> Iterator[Content]:
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
    rows = "" if found.rows is None else f"{rows_of(found.rows)} · "
    yield Content.styled(fit(f"{rows}tier {found.suggestion.tier}", width), MUTED)
    for doubt in found.suggestion.doubts:
        yield from _folded(f"! {doubt}", width, "$warning")
    yield Content("")
    for candidate, sample in zip(found.suggestion.candidates, found.weighed, strict=False):
        yield _candidate(candidate, sample, candidate.identity in rejected, width)
    best = next((each for each in found.suggestion.candidates if each.identity not in rejected), None)
    if best is not None:
        yield Content("")
        yield from _explained(best, found.weighed[best.rank - 1], width)
        if standing := _standing(best, found.suggestion.candidates):
            yield from _folded(standing, width, MUTED)


def _candidate(candidate: Candidate, sample: Weighed, rejected: bool, width: int) -> Content:  # noqa: FBT001 - a fact
    mark = "x" if rejected else "✗" if sample.refuted else "✓" if candidate.evidence["declared"] else "·"
    score = f"{candidate.score:>6.1f}"
    name = fit(visible(candidate.identity.text), width - 4 - len(score) - 1)
    tone = MUTED if rejected or sample.refuted else "bold" if candidate.rank == 1 else ""
    return Content.assemble((f"{candidate.rank} {mark} ", MUTED), (name, tone), (f" {score}", MUTED))


def _explained(candidate: Candidate, sample: Weighed, width: int) -> Iterator[Content]:
    facts = candidate.evidence
    yield Content.styled(fit(f"{candidate.rank} {visible(candidate.identity.text)}", width), "bold $accent")
    declared = f"declared {facts['declared']}" if facts["declared"] else "observed, not declared"
    null = "NOT NULL" if facts["not_null"] else "may be NULL"
    yield Content(fit(f"{declared} · {null}", width))
    for collision in _each(facts["collisions"]):
        code, owner = visible_code(str(collision.get("code"))), visible(str(collision.get("owner")))
        yield Content.styled(fit(f"  {code} is taken by {owner}", width), "$warning")
    yield from weighed(sample, width)
    parts = facts["parts"]
    if isinstance(parts, dict):
        ranked = sorted(parts.items(), key=lambda part: -abs(float(str(part[1]))))
        reasons = ", ".join(f"{name} {float(str(value)):+g}" for name, value in ranked)
        yield from _folded(f"because {reasons}", width, "")


def _standing(best: Candidate, candidates: Sequence[Candidate]) -> str:
    """How the best of those that are left stands to its neighbours: what is before it was rejected."""
    neighbours = candidates[max(best.rank - 2, 0) : best.rank + 1]
    said = []
    for other in (each for each in neighbours if each is not best):
        points, name = round(abs(best.score - other.score), 1), other.identity.text
        if other.rank < best.rank:
            said.append(f"{points} behind {name}, which is rejected")
        else:
            said.append(f"{points} ahead of {name}")
    return "; ".join(said)


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

"""The texts of the dashboard's left half, for a width in cells: the metrics, and stated claims against live ones."""

from collections.abc import Iterable, Iterator

from rich.cells import cell_len
from textual.content import Content

from core.domain.overview.readiness import ABSENT, METRICS, Claim
from core.domain.text import visible
from tui.runtime.state import ConsoleState
from tui.widgets.cells import fit
from tui.widgets.signs import count_of, sign

UNREAD = "…"
WIDE = 50
HOLDS = "holds"


def metrics(state: ConsoleState, width: int) -> Content:
    """The eight metrics, named and ordered as ever. A long gate is folded at its underscores."""
    lines: list[Content] = []
    for name in METRICS:
        value = UNREAD if state.readiness is None else visible(str(state.readiness.metrics[name]))
        tone = _metric_tone(name, value)
        room = width - cell_len(name) - 1
        if cell_len(value) <= room:
            lines.append(Content.assemble(fit(name, width - cell_len(value)), (value, tone)))
        else:
            lines += [Content(name), *(Content.styled(f"  {part}", tone) for part in fold(value, width - 2))]
    return joined(lines)


def stated_figures(state: ConsoleState, width: int) -> Content:
    """Figures that documents state, against the live ones; those that no longer hold come first."""
    if state.readiness is None:
        return Content(UNREAD)
    if not state.readiness.claims:
        return Content.styled("No stated figures.", "$text-muted")
    found = sorted(state.readiness.claims, key=lambda each: each.verdict == HOLDS)
    return joined(line for each in found for line in _claim(each, width))


def fold(text: str, width: int) -> list[str]:
    """Break a long word after underscores, so that no line is wider than `width`."""
    lines = [""]
    for part in text.replace("_", "_\0").split("\0"):
        if lines[-1] and cell_len(lines[-1] + part) > width:
            lines.append("")
        lines[-1] += part
    return [line if cell_len(line) <= width else fit(line, width) for line in lines]


def _metric_tone(name: str, value: str) -> str:
    if value == UNREAD:
        return "$text-muted"
    if name == "qt001_gate":
        return "bold $success" if value == "OPEN" else "bold $error"
    blocking = value == ABSENT or (name == "identity_unclassified_blockers" and value != "0")
    return "bold $error" if blocking or (name == "open_permits" and value == "0") else "bold"


def _claim(claim: Claim, width: int) -> Iterator[Content]:
    """One line where both figures are short, else three; who stated it where there is room."""
    mark = sign(claim.verdict)
    tone = {"warn": "bold $warning", "bad": "bold $error"}.get(mark.tone, "bold $success")
    stated, live = visible(claim.stated), visible(claim.live)
    short = Content.assemble((" stated ", "$text-muted"), stated, ("  live ", "$text-muted"), (live, "bold"))
    word = f"  {mark.word}" if width >= WIDE else ""
    name = width - 2 - short.cell_length - cell_len(word)
    if name >= cell_len(claim.claim):
        yield Content.assemble((mark.glyph, tone), " ", fit(visible(claim.claim), name), short, (word, tone))
    else:
        head = width - 2 - cell_len(mark.word) - 1
        yield Content.assemble((mark.glyph, tone), " ", fit(visible(claim.claim), head), " ", (mark.word, tone))
        if claim.verdict == HOLDS and width < WIDE:
            return  # two figures that are alike: a narrow screen has other things to show
        yield Content.assemble(("stated ", "$text-muted"), fit(stated, width - 7))
        yield Content.assemble(("live   ", "$text-muted"), (fit(live, width - 7), "bold"))
    if width >= WIDE:
        yield Content.styled(fit(f"source {visible(claim.source)}", width), "$text-muted")


def folded(texts: Iterable[str], width: int) -> list[str]:
    """As many texts in a line as fit."""
    lines: list[str] = []
    for text in texts:
        if lines and cell_len(f"{lines[-1]}, {text}") < width:
            lines[-1] += f", {text}"
        else:
            lines = [*lines[:-1], *(f"{line}," for line in lines[-1:]), text]
    return lines


def clipped(content: Content, height: int) -> Content:
    """As much as fits into `height` lines; the last one then says how much does not."""
    lines = content.split("\n", allow_blank=True)
    if len(lines) <= height or height < 1:
        return content
    more = Content.styled(f"… {count_of(len(lines) - height + 1, 'more line')}", "$text-muted")
    return joined([*lines[: height - 1], more])


def joined(lines: Iterable[Content]) -> Content:
    """Lines below each other."""
    return Content("\n").join(lines)

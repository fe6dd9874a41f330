"""What `w` is about to save: each decision with its codes and doubts, those with warnings first."""

from collections.abc import Iterator, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from core.domain.text import visible, visible_code
from tui.classify.queue_rows import QueueRow
from tui.widgets.cells import fit_middle
from tui.widgets.sheet import Reading, Sheet
from tui.widgets.signs import count_of, number, rows_of

WIDEST = 110
EDGES = 6  # border, padding and scrollbar
MUTED, WARN = "$text-muted", "$warning"


class SaveDialog(Reading[bool]):
    """Answers True after enter: save what is listed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "answer(True)", "Save"),
        Binding("escape,q,ctrl+c", "answer(False)", "Back"),
    ]

    def __init__(self, listed: Content, count: int) -> None:
        super().__init__()
        self._listed, self._count = listed, count

    def compose(self) -> ComposeResult:
        """The list, and what enter does."""
        with Sheet(f"Save {count_of(self._count, 'decision')}", "enter: prove and save · esc: back", whole=True):
            yield Static(self._listed, markup=False)

    def action_answer(self, yes: bool) -> None:  # noqa: FBT001 - the answer
        """Answer."""
        self.dismiss(yes)


def text(rows: Sequence[QueueRow], width: int) -> Content:
    """The decisions in groups: with warnings, without, exemptions; above them how many there are of each."""
    groups = {"With warnings": [], "No doubts": [], "Exempt": []}  # type: dict[str, list[QueueRow]]
    for row in rows:
        exempt = row.choice is not None and row.choice.identity is None
        groups["Exempt" if exempt else "With warnings" if warnings(row) else "No doubts"].append(row)
    told = [f"{len(found)} {name.lower()}" for name, found in groups.items() if found]
    lines = [Content.styled(f"{', '.join(told)}. Each is proven on all rows before it is recorded.", MUTED)]
    for name, found in groups.items():
        if found:
            lines += [Content(""), Content.styled(f"{name} ({len(found)})", "bold $accent")]
            lines += [line for row in sorted(found, key=lambda each: each.name) for line in _row(row, width)]
    return Content("\n").join(lines)


def warnings(row: QueueRow) -> list[str]:
    """What speaks against a staged identity, as far as it is known."""
    choice = row.choice
    if choice is None or choice.identity is None:
        return []
    found = ["another session decided it"] if row.overtaken else []
    candidate = next((each for each in row.candidates if each.identity == choice.identity), None)
    if row.evidence is None or candidate is None:
        return [*found, "typed, not suggested"]
    if candidate.rank > 1:
        found.append(f"candidate {candidate.rank}, not the first")
    sample = row.evidence.weighed[candidate.rank - 1]
    if sample.refuted:
        found.append(f"refuted: {sample.refuted}")
    elif sample.unset or sample.repeated:
        found.append(f"{number(sample.unset)} unset, {number(sample.repeated)} repeated in the sample")
    if collisions := candidate.evidence["collisions"]:
        found.append(f"codes taken elsewhere: {len(collisions) if isinstance(collisions, list) else collisions}")
    return [*found, *row.evidence.suggestion.doubts] if row.tier != "A" or found else found


def _row(row: QueueRow, width: int) -> Iterator[Content]:
    choice = row.choice
    assert choice is not None  # noqa: S101 - only staged rows are listed
    name = (width - 8) * 2 // 5
    what = choice.text if choice.identity is not None else f"exempt: {choice.reason}"
    yield Content.assemble(
        "  ", (fit_middle(visible(row.name), name), "bold"), " → ", fit_middle(visible(what), width - name - 5)
    )
    if codes := _codes(row):
        yield Content.styled(f"      {fit_middle(codes, width - 6).rstrip()}", MUTED)
    for warning in warnings(row):
        yield Content.styled(f"    ! {fit_middle(visible(warning), width - 6).rstrip()}", WARN)


def _codes(row: QueueRow) -> str:
    choice = row.choice
    candidate = next((each for each in row.candidates if choice and each.identity == choice.identity), None)
    if row.evidence is None or candidate is None:
        return ""
    rows = "" if row.evidence.rows is None else f"{rows_of(row.evidence.rows)}: "
    return rows + ", ".join(map(visible_code, row.evidence.weighed[candidate.rank - 1].codes[:3]))

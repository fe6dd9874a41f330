"""The card of a ledger without runs: the line that a run goes, and what there is to plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from textual.content import Content

from core.domain.backfill import next_actions
from core.domain.text import visible
from tui.runtime.tally import Tally
from tui.widgets.cells import fit, fit_middle
from tui.widgets.gate_conditions import Condition
from tui.widgets.signs import count_of, number, rows_of

MUTED = "$text-muted"
_MOST, _NUMBER = 20, 10
_ABOVE = 10  # lines: the title, the steps, the heading below them, and what is left out
_WIDEST = 80  # cells: figures that stand farther from their names are hard to follow
_PLACES = {"classify": "3", "permits": "P"}


@dataclass(frozen=True, slots=True)
class Beginning:
    """What is known where no run is shown. `conditions` are those of the QT-001 gate, `tally` is None until counted.

    `hidden`: how many runs there are that the filter leaves out.
    """

    tally: Tally | None
    conditions: Sequence[Condition]
    is_read: bool
    hidden: int = 0


def text(found: Beginning | None, doing: str, why: Mapping[str, str], size: tuple[int, int]) -> Content:
    """All of the card, for its width and height."""
    if doing:
        return Content.styled(f" {doing}", "bold")
    if found is None or not found.is_read:
        return Content.styled(" The ledger is being read.", MUTED)
    if found.hidden:
        return Content.styled(" No run matches. esc: clear the filter", MUTED)
    forbidden = why.get(next_actions.PLAN, "")
    lines = [Content.styled(" no run yet. " + ("" if forbidden else "p: plan"), "bold"), Content("")]
    steps = (
        ("plan", "p", forbidden or _plannable(found.tally)),
        ("reconcile", "c", "another query recounts the planned rows"),
        ("apply", "A", _closed(found.conditions)),
        ("verify", "V", "every acceptance gate, on live data"),
        ("certify", "C", "a reviewer who took no part"),
    )
    for place, (name, key, said) in enumerate(steps):
        is_next = not place and not forbidden
        tone = "bold $accent" if is_next else MUTED
        words = ((" ▸ " if is_next else " · ") + f"{name:<10}{key:<2}", tone), (said, "" if is_next else MUTED)
        lines.append(Content.assemble(*words))
    width, height = size
    return Content("\n").join([*lines, *_largest_to_plan(found.tally, min(max(width, 30), _WIDEST), height - _ABOVE)])


def _plannable(found: Tally | None) -> str:
    if found is None or found.left:
        return "which collections, and how many rows, is asked first"
    if not found.plannable:
        return "no rows are missing" if not found.missing else "classify a collection first (3)"
    rows = sum(rows for _, rows in found.plannable)
    return f"{rows_of(rows)} of {count_of(len(found.plannable), 'collection')} can be planned now"


def _closed(conditions: Sequence[Condition]) -> str:
    told = [f"{each.short} ({_PLACES[each.action]})" if each.action in _PLACES else each.short
            for each in conditions if not each.holds]  # fmt: skip
    return f"closed by: {', '.join(told)}" if told else "the QT-001 gate is open"


def _largest_to_plan(found: Tally | None, width: int, room: int) -> list[Content]:
    """The largest that can be planned now, as many as there is room for."""
    if found is None or not found.plannable:
        return []
    listed = min(max(room, 1), _MOST)
    told = [Content(""), Content.styled(" To plan now, the largest first", "bold $accent")]
    for name, rows in found.plannable[:listed]:
        told.append(
            Content.assemble(
                " ", fit_middle(visible(name), width - _NUMBER - 2), (fit(number(rows), _NUMBER, right=True), "bold")
            )
        )
    if (more := len(found.plannable) - listed) > 0:
        told.append(Content.styled(f" and {count_of(more, 'smaller collection')}", MUTED))
    return told

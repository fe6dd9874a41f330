"""The card of a ledger without runs: the line that a run goes, and what there is to plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from textual.content import Content

from core.domain.backfill import next_actions
from core.domain.text import visible
from tui.runtime.tally import Tally
from tui.widgets.gate_conditions import Condition
from tui.widgets.grid import fit, fit_middle
from tui.widgets.signs import count_of, number, rows_of

MUTED = "$text-muted"
_LISTED, _NUMBER = 12, 10
PLACES = ("pace", "paused", "account", "part-0", "part-1")  # lines of the card, below the title and an empty one
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


def lines(found: Beginning | None, doing: str, why: Mapping[str, str], width: int) -> dict[str, Content]:
    """The lines of the card by their names."""
    if doing:
        return {"title": Content.styled(f" {doing}", "bold")}
    if found is None or not found.is_read:
        return {"title": Content.styled(" The ledger is being read.", MUTED)}
    if found.hidden:
        return {"title": Content.styled(" No run matches. esc: clear the filter", MUTED)}
    forbidden = why.get(next_actions.PLAN, "")
    shown = {"title": Content.styled(" no run yet. " + ("" if forbidden else "p: plan"), "bold")}
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
        shown[PLACES[place]] = Content.assemble(
            (" ▸ " if is_next else " · ", tone),
            (f"{name:<10}", tone),
            (f"{key:<2}", tone),
            (said, "" if is_next else MUTED),
        )
    return shown | {"gates": _largest_to_plan(found.tally, max(width, 30))}


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


def _largest_to_plan(found: Tally | None, width: int) -> Content:
    """The largest that can be planned now, where there is room for them."""
    if found is None or not found.plannable:
        return Content("")
    told = [Content(""), Content.styled(" To plan now, the largest first", "bold $accent")]
    for name, rows in found.plannable[:_LISTED]:
        told.append(
            Content.assemble(
                " ", fit_middle(visible(name), width - _NUMBER - 2), (fit(number(rows), _NUMBER, right=True), "bold")
            )
        )
    if more := len(found.plannable) - _LISTED:
        told += [Content.styled(f" and {count_of(more, 'smaller collection')}", MUTED)] if more > 0 else []
    return Content("\n").join(told)

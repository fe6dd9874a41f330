"""The texts of the dashboard's right half: what opens the gate, how it burns down, and what happened since."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content

from core.domain.text import visible
from tui.actions import BY_ID, key_label
from tui.readiness.metrics_text import UNREAD, folded, joined
from tui.runtime.state import Change, ConsoleState
from tui.widgets.cells import fit
from tui.widgets.gate_conditions import Condition, gate_conditions
from tui.widgets.signs import number
from tui.widgets.sparkline import spark

if TYPE_CHECKING:
    from core.domain.overview.activity import Deed

NAMES = {
    "birth_required_total": "required",
    "identity_resolvable_now": "resolvable",
    "identity_unclassified_blockers": "blockers",
    "open_permits": "open permits",
    "admission_permit_table": "permit table",
    "backfill_ledger_table": "ledger table",
    "shared_register_fn": "register fn",
    "qt001_gate": "QT-001",
}
DEEDS = {
    "identity_classified": "classified",
    "identity_unclassified": "unclassified",
    "identity_undone": "undid",
    "identity_retired": "retired the identity of",
    "identity_imported": "imported",
    "permit_opened": "opened",
    "permit_requested": "permit requested",
    "permit_closed": "closed",
    "taken_over": "took over",
    "person_added": "added a person",
    "person_retired": "retired a person",
    "schema_installed": "installed the schema",
    "rows_found": "recorded the existing rows",
}
BECAME = {"EXEMPT": "exempted", "REQUIRED": "required", "pause": "paused", "cancel": "cancelled", "run": "resumed"}
NAMED = 1


def gate(state: ConsoleState, width: int) -> Content:
    """What is closed with the key that goes there, one line each; what is open in one line. Closed ones first."""
    if state.readiness is None:
        return Content(UNREAD)
    found = gate_conditions(state.readiness)
    closed = [line for condition in found if not condition.holds for line in _closed(condition, width)]
    return joined([*closed, *_open([condition.text for condition in found if condition.holds], width)])


def burndown(state: ConsoleState, width: int) -> Content:
    """Blockers and missing rows over the ledger's time, as bars, with the first figure and the last."""
    if state.burndown is None:
        return Content(UNREAD)
    points = state.burndown.points
    if not points:
        return _quiet("known after the first decision", width)
    missing = [point.missing for point in points if point.missing is not None]
    lines = [_bars("blockers", [point.blockers for point in points], width)]
    lines.append(_bars("to go", missing, width) if missing else _quiet("to go     known after the first plan", width))
    return joined(lines)


def changes(state: ConsoleState, width: int) -> Content:
    """Figures that changed, with who and when; then what was done, the newest first."""
    if state.since is None or state.refreshed_at is None:
        return Content(UNREAD)
    lines = [_change(each, width, state.refreshed_at) for each in state.changes]
    if state.events or state.before:
        from core.domain.overview.activity import deeds  # noqa: PLC0415 - the first figures do not wait for it

        lines += [_deed(each, width, state.refreshed_at) for each in deeds(state.events)]
    if lines:
        return joined(lines)
    since = "your last visit" if state.remembers else f"{state.since:%H:%M:%S}"
    lines = [Content.styled(f"No changes since {since}.", "$text-muted")]
    if state.before:
        lines += [Content.styled("Before that:", "$text-muted")]
        lines += [_deed(each, width, state.refreshed_at) for each in deeds(state.before)]
    return joined(lines)


def _closed(condition: Condition, width: int) -> Iterator[Content]:
    place = f"→ {key_label(BY_ID[condition.action].keys[0])}" if condition.action in BY_ID else f"→ {condition.command}"
    room = width - cell_len(place) - 3
    if cell_len(condition.text) <= room:
        yield Content.assemble(("✗ ", "bold $error"), (fit(condition.text, room + 1), "bold"), (place, "$accent"))
    else:
        yield Content.assemble(("✗ ", "bold $error"), (fit(condition.text, width - 2), "bold"))
        yield Content.styled(fit(f"  {place}", width), "$accent")


def _open(texts: Iterable[str], width: int) -> list[Content]:
    """The conditions that hold, as many in a line as fit."""
    lines = folded(texts, width - 2)
    return [
        Content.assemble(("✓ " if not index else "  ", "$success"), (fit(line, width - 2), "$text-muted"))
        for index, line in enumerate(lines)
    ]


def _bars(name: str, values: list[int], width: int) -> Content:
    while len(values) > 1 and values[0] == values[1]:
        values = values[1:]
    first, last = number(values[0]), number(values[-1])
    figures = f"{first} → {last}" if first != last else last
    room = width - 10 - cell_len(figures) - 1
    return Content.assemble(
        (fit(name, 10), "$text-muted"), (fit(spark(values, room), room), "$accent"), " ", (figures, "bold")
    )


def _change(change: Change, width: int, now: datetime) -> Content:
    value = f"{visible(change.before)} → {visible(change.after)} {change.arrow}"
    name = NAMES.get(change.name, change.name)
    when = _when(change.at, now)
    who = visible(change.who or "")
    room = width - cell_len(value) - cell_len(when) - 2
    told = fit(who, max(room - cell_len(name) - 1, 0)).rstrip() if cell_len(name) + 2 < room else ""
    gap = " " * max(room - cell_len(name) - cell_len(told), 1)
    return Content.assemble(
        fit(name, min(cell_len(name), room)), " ", (value, "bold"), gap, told, (f" {when}", "$text-muted")
    )


def _deed(deed: "Deed", width: int, now: datetime) -> Content:
    verb = BECAME.get(deed.became) or DEEDS.get(deed.kind) or deed.kind.replace("_", " ")
    subjects = deed.subjects
    what = str(len(subjects)) if len(subjects) > NAMED else visible("".join(subjects))
    when = _when(deed.at.astimezone(now.tzinfo), now)
    text = f"{visible(deed.actor)}: {f'{what} {visible(verb)}'.lstrip()}"
    return Content.assemble((fit(text, width - cell_len(when) - 1), "$text-muted"), (f" {when}", "$text-muted"))


def _when(at: datetime, now: datetime) -> str:
    return f"{at:%H:%M}" if at.date() == now.date() else f"{at:%m-%d}"


def _quiet(text: str, width: int) -> Content:
    return Content.styled(fit(text, width), "$text-muted")

"""The two lines at the top: who, where, how the gate stands; and the panes."""

from collections.abc import Iterator

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.geometry import Region
from textual.widget import Widget

from core.domain.text import visible
from tui.actions import ACTIONS, Action, actions_at, key_label
from tui.actors import Actor
from tui.runtime.state import ConsoleState
from tui.widgets.gate_conditions import gate_conditions

Part = tuple[str, str]
BETWEEN: Part = ("  ", "")
TAIL = 22  # cells: a refresh's time and age, and what they grow by
# The colours of a profile, as the theme has them.
COLOURS = {
    "red": "$error",
    "yellow": "$warning",
    "green": "$success",
    "blue": "$primary",
    "magenta": "$magenta",
    "cyan": "$secondary",
}


class StatusBar(Actor, Widget):
    """Says where the console is, in colour and word. It has no clock: a quiet screen stays quiet."""

    def __init__(self) -> None:
        super().__init__(id="status")
        self._state = ConsoleState()
        self._pane = ""
        self._shown = [Content(""), Content("")]
        self._tail = Tail()

    def compose(self) -> ComposeResult:
        """Its right end is a widget of its own."""
        yield self._tail

    def show(self, state: ConsoleState, pane: str) -> None:
        """Show another state or pane."""
        self._state, self._pane = state, pane
        lines, before = self._lines(), self._shown
        self._shown = [_cut(line, self.size.width - TAIL)[0] for line in lines]
        if not _alike(self._shown, before):
            self.refresh()
        self._tail.show(lines, self.size.width)

    def show_age(self, state: ConsoleState) -> None:
        """Show how old the figures are; the rest of the lines is not sent again."""
        self._state = state
        self._tail.show(self._lines(), self.size.width)

    def render(self) -> Content:
        """Two lines, without what a narrow screen has no room for."""
        return Content("\n").join(self._lines())

    def on_click(self, event: events.Click) -> None:
        """Open the pane whose tab was clicked."""
        found = tab_at(event.x, self._pane) if event.y == 1 else None
        if found is not None:
            self.host.action_do(found.id)

    def on_resize(self) -> None:
        """The right end is another one now."""
        self._tail.show(self._lines(), self.size.width)

    def _lines(self) -> list[Content]:
        first, clock_shown = first_line(self._state, self.size.width)
        return [first, second_line(self._state, self._pane, self.size.width, clock=not clock_shown)]


class Tail(Widget):
    """The right end of the two lines, over the bar: a terminal is always sent a whole line of a widget."""

    def __init__(self) -> None:
        super().__init__(id="tail")
        self._shown = [Content(""), Content("")]

    def show(self, lines: list[Content], width: int) -> None:
        """Show the end of these lines of a width; of the two, only what is other than before is painted."""
        ends = [_cut(line, width - TAIL)[1] for line in lines]
        for y, (end, before) in enumerate(zip(ends, self._shown, strict=True)):
            if not _alike([end], [before]):
                self.refresh(Region(0, y, TAIL, 1))
        self._shown = ends

    def render(self) -> Content:
        """Both ends."""
        return Content("\n").join(self._shown)


def first_line(state: ConsoleState, width: int) -> tuple[Content, bool]:
    """The fullest line that fits, and whether the last refresh's time is on it."""
    name: list[Part] = [("birth-console", "bold"), BETWEEN]
    where, gate, why, clock = _where(state), _gate(state), _why(state), _clock(state)
    for left, right in (
        ([*name, *where, *gate, *why], clock),
        ([*where, *gate, *why], clock),
        ([*where, *gate, *why], None),
        ([*where, *gate], None),
    ):
        if _length(left) + _length(right or []) + 4 <= width:
            return _spread(left, right or [], width), right is not None
    return _spread(where, [], width), False


def second_line(state: ConsoleState, pane: str, width: int, *, clock: bool) -> Content:
    """The panes, the one on the screen marked; on a narrow screen also the last refresh's time."""
    tabs: list[Part] = []
    for action, label in _tabs(pane):
        tabs += [(label, "bold reverse $accent" if action.opens == pane else "$accent"), (" ", "")]
    return _spread(tabs, _clock(state) if clock else [], width, indent="")


def tab_at(x: int, pane: str) -> Action | None:
    """The action whose tab stands at a column."""
    end = 0
    for action, label in _tabs(pane):
        start, end = end, end + cell_len(label) + 1
        if start <= x < end - 1:
            return action
    return None


def _tabs(pane: str) -> Iterator[tuple[Action, str]]:
    taken = {key for action in actions_at(pane) for key in action.keys_now}
    for action in ACTIONS:
        if action.opens:
            yield action, f" {key_label(next(key for key in action.keys_now if key not in taken))} {action.title} "


def _where(state: ConsoleState) -> list[Part]:
    server = state.server
    if server is None:
        return [("not connected", "bold")]
    guessed = "red" if "prod" in server.word.lower() else "green" if server.is_demo else "yellow"
    colour = COLOURS[server.colour or guessed]
    word: list[Part] = [(f" {visible(server.word)} ", f"bold reverse {colour}"), (" ", "")] if server.word else []
    badge: list[Part] = [BETWEEN, (" READ-ONLY ", "bold reverse $accent")] if server.read_only else []
    place = f"{server.login}@{server.database}:{server.schema}"
    return [*word, (visible(place), "bold"), *badge]


def _gate(state: ConsoleState) -> list[Part]:
    if state.readiness is None:
        return []
    is_open = state.readiness.is_open
    tone = "$text-muted" if state.is_stale else "bold $success" if is_open else "bold $error"
    return [
        BETWEEN,
        ("QT-001 ", ""),
        # What may no longer be so has no colour: in words, for terminals without.
        *([("was ", "$text-muted")] if state.is_stale else []),
        ("✓ OPEN" if is_open else "✗ BLOCKED", tone),
    ]


def _why(state: ConsoleState) -> list[Part]:
    if state.readiness is None:
        return []
    short = " · ".join(condition.short for condition in gate_conditions(state.readiness) if not condition.holds)
    return [(f" {short}", "")] if short else []


def _clock(state: ConsoleState) -> list[Part]:
    if state.fault is not None:
        stale = f"✗ STALE since {state.refreshed_at:%H:%M}" if state.refreshed_at else "✗ NOT CONNECTED"
        return [(stale, "bold reverse $error")]
    if state.silent_since is not None:
        return [(f"✗ NO ANSWER since {state.silent_since:%H:%M:%S}", "bold reverse $error")]
    if state.refreshed_at is None:
        return [(f"↻ {visible(state.progress)}", "bold")]
    return [(f"{state.took_ms:.0f} ms  ↻ {state.age}", "$text-muted")]


def _length(parts: list[Part]) -> int:
    return Content.assemble(*parts).cell_length


def _spread(left: list[Part], right: list[Part], width: int, indent: str = " ") -> Content:
    room = width - _length(left) - _length(right) - len(indent) - 1
    return Content.assemble(indent, *left, " " * max(room, 1), *right).truncate(max(width, 1))


def _cut(line: Content, cells: int) -> tuple[Content, Content]:
    """The first cells of a line and what comes after them; of a wide character that is cut in two, a space stays."""
    start = taken = 0
    while start < len(line) and taken < cells:
        taken += cell_len(line.plain[start])
        start += 1
    return line[:start], Content(" " * max(taken - cells, 0)) + line[start:]


def _alike(ours: list[Content], theirs: list[Content]) -> bool:
    return all(one == other and one.spans == other.spans for one, other in zip(ours, theirs, strict=True))

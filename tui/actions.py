"""Every action of the terminal UI, in one registry: it feeds keys, footer, help and the command palette.

Adding an action is one entry here and one method `action.handler` on the widget of its place.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from textual.binding import Binding, BindingType


@dataclass(frozen=True, slots=True)
class Action:
    """Something an operator can do.

    `place` is the widget that does it: console, the name of a pane, or list for everything that scrolls. That
    widget also says why it is not possible now (`Actor.why_not`) and which command line does the same
    (`Actor.twin`). A tab is an action that names its pane in `opens`. One of several that differ in their
    `argument` stands for all of them in help and palette; the others are not `listed`. What is possible `anywhere`
    is so in dialogs and while something is typed, too. What `asks` the server is not possible while it is silent.
    """

    id: str
    keys: tuple[str, ...]
    title: str
    handler: str
    group: str
    place: str = "console"
    footer: str = ""
    opens: str = ""
    argument: int | None = None
    listed: bool = True
    anywhere: bool = False
    asks: bool = False

    @property
    def keys_now(self) -> tuple[str, ...]:
        """The keys, or those that the operator's keymap puts in their place."""
        return _REBOUND.get(self.id, self.keys)

    @property
    def key_label(self) -> str:
        """The keys as an operator reads them."""
        return " ".join(map(key_label, self.keys_now))


_REBOUND: dict[str, tuple[str, ...]] = {}


def rebind(keymap: Mapping[str, Sequence[str]]) -> None:
    """Show other keys for some actions: those of the console that starts."""
    _REBOUND.clear()
    _REBOUND.update({action: tuple(keys) for action, keys in keymap.items()})


def key_label(key: str) -> str:
    """A key as an operator reads it."""
    return _LABELS.get(key, key)


_LABELS = {
    "question_mark": "?",
    "greater_than_sign": ">",
    "less_than_sign": "<",
    "asterisk": "*",
    "semicolon": ";",
    "plus": "+",
    "equals_sign": "=",
    "minus": "-",
    "exclamation_mark": "!",
    "tilde": "~",
    "at": "@",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    **{f"f{number}": f"F{number}" for number in range(1, 5)},
    "slash": "/",
    "colon": ":",
    "ctrl+p": "^p",
    "ctrl+c": "^c",
    "ctrl+z": "^z",
    "ctrl+l": "^l",
    "ctrl+d": "^d",
    "ctrl+u": "^u",
    "escape": "esc",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "down": "↓",
    "up": "↑",
    "tab": "tab",
    "shift+tab": "S-tab",
    "apostrophe": "'",
    "left": "←",
    "right": "→",
}

ACTIONS = (
    Action("readiness", ("1", "f1"), "Readiness", "show_readiness", "Panes", opens="readiness"),
    Action("matrix", ("2", "f2"), "Matrix", "show_matrix", "Panes", opens="matrix"),
    Action("classify", ("3", "f3"), "Classify", "show_classify", "Panes", opens="classify"),
    Action("ledger", ("4", "f4"), "Ledger", "show_ledger", "Panes", opens="ledger"),
    Action("previous_pane", ("left_square_bracket",), "Go to the previous pane", "show_previous_pane", "Panes"),
    Action("next_pane", ("right_square_bracket",), "Go to the next pane", "show_next_pane", "Panes"),
    Action("next_step", ("enter",), "Go to the next step", "go_to_next_step", "Readiness", "readiness", "next step"),
    Action("changes", ("c",), "Show all changes", "open_changes", "Readiness", "readiness", "changes"),
    Action("take", ("enter",), "Explain; after tab: accept", "take_or_explain", "Classify", "classify", "explain"),
    Action("evidence", ("i",), "Explain the candidate", "open_evidence", "Classify", "classify"),
    Action("accept", ("a",), "Accept the candidate", "accept", "Classify", "classify", "accept"),
    Action(
        "candidate_next",
        ("tab", "right", "l"),
        "Go to the next candidate",
        "next_candidate",
        "Classify",
        "classify",
        "candidate",
    ),
    Action(
        "candidate_before",
        ("shift+tab", "left", "h"),
        "Go to the one before",
        "previous_candidate",
        "Classify",
        "classify",
    ),
    Action("candidate_jump", ("apostrophe",), "Then 1 … 9: go to it", "jump_to_candidate", "Classify", "classify"),
    Action("accept_safe", ("A",), "Accept all of tier A", "accept_safe", "Classify", "classify", "all safe"),
    Action("template", ("t",), "Edit the template", "edit_template", "Classify", "classify", "template", asks=True),
    Action("reject", ("x",), "Reject the candidate", "reject", "Classify", "classify"),
    Action("exempt", ("e",), "Exempt the collection", "exempt", "Classify", "classify", "exempt"),
    Action("same", ("semicolon",), "Stage the same for marked", "choose_for_marked", "Classify", "classify"),
    Action("undo", ("u",), "Undo staged, then saved", "undo", "Classify", "classify", "undo"),
    Action("save", ("w",), "Save staged decisions", "save", "Classify", "classify", "save", asks=True),
    Action("history", ("H",), "Show the history", "show_history", "Classify", "classify", asks=True),
    Action("run_open", ("enter",), "Open entries, then rows", "open_further", "Ledger", "ledger", "open"),
    Action("run_diff", ("d",), "Show the diff, row by row", "open_diff", "Ledger", "ledger", "diff"),
    Action("run_back", ("escape",), "Go back", "go_back", "Ledger", "ledger"),
    Action("run_plan", ("p",), "Plan", "plan", "Run", "ledger", "plan", asks=True),
    Action("run_reconcile", ("c",), "Reconcile", "reconcile", "Run", "ledger", "reconcile", asks=True),
    Action("run_apply", ("A",), "Apply", "apply", "Run", "ledger", "apply", asks=True),
    Action("run_rehearse", ("R",), "Dry-run the apply", "rehearse", "Run", "ledger", asks=True),
    Action("run_withdraw", ("W",), "Withdraw the run", "withdraw", "Run", "ledger", asks=True),
    Action("run_pause", ("space",), "Pause or resume", "pause", "Run", "ledger", "pause", asks=True),
    Action("run_cancel", ("K",), "Cancel the run", "cancel", "Run", "ledger", asks=True),
    Action("run_resize", ("b",), "Set rows per batch", "resize", "Run", "ledger", asks=True),
    Action("run_verify", ("V",), "Verify", "verify", "Run", "ledger", "verify", asks=True),
    Action("run_certify", ("C",), "Certify", "certify", "Run", "ledger", "certify", asks=True),
    Action("audit", ("a",), "Audit the hash chain", "audit", "Run", "ledger", asks=True),
    Action("run_compare", ("D",), "Compare with previous plan", "open_comparison", "Ledger", "ledger"),
    Action("run_gates", ("o",), "Show the verified gates", "show_gates", "Ledger", "ledger"),
    Action("run_sql", ("i",), "Show SQL of the run", "open_sql", "Ledger", "ledger", asks=True),
    Action("diff_reload", ("r",), "Reload the rows", "reload", "Diff", "diff"),
    Action("diff_filter", ("slash",), "Filter by code", "start_filter", "Diff", "diff", "filter"),
    Action("diff_unfilter", ("escape",), "Clear the filter", "clear_filter", "Diff", "diff"),
    Action("only_open", ("plus",), "Show only + to register", "only_open", "Diff", "diff", "only"),
    Action("only_registered", ("equals_sign",), "Show only = registered", "only_registered", "Diff", "diff"),
    Action("only_vanished", ("minus",), "Show only - vanished", "only_vanished", "Diff", "diff"),
    Action("only_quarantined", ("exclamation_mark",), "Show only ! quarantined", "only_quarantined", "Diff", "diff"),
    Action("only_late", ("tilde",), "Show only ~ late", "only_late", "Diff", "diff"),
    Action("details", ("enter",), "Open the collection", "open_details", "Matrix", "matrix", "open"),
    Action("plan_these", ("p",), "Plan marked collections", "plan_these", "Matrix", "matrix"),
    Action("classify_these", ("c",), "Classify marked collections", "classify_these", "Matrix", "matrix"),
    Action("retire", ("x",), "Retire the identity", "retire", "Matrix", "matrix", asks=True),
    Action("filter", ("slash",), "Filter the rows", "start_filter", "Rows", "rows", footer="filter"),
    Action("unfilter", ("escape",), "Clear filter, then marks", "clear_filter", "Rows", "rows"),
    Action("sort", ("s",), "Sort by the next column", "sort_next", "Rows", "rows", footer="sort"),
    Action("reverse", ("S",), "Reverse the order", "sort_reverse", "Rows", "rows"),
    Action("columns_left", ("left", "h"), "Scroll columns left", "columns_left", "Rows", "columns"),
    Action("columns_right", ("right", "l"), "Scroll columns right", "columns_right", "Rows", "columns"),
    Action("widen", ("greater_than_sign",), "Widen the first column", "widen_name", "Rows", "rows"),
    Action("narrow", ("less_than_sign",), "Narrow the first column", "narrow_name", "Rows", "rows"),
    Action("mark", ("space",), "Mark or unmark the row", "toggle_mark", "Marks", "marks"),
    Action("range", ("v",), "Mark a range: start, end", "mark_range", "Marks", "marks"),
    Action("mark_shown", ("asterisk",), "Mark all shown rows", "mark_shown", "Marks", "marks"),
    Action("down", ("j", "down"), "Move down", "move_down", "Move", "list"),
    Action("up", ("k", "up"), "Move up", "move_up", "Move", "list"),
    Action("page_down", ("pagedown", "ctrl+d"), "Page down", "move_page_down", "Move", "list"),
    Action("page_up", ("pageup", "ctrl+u"), "Page up", "move_page_up", "Move", "list"),
    Action("first", ("g", "home"), "Go to the first", "move_first", "Move", "list"),
    Action("last", ("G", "end"), "Go to the last", "move_last", "Move", "list"),
    Action("copy", ("y",), "Copy rows or the screen", "copy", "Copy and export", footer="copy"),
    Action("export", ("E",), "Export to a file", "export", "Copy and export"),
    Action("twin", ("X",), "Show equivalent commands", "show_twins", "Copy and export"),
    Action("log", ("at",), "Message log", "show_log", "Console"),
    Action("permits", ("P",), "Open or close permits", "show_permits", "Console", asks=True),
    Action("gates", ("I",), "Explain gates and scores", "explain_gates", "Console"),
    Action("overview", ("O",), "Databases of all profiles", "show_overview", "Console"),
    Action("login", ("L",), "Switch login (demo)", "switch_login", "Console", asks=True),
    Action("theme", ("T",), "Choose a theme", "choose_theme", "Console"),
    Action("redraw", ("ctrl+l",), "Redraw the screen", "redraw", "Console", anywhere=True),
    Action("refresh", ("r",), "Refresh", "refresh_now", "Console", footer="refresh", asks=True),
    Action("commands", ("colon", "ctrl+p"), "Run a command", "open_commands", "Console", footer="commands"),
    Action("help", ("question_mark",), "Show help for this pane", "open_help", "Console", footer="help"),
    Action("suspend", ("ctrl+z",), "Suspend to the shell (fg)", "suspend_console", "Console"),
    Action("quit", ("q", "ctrl+c"), "Quit", "leave", "Console", footer="quit"),
)
BY_ID = {action.id: action for action in ACTIONS}


def actions_at(*places: str) -> Iterator[Action]:
    """The actions of `places`, in the registry's order."""
    return (action for action in ACTIONS if action.place in places)


def bindings(*places: str) -> list[BindingType]:
    """Key bindings of `places`. They carry the action's id, so that a keymap can override them."""
    return [
        Binding(",".join(each.keys), f"do('{each.id}')", each.title, id=each.id, priority=each.anywhere)
        for each in actions_at(*places)
    ]


WhyNot = Callable[[Action], str]

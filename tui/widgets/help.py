"""Help for a pane: every key that works there, and why one does not."""

from collections.abc import Iterable, Sequence
from itertools import groupby, zip_longest

from textual.content import Content

from tui.actions import Action, WhyNot, at
from tui.widgets.dialog import Dialog
from tui.widgets.grid import fit

KEYS, TITLE = 9, 27
COLUMN = KEYS + TITLE


class Help(Dialog):
    """The actions of `places` from the registry, and the pane's own notes."""

    def __init__(self, pane: str, places: Sequence[str], why_not: WhyNot, notes: str) -> None:
        super().__init__(f"Help: {pane}", help_text(places, why_not, notes))


def help_text(places: Sequence[str], why_not: WhyNot, notes: str) -> Content:
    """Groups of keys in two columns, then the notes."""
    groups = [
        _group(name, actions, why_not)
        for name, actions in groupby(at(*places, "console"), key=lambda action: action.group)
    ]
    half = (sum(map(len, groups)) + 1) // 2
    left: list[Content] = []
    right: list[Content] = []
    for group in sorted(groups, key=len, reverse=True):
        (left if len(left) + len(group) <= half or not left else right).extend(group)
    rows = [Content.assemble(first or " " * COLUMN, "  ", second or "") for first, second in zip_longest(left, right)]
    return Content("\n").join([*rows, *map(Content, notes.splitlines())])


def _group(name: str, actions: Iterable[Action], why_not: WhyNot) -> list[Content]:
    lines = [Content.styled(fit(name, COLUMN), "bold $accent")]
    for action in (each for each in actions if each.listed):
        reason = why_not(action)
        tone = "$text-muted" if reason else ""
        lines.append(Content.assemble((fit(action.key_label, KEYS), "bold"), (fit(action.title, TITLE), tone)))
        if reason:
            lines.append(Content.styled(" " * KEYS + fit(f"! {reason}", TITLE), tone))
    return [*lines, Content(" " * COLUMN)]

"""Help for a pane: every key that works there, and why one does not."""

from collections.abc import Collection, Iterable, Sequence
from itertools import groupby, zip_longest
from textwrap import wrap

from rich.cells import cell_len
from textual.content import Content

from core.domain.text import visible
from tui.actions import Action, WhyNot, actions_at, key_label
from tui.widgets.cells import fit
from tui.widgets.dialog import Dialog

KEYS, TITLE = 9, 27
COLUMN = KEYS + TITLE
GAP = "  "
TWO_COLUMNS, THREE_COLUMNS = 80, 118  # cells of a screen that holds so many


class Help(Dialog):
    """The actions of `places` from the registry, and the pane's own notes."""

    def __init__(self, pane: str, places: Sequence[str], why_not: WhyNot, notes: str, width: int) -> None:
        super().__init__(f"Help: {pane}", help_text(places, why_not, notes, width))
        if width >= THREE_COLUMNS:
            self.add_class("-three")


def help_text(places: Sequence[str], why_not: WhyNot, notes: str, width: int) -> Content:
    """Groups of keys in as many columns as the screen holds, then the notes."""
    taken = {key for action in actions_at(*places) for key in action.keys_now}
    wanted = groupby(actions_at(*places, "console"), key=lambda action: (action.place == "console", action.group))
    groups = [(of_all, _group(name, actions, why_not, taken)) for (of_all, name), actions in wanted]
    columns: list[list[Content]] = [[] for _ in range(1 + (width >= TWO_COLUMNS) + (width >= THREE_COLUMNS))]
    # The pane's own keys come first, so that each column begins with some, and long groups before short ones.
    for _, group in sorted(groups, key=lambda each: (each[0], -len(each[1]))):
        min(columns, key=len).extend(group)
    rows = [Content(GAP).join(row) for row in zip_longest(*columns, fillvalue=Content(" " * COLUMN))]
    return Content("\n").join([*rows, *map(Content, notes.splitlines())])


def _keys(action: Action, taken: Collection[str]) -> str:
    """The keys that an action has here: of the console's, those that the pane does not take. As many as have room."""
    left = [key for key in action.keys_now if action.place != "console" or key not in taken]
    labels = [key_label(key) for key in left or action.keys_now]
    while len(labels) > 1 and cell_len(" ".join(labels)) >= KEYS:
        labels.pop()
    return " ".join(labels)


def _group(name: str, actions: Iterable[Action], why_not: WhyNot, taken: Collection[str]) -> list[Content]:
    lines = [Content.styled(fit(name, COLUMN), "bold $accent")]
    for action in (each for each in actions if each.listed):
        reason = why_not(action)
        tone = "$text-muted" if reason else ""
        lines.append(Content.assemble((fit(_keys(action, taken), KEYS), "bold"), (fit(action.title, TITLE), tone)))
        # As a whole: half a reason reads like another one.
        said = wrap(f"! {visible(reason)}", TITLE, subsequent_indent="  ") if reason else []
        lines += [Content.styled(" " * KEYS + fit(line, TITLE), tone) for line in said]
    return [*lines, Content(" " * COLUMN)]

"""The texts of the Classify pane's messages and dialogs: restored decisions, a history, an undo, a refusal."""

from typing import TYPE_CHECKING

from textual.content import Content

from core.domain.text import visible
from core.domain.wording import in_words
from core.errors import ConsoleError
from tui.widgets.signs import count_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date

    from core.domain.classify.staged import Returned
    from core.services.classify.history import Version
    from tui.classify.queue_rows import QueueRow


NAMED = 10  # in a question


def history(versions: "Iterable[Version]") -> Content:
    """Who decided what about a collection, when and why."""
    lines = [
        f"{each.at:%Y-%m-%d %H:%M}  {each.actor}  {each.action}  {each.identity or '-'}  {each.reason or ''}"
        for each in versions
    ]
    return Content("\n".join(map(visible, lines)) or "No decisions yet.")


def back(found: "Returned", today: "date") -> str:
    """Which decisions are staged again, and which are not since another session decided the collection."""
    at = found.at.astimezone()
    when = f"{at:%H:%M}" if at.date() == today else f"{at:%m-%d %H:%M}"
    count, overtaken = len(found.choices), ", ".join(found.overtaken)
    if not count:
        return f"Discarded staged decisions from {when}. Decided by another session: {overtaken}"
    said = f"Restored {count_of(count, 'staged decision')} from {when}. w: save, u: discard"
    return said + (f". Decided by another session: {overtaken}" if overtaken else "")


def settling(rows: "Collection[QueueRow]") -> Content:
    """How far the queue is from its order."""
    seen, total = sum(row.evidence is not None for row in rows), sum(row.blocker.has_table for row in rows)
    return Content(f"Sampling {seen} of {total}; sorted when done.\nPress j to start now.")


def nothing_here(listed: int, *, is_read: bool) -> Content:
    """Why there is no evidence, and the next step: no row under the cursor, nothing left, or nothing read yet."""
    if not is_read:
        return Content.styled("The queue is not read yet.", "$text-muted")
    if listed:
        return Content.styled("No row matches. esc: clear the filter", "$text-muted")
    head = Content.styled("✓ Every REQUIRED collection is classified.", "bold $success")
    return Content("\n").join([head, Content(""), Content("Next: 4 Ledger, p: plan the missing rows.")])


def staged(count: int, rows: "Collection[QueueRow]") -> Content:
    """How many are staged, how many are undecided, and how many are not sampled yet."""
    waiting = sum(row.blocker.has_table and row.evidence is None for row in rows)
    text = f" {count} staged · {len(rows) - count} undecided" + (" · w: save" if count else "")
    text += f" · {waiting} not sampled yet" if waiting else ""
    return Content.styled(text, "bold $success" if count else "$text-muted")


def undoing(last: "Version") -> Content:
    """Which decision is undone."""
    return Content.assemble(
        "This undoes your latest classification (recorded as a new event):\n\n",
        (f"{visible(last.collection)} by {visible(last.identity or '-')}", "bold"),
        f"\nsaved {last.at.astimezone():%Y-%m-%d %H:%M:%S}",
    )


def undoing_all(save: "Collection[Version]") -> Content:
    """Which decisions are undone together."""
    lines = [f"{visible(each.collection)} by {visible(each.identity or '-')}" for each in save]
    more = [f"and {len(lines) - NAMED} more"] if len(lines) > NAMED else []
    head = "This undoes each of them (recorded as new events):"
    return Content("\n").join([Content(head), Content(""), *(Content(each) for each in [*lines[:NAMED], *more])])


def why(error: ConsoleError | None) -> str:
    """Why a decision was refused, in a line; nothing where it was not."""
    if error is None:
        return ""
    gates = error.evidence.get("gates")
    if isinstance(gates, list) and gates and isinstance(gates[0], dict):
        return f"{gates[0].get('title') or gates[0].get('gate')}: {in_words(gates[0].get('evidence'))}"
    return error.message

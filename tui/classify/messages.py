"""What the Classify pane's dialogs say: a history, what an undo undoes, why something was refused."""

from typing import TYPE_CHECKING

from textual.content import Content

from core.domain.text import visible
from core.errors import ConsoleError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date

    from core.domain.classify.staged import Returned
    from core.services.classify.history import Version
    from tui.classify.queue_rows import QueueRow


def history(versions: "Iterable[Version]") -> Content:
    """Who decided what about a collection, when and why."""
    lines = [
        f"{each.at:%Y-%m-%d %H:%M}  {each.actor}  {each.action}  {each.identity or '-'}  {each.reason or ''}"
        for each in versions
    ]
    return Content("\n".join(map(visible, lines)) or "Nobody has decided anything yet.")


def back(found: "Returned", today: "date") -> str:
    """What is staged again, and what is not since somebody else has decided it."""
    at = found.at.astimezone()
    when = f"{at:%H:%M}" if at.date() == today else f"{at:%m-%d %H:%M}"
    count, overtaken = len(found.choices), ", ".join(found.overtaken)
    if not count:
        return f"what was staged at {when} is decided by somebody else: {overtaken}"
    are = "decisions are" if count > 1 else "decision is"
    said = f"{count} staged {are} back in Classify, of {when}: w writes, u drops"
    return said + (f"; decided by somebody else: {overtaken}" if overtaken else "")


def settling(rows: "Collection[QueueRow]") -> Content:
    """How far the queue is from its order."""
    seen, total = sum(row.evidence is not None for row in rows), sum(row.blocker.has_table for row in rows)
    return Content(
        f"Looking at samples: {seen} of {total}.\nThen the clearest come first.\n\nj begins at once, by name."
    )


def staged(count: int, rows: "Collection[QueueRow]") -> Content:
    """How many are staged, how many are left, and how many nobody has looked at yet."""
    waiting = sum(row.blocker.has_table and row.evidence is None for row in rows)
    text = f" {count} staged · {len(rows) - count} undecided" + (" · w writes" if count else "")
    text += f" · {waiting} still to look at" if waiting else ""
    return Content.styled(text, "bold $success" if count else "$text-muted")


def undoing(last: "Version") -> Content:
    """Which decision is undone."""
    return Content.assemble(
        "Nothing is staged. Undone, by an event of its own, is this login's latest classification:\n\n",
        (f"{visible(last.collection)} by {visible(last.identity or '-')}", "bold"),
        f", written {last.at.astimezone():%Y-%m-%d %H:%M:%S}",
    )


def why(error: ConsoleError | None) -> str:
    """Why a decision was refused, in a line; nothing where it was not."""
    if error is None:
        return ""
    gates = error.evidence.get("gates")
    if isinstance(gates, list) and gates and isinstance(gates[0], dict):
        return f"{gates[0].get('title') or gates[0].get('gate')}: {gates[0].get('evidence')}"
    return error.message

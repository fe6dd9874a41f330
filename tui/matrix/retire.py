"""Retiring an identity from the Matrix: the reason, what it would do, and the typed confirmation."""

from shlex import join
from typing import TYPE_CHECKING

from textual.content import Content

from core.domain.backfill.next_actions import OPERATOR
from core.domain.overview.matrix import REQUIRED, MatrixRow
from core.domain.text import visible
from tui.actors import Actor
from tui.widgets.confirm import Confirm

if TYPE_CHECKING:
    from core.services.classify.classify import Retired
    from tui.runtime.source import Link

WHY = "Reason, kept in the history of the collection:"


class Retiring:
    """Asks about the collection under the cursor, and has its identity retired."""

    def __init__(self, pane: Actor) -> None:
        self._pane = pane

    def why_not(self, row: MatrixRow | None) -> str:
        """What row or login forbid."""
        if row is None:
            return "no collection is under the cursor"
        if refusal := self._pane.host.state.refusal(OPERATOR):
            return refusal
        if row.facts.requirement != REQUIRED:
            return "the collection is not REQUIRED"
        if row.facts.identity is None:
            return "the collection has no identity"
        return "no row is registered under it" if row.counts is not None and row.counts.registered == 0 else ""

    @staticmethod
    def twin(row: MatrixRow | None) -> str:
        """The command that does the same."""
        name = "COLLECTION" if row is None else row.facts.collection
        return join(["birth-console", "classify", name, "--retire", "--reason", "why"])

    def ask(self, row: MatrixRow) -> None:
        """Ask for the reason and have it confirmed, then retire the identity."""
        host, name = self._pane.host, row.facts.collection
        title = f"Retire the identity of {visible(name)}"

        def retire(reason: str) -> None:
            call = lambda: host.source.write(lambda link: _retire(link, name, reason))  # noqa: E731 - as short as its use
            host.work.start("retire", call, told, host.tell, f"retiring the identity of {visible(name)}", writes=True)

        def told(done: "Retired") -> None:
            host.say(
                f"{visible(done.collection)}: identity retired (version {done.retired}). 3: classify its other rows"
            )
            host.refresh_now()

        question = Confirm(title, _body(row), host.state.phrase(visible(name)), "retire its identity", asks=WHY)
        host.push_screen(question, lambda yes: retire(question.text) if yes else None)


def _body(row: MatrixRow) -> Content:
    kept = "" if row.counts is None else f", {row.counts.registered:,} of them"
    lines = (
        f"ends     {visible(row.facts.identity or '')}",
        f"keeps    the codes of registered rows{kept}",
        "then     the next identity counts for all other rows; the collection is unclassified until then",
    )
    return Content("\n".join(lines))


def _retire(link: "Link", collection: str, reason: str) -> "Retired":
    from core.services.classify import classify  # noqa: PLC0415 - the services bring the driver along

    return classify.retire(link, collection, reason)

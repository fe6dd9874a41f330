"""Beside the matrix, on a wide screen: the contract of the collection under the cursor, by what the catalogs say."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.content import Content

from core.domain.overview.matrix import MatrixRow
from core.errors import ConsoleError
from tui.actors import Actor
from tui.matrix.contract_beside import beside
from tui.runtime.poller import is_lost
from tui.runtime.source import Link
from tui.widgets.side_panel import SidePanel

if TYPE_CHECKING:
    from core.domain.overview.contract import Contract

WORK = "contract beside"


class ContractPanel(SidePanel):
    """Reads a contract when the cursor rests on a collection. Its rows are not read: `enter` has them checked."""

    def __init__(
        self, actor: Actor, row: Callable[[], MatrixRow | None], failed: Callable[[str], ConsoleError | None]
    ) -> None:
        super().__init__(self._told, self._read, id="contract")
        self._actor, self._row, self._failure = actor, row, failed
        self._known: dict[str, tuple[MatrixRow, Contract]] = {}

    def forget(self) -> None:
        """Read again what was read."""
        self._known.clear()
        self.follow()

    def _told(self, width: int) -> Content:
        row = self._row()
        if row is None:
            return Content("")
        known = self._known.get(row.facts.collection)
        return beside(row, self._failure(row.facts.collection), None if known is None else known[1], width)

    def _read(self) -> bool:
        row = self._row()
        if row is None or ((known := self._known.get(row.facts.collection)) and known[0].facts == row.facts):
            return True
        host, name = self._actor.host, row.facts.collection
        source = host.source

        def call(link: Link) -> "Contract":
            from core.services.overview import contract  # noqa: PLC0415 - the driver comes after the first paint

            return next(contract.read(link, name))

        def told(found: "Contract") -> None:
            self._known[name] = (row, found)
            here = self._row()
            if here is not None and here.facts.collection not in self._known:
                self.follow()  # the cursor went on while it was read
            else:
                self.show()

        def failed(error: ConsoleError) -> None:
            # What is lost is told by the refresh; `enter` tells what else is wrong.
            if is_lost(error):
                self._known.pop(name, None)

        host.work.start(WORK, lambda: source.read("contract", call), told, failed)
        return False

"""A collection opened from the matrix: its facts, its contract gate by gate, and the SQL that would run."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from core.domain.gates import GateState
from core.domain.overview.contract import Contract
from core.domain.overview.matrix import MatrixRow
from core.domain.text import visible
from core.errors import ConsoleError
from tui.actors import Actor
from tui.matrix import contract_text
from tui.runtime.source import Link
from tui.widgets.dialog import Dialog
from tui.widgets.sheet import Sheet
from tui.widgets.signs import count_of

WIDEST = 77  # cells, as wide as every sheet
EDGES = 5  # border, padding and scrollbar


class ContractScreen(Dialog):
    """Shows what is known at once; the gates follow when the catalogs are read, and again when the rows are."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("y", "copy", "Copy the SQL")]

    def __init__(self, actor: Actor, row: MatrixRow, failure: ConsoleError | None) -> None:
        super().__init__("Collection", Content(""), "y: copy the SQL · esc: close")
        self._actor, self._row, self._failure = actor, row, failure
        self._contract: Contract | None = None
        self._problem: ConsoleError | None = None
        self._reading = f"contract of {row.facts.collection}"

    def on_mount(self) -> None:
        """Begin to read."""
        self._show()
        host, name = self._actor.host, self._row.facts.collection
        source, work = host.source, host.work

        def call(link: Link) -> None:
            # The driver comes after the first paint.
            from core.services.overview import contract  # noqa: PLC0415 - as said

            for found in contract.read(link, name):
                work.deliver(lambda found=found: self._found(found))  # type: ignore[misc]  # each its own
                if not self.is_running:
                    break  # the dialog is closed: the rows are not read

        work.start(self._reading, lambda: source.read("contract", call), lambda _: None, self._failed)

    def on_unmount(self) -> None:
        """Its rows are not waited for any more: the server need not go on reading them."""
        source, work = self._actor.host.source, self._actor.host.work
        if work.is_under_way(self._reading):
            work.start(f"end of {self._reading}", lambda: source.give_up("contract"), lambda _: None, lambda _: None)

    def action_copy(self) -> None:
        """Copy the statements."""
        if self._contract is None or not self._contract.statements:
            self._actor.host.say("there is no SQL to copy")
            return
        text = "\n\n".join(f"-- {each.title}\n{contract_text.lines(each.text)};" for each in self._contract.statements)
        self._actor.host.copy_text(text)

    def on_resize(self) -> None:
        """Lay out again."""
        self._show()

    @staticmethod
    def _standing(contract: Contract) -> str:
        """What the contract comes to: the title says it wherever the text is scrolled to."""
        failed = sum(gate.verdict is GateState.FAILED for gate in contract.gates)
        if contract.all_ok:
            return "✓ all_ok"
        return f"✗ {failed} of {count_of(len(contract.gates), 'gate')} failed" if failed else "? not all evaluated"

    def _found(self, contract: Contract) -> None:
        self._contract = contract
        self._show()

    def _failed(self, error: ConsoleError) -> None:
        self._problem = error
        self._show()

    def _show(self) -> None:
        if not self.is_running:
            return
        width = min(self.app.size.width, WIDEST) - EDGES
        parts = [contract_text.facts(self._row, self._failure)]
        if self._contract is not None:
            self.query_one(Sheet).border_title = Content(f" Collection · contract {self._standing(self._contract)} ")
            parts += [contract_text.gates(self._contract, width), *map(contract_text.sql, self._contract.statements)]
        elif self._problem is None:
            parts.append(Content.styled("reading the contract…", "$text-muted"))
        if self._problem is not None:
            told = visible(f"{self._problem.message}. {self._problem.hint}".strip())
            parts.insert(0, Content.styled(f"! not read: {told}", "bold $warning"))
        self.query_one(".dialog > Static", Static).update(Content("\n\n").join(parts))

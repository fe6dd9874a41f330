"""The panes that are hidden at first. Importing this module loads them: that takes longer than connecting."""

from pathlib import Path

from tui.classify.pane import ClassifyPane
from tui.ledger.pane import LedgerPane
from tui.matrix.pane import MatrixPane
from tui.pane import Pane


def panes() -> list[Pane]:
    """They themselves, hidden."""
    found: list[Pane] = [MatrixPane(), ClassifyPane(), LedgerPane()]
    for pane in found:
        pane.display = False
    return found


def stylesheet(pane: Pane) -> Path:
    """The file that says how a pane looks."""
    return Path(__file__).parent / f"{pane.id}" / f"{pane.id}.tcss"

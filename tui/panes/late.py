"""The panes that nobody sees at first. Importing this module loads them: that takes longer than connecting."""

from pathlib import Path

from tui.panes.classify import ClassifyPane
from tui.panes.ledger import LedgerPane
from tui.panes.matrix import MatrixPane
from tui.panes.pane import Pane


def panes() -> list[Pane]:
    """They themselves, hidden."""
    found: list[Pane] = [MatrixPane(), ClassifyPane(), LedgerPane()]
    for pane in found:
        pane.display = False
    return found


def stylesheet(pane: Pane) -> Path:
    """The file that says how a pane looks."""
    return Path(__file__).with_name(f"{pane.id}.tcss")

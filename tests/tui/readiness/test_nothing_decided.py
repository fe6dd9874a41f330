"""A database in which nobody has decided anything yet: its policy is the company's, and its ledger has no decision."""

from core.domain.overview.burndown import burndown
from tui.readiness import activity_text
from tui.runtime.state import ConsoleState


def test_where_nothing_was_decided_the_burn_down_says_so_and_no_missing_rows_are_known() -> None:
    state = ConsoleState(burndown=burndown([], 3))
    assert activity_text.burndown(state, 40).plain.strip() == "known after the first decision"
    assert state.missing is None

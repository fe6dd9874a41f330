import pytest
from rich.cells import cell_len

from core.domain.overview.readiness import METRICS, Claim, Readiness
from tests.tui.driving import Driven, drive
from tests.tui.fakes import FakeSource, readiness
from tui.readiness.metrics_text import fold
from tui.widgets.gate_conditions import gate_conditions


def test_the_console_opens_on_the_eight_metrics_named_and_ordered_as_ever(source: FakeSource) -> None:
    async def scenario(console: Driven) -> None:
        found = [line.strip("│ ").split()[0] for line in console.region("#metrics").splitlines()[1:-1]]
        assert [name for name in found if name in METRICS] == list(METRICS)
        assert "BLOCKED_UNTIL_43_IDENTITIES_" in console.region("#metrics")
        assert "RESOLVED_AND_PERMIT_OPENED" in console.region("#metrics")

    drive(scenario, source)


def test_a_wide_screen_shows_the_gate_in_one_piece(source: FakeSource) -> None:
    async def scenario(console: Driven) -> None:
        assert "BLOCKED_UNTIL_43_IDENTITIES_RESOLVED_AND_PERMIT_OPENED" in console.region("#metrics")

    drive(scenario, source, size=(120, 36))


def test_what_opens_the_gate_says_what_is_closed_and_where_to_do_it(source: FakeSource) -> None:
    async def scenario(console: Driven) -> None:
        text = console.region("#gate")
        assert "✗ 43 identities unclassified       → 3" in text
        assert "✗ no open permit (gatekeepers)" in text
        assert "✓ permit table, ledger, register fn" in text

    drive(scenario, source)


@pytest.mark.parametrize(
    "dashboard",
    [
        readiness(),
        readiness(resolvable=74),
        readiness(permits=1),
        readiness(resolvable=74, permits=2),
        readiness(admission_permit_table="absent", open_permits=0),
        readiness(backfill_ledger_table="absent", shared_register_fn="absent"),
    ],
)
def test_as_many_conditions_are_closed_as_the_gate_names(dashboard: Readiness) -> None:
    reasons = dashboard.gate.removeprefix("BLOCKED_UNTIL_").split("_AND_") if not dashboard.is_open else []
    assert len([step for step in gate_conditions(dashboard) if not step.holds]) == len(reasons)


def test_an_open_gate_is_said_in_words(source: FakeSource) -> None:
    source.dashboard = readiness(resolvable=74, permits=1)

    async def scenario(console: Driven) -> None:
        assert "QT-001 ✓ OPEN" in console.screen()
        assert "✗" not in console.region("#gate")

    drive(scenario, source)


def test_claims_stand_beside_the_live_figures_with_a_verdict(source: FakeSource) -> None:
    async def scenario(console: Driven) -> None:
        text = console.region("#claims")
        assert "≠ trigger_gap" in text
        assert "stated 5  live 2" in text
        assert "= script_compatibility" in text
        assert "stated 14 compatible / 22 broken of 36" in text
        assert "live   31 compatible / 43 broken of 74" in text

    drive(scenario, source)


def test_a_box_that_has_no_room_says_how_much_is_left_out(source: FakeSource) -> None:
    claims = tuple(Claim(f"claim_{index}", "report", "1", "2", "superseded") for index in range(20))
    source.dashboard = Readiness(source.dashboard.metrics, source.dashboard.census, claims)

    async def scenario(console: Driven) -> None:
        assert "… 14 more lines" in console.region("#claims")

    drive(scenario, source)


def test_changes_between_two_looks_are_listed_newest_first_with_their_time(source: FakeSource) -> None:
    async def scenario(console: Driven) -> None:
        assert "No changes since 14:02:09" in console.region("#changes")
        source.dashboard = readiness(resolvable=33)
        await console.press("r")
        await console.shows("resolvable 31 → 33 ↑")
        source.dashboard = readiness(resolvable=74, permits=1)
        await console.press("r")
        await console.shows("QT-001 BLOCKED → OPEN ~")
        text = console.region("#changes")
        assert text.index("33 → 74 ↑") < text.index("31 → 33 ↑")
        assert "blockers 41 → 0 ↓" in text
        assert text.count("14:02") == 6

    drive(scenario, source, size=(80, 40))


def test_a_small_screen_scrolls_the_dashboard(source: FakeSource) -> None:
    async def scenario(console: Driven) -> None:
        pane = console.app.pane
        await console.press("G")
        assert pane.scroll_y > 0
        await console.press("g", "j", "j", "k", "pagedown", "pageup")
        assert pane.scroll_y == 0

    drive(scenario, source, size=(80, 14))


@pytest.mark.parametrize("width", [10, 20, 36, 80])
def test_a_folded_word_loses_nothing_and_keeps_to_its_width(width: int) -> None:
    text = "BLOCKED_UNTIL_43_IDENTITIES_RESOLVED_AND_PERMIT_OPENED"
    lines = fold(text, width)
    assert all(cell_len(line) <= width for line in lines)
    if width > 12:
        assert "".join(lines) == text

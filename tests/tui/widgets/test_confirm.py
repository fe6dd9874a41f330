"""A question with a body that is longer than the screen."""

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from tests.tui.driving import Driven, drive
from tests.tui.fakes import FakeSource
from tui.widgets.confirm import Confirm

LINES = [f"line {number}" for number in range(60)]


def test_what_is_to_be_typed_stays_in_sight_however_long_the_body_is(source: FakeSource) -> None:
    async def scenario(console: Driven) -> None:
        question = Confirm("Apply", Content("reading…"), "run-1", "apply it", asks="Workers: ", given="auto")
        await console.app.push_screen(question)
        await console.pilot.pause()
        question.query_one("#body", Static).update(Content("\n".join(LINES)))
        question.show_answers()
        await console.until(lambda: "pgdn: more" in str(question.query_one(".dialog").border_subtitle))
        for line in (*question.query(Input), question.query_one("#answers", Static)):
            assert line.region, line
            assert line.region in question.region, line
            assert line.region in question.query_one(".dialog").region, line
        await console.press("pagedown", *"run-1")
        assert question.query_one(".said", VerticalScroll).scroll_offset.y > 0
        assert question.query_one("#phrase", Input).value == "run-1"

    drive(scenario, source)

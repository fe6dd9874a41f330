import json
from collections.abc import Iterator

import pytest

from core.cli.output import Output
from core.cli.progress import follow, pace
from core.domain.backfill.events import EVENT_VERSION, ApplyEvent
from core.domain.backfill.pace import Estimate
from core.domain.backfill.runs import Accounting

ACCOUNT = Accounting(planned=1200, registered=1100, existing=50, vanished=49, quarantined=1).as_json()


def test_an_event_is_one_line_with_its_name_first_and_its_version() -> None:
    line = json.dumps(ApplyEvent("batch", {"run": 7, "rows": 2}).as_json())
    assert line == f'{{"event": "batch", "v": {EVENT_VERSION}, "run": 7, "rows": 2}}'
    assert "\n" not in line


def test_a_figure_that_an_event_lacks_counts_as_0() -> None:
    assert ApplyEvent("batch", {"quarantined": 3, "reason": "3"}).count("quarantined") == 3
    assert ApplyEvent("batch", {"reason": "3"}).count("reason") == 0
    assert ApplyEvent("batch").count("quarantined") == 0


def story() -> Iterator[ApplyEvent]:
    yield ApplyEvent("started", {"run": 7, "planned": 1200, "open": 1000})
    yield ApplyEvent("batch", {"run": 7, "rows": 500, "seconds": 0.5})
    yield ApplyEvent("throttled", {"run": 7, "gates": ["condition"], "reasons": ["busy \x1b[31mnow"]})
    yield ApplyEvent("batch", {"run": 7, "rows": 500, "seconds": 0.5})
    yield ApplyEvent("done", {"run": 7, "accounting": ACCOUNT})


def test_people_read_the_accounting_on_stdout_and_what_held_the_run_on_stderr(
    capsys: pytest.CaptureFixture[str],
) -> None:
    follow(Output(as_json=False), story())
    said = capsys.readouterr()
    assert said.out == (
        "run 7 done: 1,200 planned, 1,100 registered, 50 existing, 49 vanished, 1 quarantined, late not counted\n"
    )
    assert said.err == "throttled: reasons busy \\x1b[31mnow\n"


def test_a_pipe_gets_no_escape_sequences(capsys: pytest.CaptureFixture[str]) -> None:
    follow(Output(as_json=False), story())
    assert "\x1b" not in "".join(capsys.readouterr())


def test_pace_says_rows_a_second_and_one_figure_where_the_range_is_none() -> None:
    estimate = Estimate(5000, began=0.0)
    assert pace(estimate) == ""
    estimate.finished(1000, 1.0)
    assert pace(estimate) == "1,000 rows/s, 0:00:04 to go"


def test_pace_says_a_range_where_the_rates_differ() -> None:
    estimate = Estimate(20_000, began=0.0)
    estimate.finished(1000, 10.0)
    for second in range(11, 31):
        estimate.finished(200, second)
    assert pace(estimate) == "200 rows/s, 0:01:15-0:01:30 to go"

"""Results of several runs of the bench, side by side."""

from dataclasses import asdict

from tests.bench.runs import placed, side_by_side
from tests.bench.table import Row, ratio


def _run(*rows: Row) -> dict[str, object]:
    return {
        "machine": "a machine",
        "groups": {"one": {"seconds": 1.0, "rows": [asdict(r) | {"holds": r.holds} for r in rows]}},
    }


def test_a_row_is_told_once_with_the_figure_of_each_run_and_what_misses_is_marked() -> None:
    first = _run(
        ratio("apply", 1, 2, 0.6, "one statement, 14,019 rows/s"), Row("start", 0.4, "s", 1, "pgcli, same server")
    )
    second = _run(ratio("apply", 7, 10, 0.6, "one statement, 9,000 rows/s"))
    assert side_by_side([first, second]) == [
        "a machine:",
        "",
        "| what | against | target | run 1 | run 2 |",
        "|---|---|---|---|---|",
        "| apply | one statement | ≥ 0.6 × | 0.50 × ✗ | 0.70 × |",
        "| start | pgcli, same server | ≤ 1 s | 0.40 s | — |",
    ]


def test_a_figure_that_all_runs_share_is_kept_and_one_that_differs_is_not() -> None:
    same, other = (_run(Row("bytes", 252, "bytes", 300, f"a table: {figure}")) for figure in (729, 731))
    assert side_by_side([same, same])[-1].split(" | ")[1] == "a table: 729"
    assert side_by_side([same, other])[-1].split(" | ")[1] == "a table"


def test_a_table_takes_the_place_of_the_one_before() -> None:
    document = "Figures.\n\n<!-- runs -->\nold\n<!-- /runs -->\n\nMore.\n"
    found = placed(document, ["new"])
    assert found == document.replace("old", "new")
    assert placed(found, ["new"]) == found

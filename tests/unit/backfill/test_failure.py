import pytest
from psycopg import errors

from core.db.connection.errors import console_error
from core.domain.backfill.failure import Failure, failure, is_curable

EVERY = sorted(errors._sqlcodes)  # the driver's own table of states


@pytest.mark.parametrize("state", ["40001", "40P01", "55P03", "55006"])
def test_what_another_session_was_in_the_way_of_is_repeated(state: str) -> None:
    assert failure(state) is Failure.REPEAT


@pytest.mark.parametrize("state", ["57014", "53200", "54000", "54001"])
def test_what_was_too_much_is_tried_with_fewer_rows(state: str) -> None:
    assert failure(state) is Failure.SHRINK


@pytest.mark.parametrize(
    "state", ["", "08000", "08006", "57P01", "57P02", "57P03", "57P05", "53300", "25P03", "25P04", "XX000"]
)
def test_a_lost_link_is_made_again(state: str) -> None:
    assert failure(state) is Failure.LINK
    assert is_curable(state)


@pytest.mark.parametrize(
    "state",
    [
        "22001",
        "22P02",
        "23505",
        "23514",
        "23502",
        "P0001",
        "P0004",
        "21000",
        "42703",
        "42883",
        "27000",
        "BR008",
    ],
)
def test_what_a_row_is_to_blame_for_is_looked_for(state: str) -> None:
    assert failure(state) is Failure.POISON


@pytest.mark.parametrize("state", ["GW001", "UE404", "45000", "T0001", "99999"])
def test_a_class_of_its_own_that_a_register_function_raises_is_a_rows_too(state: str) -> None:
    assert failure(state) is Failure.POISON


@pytest.mark.parametrize(
    "state",
    [
        "BR002",
        "BR003",
        "BR004",
        "BR005",
        "BR006",
        "BR007",
        "0A000",
        "42501",
        "25006",
        "53100",
        "58030",
        "XX002",
        "57P04",
    ],
)
def test_what_no_row_is_to_blame_for_stops_the_run(state: str) -> None:
    assert failure(state) is Failure.FATAL


def test_every_state_of_the_server_has_a_cure_and_none_of_the_classes_of_success_is_one_of_a_row() -> None:
    cures = {state: failure(state) for state in EVERY}
    assert len(cures) > 200
    of_success = {state: cure for state, cure in cures.items() if state[:2] in ("00", "01", "02")}
    assert {state: cure for state, cure in of_success.items() if cure is not Failure.FATAL} == {}


@pytest.mark.parametrize(
    ("state", "status"),
    [("BR002", 2), ("BR003", 3), ("BR004", 4), ("BR005", 5), ("BR006", 6), ("BR007", 7), ("BR008", 5)],
)
def test_each_refusal_of_our_own_functions_has_its_exit_status(state: str, status: int) -> None:
    refused = type("Refused", (errors.RaiseException,), {"sqlstate": state})("code: words")
    assert console_error(refused).exit_status == status

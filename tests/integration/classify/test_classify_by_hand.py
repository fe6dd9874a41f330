"""Classifying with psql alone: what the console asks before it writes, the database asks again."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.databases import Database
from tests.faults.attacker import ask, refusal
from tests.homes import eventually
from tests.integration.classify.test_classify import written

TAKING_BACK = "SELECT birth.birth_identity_unclassify('goods', 1, 'x')"
CLASSIFYING = "SELECT birth.birth_identity_classify('goods', 'column', '{code}', NULL, 'x', '{}')"


def test_of_two_who_classify_at_the_same_moment_the_second_is_told_who_was_first(small: Database) -> None:
    with small.psql() as first, small.psql("operator2") as second, ThreadPoolExecutor() as pool:
        ask(first, TAKING_BACK)
        waits = f"SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = {second.info.backend_pid}"
        with first.transaction():
            assert ask(first, CLASSIFYING) == 3
            told = pool.submit(refusal, second, CLASSIFYING.replace("{code}", "{id}"))
            assert eventually(lambda: bool(small.value(waits)))
        state, message = told.result(timeout=30)
    assert (state, message) == ("BR004", "identity_changed: goods was classified by operator1 since your last refresh")
    assert small.value("SELECT columns FROM birth.birth_identity WHERE collection_name = 'goods'") == ["code"]


def test_what_is_exempt_is_not_classified(small: Database) -> None:
    with small.psql() as operator:
        ask(operator, TAKING_BACK)
        small.run("UPDATE birth.birth_policy SET requirement = 'EXEMPT' WHERE collection_name = 'goods'")
        state, message = refusal(operator, CLASSIFYING)
    assert (state, message) == ("BR003", "not_classifiable: goods is not a REQUIRED collection with a table")


BY_HAND = {
    "no column": "'column', '{}'",
    "two columns as one": "'column', '{id,fingerprint_id}'",
    "a repetition": "'synthetic', '{id,id}'",
    "a NULL among the columns": "'synthetic', ARRAY['id', NULL]",
    "no columns at all": "'synthetic', NULL",
    "another strategy": "'expression', '{id}'",
    "no strategy": "NULL, '{id}'",
    "a column that is not there": "'column', '{nope}'",
    "SQL as a column": "'column', ARRAY['id; DROP TABLE feedbacks']",
    "a type without a stable text": "'column', '{weight}'",
}


@pytest.mark.parametrize("arguments", BY_HAND.values(), ids=BY_HAND)
def test_with_psql_alone_nobody_records(shared: Database, arguments: str) -> None:
    shared.run("ALTER TABLE feedbacks ADD COLUMN IF NOT EXISTS weight double precision")
    before = written(shared)
    with (
        shared.psql("operator1") as operator,
        pytest.raises(Exception, match=r"bad_template|column_missing|type_unsupp"),
    ):
        operator.execute(f"SELECT birth.birth_identity_classify('feedbacks', {arguments}, 0, NULL, NULL)".encode())
    assert written(shared) == before

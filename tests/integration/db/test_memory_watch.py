"""A server that answers without end is given up before it takes this machine's memory."""

import resource

import pytest

from core.db.connection import memory_watch
from core.errors import ConsoleError, Unavailable
from tests.databases import Database


@pytest.mark.parametrize(
    "question",
    [
        "SELECT repeat('x', 20000000) FROM generate_series(1, 1000)",
        "SELECT n::text, repeat('x', 100000) FROM generate_series(1, 300000) AS n",
    ],
    ids=["names of 20 MB", "rows without end"],
)
def test_an_answer_of_gigabytes_is_given_up_and_explains_no_other_lost_link(
    small: Database, monkeypatch: pytest.MonkeyPatch, question: str
) -> None:
    monkeypatch.setenv("BIRTH_CONSOLE_MEMORY_MB", "100")
    monkeypatch.setattr(memory_watch, "_LOOK_SECONDS", 0.02)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    with small.connect("viewer1") as connection, pytest.raises(ConsoleError) as told, connection.snapshot():
        connection.driver.execute(question.encode())
    assert (told.value.code, told.value.evidence) == ("answer_too_large", {"limit_mb": 100})
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024 - before < 1000
    with small.connect("viewer1") as another:
        small.run(f"SELECT pg_terminate_backend({another.process}, 10000)")
        with pytest.raises(Unavailable) as lost, another.snapshot():
            another.driver.execute(b"SELECT 1")
    assert lost.value.code != "answer_too_large"

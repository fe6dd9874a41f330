"""The process that looks at small tables beside this one: what is suggested does not depend on it, nor on its end."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.domain.classify.suggestion import Suggestion
from core.services.classify import helper as helpers
from core.services.classify import suggest
from core.services.classify.helper import Around, Gone, Helper, Look, command, helping
from tests.databases import Database

TABLES = 90
_MADE = """
DO $$ BEGIN
    FOR n IN 1..90 LOOP
        EXECUTE CASE n % 3
            WHEN 0 THEN format('CREATE TABLE public.thing_%1$s AS SELECT i AS thing_%1$s_id, ''T%1$s-'' || i AS code,'
                ' i %% 7 AS kind_id, CASE WHEN %1$s = 30 AND i = 5 THEN E''\\x1f'' ELSE md5(i::text) END AS note'
                ' FROM generate_series(1, 20) AS i', n)
            WHEN 1 THEN format('CREATE TABLE public.thing_%1$s AS SELECT i / 4 AS thing_%2$s_id,'
                ' i %% 4 + 1 AS line_no, i %% 9 AS quantity FROM generate_series(4, 23) AS i', n, n - 1)
            ELSE format('CREATE TABLE public.thing_%1$s AS SELECT i AS thing_%2$s_id, 1 AS language_id,'
                ' md5(i::text) AS name FROM generate_series(1, 20) AS i', n, n - 2) END;
        IF n % 5 = 0 THEN EXECUTE format('ALTER TABLE public.thing_%1$s ADD UNIQUE (thing_%2$s_id, %3$s)', n,
            n - n % 3, (ARRAY['code', 'line_no', 'language_id'])[n % 3 + 1]);
        END IF;
        EXECUTE format('GRANT SELECT ON public.thing_%1$s TO birth_owner, birth_caller, birth_reader', n);
    END LOOP;
END $$;
INSERT INTO birth.collection_registry (collection_name) SELECT 'thing_' || n FROM generate_series(1, 90) AS n;
INSERT INTO birth.birth_policy (collection_name) SELECT 'thing_' || n FROM generate_series(1, 90) AS n;
"""
_ROOT = Path(helpers.__file__).parents[3]
# A helper that ends, or sleeps, before its n-th answer: the first are of what it has seen, the last of what it ranked.
_FAULTY = """
import os, sys, time
sys.path.append({root!r})
import core.services.classify.helper as helper
left, done = [{answers}], helper.Work.done
def faulty(self, task):
    answer = done(self, task)
    left[0] -= answer is not None
    if left[0] < 0:
        {fault}
    return answer
helper.Work.done = faulty
helper.serve()
"""


@pytest.fixture
def many(database: Database) -> Database:
    database.run(_MADE)
    return database


def names() -> list[str]:
    return [f"thing_{n}" for n in range(1, TABLES + 1)]


def found(database: Database) -> list[Suggestion]:
    with database.connect("viewer1") as connection:
        return [*suggest.suggestions(connection, names())]


def alone(database: Database) -> list[Suggestion]:
    """What is suggested where there is one core."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(helpers, "cores", lambda: 1)
        patched.setattr(helpers, "Helper", None)
        return found(database)


@contextmanager
def heard() -> Iterator[list[str]]:
    """What the helpers answered meanwhile."""
    told: list[str] = []
    answer = Helper.answer
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(helpers, "cores", lambda: 2)

        def kept(self: Helper, seconds: float | None = None) -> helpers.Answer | None:
            got = answer(self, seconds)
            told.extend(["seen"] * bool(got and got.seen) + ["ranked"] * bool(got and got.suggestions))
            return got

        patched.setattr(Helper, "answer", kept)
        yield told


def test_what_a_helper_finds_is_what_this_process_finds(many: Database) -> None:
    expected = alone(many)
    assert len(expected) == TABLES
    with heard() as told:
        assert found(many) == expected
    assert {"seen", "ranked"} <= set(told)


def faulty(answers: int, fault: str) -> list[str]:
    code = _FAULTY.format(root=str(_ROOT), answers=answers, fault=fault)
    return [sys.executable, "-I", "-S", "-c", code]


def test_what_a_helper_leaves_undone_is_done_here(many: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = alone(many)
    monkeypatch.setattr(helpers, "_PATIENCE", 1.0)
    for answers, fault in ((0, "os._exit(3)"), (1, "os._exit(3)"), (2, "os._exit(3)"), (1, "time.sleep(600)")):
        monkeypatch.setattr(helpers, "command", lambda own=(answers, fault): faulty(*own))
        with heard() as told:
            assert found(many) == expected, (answers, fault)
        assert len(told) <= answers
    for nobody in (["/nowhere/at/all"], [sys.executable, "-I", "-S", "-c", "print('a helper? me?' * 9)"]):
        monkeypatch.setattr(helpers, "command", lambda own=nobody: own)
        with heard() as told:
            assert found(many) == expected, nobody
        assert not told


def test_few_tables_or_one_core_have_no_helper(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(helpers, "cores", lambda: 2)
    with helping(helpers._WORTH - 1) as few, helping(helpers._WORTH) as many_tables:
        assert few is None
        assert many_tables is not None
    monkeypatch.setattr(helpers, "cores", lambda: 1)
    with helping(10_000) as one_core:
        assert one_core is None


def test_a_helper_knows_no_password_and_ends_with_its_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", "of nobody else")
    helper = Helper(command())
    try:
        process = helper._process
        assert os.getsid(process.pid) != os.getsid(0)  # no terminal interrupts it: the parent decides
        helper.give(Look(0, [], compared=True))
        assert helper.answer(30) is not None
        environment = Path(f"/proc/{process.pid}/environ")
        if environment.exists():
            assert b"PGPASSWORD" not in environment.read_bytes()
        helper._inbox.close()
        assert process.wait(30) == 0
        with pytest.raises(Gone):
            helper.answer(30)
    finally:
        helper.close()
        helper.close()


def test_a_helper_is_ended_while_it_works() -> None:
    code = "import time; time.sleep(600)"
    helper = Helper([sys.executable, "-c", code])
    helper.give(Around(["x" * 5_000_000], None))  # type: ignore[arg-type]  # more than a pipe holds: it is being written
    helper.close()
    assert helper._process.returncode == -signal.SIGKILL
    assert not helper._writer.is_alive()

"""The API for scripts, where it differs from a command: its process goes on after an error, and no apply behind it."""

import signal
import threading
from collections.abc import Iterator

import pytest

from core import api
from core.errors import NotAllowed, Unavailable, UsageError
from tests import small as small_database
from tests.databases import Database

ROWS, BATCH = 2000, 20


@pytest.fixture
def run(small: Database) -> int:
    """A run of a hundred batches, permitted and reconciled."""
    return small_database.a_run(small, "goods", goods=ROWS)


@pytest.fixture
def db(small: Database) -> Iterator[api.Database]:
    """The small database, as operator1."""
    with api.connect(dsn=small.dsn()) as found:
        yield found


def _three_batches(events: Iterator[api.ApplyEvent]) -> None:
    """The canary is alone: workers are at work from the second one on."""
    for _ in range(3):
        next(event for event in events if event.event == "batch")


def _stopped_early(database: Database, run: int, threads: int) -> bool:
    small_database.eventually(lambda: threading.active_count() <= threads, "the end of the workers")
    return 0 < small_database.batches(database, run) < ROWS / BATCH


def test_leaving_ends_an_apply_after_its_batches_in_flight_and_the_next_one_resumes_it(
    small: Database, run: int
) -> None:
    threads = threading.active_count()
    with api.connect(dsn=small.dsn()) as leaving:
        events = leaving.apply(run, workers=2, batch_size=BATCH)
        _three_batches(events)
    # Closing waits for the workers; those that watch their links see within half a second that these are closed.
    assert [each.name for each in threading.enumerate() if each.name != "overdue"][threads:] == []
    assert _stopped_early(small, run, threads)
    assert list(events) == []
    with api.connect(dsn=small.dsn()) as again:
        *_, last = again.apply(run)
        done = {"planned": ROWS, "registered": ROWS, "existing": 0, "vanished": 0, "quarantined": 0, "late": 0}
        assert (last.event, last.facts["accounting"]) == ("done", done)
        assert again.verify(again.run(run)).rerun_delta == 0


def test_a_loop_that_is_broken_off_leaves_no_worker_behind(small: Database, run: int, db: api.Database) -> None:
    threads = threading.active_count()
    for event in db.apply(run, batch_size=BATCH):
        if event.facts.get("seq_from") == 2 * BATCH + 1:
            break
    assert _stopped_early(small, run, threads)


def test_an_interrupt_leaves_no_worker_behind(
    small: Database, run: int, db: api.Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = threading.active_count()
    main = threading.main_thread().ident or 0
    small_database.at(monkeypatch, "after_commit", lambda: signal.pthread_kill(main, signal.SIGINT), nth=5)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            list(db.apply(run, batch_size=BATCH))
    finally:
        signal.signal(signal.SIGINT, before)
    assert _stopped_early(small, run, threads)


def test_the_profile_has_a_say_in_how_a_run_is_applied(
    small: Database, run: int, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("config")
    file = folder / "birth-console" / "config.toml"
    file.parent.mkdir()
    file.write_text(
        f'[profile.shop]\ndsn = "{small.dsn()}"\n[profile.shop.throttles]\nwhile = "SELECT false"\npatience = 0.2\n'
    )
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder))
    with api.connect(profile="shop") as db:
        events = db.apply(run)
        with pytest.raises(api.ConsoleError) as stopped:
            list(events)
        assert stopped.value.code == "throttled"
        *_, last = db.apply(run, condition="SELECT true")
        assert last.event == "done"


@pytest.mark.parametrize("wrong", [{"workers": 0}, {"batch_size": 10_001}, {"patience": float("nan")}, {"max_lag": -1}])
def test_an_option_that_no_command_takes_is_refused(
    small: Database, run: int, db: api.Database, wrong: api.GivenOptions
) -> None:
    with pytest.raises(UsageError) as refused:
        db.apply(run, **wrong)
    assert refused.value.code == "bad_option"
    assert small_database.batches(small, run) == 0


def test_a_name_alone_is_a_collection_and_no_name_is_no_plan(small: Database, db: api.Database) -> None:
    small_database.fill(small, goods=3, parts=2)
    assert [entry.collection for entry in db.plan("goods").run.entries] == ["goods"]
    assert [entry.collection for entry in db.plan().run.entries] == ["goods", "notes", "parts"]
    assert [found.collection for found in db.suggest("parts")] == ["parts"]
    with pytest.raises(UsageError):
        db.plan([])


def test_a_refusal_leaves_the_connection_as_it_was(db: api.Database) -> None:
    with pytest.raises(UsageError) as absent:
        db.plan(["absent"])
    assert absent.value.code == "unknown_collection"
    with pytest.raises(NotAllowed):
        db.open_permit(budget=1, expires="1h", reason="not mine to open")
    with pytest.raises(UsageError) as unknown:
        db.control(1, "stop")  # type: ignore[arg-type]  # a caller without types
    assert unknown.value.code == "bad_command"
    assert db.server.login == "operator1"


def test_a_connection_that_was_lost_is_made_again_for_the_next_call(small: Database, db: api.Database) -> None:
    assert db.permits() == ()
    small.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'operator1'")
    with pytest.raises(Unavailable):
        db.permits()
    assert db.permits() == ()


def test_a_wrong_target_is_told_by_connect(small: Database) -> None:
    with pytest.raises(Unavailable) as refused:
        api.connect(dsn=small.dsn().replace(small.name, "absent"))
    assert refused.value.code == "no_database"


def test_read_only_is_refused_by_the_server(small: Database) -> None:
    with api.connect(dsn=small.dsn(), read_only=True) as db, pytest.raises(NotAllowed):
        db.plan(["goods"])

"""Who writes the chain at the same time never forks it; and what a superuser does to it shows against an anchor."""

import time
from pathlib import Path
from threading import Barrier, Thread

import psycopg
import pytest

from core.domain.trust.chain import GENESIS_PREV, ChainEvent, event_hash
from core.errors import UsageError
from core.services.trust import audit
from tests.databases import SCHEMA, Database, TestServer
from tests.faults.attacker import ask

WRITERS, EACH = 8, 25
APPEND = "SELECT birth.birth_ledger_append('test', jsonb_build_object('writer', pg_backend_pid()))"

# What an anchor says where no failover explains it.
_CUT_OFF = (
    ": the server's history is unbroken, so no failover took it: a dump was restored into the database, or a superuser"
    " changed events"
)


def verdict(database: Database, anchor: Path | None = None) -> str | None:
    """The reason why the chain is bad, None where it is sound."""
    with database.connect("viewer1") as connection:
        bad = audit.audit(connection, anchor).bad
    return None if bad is None else str(bad["reason"])


def anchored(database: Database, folder: Path) -> Path:
    """An anchor of the chain as it is."""
    path = folder / f"anchor-{len(list(folder.iterdir()))}.json"
    with database.connect("viewer1") as connection:
        audit.write_anchor(connection, audit.audit(connection), path)
    return path


def written(database: Database, isolation: str) -> tuple[int, int]:
    """Let all writers append at once; how many events came, and how often a writer was told to try again."""
    start, again = Barrier(WRITERS, timeout=60), []

    def write() -> None:
        with database.psql("postgres") as session:
            session.execute(f"SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL {isolation}".encode())
            start.wait()
            done = 0
            deadline = time.monotonic() + 60
            while done < EACH and time.monotonic() < deadline:
                try:
                    session.execute(APPEND.encode())
                    done += 1
                except psycopg.errors.SerializationFailure as refused:
                    again.append(refused)

    before = database.value("SELECT count(*) FROM birth.birth_ledger_event")
    threads = [Thread(target=write, daemon=True) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return database.value("SELECT count(*) FROM birth.birth_ledger_event") - before, len(again)


@pytest.mark.parametrize("isolation", ["READ COMMITTED", "REPEATABLE READ"])
def test_eight_writers_at_a_time_never_fork_the_chain(small: Database, isolation: str) -> None:
    events, again = written(small, isolation)
    assert events == WRITERS * EACH
    assert again == 0 or isolation == "REPEATABLE READ"
    assert verdict(small) is None


def test_a_fork_is_refused_by_the_table_itself(small: Database) -> None:
    with pytest.raises(psycopg.errors.UniqueViolation):
        small.run(
            "INSERT INTO birth.birth_ledger_event SELECT seq + 1, at_us, actor, kind, payload, prev, sha256(hash)"
            " FROM birth.birth_ledger_event ORDER BY seq DESC LIMIT 1"
        )


def test_an_event_that_was_rolled_back_leaves_no_gap(small: Database) -> None:
    with small.psql("postgres") as session:
        with session.transaction(force_rollback=True):
            ask(session, APPEND)
        ask(session, APPEND)
    assert verdict(small) is None


def lengthened(database: Database, events: int = 5) -> int:
    """Append so many events; the number of the last one."""
    with database.psql("postgres") as session:
        return max(int(ask(session, APPEND)) for _ in range(events))


CHANGES = {
    "an actor": ("UPDATE {e} SET actor = 'somebody' WHERE seq = {n}", "the event's content does not match its hash"),
    "a payload": (
        "UPDATE {e} SET payload = payload || ' ' WHERE seq = {n}",
        "the event's content does not match its hash",
    ),
    "a kind": ("UPDATE {e} SET kind = 'other' WHERE seq = {n}", "the event's content does not match its hash"),
    "a moment": ("UPDATE {e} SET at_us = at_us + 1 WHERE seq = {n}", "the event's content does not match its hash"),
    "a hash": ("UPDATE {e} SET hash = sha256(hash) WHERE seq = {n}", "the event's content does not match its hash"),
    "a link": ("UPDATE {e} SET prev = sha256(prev) WHERE seq = {n}", "the event does not follow the previous event"),
    "an event that is gone": ("DELETE FROM {e} WHERE seq = {n}", "event {n} is missing"),
    "a head set back": (
        "UPDATE {h} SET seq = seq - 1",
        "the chain ends at event {last}, but its head names event {before}",
    ),
    "a head that is gone": ("DELETE FROM {h}", "the chain head is missing"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_a_superuser_changes_by_hand_is_found(small: Database, change: str) -> None:
    last = lengthened(small)
    names = {"e": "birth.birth_ledger_event", "h": "birth.birth_ledger_head", "n": last - 2, "last": last}
    statement, reason = (text.format(before=last - 1, **names) for text in CHANGES[change])
    small.run(statement)
    assert verdict(small) == reason


_CUT = """
DELETE FROM birth.birth_ledger_event WHERE seq > {kept};
UPDATE birth.birth_ledger_head SET (seq, hash) = (SELECT seq, hash FROM birth.birth_ledger_event WHERE seq = {kept});
"""


def test_a_cut_tail_passes_alone_and_fails_against_an_anchor(small: Database, tmp_path: Path) -> None:
    last = lengthened(small)
    anchor = anchored(small, tmp_path)
    assert verdict(small, anchor) is None
    small.run(_CUT.format(kept=last - 2))
    assert verdict(small) is None
    assert (
        verdict(small, anchor) == f"the anchored event {last} is missing: the chain ends at event {last - 2}{_CUT_OFF}"
    )


def test_a_tail_that_was_cut_and_grown_again_fails_against_an_anchor(small: Database, tmp_path: Path) -> None:
    last = lengthened(small)
    anchor = anchored(small, tmp_path)
    small.run(_CUT.format(kept=last - 2))
    lengthened(small)
    assert verdict(small) is None
    assert verdict(small, anchor) == f"the event is not the anchored event{_CUT_OFF}"


def test_a_restored_backup_passes_alone_and_fails_against_a_later_anchor(
    small: Database, server: TestServer, tmp_path: Path
) -> None:
    early = anchored(small, tmp_path)
    backup = Database(server, f"{small.name}_backup")
    server.create(backup.name, small.name)
    try:
        last = lengthened(small)
        late = anchored(small, tmp_path)
        assert verdict(backup) is None
        assert verdict(backup, early) is None
        ended = f"the anchored event {last} is missing: the chain ends at event {last - 5}"
        assert verdict(backup, late) == ended + _CUT_OFF
    finally:
        server.drop(backup.name)


def test_a_chain_that_was_begun_anew_in_the_same_place_fails_against_an_anchor(small: Database, tmp_path: Path) -> None:
    lengthened(small)
    anchor = anchored(small, tmp_path)
    small.run(
        "TRUNCATE birth.birth_ledger_event; UPDATE birth.birth_ledger_head SET seq = -1,"
        " hash = decode(repeat('00', 32), 'hex'); SELECT birth.birth_ledger_append('genesis', '{}')"
    )
    lengthened(small)
    assert verdict(small) is None
    assert verdict(small, anchor) == (
        "the event is not the anchored event: the first events differ, so the anchor is of another installation, or the"
        " chain was replaced as a whole"
    )


def test_a_chain_that_was_emptied_is_no_sound_one(small: Database) -> None:
    small.run(
        "TRUNCATE birth.birth_ledger_event; UPDATE birth.birth_ledger_head SET seq = -1,"
        " hash = decode(repeat('00', 32), 'hex')"
    )
    assert verdict(small) == "the chain has no events, not even the first"


def test_an_anchor_of_another_installation_is_refused(
    small: Database, server: TestServer, template: str, tmp_path: Path
) -> None:
    foreign = anchored(Database(server, template), tmp_path)
    with pytest.raises(UsageError) as found:
        verdict(small, foreign)
    assert found.value.code == "foreign_anchor"
    assert found.value.evidence["live"] != found.value.evidence["anchor"]


@pytest.mark.long
def test_two_hundred_thousand_events_are_verified_from_the_database(small: Database) -> None:
    with small.psql("postgres") as session:
        head = session.execute("SELECT seq, hash FROM birth.birth_ledger_head").fetchone()
        assert head is not None
        event = ChainEvent(head["seq"], 2_000_000_000_000_000, "operator1", "batch", None, GENESIS_PREV, head["hash"])
        columns = ", ".join(ChainEvent._fields)
        with session.cursor().copy(f"COPY {SCHEMA}.birth_ledger_event ({columns}) FROM STDIN".encode()) as copy:
            for number in range(head["seq"] + 1, 200_000):
                payload = f'{{"run": 1, "from": {number}}}'
                linked = event._replace(seq=number, payload=payload, prev=event.hash)
                event = linked._replace(hash=event_hash(linked))
                copy.write_row(event)
        session.execute("UPDATE birth.birth_ledger_head SET seq = %s, hash = %s", [event.seq, event.hash])
        assert ask(session, APPEND) == 200_000
    # The clock is behind what was made up: the appended event keeps the later time, and the chain is whole.
    with small.connect("viewer1") as connection:
        found = audit.audit(connection)
    assert (found.entries, found.bad) == (200_001, None)

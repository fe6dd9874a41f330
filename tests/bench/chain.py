"""Verifying and replaying a chain of 200,000 events, each as the product writes it."""

import time
from collections.abc import Iterable

from core.domain.trust.chain import ChainEvent, event_hash
from core.services.trust import audit
from tests import small
from tests.bench.setting import Setting, apart, most_memory
from tests.bench.table import Row
from tests.databases import Database, a_clone, a_template
from tests.templates import SMALL

EVENTS = 200_000
_BATCHES = """
INSERT INTO birth.birth_backfill_batch (ledger_id, epoch, seq_from, seq_to, backend_pid, lease_until, claimed_by,
    claimed_person, permit_id, registered, existing, vanished, quarantined, writes, transaction_id, snapshot,
    finished_at)
SELECT b.ledger_id, n, n * 1000 + 1, n * 1000 + 1000, 4711, now(), 'operator1', 'Operator One', b.permit_id, 1000,
    0, 0, 0, b.writes, '4711', b.snapshot, clock_timestamp()
FROM (SELECT * FROM birth.birth_backfill_batch ORDER BY epoch LIMIT 1) AS b, generate_series(2, {events}) AS n
"""
# What birth_backfill_apply_batch tells of each; {image} is the query of the rows' images.
_TOLD = """
SELECT jsonb_build_object('run', 1, 'ledger_id', 1, 'epoch', n, 'from', n * 1000 + 1, 'to', n * 1000 + 1000,
    'permit', 1, 'person', 'Operator One', 'registered', 1000, 'existing', 0, 'vanished', 0, 'quarantined', 0,
    'rows', jsonb_build_array(jsonb_build_object('t', 'birth_backfill_batch', 'k', i.key, 'r', i.image,
        'd', i.digest)) || birth._birth_images('birth_admission_budget', 't.permit_id = $1', 1))::text AS payload
FROM ({image}) AS i, split_part(i.key, '/', 2) AS e, CAST(e AS integer) AS n ORDER BY n
"""
_IMAGE = "SELECT birth._birth_image_query('birth_backfill_batch', 't.epoch > 1', 'birth.birth_backfill_batch')"
_HEAD = "SELECT seq, at_us, actor, kind, payload, prev, hash FROM birth.birth_ledger_event ORDER BY seq DESC LIMIT 1"


def measure(setting: Setting) -> list[Row]:
    """The time of verifying alone and of verifying with the replay, in seconds; what the replay adds to memory."""
    # In the quick bench, and on the older server, a tenth of the chain is walked, and its time taken ten times.
    events = setting.size(EVENTS, EVENTS // 10, older=EVENTS // 10)
    scale = EVENTS / events
    with a_template(setting.server) as template, a_clone(setting.server, template) as database:
        _append(database, "measured", (f'{{"n": {number}}}' for number in range(events)))
        plain, _, entries = apart(_audited, database)
    with a_template(setting.server, SMALL) as template, a_clone(setting.server, template) as database:
        small.done(database, small.a_run(database, "goods", goods=10))
        database.run(f"SET session_replication_role = replica; {_BATCHES.format(events=events)}")
        _append_batches(database)
        database.run("UPDATE birth.birth_backfill_ledger SET (next_seq, last_epoch) ="
                     " (SELECT max(seq_to) + 1, max(epoch) FROM birth.birth_backfill_batch)")  # fmt: skip
        replayed, grown, told = apart(_audited, database)
    return [
        Row("chain of 200,000 events verified", plain * scale, "s", 2, f"{entries:,} walked"),
        Row("chain of 200,000 events replayed against the tables", replayed * scale, "s", 4, f"{told:,} walked"),
        Row("memory that the replay adds", grown, "MB", 40, "of this process, at most"),
    ]


def _audited(database: Database) -> tuple[float, float, int]:
    """Seconds, megabytes that the process grew by, and events of an audit that finds nothing but what is so."""
    database.run("VACUUM ANALYZE")  # a chain of that length was not written a moment ago
    before = most_memory()
    with database.connect("viewer1") as viewer:
        started = time.perf_counter()
        found = audit.audit(viewer)
        seconds = time.perf_counter() - started
    assert found.ok, (found.bad, found.differences[:3])
    return seconds, most_memory() - before, found.entries


def _append_batches(database: Database) -> None:
    told_of = _TOLD.format(image=database.value(_IMAGE))
    with database.psql("postgres") as reader:
        _append(database, "batch", (row["payload"] for row in reader.cursor().stream(told_of.encode())))


def _append(database: Database, kind: str, payloads: Iterable[str]) -> None:
    """Put events behind the last one, all at once: one after the other, 200,000 of them take half an hour."""
    with database.psql("postgres") as connection, connection.transaction():
        connection.execute(b"SET LOCAL session_replication_role = replica")
        found = connection.execute(_HEAD.encode()).fetchone() or {}
        last = ChainEvent(**found)
        with connection.cursor().copy("COPY birth.birth_ledger_event FROM STDIN (FORMAT binary)") as copy:
            copy.set_types(["int8", "int8", "text", "text", "text", "bytea", "bytea"])
            for payload in payloads:
                begun = ChainEvent(last.seq + 1, last.at_us + 1, "operator1", kind, payload, last.hash, b"")
                last = begun._replace(hash=event_hash(begun))
                copy.write_row(last)
        connection.execute("UPDATE birth.birth_ledger_head SET seq = %s, hash = %s", [last.seq, last.hash])

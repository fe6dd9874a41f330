"""Verifying and replaying a chain of 200,000 events, which were appended as the product appends them."""

import resource
import sys
import time

from core.services.trust import audit
from tests import small
from tests.bench.setting import Setting
from tests.bench.table import Row
from tests.databases import Database, a_clone, a_template
from tests.templates import SMALL

EVENTS, TOGETHER = 200_000, 1000
_BATCHES = """
WITH made AS (
    INSERT INTO birth.birth_backfill_batch (ledger_id, epoch, seq_from, seq_to, backend_pid, lease_until, claimed_by,
        claimed_person, permit_id, registered, existing, vanished, quarantined, writes, transaction_id, finished_at)
    SELECT b.ledger_id, n, n * 1000 + 1, n * 1000 + 1000, 4711, now(), 'operator1', 'Operator One', b.permit_id, 1000,
        0, 0, 0, b.writes, '4711', clock_timestamp()
    FROM (SELECT * FROM birth.birth_backfill_batch ORDER BY epoch LIMIT 1) AS b,
        generate_series(%s::int, %s::int) AS n
    RETURNING epoch, ledger_id)
SELECT count(*) FROM made
"""
_TOLD = """
SELECT birth.birth_ledger_append('batch', jsonb_build_object('run', 1, 'ledger_id', t.ledger_id, 'epoch', n,
    'rows', birth._birth_images('birth_backfill_batch', format('t.ledger_id = $1 AND t.epoch = %%s', n), t.ledger_id)
        || birth._birth_images('birth_admission_budget', 't.permit_id = $1', t.permit_id)))
FROM generate_series(%s::int, %s::int) AS n, (SELECT * FROM birth.birth_backfill_batch ORDER BY epoch LIMIT 1) AS t
"""


def measure(setting: Setting) -> list[Row]:
    """The time of verifying alone and of verifying with the replay, in seconds; what the replay adds to memory."""
    events = EVENTS // 10 if setting.quick else EVENTS
    # In the quick bench a tenth of the chain is walked, and its time taken ten times.
    scale = EVENTS / events
    with a_template(setting.server) as template, a_clone(setting.server, template) as database:
        _append(database, "SELECT birth.birth_ledger_append('measured', jsonb_build_object('n', n))"
                          " FROM generate_series(%s::int, %s::int) AS n", events)  # fmt: skip
        plain, _, entries = _audited(database)
    with a_template(setting.server, SMALL) as template, a_clone(setting.server, template) as database:
        small.done(database, small.a_run(database, "goods", goods=10))
        _append(database, _BATCHES, events, first=2)
        _append(database, _TOLD, events, first=2)
        database.run("UPDATE birth.birth_backfill_ledger SET (next_seq, last_epoch) ="
                     " (SELECT max(seq_to) + 1, max(epoch) FROM birth.birth_backfill_batch)")  # fmt: skip
        replayed, grown, told = _audited(database)
    return [
        Row("chain of 200,000 events verified", plain * scale, "s", 2, f"{entries:,} walked"),
        Row("chain of 200,000 events replayed against the tables", replayed * scale, "s", 4, f"{told:,} walked"),
        Row("memory that the replay adds", grown, "MB", 40, "of this process, at most"),
    ]


def _audited(database: Database) -> tuple[float, float, int]:
    """Seconds, megabytes that the process grew by, and events of an audit that finds nothing but what is so."""
    before = _memory()
    with database.connect("viewer1") as viewer:
        started = time.perf_counter()
        found = audit.audit(viewer)
        seconds = time.perf_counter() - started
    assert found.ok, (found.bad, found.differences[:3])
    return seconds, _memory() - before, found.entries


def _memory() -> float:
    """The most that this process ever held, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)


def _append(database: Database, statement: str, events: int, first: int = 0) -> None:
    # Many in one transaction would be quadratic: each leaves a version of the head's row behind.
    with database.psql("postgres") as connection:
        connection.execute(b"SET session_replication_role = replica")
        for start in range(first, events, TOGETHER):
            connection.execute(statement.encode(), [start, min(start + TOGETHER, events) - 1])

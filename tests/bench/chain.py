"""Verifying a chain of 200,000 events, which were appended as the product appends them."""

import time

from core.services.trust import audit
from tests.bench.setting import Setting
from tests.bench.table import Row
from tests.databases import Database, a_clone, a_template

EVENTS, TOGETHER = 200_000, 1000


def measure(setting: Setting) -> list[Row]:
    """The time of one verification, in seconds."""
    with a_template(setting.server) as template, a_clone(setting.server, template) as database:
        _append(database, EVENTS // 10 if setting.quick else EVENTS)
        with database.connect("viewer1") as viewer:
            started = time.perf_counter()
            found = audit.audit(viewer)
            seconds = time.perf_counter() - started
    # In the quick bench a tenth of the chain is walked, and its time taken ten times.
    scale = EVENTS / found.entries
    return [Row("chain of 200,000 events verified", seconds * scale, "s", 2, f"{found.entries:,} walked")]


def _append(database: Database, events: int) -> None:
    # Many in one transaction would be quadratic: each leaves a version of the head's row behind.
    with database.psql("postgres") as connection:
        for start in range(0, events, TOGETHER):
            connection.execute(
                b"SELECT birth.birth_ledger_append('measured', jsonb_build_object('n', n))"
                b" FROM generate_series(%s::int, %s::int) AS n",
                [start, start + TOGETHER - 1],
            )

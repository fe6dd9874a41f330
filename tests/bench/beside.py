"""What an application waits for its own small updates: beside an apply, and beside an administrator's loop."""

import random
import statistics
import threading
import time
from collections.abc import Callable

from core.services.backfill.apply_options import Options
from tests.bench.backfill import MISSING, REGISTER, Bench, a_bench, applied
from tests.bench.setting import Setting
from tests.bench.table import Row, ratio
from tests.databases import Database

ROWS, QUICK_ROWS, ACCOUNTS, PAUSE = 200_000, 100_000, 10_000, 0.002  # seconds between two transactions
_ACCOUNTS = f"""
CREATE TABLE public.account (id integer PRIMARY KEY, balance bigint NOT NULL);
INSERT INTO public.account SELECT n, 0 FROM generate_series(1, {ACCOUNTS}) AS n
"""
# By the key, a thousand rows and a commit each, no gate.
_LOOP = f"""
DO $body$
DECLARE
    v_last text := '';
    v_codes text[];
BEGIN
    LOOP
        SELECT array_agg(row.code ORDER BY row.code) INTO v_codes
        FROM (SELECT code {MISSING} AND code > v_last ORDER BY code LIMIT 1000) AS row;
        EXIT WHEN v_codes IS NULL;
        PERFORM count({REGISTER}) FROM unnest(v_codes) AS code;
        v_last := v_codes[cardinality(v_codes)];
        COMMIT;
    END LOOP;
END
$body$
"""


def measure(setting: Setting) -> list[Row]:
    """The 95th percentile of small updates beside the default apply and beside the loop, each time in turn."""
    found: dict[str, list[float]] = {"apply": [], "loop": []}
    with a_bench(setting.server, setting.size(ROWS, QUICK_ROWS)) as bench:
        for _ in range(setting.repeat):
            for name, times in found.items():
                times.append(_beside(bench, by_apply=name == "apply"))
    apply, loop = (statistics.median(found[name]) for name in ("apply", "loop"))
    against = f"beside a bare loop with COMMIT: {loop * 1000:.1f} ms"
    return [ratio("p95 of small updates beside the default apply", apply, loop, 1.3, against, at_most=True)]


def _beside(bench: Bench, *, by_apply: bool) -> float:
    with bench.clone() as database:
        database.run(_ACCOUNTS)
        if by_apply:
            run = bench.planned(database)
            return _p95(database, lambda: applied(database, run, Options(workers=None)))

        def loop() -> None:
            with database.psql("postgres") as connection:
                connection.execute(_LOOP.encode())

        return _p95(database, loop)


def _p95(database: Database, work: Callable[[], None]) -> float:
    times: list[float] = []
    is_over = threading.Event()

    def updates() -> None:
        chosen = random.Random(0)  # noqa: S311 - the same accounts each time
        with database.psql("postgres") as connection:
            statement = b"UPDATE public.account SET balance = balance + 1 WHERE id = %s"
            while not is_over.wait(PAUSE):
                started = time.perf_counter()
                connection.execute(statement, [chosen.randint(1, ACCOUNTS)])
                times.append(time.perf_counter() - started)

    application = threading.Thread(target=updates)
    application.start()
    try:
        work()
    finally:
        is_over.set()
        application.join()
    return statistics.quantiles(times, n=20)[-1]

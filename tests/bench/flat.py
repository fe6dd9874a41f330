"""Whether a batch costs the same at the end of a long run as at its beginning, and the memory that it takes."""

import statistics

from core.db.connection.apply_connection import ApplyConnection
from core.services.backfill import apply
from core.services.backfill.apply_options import Options
from tests.bench.backfill import a_bench
from tests.bench.setting import Setting, apart, most_memory
from tests.bench.table import Row, ratio
from tests.databases import SCHEMA

ROWS, QUICK_ROWS, OLDER_ROWS, WHOLE_ROWS, BATCH, SHARE = 1_000_000, 200_000, 400_000, 10_000_000, 10_000, 0.05


def measure(setting: Setting) -> list[Row]:
    """The last twentieth of the batches against the first one, and the largest resident size of who applied."""
    size = setting.size(ROWS, QUICK_ROWS, older=OLDER_ROWS, whole=WHOLE_ROWS)
    with a_bench(setting.server, size * 2) as bench, bench.clone() as database:
        run = bench.planned(database)
        seconds, memory = apart(_applied, database.dsn("operator1"), run)
    some = max(int(len(seconds) * SHARE), 2)
    first, last = statistics.median(seconds[:some]), statistics.median(seconds[-some:])
    return [
        ratio(f"last batches of {size:,} rows", last, first, 1.2, "the first batches", at_most=True),
        Row("memory of an apply", memory, "MB", 150, "largest resident size"),
    ]


def _applied(dsn: str, run: int) -> tuple[list[float], float]:
    """The seconds of each batch but the first, and this process's largest resident size in MB."""
    events = apply.apply(lambda: ApplyConnection.open(dsn, SCHEMA), run, Options(batch_size=BATCH))
    seconds = [float(str(event.facts["seconds"])) for event in events if event.event == "batch"][1:]
    return seconds, most_memory()

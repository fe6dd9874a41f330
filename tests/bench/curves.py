"""What plan, reconcile, counts and verify cost by what lies around the work: collections, a full registry, history."""

import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from psycopg.conninfo import make_conninfo

from core.db.connection.apply_connection import ApplyConnection
from core.db.connection.session import Connection
from core.domain.backfill.diff import View
from core.services.backfill import apply, diff, plan, reconcile, runs
from core.services.backfill.apply_options import Options
from core.services.overview import burndown, matrix, parallel_counts, readiness
from core.services.trust import packet, verify
from core.settings import DEMO_LOGINS
from tests import line
from tests.bench.peers import reladiff
from tests.bench.setting import Setting, median, seconds
from tests.bench.table import Row, ratio
from tests.databases import SCHEMA, Database
from tests.templates import build_small

ROWS, QUICK_ROWS, COLLECTIONS = 400_000, 100_000, (100, 10, 1_000)
FULL_ROWS, QUICK_FULL_ROWS, OLDER_FULL_ROWS, FULL_MISSING = 10_000_000, 300_000, 1_000_000, 10_000
WHOLE_FULL_ROWS = 3_000_000
RUNS, EVENTS, QUICK_EVENTS, OLDER_EVENTS = 1_000, 1_000_000, 50_000, 200_000
_LATEST = 20
_STEPS = ("plan", "reconcile", "counts", "verify")
Times = Mapping[str, float]

# Codes of one collection beside those of the next, or among them. It commits as it goes, so it stands alone.
_CODES = {"apart": "'C{n}-' || lpad(i::text, 9, '0')", "among others": "md5('C{n}-' || i)"}
_COLLECTION = """
CREATE TABLE public.c{n} (id bigint PRIMARY KEY, code text NOT NULL UNIQUE);
GRANT SELECT ON public.c{n} TO birth_owner, birth_caller, birth_reader;
INSERT INTO birth.collection_registry (collection_name) VALUES ('c{n}');
INSERT INTO birth.birth_policy (collection_name) VALUES ('c{n}');
SELECT birth.birth_identity_import('c{n}', 'column', ARRAY['code'], 'measured');
INSERT INTO public.c{n} SELECT i, {code} FROM generate_series(1, {rows}) AS i;
INSERT INTO birth.birth_registry (entity_code, collection_name, governance_role)
    SELECT code, 'c{n}', 'governed' FROM public.c{n} WHERE id % {every} <> 0;
CREATE TRIGGER trg_birth_gateway AFTER INSERT ON public.c{n}
    FOR EACH ROW EXECUTE FUNCTION birth.fn_birth_gateway('c{n}');
"""
# As reladiff takes it: both tables call their key alike.
_REGISTERED = "CREATE VIEW public.registered AS SELECT entity_code AS code FROM birth.birth_registry"
# Events of batches that were, and runs that are over, each with an entry and an item.
_HISTORY = """
INSERT INTO birth.birth_backfill_run OVERRIDING SYSTEM VALUE
    SELECT p.* FROM birth.birth_backfill_run AS r, generate_series(1, {runs}) AS n, LATERAL jsonb_populate_record(r,
        jsonb_build_object('run_id', {begin} + n, 'status', '{status}')) AS p
    WHERE r.run_id = 1;
INSERT INTO birth.birth_backfill_control (run_id) SELECT {begin} + n FROM generate_series(1, {runs}) AS n;
INSERT INTO birth.birth_backfill_ledger OVERRIDING SYSTEM VALUE
    SELECT p.* FROM birth.birth_backfill_ledger AS l, generate_series(1, {runs}) AS n, LATERAL jsonb_populate_record(l,
        jsonb_build_object('run_id', {begin} + n, 'ledger_id', {begin} + n, 'status', 'superseded')) AS p
    WHERE l.run_id = 1;
INSERT INTO birth.birth_backfill_batch
    SELECT p.* FROM birth.birth_backfill_batch AS b,
        generate_series(1, {events}) AS n, LATERAL jsonb_populate_record(b, jsonb_build_object(
            'ledger_id', {begin} + n % {runs}, 'epoch', n + 1, 'seq_from', n, 'seq_to', n + b.seq_to - b.seq_from)) AS p
    WHERE (b.ledger_id, b.epoch) = (SELECT min(ledger_id), 1 FROM birth.birth_backfill_batch);
INSERT INTO birth.birth_backfill_item SELECT {begin} + n, 1, 'x' || n, ARRAY['x'] FROM generate_series(1, {runs}) AS n;
INSERT INTO birth.birth_ledger_event (seq, at_us, actor, kind, payload, prev, hash)
    SELECT h.seq + n, n * 1000000::bigint, 'measured', CASE WHEN n % 200 = 0 THEN 'applied' ELSE 'batch' END,
        jsonb_build_object('run', {begin} + n % {runs}, 'ledger_id', {begin} + n % {runs}, 'registered', 1000,
            'existing', 0, 'vanished', 0)::text,
        sha256(int8send({begin}0000000 + n)), sha256(int8send(-{begin}0000000 - n))
    FROM birth.birth_ledger_head AS h, generate_series(1, {events}) AS n;
UPDATE birth.birth_ledger_head SET seq = seq + {events}
"""


def collections(setting: Setting) -> list[Row]:
    """The same rows in many collections against one; and reconcile of the one against a differ of tables."""
    rows = setting.size(ROWS, QUICK_ROWS)
    counts = COLLECTIONS[: setting.size(1, 1, whole=len(COLLECTIONS))]
    found: list[Row] = []
    for where, code in _CODES.items():
        with _built(setting, code, rows, 1, every=100) as database:
            one = _line(database, setting.repeat)
            if where == "apart":
                found += _against_reladiff(database, setting, rows, one["reconcile"])
        for count in counts:
            with _built(setting, code, rows // count, count, every=100) as database:
                many = _line(database, setting.repeat)
            for step in _STEPS:
                what = f"{step}: {rows:,} rows in {count:,} collections, codes {where}"
                found.append(ratio(what, many[step], one[step], 1.5, "in one", at_most=True))
    return found


def _against_reladiff(database: Database, setting: Setting, rows: int, ours: float) -> Iterator[Row]:
    database.run(_REGISTERED)
    if (taken := reladiff(database, setting, "public.c1", "public.registered")) is not None:
        what = f"reconcile: {rows // 100:,} missing of {rows:,}"
        yield ratio(what, taken, ours, 4, "reladiff's join diff")


def full(setting: Setting) -> list[Row]:
    """A registry that holds almost everything, against counting it and its source."""
    usual = setting.size(FULL_ROWS, QUICK_FULL_ROWS, older=OLDER_FULL_ROWS)
    found: list[Row] = []
    for rows in dict.fromkeys((usual, setting.size(usual, usual, whole=WHOLE_FULL_ROWS))):
        with _built(setting, _CODES["apart"], rows, 1, every=rows // FULL_MISSING) as database:
            counted = _counted(database)
            taken = _line(database, setting.repeat)
        for step, most in {"plan": 3, "reconcile": 3, "verify": 3, "counts": 2.5}.items():
            what = f"{step}: {FULL_MISSING:,} missing of {rows:,}"
            found.append(ratio(what, taken[step], counted, most, "both count(*)", at_most=True))
    return found


def _counted(database: Database) -> float:
    both = "SELECT (SELECT count(*) FROM public.c1), (SELECT count(*) FROM birth.birth_registry)"
    return median(3, lambda: seconds(lambda: database.run(both)))


def history(setting: Setting) -> list[Row]:
    """Each step of a run with many others behind it, against the same without."""
    events = setting.size(EVENTS, QUICK_EVENTS, older=OLDER_EVENTS)
    repeat = 2 * max(3, setting.repeat)
    with _built(setting, _CODES["apart"], 20_000, 1, every=10) as database:
        # The latest runs are the same before and after: the packet tells of these alone.
        _happened(database, "superseded", 100_000, _LATEST, _LATEST * events // RUNS)
        before = {**_line(database, repeat, min), **_looks(database, repeat)}
        _happened(database, "certified", 50_000, RUNS, events)
        after = {**_line(database, repeat, min), **_looks(database, repeat)}
    behind = f"after {RUNS:,} runs and {events:,} events"
    return [
        *(
            ratio(f"{step} {behind}", after[step], before[step], 1.1, "without", at_most=True)
            for step in ("plan", "reconcile", "apply", "verify", "status", "diff", "packet")
        ),
        Row(f"burn-down {behind}", after["burn-down"], "s", 0.3, "one look"),
    ]


def _happened(database: Database, status: str, begin: int, count: int, events: int) -> None:
    """So many runs, numbered from `begin` on, with so many batches and their events: copies of the first one."""
    _line(database, 1, min)
    with database.psql("postgres") as admin:
        admin.execute(b"SET session_replication_role = replica")
        admin.execute(_HISTORY.format(status=status, begin=begin, runs=count, events=events).encode())
        admin.execute(b"VACUUM ANALYZE")
        admin.execute(b"CHECKPOINT")
    _line(database, 1, min)


def _looks(database: Database, repeat: int) -> Times:
    """The shortest time of what only looks: at everything, at the latest run row by row, and at all that ever was."""
    # The packet verifies those of the latest runs that were applied: one, each time.
    database.run(
        "UPDATE birth.birth_backfill_run AS r SET status = 'superseded'"
        " WHERE r.status = 'applied' AND r.run_id < (SELECT max(n.run_id) FROM birth.birth_backfill_run AS n)"
    )
    with database.connect("viewer1") as viewer:
        view = View(runs.runs(viewer, 1)[0].run)
        looks: dict[str, Callable[[], object]] = {
            "status": lambda: readiness.read(viewer),
            "diff": lambda: diff.diff(viewer, view, rows=100),
            "packet": lambda: packet.render(packet.read(viewer), "md"),
            "burn-down": lambda: burndown.read(viewer),
        }
        return {name: min(seconds(look) for _ in range(repeat)) for name, look in looks.items()}


def _line(database: Database, repeat: int, pick: Callable[[list[float]], float] = statistics.median) -> Times:
    """The median time of each step, or the `pick`ed one; of the same rows: what a run registered is taken out again."""
    line.open_permit(database, budget=10_000_000)
    taken: dict[str, list[float]] = {}
    for _ in range(repeat):
        for step, time_taken in _once(database).items():
            taken.setdefault(step, []).append(time_taken)
        database.run("DELETE FROM birth.birth_registry WHERE dot_origin LIKE 'birth-backfill:%'")
        database.run("VACUUM ANALYZE birth.birth_registry")
    return {step: pick(times) for step, times in taken.items()}


def _once(database: Database) -> Times:
    found: dict[str, float] = {}

    def timed(step: str, work: Callable[[], object]) -> None:
        started = time.perf_counter()
        work()
        found[step] = time.perf_counter() - started

    def connect() -> ApplyConnection:
        return ApplyConnection.open(database.dsn("operator1"), SCHEMA)

    with database.connect("operator1") as operator:
        names = [row.facts.collection for row in matrix.read(operator) if row.facts.collection.startswith("c")]
        with Connection.open(database.dsn("viewer1"), SCHEMA) as viewer, viewer.snapshot():
            timed("counts", lambda: parallel_counts.side_by_side(viewer, lambda: viewer, names, 1))
        started = time.perf_counter()
        run = plan.plan(operator, names).run.run
        found["plan"] = time.perf_counter() - started
        timed("reconcile", lambda: reconcile.reconcile(operator, run, "measured"))
        timed("apply", lambda: [*apply.apply(connect, run, Options())])
        timed("verify", lambda: verify.verify(operator, run))
    return found


@contextmanager
def _built(setting: Setting, code: str, rows: int, count: int, *, every: int) -> Iterator[Database]:
    database = Database(setting.server, "birth_bench_curves")
    setting.server.drop(database.name)
    setting.server.create(database.name)
    try:
        build_small(make_conninfo(setting.server.dsn, dbname=database.name))
        setting.server.let_in(DEMO_LOGINS)
        with database.psql("postgres") as admin:
            admin.execute(b"SET session_replication_role = replica")
            for n in range(1, count + 1):
                made = _COLLECTION.format(n=n, code=code.format(n=n), rows=rows, every=every)
                admin.execute(made.encode())
            admin.execute(b"TRUNCATE birth.trigger_guard_alerts")
            admin.execute(b"VACUUM ANALYZE")
        yield database
    finally:
        setting.server.drop(database.name)

"""Plan, reconcile and apply of half a big table, each against the bare statement that does the same without a gate."""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from psycopg.conninfo import make_conninfo

from core.db.connection.apply_connection import ApplyConnection
from core.services.backfill import apply, plan, reconcile
from core.services.backfill.apply_options import Options
from core.settings import DEMO_LOGINS
from tests import line
from tests.bench.setting import Setting
from tests.bench.table import Row, ratio
from tests.databases import SCHEMA, Database, TestServer, a_clone
from tests.templates import build_small

_BIG = """
CREATE TABLE public.big (id bigint PRIMARY KEY, code text NOT NULL UNIQUE);
INSERT INTO birth.collection_registry (collection_name) VALUES ('big');
INSERT INTO birth.birth_policy (collection_name) VALUES ('big');
SELECT birth.birth_identity_import('big', 'column', ARRAY['code'], 'measured');
SET session_replication_role = replica;
INSERT INTO public.big SELECT n, 'B-' || lpad(n::text, 9, '0') FROM generate_series(1, {rows}) AS n;
INSERT INTO birth.birth_registry (entity_code, collection_name, governance_role)
    SELECT code, 'big', 'governed' FROM public.big WHERE id % 2 = 0;
RESET session_replication_role;
CREATE TRIGGER trg_birth_gateway AFTER INSERT ON public.big FOR EACH ROW EXECUTE FUNCTION birth.fn_birth_gateway('big');
GRANT SELECT ON public.big TO birth_owner, birth_caller, birth_reader;
TRUNCATE birth.trigger_guard_alerts;
"""
REGISTER = (
    "birth.fn_birth_register(p_collection_name => 'big', p_entity_code => code, p_dot_origin => 'BARE',"
    " p_dry_run => false)"
)
_SET_BASED = """
SELECT birth.birth_gateway_bind(oid::regprocedure::text, '{"p_collection_name": {"value": "collection"},
    "p_entity_codes": {"value": "code"}, "p_born_at": {"value": "born_at"}, "p_dot_origin": {"value": "origin"},
    "p_dry_run": {"value": "dry_run"}}')
FROM pg_proc WHERE proname = 'fn_birth_register_set'
"""
MISSING = (
    "FROM public.big AS source WHERE NOT EXISTS"
    " (SELECT FROM birth.birth_registry AS r WHERE r.entity_code = source.code)"
)
_AS_TABLE = f"CREATE TABLE public.bare AS SELECT code, ARRAY[id::text] AS source_key {MISSING}"
_ONE_STATEMENT = f'SELECT count({REGISTER}) FROM (SELECT code {MISSING} ORDER BY code COLLATE "C") AS row'


@dataclass(frozen=True, slots=True)
class Bench:
    """A database with a big collection of which every other row is missing; `rows` is its size."""

    server: TestServer
    template: str
    rows: int

    @contextmanager
    def clone(self) -> Iterator[Database]:
        """A copy of it, on disk, with its pages in memory."""
        with a_clone(self.server, self.template) as database:
            database.run("SELECT count(*) FROM public.big")
            database.run("SELECT count(*) FROM birth.birth_registry")
            database.run("CHECKPOINT")
            yield database

    def planned(self, database: Database) -> int:
        """A reconciled run of everything, under a permit."""
        line.open_permit(database, budget=self.rows)
        with database.connect("operator1") as operator:
            return line.make_reconciled(operator)


@contextmanager
def a_bench(server: TestServer, rows: int) -> Iterator[Bench]:
    """Build it; a minute for a million rows."""
    name = f"birth_bench_{rows}"
    server.drop(name)
    server.create(name)
    try:
        build_small(make_conninfo(server.dsn, dbname=name))
        server.let_in(DEMO_LOGINS)
        database = Database(server, name)
        with database.psql("postgres") as connection:
            connection.execute(_BIG.format(rows=rows).encode())
            connection.execute(b"VACUUM ANALYZE")
        yield Bench(server, name, rows)
    finally:
        server.drop(name)


def measure(setting: Setting) -> list[Row]:
    """Every ratio, of half a million missing rows of a million; of half as many on the older server.

    Each once, but the statement that they are held against three times: before, among and after them.
    """
    with a_bench(setting.server, setting.size(1_000_000, 200_000, older=500_000, whole=1_000_000)) as bench:
        return _ratios(bench)


def _ratios(bench: Bench) -> list[Row]:
    taken: dict[str, list[float]] = {}
    for name in _ORDER:
        with bench.clone() as database:
            taken.setdefault(name, []).append(_WORK[name](bench, database))
    seconds = {name: statistics.median(times) for name, times in taken.items()}
    missing = bench.rows // 2
    per_row = seconds["client"] / _CLIENT_ROWS * missing
    one = seconds["one statement"]
    told = f"{missing / one:,.0f} rows/s"
    return [
        ratio("apply in batches of 1,000", one, seconds["batches"], 0.6, f"one statement, {told}"),
        ratio("apply, adaptive", one, seconds["adaptive"], 0.8, f"one statement, {told}"),
        ratio("apply, default (auto)", one, seconds["auto"], 1.1, f"one statement, {told}"),
        ratio("apply, a function that takes arrays", one, seconds["set-based"], 1.4, f"one statement, {told}"),
        ratio("apply, adaptive", per_row, seconds["adaptive"], 25, "a call per row from the client"),
        ratio("plan, reconcile and apply, default", one, seconds["whole line"], 0.7, f"one statement, {told}"),
        ratio("plan", seconds["plan"], seconds["as table"], 1.7, "CREATE TABLE AS", at_most=True),
        ratio("reconcile", seconds["reconcile"], seconds["as table"], 1.5, "CREATE TABLE AS", at_most=True),
    ]


_CLIENT_ROWS = 2000


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _statement(text: str) -> Callable[[Bench, Database], float]:
    def work(_: Bench, database: Database) -> float:
        with database.psql("postgres") as connection:
            return _timed(lambda: connection.execute(text.encode()))

    return work


def _client(_: Bench, database: Database) -> float:
    with database.psql("postgres") as connection:
        codes = [row["code"] for row in connection.execute(f"SELECT code {MISSING} LIMIT {_CLIENT_ROWS}".encode())]
        statement = f"SELECT {REGISTER} FROM (SELECT %s::text AS code) AS row".encode()
        return _timed(lambda: [connection.execute(statement, [code]) for code in codes])


def _plan(_: Bench, database: Database) -> float:
    with database.connect("operator1") as operator:
        return _timed(lambda: plan.plan(operator, ["big"]))


def _reconcile(_: Bench, database: Database) -> float:
    with database.connect("operator1") as operator:
        run = plan.plan(operator, ["big"]).run.run
        return _timed(lambda: reconcile.reconcile(operator, run, "measured"))


def _apply(options: Options, before: str = "") -> Callable[[Bench, Database], float]:
    def work(bench: Bench, database: Database) -> float:
        if before:
            database.run(before)
        run = bench.planned(database)
        database.run("CHECKPOINT")

        return _timed(lambda: applied(database, run, options))

    return work


def applied(database: Database, run: int, options: Options) -> None:
    """Apply a run to its end."""

    def connect() -> ApplyConnection:
        return ApplyConnection.open(database.dsn("operator1"), SCHEMA)

    for _ in apply.apply(connect, run, options):
        pass


def _whole(bench: Bench, database: Database) -> float:
    line.open_permit(database, budget=bench.rows)

    def work() -> None:
        with database.connect("operator1") as operator:
            run = line.make_reconciled(operator, "big")
        for _ in apply.apply(
            lambda: ApplyConnection.open(database.dsn("operator1"), SCHEMA), run, Options(workers=None)
        ):
            pass

    return _timed(work)


_WORK: dict[str, Callable[[Bench, Database], float]] = {
    "one statement": _statement(_ONE_STATEMENT),
    "batches": _apply(Options(batch_size=1000)),
    "adaptive": _apply(Options()),
    "auto": _apply(Options(workers=None)),
    "set-based": _apply(Options(workers=None), _SET_BASED),
    "client": _client,
    "as table": _statement(_AS_TABLE),
    "plan": _plan,
    "reconcile": _reconcile,
    "whole line": _whole,
}
_ORDER = (
    "one statement", "batches", "adaptive", "auto", "one statement", "set-based", "whole line", "one statement",
    "client", "as table", "plan", "as table", "reconcile", "as table",
)  # fmt: skip

"""What evidence costs: profiling many tables, opening a huge one, and proving it against the query by hand."""

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg.conninfo import make_conninfo

from core.domain.classify.decision import Decision
from core.services.classify import bulk, proof, sources, suggest
from tests.bench.setting import Setting, median, seconds
from tests.bench.table import Row, ratio
from tests.databases import Database, a_clone, a_template
from tests.templates import build_small

TABLES, FILE_TABLES, QUICK_TABLES = 1_000, 2_000, 100
ROWS, QUICK_ROWS, WHOLE_ROWS = 3_000_000, 500_000, 10_000_000
_SECONDS_A_TABLE = 3 / 74  # the demo's 74 in three seconds
_SECONDS_A_DECISION = 30 / 2_000
# It commits as it goes, so it stands alone.
_MANY = """
DO $$ BEGIN
    FOR n IN 1..{tables} LOOP
        EXECUTE format('CREATE TABLE public.t%1$s (id integer PRIMARY KEY, code text NOT NULL, name text)', n);
        EXECUTE format('INSERT INTO public.t%1$s SELECT i, ''T%1$s-'' || i, md5(i::text)
            FROM generate_series(1, 200) AS i', n);
        EXECUTE format('GRANT SELECT ON public.t%1$s TO birth_owner, birth_caller, birth_reader', n);
        IF n % 100 = 0 THEN COMMIT; END IF;
    END LOOP;
END $$
"""
_ENROL = """
INSERT INTO birth.collection_registry (collection_name) SELECT 't' || n FROM generate_series(1, {tables}) AS n;
INSERT INTO birth.birth_policy (collection_name) SELECT 't' || n FROM generate_series(1, {tables}) AS n;
"""
# Nothing declares that its codes are unique: only counting can tell.
_HUGE = """
CREATE TABLE public.huge (id bigint PRIMARY KEY, code text, note text);
INSERT INTO public.huge SELECT n, 'H-' || lpad(n::text, 9, '0'), 'row ' || n FROM generate_series(1, {rows}) AS n;
GRANT SELECT ON public.huge TO birth_owner, birth_caller, birth_reader;
INSERT INTO birth.collection_registry (collection_name) VALUES ('huge');
INSERT INTO birth.birth_policy (collection_name) VALUES ('huge');
"""
_BY_HAND = """
SELECT count(*), count(*) FILTER (WHERE code IS NULL), count(*) FILTER (WHERE code = ''),
    count(DISTINCT code COLLATE "C"), count(*) FILTER (WHERE code <> btrim(code)), max(length(code)),
    count(*) FILTER (WHERE split_part(code, ':', 1) IN (SELECT collection_name FROM birth.collection_registry)),
    (SELECT count(*) FROM public.huge AS h JOIN birth.birth_registry AS r ON r.entity_code = h.code
        WHERE r.collection_name <> 'huge')
FROM public.huge
"""


def measure(setting: Setting) -> list[Row]:
    """On the demo, on many small tables, and on one table that nothing may scan only to open it."""
    return [*_demo(setting), *_many(setting), *_file(setting), *_huge(setting)]


def _demo(setting: Setting) -> Iterator[Row]:
    with a_template(setting.server) as template, a_clone(setting.server, template) as database:
        names = [
            row["collection_name"]
            for row in database.run(
                "SELECT collection_name FROM birth.birth_collections()"
                " WHERE relid IS NOT NULL AND requirement = 'REQUIRED'"
            )
        ]
        yield Row(f"profile of the demo's {len(names)} tables", _profile(setting, database, names), "s", 3, "—")


def _many(setting: Setting) -> Iterator[Row]:
    tables = setting.size(TABLES, QUICK_TABLES)
    with built(setting, "birth_bench_many", _MANY.format(tables=tables), _ENROL.format(tables=tables)) as database:
        names = [f"t{number}" for number in range(1, tables + 1)]
        most = round(_SECONDS_A_TABLE * tables, 1)
        yield Row(f"profile of {tables:,} tables", _profile(setting, database, names), "s", most, "—")


def _file(setting: Setting) -> Iterator[Row]:
    tables = setting.size(FILE_TABLES, QUICK_TABLES)
    decisions = [Decision(f"t{number}", "column", "code", "measured") for number in range(1, tables + 1)]
    with (
        built(setting, "birth_bench_file", _MANY.format(tables=tables), _ENROL.format(tables=tables)) as database,
        database.connect() as operator,
    ):
        taken = seconds(lambda: bulk.classify_many(operator, decisions))
    yield Row(f"classify --from of {tables:,} collections", taken, "s", round(_SECONDS_A_DECISION * tables, 1), "—")


def _huge(setting: Setting) -> Iterator[Row]:
    rows = setting.size(ROWS, QUICK_ROWS, whole=WHOLE_ROWS)
    with built(setting, "birth_bench_huge", _HUGE.format(rows=rows)) as database, database.connect() as operator:
        opened = median(setting.repeat, lambda: seconds(lambda: [*suggest.suggestions(operator, ["huge"])]))
        yield Row(f"evidence of a table of {rows:,} rows", opened, "s", 0.5, "—")
        source = sources.require(operator, "huge")
        chosen = sources.identity_of("huge", "column", ["code"])
        assert chosen is not None
        ours = median(setting.repeat, lambda: seconds(lambda: proof.prove(operator, source, chosen)))
        # With as much memory as the proof gives itself.
        operator.driver.execute("SET work_mem = '256MB'")
        theirs = median(setting.repeat, lambda: seconds(lambda: operator.driver.execute(_BY_HAND.encode())))
        yield ratio(f"proof over {rows:,} rows", ours, theirs, 1.5, "one query by hand", at_most=True)


def _profile(setting: Setting, database: Database, names: list[str]) -> float:
    with database.connect("viewer1") as viewer:
        return median(setting.repeat, lambda: seconds(lambda: [*suggest.suggestions(viewer, names)]))


@contextmanager
def built(setting: Setting, name: str, *script: str) -> Iterator[Database]:
    """A small installation in a database of its own, with what the scripts add."""
    setting.server.drop(name)
    setting.server.create(name)
    try:
        build_small(make_conninfo(setting.server.dsn, dbname=name))
        database = Database(setting.server, name)
        with database.psql("postgres") as admin:
            for part in script:
                admin.execute(part.encode())
            admin.execute("VACUUM ANALYZE")
        yield database
    finally:
        setting.server.drop(name)

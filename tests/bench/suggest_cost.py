"""What suggesting costs beside the ANALYZE of the same tables: hundreds of small ones, and a huge one of many columns.

Of the small ones nothing is declared, so every sample is compared with all others. The huge one has a primary key:
without any, its first candidates are checked on all of its rows, for up to five seconds.
"""

from collections.abc import Iterator

from core.services.classify import suggest
from tests.bench.identity import built
from tests.bench.setting import Setting, median, seconds
from tests.bench.table import Row, ratio
from tests.databases import Database

TABLES, QUICK_TABLES = 482, 60
ROWS, QUICK_ROWS, WHOLE_ROWS = 1_000_000, 200_000, 5_000_000
COLUMNS = 60
# Each thing has details that are numbered, a translation of one language so far, and what its rows are called.
_MANY = """
DO $$ BEGIN
    FOR n IN 1..{tables} LOOP
        EXECUTE CASE n % 3
            WHEN 0 THEN format('CREATE TABLE public.thing_%1$s (thing_%1$s_id integer, code text, name text,'
                ' kind_id integer, price numeric, made_at timestamptz, note text)', n)
            WHEN 1 THEN format('CREATE TABLE public.thing_%1$s (thing_%2$s_id integer, line_no integer,'
                ' quantity integer, price numeric, seen date, note text)', n, n - 1)
            ELSE format('CREATE TABLE public.thing_%1$s (thing_%2$s_id integer, language_id integer, name text,'
                ' note text)', n, n - 2) END;
        EXECUTE format(CASE n % 3
            WHEN 0 THEN 'INSERT INTO public.thing_%1$s SELECT i, ''T%1$s-'' || i, md5(i::text), i %% 7,'
                ' i * 1.5, now(), repeat(md5(i::text), 3) FROM generate_series(1, {rows}) AS i'
            WHEN 1 THEN 'INSERT INTO public.thing_%1$s SELECT i / 4, i %% 4 + 1, i %% 9, i * 1.5,'
                ' current_date - i %% 99, repeat(md5(i::text), 3) FROM generate_series(4, {rows} + 3) AS i'
            ELSE 'INSERT INTO public.thing_%1$s SELECT i, 1, md5(i::text), repeat(md5(i::text), 3)'
                ' FROM generate_series(1, {rows}) AS i' END, n);
        EXECUTE format('GRANT SELECT ON public.thing_%1$s TO birth_owner, birth_caller, birth_reader', n);
        IF n % 100 = 0 THEN COMMIT; END IF;
    END LOOP;
END $$
"""
_EACH_ROWS = (200, 1_000, 100, 4_000, 10_000)  # up to 5,000 the whole table is read, beyond it a part
_ENROL = """
INSERT INTO birth.collection_registry (collection_name) SELECT 'thing_' || n FROM generate_series(1, {tables}) AS n;
INSERT INTO birth.birth_policy (collection_name) SELECT 'thing_' || n FROM generate_series(1, {tables}) AS n;
"""
_WIDE = """
CREATE TABLE public.wide AS SELECT n AS reading_id, n % 90000 AS meter_id, {columns}
    FROM generate_series(1, {rows}) AS n;
ALTER TABLE public.wide ADD PRIMARY KEY (reading_id);
GRANT SELECT ON public.wide TO birth_owner, birth_caller, birth_reader;
INSERT INTO birth.collection_registry (collection_name) VALUES ('wide');
INSERT INTO birth.birth_policy (collection_name) VALUES ('wide');
"""
_KINDS = ("(n * {at}) % 1013 AS c{at}", "'v' || n % {at}00 AS c{at}", "(n % {at}77) * 0.25 AS c{at}")


def measure(setting: Setting) -> list[Row]:
    """Both, each beside ANALYZE."""
    return [*_many(setting), *_wide(setting)]


def _many(setting: Setting) -> Iterator[Row]:
    tables = setting.size(TABLES, QUICK_TABLES)
    for rows in _EACH_ROWS[: setting.size(3, 1, whole=len(_EACH_ROWS))]:
        script = _MANY.replace("{tables}", str(tables)).replace("{rows}", str(rows))
        with built(setting, "birth_bench_things", script, _ENROL.format(tables=tables)) as database:
            names = [f"thing_{number}" for number in range(1, tables + 1)]
            yield _beside(setting, database, names, f"suggest over {tables:,} tables of {rows:,} rows", 4)


def _wide(setting: Setting) -> Iterator[Row]:
    rows = setting.size(ROWS, QUICK_ROWS, whole=WHOLE_ROWS)
    columns = ", ".join(_KINDS[at % len(_KINDS)].format(at=at) for at in range(2, COLUMNS))
    with built(setting, "birth_bench_wide", _WIDE.format(rows=rows, columns=columns)) as database:
        yield _beside(setting, database, ["wide"], f"suggest for {rows:,} rows of {COLUMNS} columns", 1)


def _beside(setting: Setting, database: Database, names: list[str], what: str, most: float) -> Row:
    with database.connect("viewer1") as viewer, database.psql("postgres") as admin:
        listed = ", ".join(f"public.{name}" for name in names)
        theirs = median(setting.repeat, lambda: seconds(lambda: admin.execute(f"ANALYZE {listed}".encode())))
        ours = median(setting.repeat, lambda: seconds(lambda: [*suggest.suggestions(viewer, names)]))
    return ratio(what, ours, theirs, most, "ANALYZE of the same", at_most=True)

"""Ten thousand collections, each with a table of its own: what a look costs, and the matrix in a real terminal."""

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager

from psycopg.conninfo import make_conninfo

from core.services.classify import suggest
from core.services.overview import matrix, readiness
from tests.bench.setting import Setting, median, most_memory, seconds
from tests.bench.table import Row
from tests.databases import SCHEMA, Database
from tests.templates import build_small
from tests.tui.pty_terminal import Terminal
from tests.tui.terminal.test_wire import environment

COLLECTIONS, UNCLASSIFIED, SUGGESTED = 10_000, 5_000, 1_000
_FILTER = "09999"
# It commits as it goes: thousands of tables in one transaction need more locks than a server has.
_TABLES = f"""
DO $$ BEGIN
    FOR n IN 1..{COLLECTIONS} LOOP
        EXECUTE format('CREATE TABLE public.%1$I (id integer PRIMARY KEY, code text NOT NULL, status text);'
            'GRANT SELECT ON public.%1$I TO birth_owner, birth_caller, birth_reader;'
            'CREATE TRIGGER trg_birth_gateway AFTER INSERT ON public.%1$I'
            ' FOR EACH ROW EXECUTE FUNCTION birth.fn_birth_gateway(%1$L)', 'c' || lpad(n::text, 5, '0'));
        IF n % 100 = 0 THEN COMMIT; END IF;
    END LOOP;
END $$
"""
_ENROL = f"""
INSERT INTO birth.collection_registry (collection_name)
    SELECT 'c' || lpad(n::text, 5, '0') FROM generate_series(1, {COLLECTIONS}) AS n;
INSERT INTO birth.birth_policy (collection_name)
    SELECT 'c' || lpad(n::text, 5, '0') FROM generate_series(1, {COLLECTIONS}) AS n;
SELECT count(birth.birth_identity_import('c' || lpad(n::text, 5, '0'), 'column', ARRAY['code'], 'measured'))
    FROM generate_series(1, {COLLECTIONS}, 2) AS n;
"""


def measure(setting: Setting) -> list[Row]:
    """Look over an open connection, and suggest for those without an identity.

    Then open the console and its matrix, filter that key by key, count, ask for the memory it took.
    """
    with _built(setting) as database:
        with database.connect("viewer1") as viewer:
            look = median(setting.repeat, lambda: seconds(lambda: (readiness.read(viewer), matrix.read(viewer))))
            names = [row.facts.collection for row in matrix.read(viewer) if row.facts.strategy == "unclassified"]
            assert len(names) == UNCLASSIFIED
            suggested = seconds(lambda: [*suggest.suggestions(viewer, names[:SUGGESTED])])
        return [
            Row(f"readiness and matrix of {COLLECTIONS:,}", look, "s", 1, "one look"),
            Row(f"suggest for {SUGGESTED:,} of {COLLECTIONS:,}", suggested, "s", 6, "empty tables"),
            *_screen(database, setting),
        ]


def _screen(database: Database, setting: Setting) -> Iterator[Row]:
    arguments = ["-c", "from tui.main import main; main()", "--dsn", database.dsn(), "--schema", SCHEMA]
    started = time.perf_counter()
    with Terminal(arguments, environment()) as terminal:
        terminal.shows("QT-001 ✗ BLOCKED")
        yield Row(f"first screen of {COLLECTIONS:,}", time.perf_counter() - started, "s", 1, "whole process")
        terminal.settled()
        opened = _answer(terminal, "2", "rows 1 to")
        terminal.settled()
        terminal.send("/")
        terminal.settled()
        keys = [_answer(terminal, key, f"match {_FILTER[: at + 1]}") for at, key in enumerate(_FILTER)]
        yield Row(f"matrix of {COLLECTIONS:,} opens", opened, "s", 1, "a real database")
        a_key = statistics.median(keys) * 1000
        yield Row(f"matrix of {COLLECTIONS:,} filters, a key", a_key, "ms", 50, "while it counts")
        terminal.until(lambda: "counting" not in terminal.text())
        if memory := most_memory(terminal.pid):
            yield Row(f"matrix of {COLLECTIONS:,}, memory", memory, "MB", 150, "all counted")
        else:
            setting.notes.append("memory: left out, the system has no /proc")


@contextmanager
def _built(setting: Setting) -> Iterator[Database]:
    database = Database(setting.server, "birth_bench_collections")
    setting.server.drop(database.name)
    setting.server.create(database.name)
    try:
        build_small(make_conninfo(setting.server.dsn, dbname=database.name))
        for part in (_TABLES, _ENROL, "VACUUM ANALYZE"):
            database.run(part)
        yield database
    finally:
        setting.server.drop(database.name)


def _answer(terminal: Terminal, key: str, seen: str) -> float:
    def work() -> None:
        terminal.send(key)
        terminal.shows(seen)

    return seconds(work)

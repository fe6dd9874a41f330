"""A small database whose gate is open, for tests that bend it: three collections, and applies inside this process."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

import psycopg
import pytest

from core.db.connection.apply_connection import ApplyConnection
from core.domain.backfill.events import ApplyEvent
from core.domain.backfill.runs import Accounting
from core.errors import ConsoleError
from core.services.backfill import apply, fault_points, runs
from core.services.backfill.apply_options import Options
from tests import line
from tests.databases import SCHEMA, Database

QUICK = Options(patience=20)
_DEADLINE = 30.0  # seconds that only a failure waits for

# As a replica: the gateway does not fire, so that the rows are missing.
_FILL = """
SET session_replication_role = replica;
INSERT INTO public.goods SELECT n, 'G-' || lpad(n::text, 6, '0'), n FROM generate_series(1, {goods}) AS n;
INSERT INTO public.parts SELECT n % 3, 'part ' || n, NULL FROM generate_series(1, {parts}) AS n;
INSERT INTO public.notes SELECT 'N-' || lpad(n::text, 6, '0') FROM generate_series(1, {notes}) AS n;
"""
# Figures that must be 0 after whatever happened, of every run together, each named by what it would mean.
FIGURES = """
WITH batch AS (SELECT b.*, l.run_id FROM birth.birth_backfill_batch AS b
    JOIN birth.birth_backfill_ledger AS l USING (ledger_id)),
done AS (SELECT * FROM batch WHERE finished_at IS NOT NULL),
ours AS (SELECT r.*, substr(r.dot_origin, 20)::bigint AS run_id
    FROM birth.birth_registry AS r WHERE r.dot_origin LIKE 'birth-backfill:run-%'),
item AS (SELECT i.*, l.run_id, l.collection_name FROM birth.birth_backfill_item AS i
    JOIN birth.birth_backfill_ledger AS l USING (ledger_id)),
settled AS (SELECT item.*, r.entity_code IS NOT NULL AS registered, q.seq IS NOT NULL AS quarantined
    FROM item JOIN done AS b ON b.ledger_id = item.ledger_id AND item.seq BETWEEN b.seq_from AND b.seq_to
    LEFT JOIN birth.birth_registry AS r ON r.entity_code = item.entity_code AND r.collection_name = item.collection_name
    LEFT JOIN birth.birth_backfill_quarantine AS q ON q.ledger_id = item.ledger_id AND q.seq = item.seq)
SELECT
    (SELECT count(*) FROM done WHERE seq_to - seq_from + 1 <> registered + existing + vanished + quarantined
        OR least(registered, existing, vanished, quarantined) < 0) AS batches_that_do_not_close,
    (SELECT count(*) FROM batch AS a JOIN batch AS b
        ON a.ledger_id = b.ledger_id AND a.seq_from < b.seq_from AND a.seq_to >= b.seq_from)
        AS batches_that_overlap,
    (SELECT count(*) FROM (SELECT run_id, sum(registered) AS rows FROM done GROUP BY 1) AS counted
        FULL JOIN (SELECT run_id, count(*) AS rows FROM ours GROUP BY 1) AS found USING (run_id)
        WHERE coalesce(counted.rows, 0) <> coalesce(found.rows, 0)) AS runs_that_wrote_what_they_did_not_count,
    (SELECT count(*) FROM ours WHERE NOT EXISTS (SELECT FROM item WHERE item.run_id = ours.run_id
        AND item.entity_code = ours.entity_code AND item.collection_name = ours.collection_name))
        AS registered_but_never_planned,
    (SELECT count(*) FROM birth.birth_registry WHERE dot_origin NOT LIKE 'birth-backfill:run-%'
        AND dot_origin <> 'GATEWAY') AS registered_by_nobody,
    (SELECT greatest(sum(registered + existing) - (SELECT count(*) FROM settled WHERE registered), 0) FROM done)
        AS outcomes_that_are_not_true,
    (SELECT greatest((SELECT count(*) FROM settled WHERE NOT registered AND NOT quarantined) - sum(vanished), 0)
        FROM done) AS items_that_are_lost,
    (SELECT count(*) FROM settled WHERE registered AND quarantined) AS items_with_two_outcomes,
    (SELECT count(*) FROM birth.birth_backfill_quarantine) - (SELECT sum(quarantined) FROM done)
        AS quarantines_not_counted,
    (SELECT count(*) FROM birth.birth_admission_budget AS b WHERE used_rows > budget_rows
        OR used_rows <> (SELECT coalesce(sum(registered), 0) FROM done WHERE done.permit_id = b.permit_id))
        AS budgets_that_do_not_add_up,
    (SELECT count(*) FROM (SELECT prev, seq, row_number() OVER (ORDER BY seq) - 1 AS place,
        lag(hash, 1, decode(repeat('00', 32), 'hex')) OVER (ORDER BY seq) AS before FROM birth.birth_ledger_event) AS e
        WHERE prev <> before OR seq <> place) AS links_that_do_not_fit,
    (SELECT count(*) FROM done) - (SELECT count(*) FROM birth.birth_ledger_event WHERE kind = 'batch')
        AS batches_that_the_chain_does_not_hold
"""
_OF_THE_MOMENT = ("outcomes_that_are_not_true", "items_that_are_lost", "items_with_two_outcomes")
# What holds a batch up at one of its rows, for as long as somebody has the lock.
AT_ROW_120 = "IF p_entity_code = 'G-000120' THEN PERFORM pg_advisory_xact_lock(7); END IF;"
AT_ROW_170 = "IF p_entity_code = 'G-000170' THEN PERFORM pg_advisory_xact_lock(8); END IF;"


def fill(database: Database, *, goods: int = 0, parts: int = 0, notes: int = 0) -> None:
    """Add rows that the gateway never met."""
    database.run(_FILL.format(goods=goods, parts=parts, notes=notes))


def a_run(database: Database, *collections: str, goods: int = 300, parts: int = 0, notes: int = 0) -> int:
    """Open a permit, fill, plan and reconcile; the run's number."""
    line.open_permit(database)
    fill(database, goods=goods, parts=parts, notes=notes)
    return reconciled(database, *collections)


def reconciled(database: Database, *collections: str, login: str = "operator1") -> int:
    """Plan what is missing now, and reconcile."""
    with database.connect(login) as operator:
        return line.make_reconciled(operator, *collections)


def faults(figures: dict[str, Any], *, later: bool = False) -> list[str]:
    """What is lost, doubled or counted wrongly. `later` leaves out what the world may change once a run is over."""
    return [name for name, figure in figures.items() if figure and not (later and name in _OF_THE_MOMENT)]


def sound(database: Database) -> None:
    """Nothing is lost, doubled or counted wrongly."""
    found = faults(database.run(FIGURES)[0])
    assert not found, found


def account(database: Database, run: int, login: str = "operator1") -> Accounting:
    """What became of a run's rows so far."""
    with database.connect(login) as connection:
        return runs.account(connection, run)


@dataclass(slots=True)
class Drive:
    """An apply inside this process: the events that it told, and what it ended with."""

    database: Database
    run: int
    options: Options = QUICK
    login: str = "operator1"
    settings: dict[str, str] = field(default_factory=dict)
    events: list[ApplyEvent] = field(default_factory=list)
    error: ConsoleError | None = None

    def connect(self) -> ApplyConnection:
        """A connection as the product makes it, with the test's own settings on top."""
        connection = ApplyConnection.open(self.database.dsn(self.login), SCHEMA)
        for name, value in self.settings.items():
            connection.configure(name, value)
        return connection

    def go(self) -> "Drive":
        """Apply until it ends, one way or the other."""
        try:
            self.events.extend(apply.apply(self.connect, self.run, self.options))
        except ConsoleError as error:
            self.error = error
        return self

    @property
    def has_ended(self) -> bool:
        """Whether its last event was told."""
        return bool(self.events) and self.events[-1].event in ("done", "stopped")

    @property
    def status(self) -> int:
        """The exit status that the command line would give."""
        return 0 if self.error is None else self.error.exit_status

    @property
    def code(self) -> str:
        """The error's code, '' where there was none."""
        return "" if self.error is None else self.error.code

    def told(self, name: str) -> list[ApplyEvent]:
        """The events of a name."""
        return [event for event in self.events if event.event == name]


def drive(database: Database, run: int, options: Options = QUICK, login: str = "operator1", **settings: str) -> Drive:
    """Apply a run to whatever end, and see that all is sound then."""
    driven = Drive(database, run, options, login, settings).go()
    sound(database)
    return driven


def done(database: Database, run: int, options: Options = QUICK, login: str = "operator1") -> Accounting:
    """Apply a run to its end; the accounting."""
    driven = drive(database, run, options, login)
    assert driven.error is None, (driven.error.code, driven.error.message, driven.error.evidence)
    assert driven.events[-1].event == "done"
    found = account(database, run, login)
    assert found.open == 0
    assert driven.events[-1].facts["accounting"] == found.as_json()
    return found


@contextmanager
def driving(database: Database, run: int, options: Options = QUICK, **settings: str) -> Iterator[Drive]:
    """An apply that runs beside the block, and has ended after it. All must be sound then."""
    driven = Drive(database, run, options, settings=settings)
    thread = Thread(target=driven.go, daemon=True)
    thread.start()
    try:
        yield driven
    finally:
        thread.join(_DEADLINE * 2)
        assert not thread.is_alive(), driven.events
    sound(database)


def eventually(condition: Callable[[], object], what: str = "what the test waits for") -> None:
    """Return once `condition` holds; only a failure reaches the deadline."""
    deadline = time.monotonic() + _DEADLINE
    while not condition():
        assert time.monotonic() < deadline, f"{what} never came"
        time.sleep(0.01)


def batches(database: Database, run: int) -> int:
    """How many batches of a run are finished."""
    found = database.value(
        "SELECT count(*) FROM birth.birth_backfill_batch JOIN birth.birth_backfill_ledger USING (ledger_id)"
        f" WHERE run_id = {run} AND finished_at IS NOT NULL"
    )
    return int(found)


def at(patch: pytest.MonkeyPatch, point: fault_points.Point, action: Callable[[], object], nth: int = 1) -> None:
    """Do something at the n-th pass of a hook, in the worker that gets there."""
    passed = 0

    def reach(here: fault_points.Point) -> None:
        nonlocal passed
        if here == point:
            passed += 1
            if passed == nth:
                action()

    patch.setattr(fault_points, "reach", reach)


_REGISTER = """
CREATE OR REPLACE FUNCTION birth.fn_birth_register(p_collection_name text, p_entity_code text,
    p_born_at timestamptz DEFAULT NULL, p_dot_origin text DEFAULT 'GATEWAY', p_dry_run boolean DEFAULT true)
RETURNS text LANGUAGE plpgsql VOLATILE AS $body$
BEGIN
    {before}
    INSERT INTO birth.birth_registry (entity_code, collection_name, dot_origin, born_at)
    VALUES (p_entity_code, p_collection_name, p_dot_origin, coalesce(p_born_at, clock_timestamp()))
    ON CONFLICT (entity_code) DO NOTHING;
    {after}
    RETURN 'registered';
END
$body$;
"""


def registering(database: Database, *, before: str = "", after: str = "") -> None:
    """Replace the register function by one that also does something before and after it registers."""
    database.run(_REGISTER.format(before=before, after=after))


@contextmanager
def a_lock(database: Database, number: int) -> Iterator[psycopg.Connection[dict[str, Any]]]:
    """An advisory lock that holds up whoever asks for it until the block ends."""
    with database.psql("postgres") as holder:
        holder.execute("SELECT pg_advisory_lock(%s)", [number])
        yield holder


def is_waited_for(database: Database, number: int) -> bool:
    """Whether somebody waits for such a lock."""
    return bool(
        database.value(
            f"SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = {number} AND NOT granted"
        )
    )


def waits_for_table(database: Database, table: str) -> int:
    """How many sessions wait for a lock on a table as a whole."""
    return int(
        database.value(
            f"SELECT count(*) FROM pg_locks WHERE relation = 'birth.{table}'::regclass AND NOT granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
    )

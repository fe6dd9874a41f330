"""Whoever owns a source can have code run by those who read it: what it sets or declares must not outlive the read."""

from collections.abc import Callable

import pytest

from core.db.connection.session import Connection
from core.domain.classify.identity import column_identity
from core.services.backfill import plan, reconcile
from core.services.classify import column_statistics, sources
from core.services.classify.proof import prove
from core.services.overview import matrix, readiness
from core.services.trust import verify
from tests.databases import Database
from tests.faults.attacker import ask
from tests.faults.trust.test_attack_owner import SOURCES, TABLE, walk

# Whoever reads finds operators and functions of this schema first, from then on; and runs a query when it commits.
_EVIL = """
CREATE SCHEMA evil;
CREATE FUNCTION evil.act() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF pg_catalog.current_setting('transaction_read_only') OPERATOR(pg_catalog.=) 'off' THEN
        IF current_user OPERATOR(pg_catalog.=) 'birth_owner' THEN
            INSERT INTO birth.birth_registry (entity_code, collection_name) VALUES ('FORGED', 'goods')
                ON CONFLICT DO NOTHING;
        ELSE
            PERFORM birth.birth_backfill_steer(1, 'pause', NULL, 'evil');
        END IF;
    END IF;
EXCEPTION WHEN OTHERS THEN
    NULL;
END $$;
CREATE FUNCTION evil.cardinality(text[]) RETURNS integer LANGUAGE plpgsql AS
    $$BEGIN PERFORM evil.act(); RETURN pg_catalog.cardinality($1); END$$;
CREATE FUNCTION evil.unequal(bigint, bigint) RETURNS boolean LANGUAGE plpgsql AS
    $$BEGIN PERFORM evil.act(); RETURN $1 OPERATOR(pg_catalog.<>) $2; END$$;
CREATE OPERATOR evil.<> (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = evil.unequal);
CREATE FUNCTION evil.late() RETURNS integer LANGUAGE plpgsql AS $$BEGIN PERFORM evil.act(); RETURN 1; END$$;
CREATE FUNCTION public.evil() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_catalog.set_config('search_path', 'evil, pg_catalog, pg_temp', false);
    PERFORM pg_catalog.set_config('default_transaction_read_only', 'off', false);
    BEGIN
        EXECUTE 'DECLARE evil_held CURSOR WITH HOLD FOR SELECT evil.late()';
    EXCEPTION WHEN OTHERS THEN
        NULL;
    END;
    RETURN true;
END $$;
GRANT USAGE ON SCHEMA evil TO PUBLIC;
"""
# The planner runs the owner's code for each query on the table; the old script would have asked for its dates.
_INDEX = """
CREATE FUNCTION public.one(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS
    $$BEGIN PERFORM public.evil(); RETURN 1; END$$;
CREATE TABLE public.things (id int PRIMARY KEY, code text NOT NULL UNIQUE, date_created timestamptz);
CREATE INDEX ON public.things ((public.one(1) + id));
"""
_SETTINGS = (
    "SELECT pg_catalog.current_setting('search_path') || ' ' ||"
    " pg_catalog.current_setting('default_transaction_read_only') || ' ' ||"
    " (SELECT pg_catalog.count(*) FROM pg_catalog.pg_cursors)::text"
)


def proving(connection: Connection) -> None:
    source = sources.require(connection, "things")
    prove(connection, source, column_identity("things", "code"))


READING: dict[str, Callable[[Connection], object]] = {
    "the dashboard": readiness.read,
    "counts": lambda connection: matrix.count(connection, "things"),
    "a proof": proving,
    "a profile": lambda connection: column_statistics.of(connection, "things"),
    "a verification": lambda connection: verify.verify(connection, 1),
}


@pytest.fixture
def things(small: Database) -> Database:
    small.run(_EVIL + _INDEX + TABLE.format(rows="(1, 'T-1'), (2, 'T-2')"))
    return small


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("windows", [False, True])
def test_what_a_source_s_owner_sets_or_declares_ends_with_the_read_of_plans_and_batches(
    small: Database, source: str, *, windows: bool
) -> None:
    make, rows = SOURCES[source]
    small.run(_EVIL + make + TABLE.format(rows=rows))
    walk(small, windows=windows)
    assert small.value("SELECT count(*) FROM birth.birth_ledger_event WHERE kind = 'steered'") == 0


@pytest.mark.parametrize("what", READING)
@pytest.mark.parametrize("read_only", [False, True])
def test_what_a_source_s_owner_sets_or_declares_ends_with_the_read_of_a_console(
    things: Database, what: str, *, read_only: bool
) -> None:
    with things.connect() as operator:
        reconcile.reconcile(operator, plan.plan(operator, ["things"]).run.run, "compared")
    with Connection.open(things.dsn("operator1"), "birth", read_only=read_only) as connection:
        before = ask(connection.driver, _SETTINGS)
        READING[what](connection)
        assert ask(connection.driver, _SETTINGS) == before
    assert things.value("SELECT count(*) FROM birth.birth_ledger_event WHERE kind = 'steered'") == 0

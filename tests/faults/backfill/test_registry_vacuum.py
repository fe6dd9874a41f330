"""A registry that owes much to vacuum: a run waits while autovacuum works on it."""

import pytest

from core.services.backfill.apply_options import Options
from core.settings import DEMO_LOGINS
from tests.databases import a_clone, a_template
from tests.faults.servers import an_own_server
from tests.small import a_run, done, drive, eventually
from tests.templates import SMALL

DEAD = 15_000
# A vacuum of this table takes minutes.
_SLOWLY = """
ALTER TABLE birth.birth_registry SET (autovacuum_vacuum_threshold = 100, autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1);
TRUNCATE birth.trigger_guard_alerts
"""
_DEAD_ROWS = f"""
INSERT INTO birth.birth_registry (entity_code, collection_name, governance_role)
    SELECT 'gone-' || n, 'parts', 'governed' FROM generate_series(1, {DEAD}) AS n;
DELETE FROM birth.birth_registry WHERE entity_code LIKE 'gone-%'
"""
_WORKERS = "FROM pg_stat_activity WHERE backend_type = 'autovacuum worker' AND datname = current_database()"


@pytest.mark.long
def test_a_run_waits_while_autovacuum_is_behind_with_the_registry() -> None:
    with an_own_server() as own, own.set_to("autovacuum_naptime", "'1s'"), a_template(own.tests, SMALL) as template:
        own.tests.let_in(DEMO_LOGINS)
        with a_clone(own.tests, template) as database:
            database.run(_SLOWLY)
            run = a_run(database, goods=300)
            database.run(_DEAD_ROWS)
            load = f"SELECT vacuuming, dead_rows >= {DEAD} AS dead FROM birth.birth_load({run})"
            eventually(lambda: database.run(load, "operator1") == [{"vacuuming": True, "dead": True}])
            held = drive(database, run, Options(patience=0.0))
            assert (held.status, held.code) == (7, "throttled")
            assert held.error is not None
            assert "registry_vacuum" in str(held.error.evidence["reasons"])
            with own.set_to("autovacuum", "off"):
                database.run(f"SELECT pg_terminate_backend(pid) {_WORKERS}")
                eventually(lambda: not database.run(f"SELECT pid {_WORKERS}"))
                assert done(database, run).registered == 300

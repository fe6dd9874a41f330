from functools import partial

from core.db.connection.apply_connection import ApplyConnection
from core.services.backfill import apply, runs
from core.services.overview import readiness
from core.services.trust import verify
from tests import line
from tests.databases import SCHEMA, Database


def test_the_whole_line_registers_exactly_the_planned_rows_and_a_rerun_finds_nothing(resolved: Database) -> None:
    with resolved.connect() as operator:
        assert readiness.read(operator).gate == "BLOCKED_UNTIL_PERMIT_OPENED"
        line.open_permit(resolved)
        assert readiness.read(operator).gate == "OPEN"
        before = resolved.value("SELECT count(*) FROM birth.birth_registry")
        run = line.make_reconciled(operator)
        planned = runs.run(operator, run).missing
        events = list(apply.apply(partial(ApplyConnection.open, resolved.dsn(), SCHEMA), run))
        assert events[-1].event == "done"
        assert resolved.value("SELECT count(*) FROM birth.birth_registry") == before + planned
        verified = verify.verify(operator, run)
        assert [gate.id for gate in verified.gates if not gate.passed] == []
        assert verified.rerun_delta == 0
        assert runs.run(operator, line.make_plan(operator)).missing == 0

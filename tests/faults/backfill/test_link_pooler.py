import pytest

from core.db.connection.session import Connection
from core.errors import UsageError
from core.services.backfill.apply_options import Options
from core.services.overview import readiness
from core.services.trust import verify
from core.services.trust.doctor import examine
from tests import line
from tests import small as small_database
from tests.databases import SCHEMA, Database
from tests.faults.pgbouncer import PGBOUNCER, pooled

pytestmark = pytest.mark.skipif(PGBOUNCER is None, reason="PgBouncer is not installed")
SHARING = ("transaction", "statement")


def test_the_whole_line_runs_by_way_of_a_pooler_in_session_mode(small: Database) -> None:
    small_database.fill(small, goods=450)
    with pooled(small, "session") as elsewhere:
        line.open_permit(elsewhere)
        with elsewhere.connect("operator1") as operator:
            assert readiness.read(operator).metrics
            run = line.make_reconciled(operator, "goods")
            (seen,) = (each for each in examine(operator) if each.id == "pooler")
            assert (seen.is_fine, "session" in str(seen.evidence)) == (True, True)
        assert small_database.done(elsewhere, run, Options(patience=20, workers=2)).registered == 450
        with elsewhere.connect("operator1") as operator:
            verdict = verify.verify(operator, run)
    assert verdict.passed


@pytest.mark.parametrize("mode", SHARING)
def test_a_pooler_that_shares_sessions_is_refused_before_anything_of_the_session_is_set(
    small: Database, mode: str
) -> None:
    with pooled(small, mode) as elsewhere, elsewhere.psql("operator1") as bystander:
        process = bystander.execute("SELECT pg_backend_pid() AS process").fetchone()
        for read_only in (True, False):
            with pytest.raises(UsageError) as refused:
                Connection.open(elsewhere.dsn("operator1"), SCHEMA, read_only=read_only)
            assert refused.value.code == "pooler_shares_sessions"
            assert "pool_mode = session" in refused.value.hint
        # Whoever has that process next finds it as it was.
        assert bystander.execute("SELECT pg_backend_pid() AS process").fetchone() == process
        left = bystander.execute(
            "SELECT name FROM pg_settings WHERE source = 'session' AND name <> 'application_name'"
        ).fetchall()
        assert [row["name"] for row in left] == []


def test_a_pooler_without_room_for_a_second_session_is_refused_since_its_mode_cannot_be_told(
    small: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.db.connection.pooler._SECONDS", 0.5)
    with (
        pooled(small, "session", size=1) as elsewhere,
        pytest.raises(UsageError) as refused,
    ):
        Connection.open(elsewhere.dsn("operator1"), SCHEMA)
    assert refused.value.code == "pooler_shares_sessions"

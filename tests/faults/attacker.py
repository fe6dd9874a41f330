"""The line of a run by bare SQL, as somebody with psql and a login would walk it."""

from collections.abc import Mapping
from typing import Any

import psycopg
import pytest

from tests.databases import Database

Psql = psycopg.Connection[dict[str, Any]]


def ask(session: Psql, statement: str) -> Any:  # noqa: ANN401 - a column's type is the query's
    """The first column of the first row."""
    found = session.execute(statement.encode()).fetchone()
    return None if found is None else next(iter(found.values()))


def refusal(session: Psql, statement: str) -> tuple[str, str]:
    """SQLSTATE and message with which the server refuses; fails where it does not."""
    try:
        session.execute(statement.encode())
    except psycopg.Error as error:
        return error.sqlstate or "", error.diag.message_primary or ""
    raise AssertionError(f"not refused: {statement}")


def contract_breaks(database: Database, collection: str, by: Mapping[str, str]) -> None:
    """After each of these statements, which is undone, no plan of a collection is made, and what is told of it."""
    for statement, told in by.items():
        with database.psql("postgres") as admin, admin.transaction(force_rollback=True):
            admin.execute(statement.encode())
            admin.execute("SET LOCAL SESSION AUTHORIZATION operator1")
            with pytest.raises(psycopg.Error, match="contract_broken") as refused:
                admin.execute(f"SELECT birth.birth_backfill_plan(ARRAY['{collection}'])".encode())
            assert told in str(refused.value.diag.message_detail)


def add_goods(database: Database, start: int, rows: int = 1) -> None:
    """Rows that the gateway never met."""
    database.run(
        "SET session_replication_role = replica; INSERT INTO public.goods"
        f" SELECT n, 'G-' || lpad(n::text, 6, '0'), n FROM generate_series({start}, {start + rows - 1}) AS n"
    )


def begun(session: Psql) -> int:
    """Plan what is missing in goods, reconcile, begin; the run's number."""
    run = int(ask(session, "SELECT birth.birth_backfill_plan(ARRAY['goods'])"))
    ask(
        session,
        f"SELECT birth.birth_backfill_reconcile({run}, 'compared')",
    )
    ask(session, f"SELECT birth.birth_backfill_begin({run})")
    return run


def claimed(session: Psql, run: int, rows: int = 100) -> str:
    """Claim a batch; the statement that applies it."""
    found = session.execute(f"SELECT * FROM birth.birth_backfill_claim({run}, {rows})".encode()).fetchone()
    assert found is not None
    assert found["verdict"] == "claimed"
    return f"SELECT registered FROM birth.birth_backfill_apply_batch({found['ledger_id']}, {found['epoch']}, 100)"


def finish(session: Psql, run: int) -> None:
    """Say that all is done."""
    ask(session, f"SELECT birth.birth_backfill_finish({run})")


def an_applied_run(database: Database, start: int = 1, rows: int = 3, login: str = "operator1") -> int:
    """A run of so many goods that was applied to its end; a permit must be open."""
    add_goods(database, start, rows)
    with database.psql(login) as session:
        run = begun(session)
        assert ask(session, claimed(session, run)) == rows
        finish(session, run)
    return run


def certifying(run: int, note: str = "looked at it") -> str:
    """The statement that certifies what a run's evidence is at that moment."""
    return (
        "SELECT chain_seq FROM birth.birth_backfill_certify("
        f"{run}, birth.birth_evidence_digest(birth.birth_run_evidence({run})), '{note}')"
    )

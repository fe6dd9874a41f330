"""A batch looks again at what it rests on wherever that can have changed since it began."""

from collections.abc import Callable

import psycopg
import pytest

from tests.databases import Database

_Connection = psycopg.Connection[dict[str, object]]
_DONE = "SELECT pg_current_xact_id()"


def _is_calm(small: Database, between: Callable[[_Connection], object]) -> bool:
    """What a transaction is told in the end, where `between` is done after it began and wrote."""
    # Roles are the whole server's: all is undone.
    with small.psql("postgres") as owner, owner.transaction(force_rollback=True):
        owner.execute(_DONE.encode())
        row = owner.execute("SELECT pg_current_snapshot()::text AS snap, birth._birth_catalogs_written() AS catalogs")
        began = row.fetchone()
        assert began is not None
        between(owner)
        found = owner.execute(
            "SELECT birth._birth_is_calm(%(snap)s::pg_snapshot, %(catalogs)s, pg_current_snapshot()) AS calm", began
        ).fetchone()
        assert found is not None
        return bool(found["calm"])


def test_nothing_can_have_changed_where_no_transaction_ended_and_no_catalog_was_written(small: Database) -> None:
    with small.psql("postgres") as still, still.transaction():
        still.execute(_DONE.encode())
        assert _is_calm(small, lambda _: None)
        assert _is_calm(small, lambda owner: owner.execute("CREATE TEMP TABLE IF NOT EXISTS x (n int)")) is False


def test_a_transaction_that_ended_meanwhile_may_have_changed_anything(small: Database) -> None:
    with small.psql("postgres") as other, small.psql("postgres") as earlier:
        assert not _is_calm(small, lambda _: other.execute(_DONE.encode()))
        # Also one that began before, or that ends while a later one still runs.
        earlier.execute("BEGIN")
        earlier.execute(_DONE.encode())
        assert not _is_calm(small, lambda _: earlier.execute("COMMIT"))
        # Or one that a later one overtook.
        earlier.execute("BEGIN")
        earlier.execute(_DONE.encode())
        other.execute(_DONE.encode())
        assert not _is_calm(small, lambda _: earlier.execute("COMMIT"))

        def beside(_: _Connection) -> None:
            other.execute(_DONE.encode())
            earlier.execute("BEGIN")
            earlier.execute(_DONE.encode())

        assert not _is_calm(small, beside)
        earlier.execute("ROLLBACK")


def test_a_transaction_that_only_began_meanwhile_changed_nothing(small: Database) -> None:
    with small.psql("postgres") as other:
        other.execute("BEGIN")
        assert _is_calm(small, lambda _: other.execute(_DONE.encode()))
        other.execute("ROLLBACK")


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER FUNCTION birth._birth_lease() COST 101",
        "CREATE TRIGGER more AFTER INSERT ON public.goods FOR EACH ROW EXECUTE FUNCTION birth.fn_birth_gateway('g')",
        "ALTER TABLE public.goods ADD COLUMN more text",
        "GRANT birth_operator TO birth_caller",
        "ALTER ROLE birth_caller SET work_mem = '1MB'",
        "CREATE TYPE public.more AS ENUM ('one')",
        "DO $$ BEGIN CREATE TABLE public.more (); RAISE 'undone'; EXCEPTION WHEN OTHERS THEN END $$",
    ],
)
def test_what_the_transaction_itself_defines_is_seen(small: Database, statement: str) -> None:
    assert not _is_calm(small, lambda owner: owner.execute(statement.encode()))

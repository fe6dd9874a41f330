"""A long chain: the server makes what the tables hold while the chain is verified, over a second connection."""

import pytest

from core.db.connection.ahead import asked_ahead
from core.db.connection.session import Connection
from core.db.rows.audit import TOLD_ROWS
from core.errors import Unavailable
from core.services.trust import audit
from tests.databases import Database, a_login


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Connection]:
    """The second connections that were made; every chain counts as a long one."""
    found: list[Connection] = []
    beside = Connection.beside

    def noted(self: Connection) -> Connection:
        found.append(beside(self))
        return found[-1]

    monkeypatch.setattr(audit, "_MANY", 0)
    monkeypatch.setattr(Connection, "beside", noted)
    return found


def test_a_long_chain_is_compared_over_a_second_connection_in_the_same_moment(
    small: Database, opened: list[Connection]
) -> None:
    tampered = "SET session_replication_role = replica; UPDATE birth.birth_policy SET requirement = 'EXEMPT'"
    with small.connect("viewer1") as viewer:
        assert audit.audit(viewer).ok
        with viewer.snapshot():
            assert audit.audit(viewer).ok
            small.run(tampered)
            # What happens meanwhile is seen by neither.
            assert audit.audit(viewer).ok
        found = audit.audit(viewer)
    assert {(each.table, each.column) for each in found.differences} == {("birth_policy", "requirement")}
    assert len(opened) == 4
    assert all(each.is_closed for each in opened)


def test_a_long_chain_is_compared_over_one_connection_where_there_is_room_for_no_other(
    small: Database, opened: list[Connection]
) -> None:
    with a_login(small, "lonely", "Lonely Auditor", "birth_reader") as login:
        small.run(f"ALTER ROLE {login} CONNECTION LIMIT 1")
        with small.connect(login) as lonely:
            assert audit.audit(lonely).ok
    assert opened == []


def test_a_long_chain_that_is_broken_is_told_without_what_the_tables_hold(
    small: Database, opened: list[Connection]
) -> None:
    small.run("DELETE FROM birth.birth_ledger_event WHERE seq = 1")
    with small.connect("viewer1") as viewer:
        assert audit.audit(viewer).bad
        assert audit.audit(viewer).bad
    assert all(each.is_closed for each in opened)


def test_a_second_connection_that_is_lost_under_way_is_told(small: Database, opened: list[Connection]) -> None:
    # More than is on its way at a time.
    small.run(
        "SET session_replication_role = replica;"
        "INSERT INTO birth.birth_policy (collection_name) SELECT 'c' || n FROM generate_series(1, 30000) AS n"
    )
    with small.connect("viewer1") as viewer, viewer.snapshot(), asked_ahead(viewer, TOLD_ROWS) as read:
        rows = iter(read())
        next(rows)
        opened[0].abandon()
        with pytest.raises(Unavailable):
            list(rows)

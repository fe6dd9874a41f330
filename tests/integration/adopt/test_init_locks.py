"""Tables that are in use while `init` runs: it waits a little, then names who holds which one up, whatever the lock."""

from typing import Any

import pytest
from psycopg.conninfo import make_conninfo

from core.db.connection.session import Connection
from core.db.install.installer import ADVISORY_LOCK
from core.errors import ConsoleError
from core.services.adopt import init as service
from core.services.adopt.init import Wish
from tests.databases import TestServer
from tests.foreign import a_foreign_database

_HOLDING = {
    "sales.items": "INSERT INTO sales.items VALUES (gen_random_uuid(), 'of an application')",
    "the lock of installers": f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})",
}


def only(error: ConsoleError) -> Any:  # noqa: ANN401 - JSON
    """The only holder that an error names."""
    found: Any = error.evidence["holders"]
    (holder,) = found
    return holder


def test_who_holds_up_an_installation_is_named_with_table_lock_login_application_and_age(server: TestServer) -> None:
    with a_foreign_database(server) as company, company.psql("postgres") as holder:
        holder.execute("SET application_name = 'a long import'")
        dsn = make_conninfo(company.dsn("postgres"), options="-c lock_timeout=700ms")
        for table, holding in _HOLDING.items():
            with holder.transaction(force_rollback=True):
                holder.execute(holding.encode())
                with (
                    Connection.open(dsn, "birth", read_only=False) as administrator,
                    pytest.raises(ConsoleError) as caught,
                ):
                    service.init(administrator, Wish(collections=("sales.*",)))
            error, process = caught.value, holder.info.backend_pid
            seen = only(error)
            mode = "RowExclusiveLock" if table == "sales.items" else "ExclusiveLock"
            assert error.code == "locked"
            assert error.message.startswith(
                f"{table} is locked ({mode}) by process {process} of postgres (a long import) for "
            )
            assert (seen["table"], seen["process"], seen["login"]) == (table, process, "postgres")
            assert seen["since"] <= seen["asking_since"]
        assert company.value("SELECT count(*) FROM pg_namespace WHERE nspname = 'birth'") == 0

"""What stands between this process and the server: only the client can see it."""

import ipaddress
from collections.abc import Iterator
from contextlib import suppress

from core.db.connection.session import Connection
from core.db.rows.audit import SERVER, Server
from core.domain.backfill.run_facts import Finding
from core.domain.trust.check import Check
from core.errors import Json


def detours(connection: Connection) -> list[Finding]:
    """What stands between this process and the server, as findings of the audit."""
    server = connection.one(SERVER)
    found = (each for each in checks(connection, server) if not each.is_fine)
    return [Finding(each.id, each.evidence) for each in found]


def checks(connection: Connection, server: Server) -> Iterator[Check]:
    """Whether a pooler shares the session, or logs in as another login than the one asked for."""
    # Who stands between and shares sessions was refused at once; one that begins to later shows here.
    connected = connection.driver.info.backend_pid
    pooled: dict[str, Json] = {} if connected == server.pid else {"connected": connected, "pool_mode": "session"}
    yield finding(
        "pooler",
        "no pooler shares this session",
        connection.process == server.pid,
        {"began_with": connection.process, "served_by": server.pid, **pooled},
        "Connect to the server directly, or through a pooler in session mode.",
    )
    yield finding(
        "login",
        "the server sees this login",
        connection.driver.info.user == server.login,
        {"connected_as": connection.driver.info.user, "session_user": server.login},
        "A proxy or pooler logs in under another name: connect to the server directly.",
    )

    local, encrypted = _is_local(connection), connection.driver.pgconn.ssl_in_use
    yield Check(
        "encrypted",
        "the connection is encrypted, or does not leave this machine",
        "passed" if local or encrypted else "warning",
        {"host": connection.driver.info.hostaddr or connection.driver.info.host, "tls": encrypted},
        "Set sslmode=verify-full and sslrootcert in the DSN: without TLS, the network can read and change data.",
    )


def _is_local(connection: Connection) -> bool:
    info = connection.driver.info
    if info.host.startswith(("/", "@")):
        return True
    with suppress(ValueError):
        return ipaddress.ip_address(info.hostaddr.partition("%")[0]).is_loopback
    return False


def finding(name: str, title: str, fine: bool, evidence: Json, hint: str) -> Check:  # noqa: FBT001 - the verdict
    """A check with two verdicts."""
    return Check(name, title, "passed" if fine else "failed", evidence, hint)

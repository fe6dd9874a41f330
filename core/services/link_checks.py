"""What stands between this process and the server: only the client can see it."""

import ipaddress
from collections.abc import Iterator
from contextlib import suppress

from core.db.connection.session import Connection
from core.db.rows.audit import LINK, SERVER, Server
from core.domain.backfill.run_facts import Finding
from core.domain.trust.check import Check, check
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


def encryption(connection: Connection) -> Check:
    """Whether others on the way can read this session, or stand in for the server."""
    pgconn = connection.driver.pgconn
    chosen = {option.keyword.decode(): (option.val or b"").decode(errors="replace") for option in pgconn.info}
    seen = connection.one(LINK)
    host = chosen.get("hostaddr") or chosen.get("host", "")
    return judged(
        host,
        is_local=is_local(connection.driver.info.hostaddr or host),
        is_encrypted=bool(pgconn.ssl_in_use) or seen.is_encrypted,
        is_verified=chosen.get("sslmode") in ("verify-ca", "verify-full") or chosen.get("channel_binding") == "require",
        beyond=None if seen.is_local or seen.is_encrypted else "a pooler's link to the server is not encrypted",
    )


def judged(host: str, *, is_local: bool, is_encrypted: bool, is_verified: bool, beyond: str | None = None) -> Check:
    """The check of a link, from what is known of it. `beyond` is what is wrong behind the machine that answers."""
    evidence: dict[str, Json] = {"host": host, "encrypted": is_encrypted}
    if not is_local:
        evidence["certificate_checked"] = is_encrypted and is_verified
    if beyond is not None:
        evidence["beyond"] = beyond
    safe = is_local or (is_encrypted and is_verified)
    exposed = (not is_local and not is_encrypted) or (beyond is not None and not is_encrypted)
    return check(
        "encrypted",
        "the connection is encrypted, and the server's certificate checked",
        "failed" if exposed else "passed" if safe and beyond is None else "warning",
        evidence,
        "Set sslmode=verify-full and sslrootcert in the DSN or PGSSLMODE. The server needs: ALTER SYSTEM SET ssl = on.",
    )


def is_local(host: str) -> bool:
    """Whether a host is this machine: a socket's folder, or a loopback address."""
    with suppress(ValueError):
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    return host.lower() in ("", "localhost") or host.startswith(("/", "@"))


def finding(name: str, title: str, fine: bool, evidence: Json, hint: str) -> Check:  # noqa: FBT001 - the verdict
    """A check with two verdicts."""
    return Check(name, title, "passed" if fine else "failed", evidence, hint)

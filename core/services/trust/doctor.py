"""The doctor: connection, rights, roles, gateway, pooler and clocks, each with a verdict and what to do."""

import time
from collections.abc import Iterator

from core.db.connection.session import Connection, Row
from core.domain.trust.check import Check, check
from core.errors import Json
from core.services.adopt import install
from core.services.trust import installation_checks

_NEWEST = 190_000
_CLOCK_SECONDS = 5.0


def examine(connection: Connection) -> list[Check]:
    """Look at everything that could make the gates worth less than they seem. Changes nothing.

    Where nothing is installed, only the server is looked at, and that is the last check.
    """
    before = time.time()
    server = connection.rows("audit.server")[0]
    found = list(_server_checks(connection, server, (before + time.time()) / 2))
    if not server["is_installed"]:
        return [*found, _not_installed(connection.schema)]
    found += _session_checks(connection.rows("audit.session")[0])
    remedies = {row["id"]: row["statements"] for row in connection.rows("doctor.remedies")}
    found += installation_checks.checks(connection, remedies)
    for row in connection.rows("audit.trust"):
        found.append(check(**row, remedy=remedies.get(row["id"], ())))
    return found


def detours(connection: Connection) -> list[Json]:
    """What stands between this process and the server, as findings of the audit: only the client can see it."""
    server = connection.rows("audit.server")[0]
    found = (each for each in _link_checks(connection, server) if not each.is_fine)
    return [{"check": each.id, "evidence": each.evidence} for each in found]


def _server_checks(connection: Connection, server: Row, now: float) -> Iterator[Check]:
    yield _check(
        "version",
        "the server is PostgreSQL 14 to 18",
        install.OLDEST <= server["version"] < _NEWEST,
        server["version_text"],
        "Other versions were never tried.",
    )
    yield _check(
        "primary",
        "this is no replica",
        not server["in_recovery"],
        {"in_recovery": server["in_recovery"]},
        "Connect to the primary.",
    )
    yield from _link_checks(connection, server)
    drift = round(server["clock"] - now, 3)
    yield _check(
        "clock",
        "the clocks agree",
        abs(drift) <= _CLOCK_SECONDS,
        {"seconds": drift},
        "Permits expire by the server's clock; correct the one that is wrong.",
    )


def _not_installed(schema: str) -> Check:
    return _check(
        "installed",
        "the console's objects are installed",
        False,  # noqa: FBT003 - the verdict
        {"schema": schema},
        "`birth-console init --dry-run` shows what would be installed; name another schema with --schema.",
    )


def _session_checks(session: Row) -> Iterator[Check]:
    yield _check(
        "person",
        "this login is somebody",
        session["person"] is not None and bool(session["groups"]),
        {"login": session["login"], "person": session["person"], "groups": session["groups"]},
        "Map the login to a person and grant it a group.",
    )
    gateway = session["gateway"]
    yield _check(
        "gateway",
        "the gateway's functions are there, once each",
        gateway["norm_md5"] is not None and gateway["overloads"] == 2,  # noqa: PLR2004 - the trigger and the register function
        {"norm_md5": (gateway["norm_md5"] or "")[:8], "functions": gateway["overloads"]},
        "An overload may be called instead of the function that was meant: ask who owns the gateway.",
    )


def _link_checks(connection: Connection, server: Row) -> Iterator[Check]:
    # Who stands between and shares sessions was refused at once; one that begins to later shows here.
    connected = connection.driver.info.backend_pid
    pooled: Row = {} if connected == server["pid"] else {"connected": connected, "pool_mode": "session"}
    yield _check(
        "pooler",
        "no pooler shares this session",
        connection.process == server["pid"],
        {"began_with": connection.process, "served_by": server["pid"], **pooled},
        "Connect to the server itself, or to a pooler in session mode.",
    )
    yield _check(
        "login",
        "the server knows who logged in",
        connection.driver.info.user == server["login"],
        {"connected_as": connection.driver.info.user, "session_user": server["login"]},
        "Whoever stands between logs in as somebody else: connect to the server itself.",
    )


def _check(name: str, title: str, fine: bool, evidence: Json, hint: str) -> Check:  # noqa: FBT001 - the verdict
    return Check(name, title, "passed" if fine else "failed", evidence, hint)

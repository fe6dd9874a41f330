"""The doctor: connection, rights, roles, gateway, pooler and clocks, each with a verdict and what to do."""

import time
from collections.abc import Iterator

from core.db.connection.session import Connection
from core.db.rows.audit import SERVER, SESSION, TRUST, Server
from core.db.rows.audit import Session as OwnSession
from core.db.rows.doctor import REMEDIES
from core.domain.trust.check import Check, check
from core.services import link_checks
from core.services.adopt import install
from core.services.link_checks import finding
from core.services.trust import installation_checks
from core.version import SCHEMA_VERSION

_NEWEST = 190_000
_CLOCK_SECONDS = 5.0


def examine(connection: Connection) -> list[Check]:
    """Look at everything that could make the gates worth less than they seem. Changes nothing.

    Where nothing is installed, or another version, only the server is looked at, and that is the last check.
    """
    before = time.time()
    server = connection.one(SERVER)
    found = list(_server_checks(connection, server, (before + time.time()) / 2))
    if not server.is_installed:
        return [*found, _not_installed(connection.schema)]
    if connection.installed not in (None, SCHEMA_VERSION):
        # What else is asked is asked of this version's objects.
        return [*found, installation_checks.schema(connection)]
    found += _session_checks(connection.one(SESSION))
    remedies = {each.id: each.statements for each in connection.rows(REMEDIES)}
    found += installation_checks.checks(connection, remedies)
    for each in connection.rows(TRUST):
        found.append(check(each.id, each.title, each.verdict, each.evidence, each.hint, remedies.get(each.id, ())))
    return found


def _server_checks(connection: Connection, server: Server, now: float) -> Iterator[Check]:
    yield finding(
        "version",
        "the server is PostgreSQL 14 to 18",
        install.OLDEST <= server.version < _NEWEST,
        server.version_text,
        "Other versions are not tested.",
    )
    yield finding(
        "primary",
        "the server is a primary",
        not server.in_recovery,
        {"in_recovery": server.in_recovery},
        "Connect to the primary.",
    )
    yield from link_checks.checks(connection, server)
    drift = round(server.clock - now, 3)
    yield finding(
        "clock",
        "the clocks of server and client agree",
        abs(drift) <= _CLOCK_SECONDS,
        {"seconds": drift},
        "Correct the wrong clock: permits expire by the server's clock.",
    )


def _not_installed(schema: str) -> Check:
    return finding(
        "installed",
        "the console's objects are installed",
        False,  # noqa: FBT003 - the verdict
        {"schema": schema},
        "Install: `birth-console init` (preview: --dry-run). For another schema: --schema.",
    )


def _session_checks(session: OwnSession) -> Iterator[Check]:
    yield finding(
        "person",
        "this login is mapped to a person and a group",
        session.person is not None and bool(session.groups),
        {"login": session.login, "person": session.person, "groups": session.groups},
        "Map the login: `birth-console people add LOGIN --person NAME --group G`.",
    )
    gateway = session.gateway
    yield finding(
        "gateway",
        "the gateway has each function exactly once",
        gateway.norm_md5 is not None and gateway.overloads == 2,  # noqa: PLR2004 - the trigger and the register function
        {"norm_md5": (gateway.norm_md5 or "")[:8], "functions": gateway.overloads},
        "Ask the gateway's owner to drop overloads or restore a missing function.",
    )

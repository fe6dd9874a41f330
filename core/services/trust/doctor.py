"""The doctor: connection, rights, roles, gateway, pooler and clocks, each with a verdict and what to do."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TypeAlias, TypeVar

from core.db.connection.session import Connection
from core.db.rows.audit import SERVER, SERVER_AUDIT, SESSION, TRUST, Server, Trust
from core.db.rows.audit import Session as OwnSession
from core.db.rows.doctor import REMEDIES
from core.db.rows.query import Query
from core.domain.trust.check import Check, check
from core.errors import ConsoleError, Json
from core.services import link_checks
from core.services.adopt import install
from core.services.link_checks import finding
from core.services.trust import installation_checks
from core.version import SCHEMA_VERSION

T = TypeVar("T")
_NEWEST = 190_000
_CLOCK_SECONDS = 5.0


Look: TypeAlias = Callable[[Connection], Iterable[Check]]


def examine(connection: Connection) -> list[Check]:
    """Look at everything that could make the gates worth less than they seem. Changes nothing.

    Where nothing is installed, or another version, only the server is looked at, and that is the last check. A check
    that cannot be made is `unknown` and says why; the others go on.
    """
    found: list[Check] = []
    before = time.time()
    server = _asked(connection, found, "server_facts", lambda: connection.one(SERVER))
    if server is None:
        return found
    now = (before + time.time()) / 2
    for name, look in _of_the_server(server, now):
        found += _looked(connection, name, look)
    if not server.is_installed:
        return [*found, _not_installed(connection.schema)]
    if connection.installed not in (None, SCHEMA_VERSION):
        # What else is asked is asked of this version's objects.
        return [*found, *_looked(connection, "schema", lambda asked: [installation_checks.schema(asked)])]
    found += _looked(connection, "person", lambda asked: _session_checks(asked.one(SESSION)))
    remedies = _Remedies(connection, found)
    for name, look in installation_checks.checks(remedies):
        found += _looked(connection, name, look)
    for name, query in (("audit", TRUST), ("server_audit", SERVER_AUDIT)):
        found += _looked(connection, name, partial(_audited, query, remedies))
    return found


def _of_the_server(server: Server, now: float) -> list[tuple[str, Look]]:
    return [
        ("version", lambda _: _server_checks(server, now)),
        ("pooler", lambda asked: link_checks.checks(asked, server)),
        ("encrypted", lambda asked: [link_checks.encryption(asked)]),
    ]


class _Remedies:
    """What the database says that ends findings: asked once, and only where something is found."""

    def __init__(self, connection: Connection, found: list[Check]) -> None:
        self._connection = connection
        self._found = found
        self._known: dict[str, list[str]] | None = None

    def __call__(self, name: str) -> Sequence[str]:
        if self._known is None:
            told = _asked(self._connection, self._found, "remedies", lambda: self._connection.rows(REMEDIES))
            self._known = {each.id: each.statements for each in told or []}
        return self._known.get(name, ())


def _audited(query: Query[Trust], remedies: _Remedies, connection: Connection) -> Iterator[Check]:
    for each in connection.rows(query):
        remedy = () if each.verdict == "passed" else remedies(each.id)
        yield check(each.id, each.title, each.verdict, each.evidence, each.hint, remedy)


def _looked(connection: Connection, name: str, look: Look) -> list[Check]:
    """What a look finds; where it cannot be had, a check that says so."""
    found: list[Check] = []
    return _asked(connection, found, name, lambda: list(look(connection))) or found


def _asked(connection: Connection, found: list[Check], name: str, ask: Callable[[], T]) -> T | None:
    """The answer. Where there is none, a check of that name goes to `found`: no answer is no all-clear."""
    if connection.is_closed:
        return None
    try:
        return ask()
    except ConsoleError as error:
        found.append(
            check(
                name,
                f"the check {name} can be made",
                "unknown",
                {"code": error.code, "message": error.message},
                error.hint or "Correct what the message says, then run doctor again.",
            )
        )
        return None


def _server_checks(server: Server, now: float) -> Iterator[Check]:
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
    drift = round(server.clock - now, 3)
    yield finding(
        "clock",
        "the clocks of server and client agree",
        abs(drift) <= _CLOCK_SECONDS,
        {"seconds": drift},
        "Correct the wrong clock: permits expire by the server's clock.",
    )


def no_connection(error: ConsoleError) -> Check:
    """The only check where no server can be asked."""
    evidence: dict[str, Json] = {"code": error.code, "message": error.message}
    return check("connection", "the server can be asked", "failed", evidence, error.hint)


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

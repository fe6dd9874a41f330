"""Admission permits: opened and closed by gatekeepers, listed by every reader."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from core.db.connection.session import Connection
from core.db.rows.permit import ALL, CLOSE, GRANT, OPEN, REQUEST, REQUESTS
from core.domain.backfill.permit import BACKFILL, Permit, PermitRequest
from core.domain.overview.matrix import REQUIRED
from core.errors import UsageError
from core.services.classify import sources


def open_permit(
    connection: Connection,
    *,
    budget: int,
    lifetime: timedelta,
    reason: str,
    collections: Sequence[str] = (),
    expect_gateway: str | None = None,
    run: int | None = None,
    between: str | None = None,
    ticket: str | None = None,
    kind: str = BACKFILL,
) -> Permit:
    """Open a permit for `budget` rows. No collections means all of them, no run every run.

    `between` are hours, `01:00-05:00` by the server's log_timezone or with a time zone behind. Raises NotAllowed for
    logins outside birth_gatekeeper, UsageError for a name that is not enrolled, Stale where the gateway is not the
    expected one or the run is over.
    """
    wanted = {
        "budget": budget,
        "lifetime": lifetime,
        "reason": reason,
        "collections": list(collections) or None,
        "expect_gateway": expect_gateway,
        "run": run,
        "between": between,
        "ticket": ticket,
        "kind": kind,
    }
    return _named(connection, connection.one(OPEN, wanted).permit)


def request(
    connection: Connection,
    run: int,
    *,
    lifetime: timedelta,
    reason: str,
    between: str | None = None,
    ticket: str | None = None,
) -> PermitRequest:
    """Ask for a permit that covers the rows of a run which have no outcome yet.

    Raises NotAllowed for logins outside birth_operator, UsageError where nothing is to be admitted or a request of the
    run is open, Stale where the run is over.
    """
    wanted = {"run": run, "lifetime": lifetime, "reason": reason, "between": between, "ticket": ticket}
    number = connection.one(REQUEST, wanted).request
    return next(each for each in requests(connection) if each.request == number)


def grant(connection: Connection, number: int) -> Permit:
    """Open the permit of a request, exactly as it was asked for.

    Raises NotAllowed for logins outside birth_gatekeeper, UsageError for a number that no request has, Stale where it
    is granted already or its run is over.
    """
    return _named(connection, connection.one(GRANT, {"request": number}).permit)


def requests(connection: Connection) -> list[PermitRequest]:
    """Every request there ever was, oldest first, with its state."""
    return [
        PermitRequest(
            request=each.request,
            state=each.state,
            run=each.run,
            budget=each.budget,
            lifetime=each.lifetime,
            between=each.between,
            ticket=each.ticket,
            reason=each.reason,
            requested_by=each.requested_by,
            requested_at=each.requested_at,
            collections=each.collections,
        )
        for each in connection.rows(REQUESTS)
    ]


def out_of_scope(connection: Connection, collections: Sequence[str]) -> dict[str, str]:
    """Those of `collections` that are not REQUIRED, each with what it is: a permit registers nothing of them."""
    found = {name: sources.enrolled(connection, name).requirement for name in collections}
    return {name: policy or "without a policy" for name, policy in found.items() if policy != REQUIRED}


def close_permit(
    connection: Connection, permit: int, reason: str, tell: Callable[[str], None] = lambda _: None
) -> Permit:
    """Close a permit. Waits for the batch in flight; the next one is refused.

    Sessions that hold it, or the head of the chain, in a transaction that was left open are ended: `tell` says which.
    """
    with connection.notices(tell):
        connection.one(CLOSE, {"permit": permit, "reason": reason})
    return _named(connection, permit)


def list_permits(connection: Connection) -> list[Permit]:
    """Every permit there ever was, oldest first, with its state by the server's clock."""
    return [
        Permit(
            permit=each.permit,
            state=each.state,
            budget=each.budget,
            used=each.used,
            collections=each.collections,
            reason=each.reason,
            opened_by=each.opened_by,
            opened_at=each.opened_at,
            expires_at=each.expires_at,
            gateway=each.gateway,
            gateway_full=each.gateway_full,
            run=each.run,
            ticket=each.ticket,
            between=each.between,
            kind=each.kind,
        )
        for each in connection.rows(ALL)
    ]


def _named(connection: Connection, number: int) -> Permit:
    for permit in list_permits(connection):
        if permit.permit == number:
            return permit
    raise UsageError(f"unknown permit {number}", code="unknown_permit", hint="See `birth-console permit list`.")

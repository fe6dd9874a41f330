"""`permit`: admission permits."""

from contextlib import suppress
from dataclasses import asdict
from typing import Any

import click

from core.cli.known import COLLECTION, PERMIT, REQUEST, RUN
from core.cli.list_options import ListCommand
from core.cli.options import NUMBER, Invocation, gathering, invocation
from core.cli.wording import moment
from core.domain.backfill import permit as domain
from core.domain.backfill.permit import Permit, PermitRequest
from core.errors import ConsoleError
from core.services.backfill import permits


@click.group()
@gathering
def permit() -> None:
    """Open, close and list admission permits. Operators ask for one; only gatekeepers grant, open and close."""


class _Open(ListCommand):
    lists = ("--collection",)


@permit.command("open", cls=_Open)
@click.option("--budget", type=NUMBER, required=True, metavar="ROWS", help="Rows that the permit admits.")
@click.option("--expires", required=True, metavar="2h", help="Lifetime: 30m, 2h, 1d (at most 366d).")
@click.option("--reason", required=True, metavar="T", help="Reason; recorded in the ledger.")
@click.option(
    "--collection",
    "collections",
    type=COLLECTION,
    multiple=True,
    metavar="C…",
    help="Admit only these collections (default: every collection).",
)
@click.option(
    "--expect-gateway",
    metavar="HEX8",
    help="Refuse if the gateway has another fingerprint: 8 to 32 hex digits, or 64 over all that is bound.",
)
@click.option("--run", "run_", type=RUN, metavar="RUN", help="Admit only this run, with the plan that it has now.")
@click.option(
    "--between",
    metavar="01:00-05:00",
    help="Admit only at these hours, by the server's clock in its log_timezone, or a zone behind: '… Europe/Berlin'.",
)
@click.option(
    "--kind",
    type=click.Choice([domain.BACKFILL, domain.WITHDRAW]),
    default=domain.BACKFILL,
    show_default=True,
    help="What it admits: rows to register, or the withdrawal of a run.",
)
@click.option("--ticket", metavar="T", help="Ticket of the change process; recorded in the ledger.")
@invocation
def open_command(
    call: Invocation,
    *,
    budget: int,
    expires: str,
    reason: str,
    collections: tuple[str, ...],
    expect_gateway: str | None,
    run_: int | None,
    between: str | None,
    ticket: str | None,
    kind: str,
) -> None:
    """Open a permit: admit a number of rows to the registry for a limited time."""
    lifetime = domain.lifetime(expires)
    with call.write() as connection:
        opened = permits.open_permit(
            connection,
            budget=budget,
            lifetime=lifetime,
            reason=reason,
            collections=collections,
            expect_gateway=expect_gateway,
            run=run_,
            between=between,
            ticket=ticket,
            kind=kind,
        )
        idle: dict[str, str] = {}
        with suppress(ConsoleError):  # the permit is open, whatever becomes of this look
            idle = permits.out_of_scope(connection, collections)
    for name, policy in idle.items():
        call.output.progress(f"{name} is {policy}: this permit registers none of its rows")
    _print_one(call, opened)


@permit.command("request")
@click.argument("run", type=RUN)
@click.option("--reason", required=True, metavar="T", help="Reason; recorded in the ledger.")
@click.option("--expires", default="2h", show_default=True, metavar="2h", help="Lifetime: 30m, 2h, 1d (at most 366d).")
@click.option("--between", metavar="01:00-05:00", help="Hours, as `permit open` takes them.")
@click.option("--ticket", metavar="T", help="Ticket of the change process; recorded in the ledger.")
@invocation
def request_command(
    call: Invocation, run: int, *, reason: str, expires: str, between: str | None, ticket: str | None
) -> None:
    """Ask the gatekeepers for a permit that covers the rows of RUN, and nothing else. It admits nothing yet."""
    lifetime = domain.lifetime(expires)
    with call.write() as connection:
        asked = permits.request(connection, run, lifetime=lifetime, reason=reason, between=between, ticket=ticket)
    if call.output.as_json:
        call.output.document(_request_as_json(asked))
    else:
        call.output.text(f"request {asked.request}: {asked.text}. Next: a gatekeeper runs")
        call.output.text(f"    birth-console permit grant {asked.request}")


@permit.command("grant")
@click.argument("number", metavar="REQUEST", type=REQUEST)
@invocation
def grant_command(call: Invocation, number: int) -> None:
    """Open the permit of REQUEST exactly as it was asked for: `permit list` shows what it is."""
    with call.write() as connection:
        granted = permits.grant(connection, number)
    _print_one(call, granted)


@permit.command("close")
@click.argument("number", metavar="ID", type=PERMIT)
@click.option("--reason", required=True, metavar="T", help="Reason; recorded in the ledger.")
@invocation
def close_command(call: Invocation, number: int, *, reason: str) -> None:
    """Close a permit. A batch in flight commits; the next one is refused.

    A session that holds up its end is ended.
    """
    with call.write() as connection:
        closed = permits.close_permit(connection, number, reason, call.output.progress)
    _print_one(call, closed)


@permit.command("list")
@invocation
def list_command(call: Invocation) -> None:
    """List every permit with its state, by the server's clock."""
    with call.browse() as connection:
        found, asked = permits.list_permits(connection), permits.requests(connection)
    if call.output.as_json:
        requested = [_request_as_json(each) for each in asked]
        call.output.document({"permits": [_as_json(each) for each in found], "requests": requested})
        return
    headings = [
        "permit",
        "kind",
        "state",
        "budget",
        "used",
        "collections",
        "run",
        "between",
        "expires",
        "gateway",
        "opened by",
        "ticket",
        "reason",
    ]
    rows = [
        [
            each.permit,
            each.kind,
            each.state.replace("_", " "),
            each.budget,
            each.used,
            ", ".join(each.collections or ("all",)),
            each.run,
            each.between,
            moment(each.expires_at),
            each.gateway,
            each.opened_by,
            each.ticket,
            each.reason,
        ]
        for each in found
    ]
    call.output.table(
        headings,
        rows,
        right=("permit", "budget", "used"),
        spare=("gateway", "ticket", "between", "kind", "opened by", "run", "collections"),
        empty="no permits. A gatekeeper opens one: `birth-console permit open --budget ROWS --expires 2h --reason …`.",
    )
    for each in asked:
        if each.state == "open":
            call.output.text(f"requested by {each.requested_by}: {each.text}: {each.reason}")
            call.output.text(f"    birth-console permit grant {each.request}")


def _request_as_json(found: PermitRequest) -> dict[str, Any]:
    return {**asdict(found), "lifetime": found.lifetime.total_seconds(), "requested_at": found.requested_at.isoformat()}


def _print_one(call: Invocation, found: Permit) -> None:
    if call.output.as_json:
        call.output.document(_as_json(found))
    else:
        call.output.text(
            f"permit {found.permit} is {found.state.replace('_', ' ')}: {found.used:,} of {found.budget:,} rows used,"
            f" {found.scope}, until {moment(found.expires_at)}"
        )


def _as_json(found: Permit) -> dict[str, Any]:
    return {
        **asdict(found),
        "opened_at": found.opened_at.isoformat(),
        "expires_at": found.expires_at.isoformat(),
    }

"""Permits from the console: every login sees them; gatekeepers open and close them, after a typed confirmation."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from textual.content import Content

from core.domain.backfill.next_actions import GATEKEEPER, OPERATOR
from core.domain.backfill.permit import PermitTerms, asked
from core.domain.text import visible
from core.errors import UsageError
from tui.actors import Host
from tui.runtime.source import Link
from tui.widgets.choice import ChoiceDialog, Option
from tui.widgets.confirm import Confirm
from tui.widgets.form import Field, Form
from tui.widgets.signs import number, rows_of

if TYPE_CHECKING:
    from core.domain.backfill.permit import Permit, PermitRequest
    from core.domain.backfill.runs import Run

OPEN, REQUEST, GRANT, CLOSE = "open", "request", "grant-", "close-"
NOW_OPEN = "open"


@dataclass(frozen=True, slots=True)
class Found:
    """The permits and requests there are, and the latest run that a permit may be asked for."""

    permits: "tuple[Permit, ...]"
    requests: "tuple[PermitRequest, ...]"
    run: "Run | None"


class Permits:
    """What follows on `P`, with the console as host."""

    def __init__(self, host: Host) -> None:
        self.host = host

    def show(self) -> None:
        """List the permits, the newest first, above them what a gatekeeper can do."""
        host = self.host
        source = host.source
        host.work.start("permits", lambda: source.read("refresh", _listed), self._list, host.tell, "permits")

    def _list(self, found: Found) -> None:
        options = list(_options(found, self.host.state.refusal(GATEKEEPER), self.host.state.refusal(OPERATOR)))
        self.host.push_screen(ChoiceDialog("Permits", options), lambda chosen: self._chosen(chosen, found))

    def _chosen(self, chosen: str | None, found: Found) -> None:
        if chosen == OPEN:
            self._ask_to_open()
        elif chosen == REQUEST:
            self._ask_to_request(found.run)
        elif chosen is not None and chosen.startswith(GRANT):
            self._ask_to_grant(next(each for each in found.requests if f"{GRANT}{each.request}" == chosen))
        elif chosen is not None:
            self._ask_to_close(next(each for each in found.permits if f"{CLOSE}{each.permit}" == chosen))

    def _ask_to_open(self) -> None:
        host = self.host
        missing = host.state.missing

        def answered(fields: dict[str, str] | None) -> None:
            if fields is None:
                return
            wanted = asked(fields)
            body = Content.assemble((f"Admits {visible(wanted.text)}", "bold"), f": {visible(wanted.reason)}")
            self._confirm("Open a permit", body, "open permit", lambda _: self._open(wanted))

        fields = [
            Field("rows", "rows", f"{missing}" if missing else "", "number of rows that it admits"),
            Field("lifetime", "lifetime", "2h" if missing else "", "30m, 2h, 1d"),
            Field("reason", "reason", hint="kept in the ledger"),
            Field("collections", "collections", hint="empty: every collection; else a, b, c"),
            Field("run", "run", hint="empty: every run"),
            Field("hours", "hours", hint="empty: always; else 01:00-05:00"),
            Field("ticket", "ticket", hint="empty: none"),
        ]
        host.push_screen(Form("Open a permit", fields, check), answered)

    def _ask_to_request(self, run: "Run | None") -> None:
        def answered(fields: dict[str, str] | None) -> None:
            if fields is not None:
                self._request(asked(fields | {"rows": "1"}))

        fields = [
            Field("run", "run", f"{run.run}" if run is not None else "", "the run that it is to cover"),
            Field("lifetime", "lifetime", "2h", "30m, 2h, 1d"),
            Field("reason", "reason", hint="kept in the ledger"),
            Field("hours", "hours", hint="empty: always; else 01:00-05:00"),
            Field("ticket", "ticket", hint="empty: none"),
        ]
        self.host.push_screen(Form("Request a permit", fields, check_request), answered)

    def _ask_to_grant(self, request: "PermitRequest") -> None:
        body = Content.assemble(
            (f"Admits {visible(request.text)}", "bold"),
            f"\nrequested by {visible(request.requested_by)}: {visible(request.reason)}",
        )
        name = f"grant {request.request}"
        self._confirm(f"Grant request {request.request}", body, name, lambda _: self._grant(request.request))

    def _ask_to_close(self, permit: "Permit") -> None:
        name = f"permit {permit.permit}"

        left = rows_of(permit.budget - permit.used)
        body = Content(f"{left} left. The batch in flight finishes; the next batch is refused.")
        close = lambda reason: self._close(permit.permit, reason)  # noqa: E731 - as short as its use
        self._confirm(f"Close {name}", body, f"close {name}", close, asks="Reason, kept in the ledger:")

    def _confirm(self, title: str, body: Content, phrase: str, then: Callable[[str], None], asks: str = "") -> None:
        server = self.host.state.server
        assert server is not None  # noqa: S101 - without one nothing is listed
        where = Content.styled(
            f"\non {visible(server.database)} {visible(server.word)}, as {visible(server.login)}", "bold $warning"
        )
        verb = f"{phrase.split(maxsplit=1)[0]} it"
        question = Confirm(title, body + where, self.host.state.phrase(phrase), verb, asks=asks)
        self.host.push_screen(question, lambda yes: then(question.text) if yes else None)

    def _open(self, wanted: PermitTerms) -> None:
        def call(link: Link) -> "Permit":
            from core.services.backfill import permits  # noqa: PLC0415 - the first paint does not wait for the driver

            return permits.open_permit(
                link,
                budget=wanted.budget,
                lifetime=wanted.lifetime,
                reason=wanted.reason,
                collections=wanted.collections,
                run=wanted.run,
                between=wanted.between,
                ticket=wanted.ticket,
            )

        self._write(call)

    def _grant(self, request: int) -> None:
        def call(link: Link) -> "Permit":
            from core.services.backfill import permits  # noqa: PLC0415 - the first paint does not wait for the driver

            return permits.grant(link, request)

        self._write(call)

    def _request(self, wanted: PermitTerms) -> None:
        host, run = self.host, wanted.run
        assert run is not None  # noqa: S101 - the form insists on it

        def call(link: Link) -> "PermitRequest":
            from core.services.backfill import permits  # noqa: PLC0415 - the first paint does not wait for the driver

            more = {"between": wanted.between, "ticket": wanted.ticket}
            return permits.request(link, run, lifetime=wanted.lifetime, reason=wanted.reason, **more)

        def done(found: "PermitRequest") -> None:
            host.say(f"request {found.request}: {found.text}. A gatekeeper grants it (P)")
            host.refresh_now()

        source = host.source
        host.work.start("permit", lambda: source.write(call), done, host.tell, "the request", writes=True)

    def _close(self, permit: int, reason: str) -> None:
        def call(link: Link) -> "Permit":
            from core.services.backfill import permits  # noqa: PLC0415 - the first paint does not wait for the driver

            return permits.close_permit(link, permit, reason)

        self._write(call)

    def _write(self, call: "Callable[[Link], Permit]") -> None:
        host = self.host
        source = host.source

        def done(permit: "Permit") -> None:
            host.say(f"permit {permit.permit} is {permit.state}: {rows_of(permit.budget - permit.used)} left")
            host.refresh_now()

        host.work.start("permit", lambda: source.write(call), done, host.tell, "the permit", writes=True)


def check(fields: Mapping[str, str]) -> tuple[Content, str]:
    """Say what a form means, or which field lacks what."""
    try:
        found = asked(fields)
    except UsageError as error:
        told = f"✗ {visible(error.message)}. {visible(error.hint)}"
        return Content.styled(told, "bold $error"), str(error.evidence["field"])
    return Content.styled(f"✓ {visible(found.text)}", "$success"), ""


def check_request(fields: Mapping[str, str]) -> tuple[Content, str]:
    """The same of a request: its rows are those of the run."""
    if not fields["run"]:
        return Content.styled("✗ name the run that it is to cover", "bold $error"), "run"
    said, wrong = check({**fields, "rows": "1"})
    if wrong:
        return said, wrong
    return Content.styled(f"✓ the rows to go of run {visible(fields['run'])}, for {fields['lifetime']}", "$success"), ""


def _options(found: Found, refusal: str, unasked: str) -> Iterator[Option]:
    yield Option(OPEN, "open a permit…", "rows, lifetime, scope, hours", "o", refusal)
    yield Option(REQUEST, "request a permit…", "of a gatekeeper, for one run", "r", unasked)
    keys = iter("g")
    for request in reversed(found.requests):
        if request.state == NOW_OPEN:
            said = f"{request.text}, by {request.requested_by}: {request.reason}"
            title = f"request {request.request}" if refusal else f"grant request {request.request}…"
            key = "" if refusal else next(keys, "")
            yield Option(f"{GRANT}{request.request}", title, said, key, said if refusal else "")
    for each in reversed(found.permits):
        used = f"{number(each.used)} of {rows_of(each.budget)}"
        if each.is_live:
            scope = each.scope.replace("every collection", "any collection", 1)
            state = "" if each.state == NOW_OPEN else f"{each.state.replace('_', ' ')}, "
            until = f"until {_local(each.expires_at):%m-%d %H:%M}"
            said = f"{state}{used}, {until}, {scope}, by {each.opened_by}: {each.reason}"
            # Who may not close it still reads what it admits.
            title = f"permit {each.permit}, open" if refusal else f"close permit {each.permit}…"
            yield Option(f"{CLOSE}{each.permit}", title, said, why_not=said if refusal else "")
        else:
            said = f"{each.state}, {used}, {each.reason}"
            yield Option(f"{CLOSE}{each.permit}", f"permit {each.permit}", why_not=said)


def _local(at: datetime) -> datetime:
    return at.astimezone()


def _listed(link: Link) -> Found:
    from core.services.backfill import permits, runs  # noqa: PLC0415 - the first paint does not wait for the driver

    latest = [each for each in runs.runs(link, 20) if each.status in ("planned", "reconciled", "applying")]
    return Found(tuple(permits.list_permits(link)), tuple(permits.requests(link)), next(iter(latest), None))

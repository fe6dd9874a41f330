"""Permits from the console: every login sees them; gatekeepers open and close them, after a typed confirmation."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from textual.content import Content

from core.domain.backfill.next_actions import GATEKEEPER
from core.domain.backfill.permit import Asked, asked
from core.domain.text import visible
from core.errors import UsageError
from tui.actions import Controller
from tui.runtime.source import Link
from tui.widgets.choice import ChoiceDialog, Option
from tui.widgets.confirm import Confirm
from tui.widgets.prompt import Prompt
from tui.widgets.signs import number, rows_of

if TYPE_CHECKING:
    from core.domain.backfill.permit import Permit

HOW = "ROWS LIFETIME REASON, for example: 5,000 2h weekly backfill"
OPEN = "open"


class PermitActions(Controller):
    """What `P` does."""

    ACTIONS = ("permits",)

    def why_not(self, action_id: str) -> str:  # noqa: ARG002 - it has one action
        """Permits are read from the server."""
        return "not connected yet" if self.host.state.server is None else ""

    def twin(self, action_id: str) -> str:  # noqa: ARG002 - it has one action
        """The command that opens one."""
        return "birth-console permit open --budget ROWS --expires 2h --reason 'why'"

    def show_permits(self) -> None:
        """List the permits, the newest first, above them what a gatekeeper can do."""
        host = self.host
        source = host.source
        host.work.start("permits", lambda: source.read("refresh", _listed), self._list, host.tell, "permits")

    def _list(self, permits: "list[Permit]") -> None:
        options = list(_options(permits, self._refusal()))
        self.host.push_screen(ChoiceDialog("Permits", options), lambda chosen: self._chosen(chosen, permits))

    def _refusal(self) -> str:
        server = self.host.state.server
        if server is None or GATEKEEPER not in server.groups:
            return f"needs {GATEKEEPER}"
        return "this session is read-only" if server.read_only else ""

    def _chosen(self, chosen: str | None, permits: "list[Permit]") -> None:
        if chosen == OPEN:
            self._ask_to_open()
        elif chosen is not None:
            self._ask_to_close(next(each for each in permits if str(each.permit) == chosen))

    def _ask_to_open(self) -> None:
        host = self.host
        points = () if host.state.burndown is None else host.state.burndown.points
        missing = points[-1].missing if points else None

        def answered(text: str | None) -> None:
            if text is None:
                return
            wanted = asked(text)
            body = Content.assemble(
                (f"Admits {_meaning(wanted)}, any collection", "bold"), f": {visible(wanted.reason)}"
            )
            self._confirm("Open a permit", body, "open permit", lambda: self._open(wanted))

        host.push_screen(Prompt("Open a permit", HOW, f"{missing} 2h " if missing else "", check), answered)

    def _ask_to_close(self, permit: "Permit") -> None:
        name = f"permit {permit.permit}"

        def answered(reason: str | None) -> None:
            if reason is not None:
                left = permit.budget - permit.used
                body = Content(f"{rows_of(left)} left. The batch in flight finishes; the next batch is refused.")
                self._confirm(f"Close {name}", body, f"close {name}", lambda: self._close(permit.permit, reason))

        self.host.push_screen(Prompt(f"Close {name}", "Reason (kept in the ledger):"), answered)

    def _confirm(self, title: str, body: Content, phrase: str, then: Callable[[], None]) -> None:
        server = self.host.state.server
        assert server is not None  # noqa: S101 - without one nothing is listed
        where = Content.styled(
            f"\non {visible(server.database)} {visible(server.word)}, as {visible(server.login)}", "bold $warning"
        )
        question = Confirm(title, body + where, self.host.state.phrase(phrase), f"{phrase.split(maxsplit=1)[0]} it")
        self.host.push_screen(question, lambda yes: then() if yes else None)

    def _open(self, wanted: Asked) -> None:
        def call(link: Link) -> "Permit":
            from core.services.backfill import permits  # noqa: PLC0415 - the first paint does not wait for the driver

            return permits.open_permit(link, budget=wanted.budget, lifetime=wanted.lifetime, reason=wanted.reason)

        self._write(call)

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


def check(text: str) -> tuple[Content, bool]:
    """Say what a line means, or what it lacks."""
    try:
        found = asked(text)
    except UsageError as error:
        return Content.styled(f"✗ {visible(error.message)}. {visible(error.hint)}", "bold $error"), False
    return Content.styled(f"✓ {_meaning(found)}", "$success"), True


def _options(permits: "list[Permit]", refusal: str) -> Iterator[Option]:
    yield Option(OPEN, "open a permit…", "a budget of rows, for a limited time", "o", refusal)
    for each in reversed(permits):
        used = f"{number(each.used)} of {rows_of(each.budget)}"
        if each.is_live:
            scope = each.scope.replace("every collection", "any collection", 1)
            said = f"{used}, until {_local(each.expires_at):%m-%d %H:%M}, {scope}, by {each.opened_by}: {each.reason}"
            # Who may not close it still reads what it admits.
            read = f"permit {each.permit}, {each.state.replace('_', ' ')}"
            title = read if refusal else f"close permit {each.permit}…"
            yield Option(str(each.permit), title, said, why_not=said if refusal else "")
        else:
            said = f"{each.state}, {used}, {each.reason}"
            yield Option(str(each.permit), f"permit {each.permit}", why_not=said)


def _local(at: datetime) -> datetime:
    return at.astimezone()


def _listed(link: Link) -> "list[Permit]":
    from core.services.backfill import permits  # noqa: PLC0415 - the first paint does not wait for the driver

    return permits.list_permits(link)


def _meaning(wanted: Asked) -> str:
    return f"{rows_of(wanted.budget)} for {wanted.lifetime}"

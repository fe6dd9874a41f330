"""Being somebody else: in the demo, one curious person can play every part."""

from typing import TYPE_CHECKING, cast

from core.errors import ConsoleError
from core.settings import DEMO_LOGINS
from tui.actions import Actor
from tui.widgets.choice import ChoiceDialog, Option

if TYPE_CHECKING:
    from tui.console.app_actions import Console

PARTS = {
    "operator1": "classifies, plans, reconciles, applies",
    "operator2": "the same, another person",
    "gatekeeper1": "exempts collections, opens and closes permits",
    "reviewer1": "certifies what others did",
    "viewer1": "looks",
}


class Logins(Actor):
    """What the switch of logins does."""

    def why_not(self, action_id: str) -> str:
        """Elsewhere than in the demo, people log in as themselves."""
        server = cast("Console", self).state.server
        if action_id == "login" and (server is None or not server.is_demo):
            return "only in the demo; elsewhere the DSN says who you are"
        return super().why_not(action_id)

    def twin(self, action_id: str) -> str:
        """The option that starts the console as somebody else."""
        return "birth-console --as gatekeeper1" if action_id == "login" else super().twin(action_id)

    def switch_login(self) -> None:
        """Choose who to be."""
        console = cast("Console", self)
        server = console.state.server
        here = "" if server is None else server.login
        options = [Option(login, login, PARTS[login], why_not="you are" if login == here else "")
                   for login in DEMO_LOGINS]  # fmt: skip
        console.push_screen(ChoiceDialog("Go on as", options), self._switch)

    def _switch(self, login: str | None) -> None:
        console = cast("Console", self)
        if login is None:
            return

        def switched(_: None) -> None:
            console.say(f"you are {login} now")
            console.relogin()

        def failed(error: ConsoleError) -> None:
            console.tell(error)

        console.work.start("login", lambda: console.source.switch(login), switched, failed)

"""Switching the login: in the demo, one person can take every part."""

from core.settings import DEMO_LOGINS
from tui.actors import Controller

PARTS = {
    "operator1": "classifies, plans, reconciles, applies",
    "operator2": "the same, as another person",
    "gatekeeper1": "exempts collections, opens and closes permits",
    "reviewer1": "certifies runs of others",
    "viewer1": "reads only",
}


class LoginSwitch(Controller):
    """What the switch of logins does."""

    ACTIONS = ("login",)

    def why_not(self, action_id: str) -> str:  # noqa: ARG002 - it has one action
        """Elsewhere than in the demo, people log in as themselves."""
        server = self.host.state.server
        return "" if server is not None and server.is_demo else "only in the demo; elsewhere the DSN sets the login"

    def twin(self, action_id: str) -> str:  # noqa: ARG002 - it has one action
        """The option that starts the console as another login."""
        return "birth-console --as gatekeeper1"

    def switch_login(self) -> None:
        """Choose another login."""
        from tui.widgets.choice import ChoiceDialog, Option  # noqa: PLC0415 - the first paint needs no list

        server = self.host.state.server
        here = "" if server is None else server.login
        options = [Option(login, login, PARTS[login], why_not="current login" if login == here else "")
                   for login in DEMO_LOGINS]  # fmt: skip
        self.host.push_screen(ChoiceDialog("Switch login", options), self._switch)

    def _switch(self, login: str | None) -> None:
        if login is None:
            return
        host = self.host

        def switched(_: None) -> None:
            host.say(f"switched to {login}")
            host.relogin()

        host.work.start("login", lambda: host.source.switch(login), switched, host.tell, "switching login")

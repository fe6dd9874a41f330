"""The themes of the console, and which one was chosen last."""

import json

from core.settings import state_home
from tui.actors import Controller
from tui.terminal.theme import THEMES, is_plain

TITLES = {"birth-dark": "dark", "birth-light": "light", "birth-plain": "the terminal's own colours"}


class ThemePicker(Controller):
    """What the choice of a theme does."""

    ACTIONS = ("theme",)

    def why_not(self, action_id: str) -> str:  # noqa: ARG002 - it has one action
        """A terminal with 16 colours, or one where none are wanted, has one theme."""
        return "this terminal uses its own colours only (TERM, NO_COLOR)" if is_plain() else ""

    def choose_theme(self) -> None:
        """List the themes."""
        from tui.widgets.choice import ChoiceDialog, Option  # noqa: PLC0415 - the first paint needs no list

        worn = self.host.theme_name
        options = [
            Option(theme.name, TITLES[theme.name], why_not="current theme" if theme.name == worn else "")
            for theme in THEMES
        ]
        self.host.push_screen(ChoiceDialog("Theme", options), self._wear)

    def _wear(self, name: str | None) -> None:
        if name is not None:
            self.host.wear(name)
            remember(name)


def remembered() -> str:
    """The theme that was chosen last; the dark one where none was, the plain one where there is no choice."""
    if is_plain():
        return "birth-plain"
    try:
        name = json.loads((state_home() / "theme.json").read_text(encoding="utf-8"))["theme"]
    except (OSError, ValueError, KeyError, TypeError):
        return "birth-dark"
    return name if name in TITLES else "birth-dark"


def remember(name: str) -> None:
    """Keep a theme for the next time. Where nothing can be written, it lasts as long as the console."""
    try:
        state_home().mkdir(parents=True, exist_ok=True, mode=0o700)
        (state_home() / "theme.json").write_text(json.dumps({"theme": name}), encoding="utf-8")
    except OSError:
        return

"""Who performs actions: widgets and controllers, and the application as far as these know it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Protocol, TypeVar, cast

from textual.dom import DOMNode

from tui.actions import BY_ID, Action

if TYPE_CHECKING:
    from textual.screen import Screen

    from core.errors import ConsoleError
    from tui.runtime.background import Work
    from tui.runtime.poller import Clock
    from tui.runtime.source import Source
    from tui.runtime.state import ConsoleState

Answer = TypeVar("Answer")


class Host(Protocol):
    """The application, as far as the parts that act on it know it."""

    PLACES: ClassVar[tuple[str, ...]]
    source: "Source"
    work: "Work"
    state: "ConsoleState"

    @property
    def clock(self) -> "Clock":
        """The time of day."""

    @property
    def theme_name(self) -> str:
        """The theme that is worn."""

    def wear(self, theme: str) -> None:
        """Wear another theme."""

    def reason(self, action: Action) -> str:
        """Say why an action is not possible now, or nothing."""

    def twin(self, action_id: str) -> str:
        """The command line that does the same as an action of the console, or an empty text."""

    def action_do(self, action_id: str) -> None:
        """Perform an action of the console, or say why it is not possible now."""

    def push_screen(self, screen: "Screen[Answer]", callback: Callable[[Answer | None], None] | None = None) -> object:
        """Show a dialog over everything; `callback` takes its answer."""

    def say(self, text: str) -> None:
        """Show one line to the operator."""

    def tell(self, error: "ConsoleError") -> None:
        """Show what went wrong, and what to do."""

    def answer(self, text: str, *, has_more: bool) -> None:
        """Put a line where the keys stand, for a few seconds."""

    def copy_text(self, text: str) -> None:
        """Copy some text to the operator's clipboard, if there is any."""

    def send(self, sequence: str) -> None:
        """Send something to the terminal itself, past the screen."""

    def screen_text(self) -> str:
        """The frame as text, as it is on the screen."""

    def export_screenshot(self) -> str:
        """The screen as SVG."""

    def refresh_now(self) -> None:
        """Read everything again, now."""

    def relogin(self) -> None:
        """Start again as another login, on the same screen."""

    def show_keys(self) -> None:
        """Show which keys work now."""


class Controller:
    """Performs some actions of the console on its host; each has a method of the handler's name here."""

    ACTIONS: ClassVar[tuple[str, ...]] = ()

    def __init__(self, host: Host) -> None:
        self.host = host

    def why_not(self, action_id: str) -> str:  # noqa: ARG002 - the controllers read it
        """The reason that forbids an action of this controller now, or an empty text."""
        return ""

    def twin(self, action_id: str) -> str:  # noqa: ARG002 - the controllers read it
        """The command line that does the same as an action of this controller, or an empty text."""
        return ""


class Actor(DOMNode):
    """A widget, or the application, that performs the actions of its places."""

    PLACES: ClassVar[tuple[str, ...]] = ()

    @property
    def host(self) -> Host:
        """The application, as far as actors know it."""
        return cast("Host", self.app)

    def action_do(self, action_id: str) -> None:
        """Perform an action, or say why it is not possible now."""
        action = BY_ID[action_id]
        if reason := self.host.reason(action):
            self.host.say(f"{action.title}: {reason}")
            return
        handler = getattr(self.performer(action_id), action.handler)
        if action.argument is None:
            handler()
        else:
            handler(action.argument)

    def performer(self, action_id: str) -> object:  # noqa: ARG002 - the application reads it
        """What has the handler of an action: this widget, or an object that acts for it."""
        return self

    def actors(self) -> "tuple[Actor, ...]":
        """Who performs the actions of this widget: itself, and those of its parts that have actions of their own."""
        return (self,)

    def why_not(self, action_id: str) -> str:  # noqa: ARG002 - the places read it
        """The reason that forbids an action of these places now, or an empty text."""
        return ""

    def twin(self, action_id: str) -> str:  # noqa: ARG002 - the places read it
        """The command line that does the same as an action of these places, or an empty text."""
        return ""

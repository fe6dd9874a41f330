"""What every pane has in common."""

from typing import ClassVar

from textual.widget import Widget

from tui.actions import Actor
from tui.state import State


class Pane(Actor, Widget, inherit_bindings=False):
    """A pane of the console: it is shown by the action that opens it, and reads the application's state."""

    TITLE: ClassVar[str] = ""
    NOTES: ClassVar[str] = ""
    ALLOW_SELECT = False

    def actors(self) -> tuple[Actor, ...]:
        """The pane, and those of its parts that have actions of their own."""
        return (self, *(each for each in self.walk_children() if isinstance(each, Actor)))

    @property
    def places(self) -> tuple[str, ...]:
        """The places of everything that acts in this pane."""
        return tuple(dict.fromkeys(place for actor in self.actors() for place in actor.PLACES))

    def unwritten(self) -> str:
        """What would be lost if the console were left now, or nothing."""
        return ""

    def show(self, state: State) -> None:
        """Show another state."""

    def enter(self) -> None:
        """Take the focus."""
        self.take_focus(self)

    def take_focus(self, widget: Widget) -> None:
        """Focus `widget` at once: `Widget.focus` waits for its turn, and keys that are typed fast overtake it."""
        self.screen.set_focus(widget)

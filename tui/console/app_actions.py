"""The actions of the console itself, whatever pane is on the screen, and the state they work on."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import BindingType
from textual.content import Content
from textual.driver import Driver
from textual.filter import NoColor

from core.errors import ConsoleError
from core.profiles import Keymap
from tui.actions import BY_ID, Action, bindings, rebind
from tui.actors import Actor, Controller
from tui.console.copy_export import CopyExport
from tui.console.explain import Explanations
from tui.console.keymap import usable
from tui.console.message_log import MessageLog, Said
from tui.console.pane_switch import PaneSwitch
from tui.console.permit_key import PermitActions
from tui.console.switch_login import LoginSwitch
from tui.console.theme_picker import ThemePicker, remembered
from tui.pane import Pane
from tui.runtime.background import Work
from tui.runtime.poller import SILENT_SECONDS, Clock, Poller
from tui.runtime.source import Source
from tui.runtime.state import ConsoleState, age_words
from tui.terminal.input_decoder import decoding_driver
from tui.terminal.output_diff import CLEAR, diffing_driver
from tui.terminal.theme import THEMES, is_monochrome, is_plain
from tui.widgets.key_line import KeyLine
from tui.widgets.status_bar import StatusBar

if TYPE_CHECKING:
    from textual.timer import Timer


_TWINS = {
    "readiness": "birth-console status",
    "matrix": "birth-console matrix --counts",
    "classify": "birth-console suggest",
    "ledger": "birth-console ledger",
}


class Console(PaneSwitch, inherit_bindings=False):
    """What the pane keys, `r`, `:`, `?` and `q` do. The controllers do the rest, each with this as its host."""

    PLACES: ClassVar[tuple[str, ...]] = ("console",)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(*PLACES)]
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    ESCAPE_TO_MINIMIZE = False

    def __init__(self, source: Source, poller: Poller, keymap: Keymap) -> None:
        super().__init__(ansi_color=True if is_plain() else None)
        if is_monochrome() and not self.no_color:
            self.no_color = True
            self._filters.append(NoColor())
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = remembered()
        self.animation_level = "none"
        self.state = ConsoleState()
        self.source = source
        self.poller = poller
        self.work = Work(self.post_message)
        self.work.is_silent = lambda: self.state.no_answer
        self.work.late = self._told_late
        self.defect: Exception | None = None
        self._ticking: Timer | None = None
        self._figures_at = 0.0
        self._messages = MessageLog(self)
        self._taking = CopyExport(self, lambda: self.pane)
        others = (PermitActions(self), LoginSwitch(self), ThemePicker(self), Explanations(self))
        controllers: tuple[Controller, ...] = (self._messages, self._taking, *others)
        self._controllers: dict[str, Controller] = {name: each for each in controllers for name in each.ACTIONS}
        keys, self.misfits = usable(keymap)
        rebind(keys)
        self.set_keymap({action: ",".join(each) for action, each in keys.items()})

    def get_driver_class(self) -> type[Driver]:
        """The terminal's driver, with fewer bytes to it, and none from it that ends the console."""
        return diffing_driver(decoding_driver(super().get_driver_class()))

    def _handle_exception(self, error: Exception) -> None:
        if self._exit:
            # A signal may end it while its panes are mounted: what falls over on the way out is no defect.
            self._close_messages_no_wait()
            return
        self.defect = error
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        # Textual would print the traceback; the caller reports the defect instead.
        self._close_messages_no_wait()

    @property
    def clock(self) -> Clock:
        """The time of day."""
        return self.poller.clock

    @property
    def said(self) -> Sequence[Said]:
        """What was said, the latest last."""
        return self._messages.said

    @property
    def theme_name(self) -> str:
        """The theme that is worn."""
        return self.theme

    def wear(self, theme: str) -> None:
        """Wear another theme."""
        self.theme = theme

    def reason(self, action: Action) -> str:
        """Say why an action is not possible now, or nothing."""
        if action.asks and self.state.silent_since is not None:
            return f"not sent: {self.state.no_answer}"
        return self._actor(action).why_not(action.id)

    def why_not(self, action_id: str) -> str:
        """A refresh that is running is not asked for again."""
        if action_id == "refresh" and self.state.refreshing:
            return "a refresh is already running"
        found = self._controllers.get(action_id)
        return "" if found is None else found.why_not(action_id)

    def performer(self, action_id: str) -> object:
        """The controller of an action, or the console itself."""
        return self._controllers.get(action_id, self)

    def say(self, text: str) -> None:
        """Show one line to the operator, for a few seconds."""
        self._messages.say(text)

    def tell(self, error: ConsoleError) -> None:
        """Show what went wrong, and what to do; evidence and hint are in the log."""
        self._messages.tell(error)

    def answer(self, text: str, *, has_more: bool) -> None:
        """Put a line where the keys stand, for a few seconds."""
        self.screen_stack[0].query_one(KeyLine).say(text, has_more=has_more)

    def copy_text(self, text: str) -> None:
        """Copy some text to the operator's clipboard, if there is any."""
        self._taking.copy_text(text)

    def screen_text(self) -> str:
        """The frame as text, as it is on the screen."""
        strips = self.screen_stack[0]._compositor.render_strips()  # noqa: SLF001 - Textual shows its lines nowhere else
        return "\n".join(strip.text.rstrip() for strip in strips)

    def send(self, sequence: str) -> None:
        """Send something to the terminal itself, past the screen."""
        if self._driver is not None:
            self._driver.write(sequence)

    def relogin(self) -> None:
        """Start again as another login, on the same screen."""
        self.state = ConsoleState()
        for pane in self.screen_stack[0].query(Pane):
            pane.relogin()
        self.show_pane("readiness")
        self.refresh_now()

    def twin(self, action_id: str) -> str:
        """The commands that show what the panes show, and those of the controllers."""
        found = self._controllers.get(action_id)
        return _TWINS.get(action_id, "") if found is None else found.twin(action_id)

    def age(self) -> None:
        """Begin to count the age of a refresh: a few cells at each step of the clock, so that an idle line is quiet."""
        self._figures_at = self.clock.monotonic()
        if self._ticking is not None:
            self._ticking.stop()
        if self.clock.step:
            self._ticking = self.set_interval(self.clock.step, self.tick)

    def tick(self) -> None:
        """Show how old the figures are, and whether the server still answers."""
        if not self.screen_stack or not self.screen_stack[0].query(StatusBar):
            return  # the console is being left
        state, now = self.state, self.clock.monotonic()
        state.age = age_words(now - self._figures_at, self.clock.step)
        silence = self.poller.silence()
        if silence < SILENT_SECONDS or state.fault is not None:
            self.screen_stack[0].query_one(StatusBar).show_age(state)
            if state.silent_since is not None:
                self.refresh_now()
            return
        if state.silent_since is None:
            state.silent_since = self.clock.now() - timedelta(seconds=silence)
            state.waiting = self.work.waiting()
            self.work.drop()
        state.waiting = self.work.waiting()
        self.show_state()

    def on_paste(self, event: events.Paste) -> None:
        """What no line to type in has taken is no command either."""
        event.stop()
        self.say(f"{len(event.text):,} pasted characters ignored: no line to type in is open")

    def _told_late(self, text: str) -> None:
        self.say(text)
        self.refresh_now()

    # Actions

    def refresh_now(self) -> None:
        """Read everything again, now."""
        self.state.refreshing = True
        self.matrix.recount()
        self.poller.now()

    def open_help(self) -> None:
        """Show the keys of the pane on the screen."""
        from tui.widgets.help import Help  # noqa: PLC0415 - the first paint needs no dialog

        pane = self.pane
        self.push_screen(Help(pane.TITLE, pane.places, self.reason, pane.NOTES, self.size.width))

    def open_commands(self) -> None:
        """Open the command palette, and perform what is chosen there."""
        from tui.widgets.palette import Palette  # noqa: PLC0415 - the first paint needs no dialog

        self.push_screen(Palette(self.pane.places, self.reason), self._perform)

    def redraw(self) -> None:
        """Redraw everything, over what another program wrote to the terminal."""
        if self._driver is not None:
            self._driver.write(CLEAR)
        self.refresh(layout=True)

    def suspend_console(self) -> None:
        """Give the terminal back to the shell."""
        self.action_suspend_process()

    def leave(self) -> None:
        """Quit without waiting for anything. Ask first about decisions that would be lost."""
        lost = [text for pane in self.screen_stack[0].query(Pane) if (text := pane.unsaved())]
        if not lost:
            self.exit()
            return

        from tui.widgets.confirm import Confirm  # noqa: PLC0415 - the first paint needs no dialog

        def answered(yes: bool | None) -> None:  # noqa: FBT001 - the answer
            if yes:
                for pane in self.screen_stack[0].query(Pane):
                    pane.drop_unsaved()
                self.exit()

        body = Content(f"Not saved, and lost when you quit: {', '.join(lost)}.")
        self.push_screen(Confirm("Quit", body, "quit", "quit"), answered)

    def _perform(self, action_id: str | None) -> None:
        if action_id is not None:
            self._actor(BY_ID[action_id]).action_do(action_id)

    def _actor(self, action: Action) -> Actor:
        actors = () if action.place == "console" else self.pane.actors()
        return next((each for each in actors if action.place in each.PLACES), self)

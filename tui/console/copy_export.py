"""Copies and exports: to the clipboard, to a file, or as the command that does the same."""

from pathlib import Path
from typing import TYPE_CHECKING

from textual.content import Content

from core.errors import ConsoleError
from tui.actions import ACTIONS, key_label
from tui.actors import Actor, Controller, Host
from tui.export import FORMATS
from tui.terminal import clipboard
from tui.widgets.signs import count_of, rows_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.pane import Pane


class CopyExport(Controller):
    """What `y`, `E` and `X` do, with the pane that is on the screen."""

    ACTIONS = ("copy", "export", "twin")

    def __init__(self, host: Host, pane: "Callable[[], Pane]") -> None:
        super().__init__(host)
        self._shown = pane

    def why_not(self, action_id: str) -> str:
        """There must be rows to export."""
        return "this pane has no rows to export" if action_id == "export" and not self._pane.exported().rows else ""

    def copy(self) -> None:
        """Choose what to copy."""
        from tui.widgets.choice import ChoiceDialog, Option  # noqa: PLC0415 - the first paint needs no list

        pane = self._pane
        offers = pane.copied() | {"screen": self.host.screen_text()}
        more = {"all": "all rows, loaded first"} if pane.is_partial else {}
        # All of it was made visible where it was shown.
        options = [
            Option(
                name,
                name,
                more.get(name) or f"{count_of(len(text), 'character')}: {_first(text)}",
                name[0],
                is_visible=True,
            )
            for name, text in offers.items()
            if text.strip()
        ]

        def chosen(name: str | None) -> None:
            if name in more:
                pane.whole(lambda export: self.host.copy_text(export.text("md")))
            else:
                self.host.copy_text(offers.get(name or "", ""))

        self.host.push_screen(ChoiceDialog("Copy", options), chosen)

    def export(self) -> None:
        """Ask for a file, and write what the pane shows."""
        from tui.widgets.prompt import Prompt  # noqa: PLC0415 - the first paint needs no line to type in

        export = self._pane.exported()
        rows = rows_of(len(export.rows))
        if self._pane.is_partial:
            rows = f"all rows: {rows} loaded, the others are loaded first"

        def check(text: str) -> tuple[Content, bool]:
            problem = _unusable(text)
            said = "the screen" if text.endswith(".svg") else rows
            return Content.styled(problem or said, "$error" if problem else ""), not problem

        label = "File name. The extension sets the format: csv, json, md, or svg (the screen)."
        self.host.push_screen(Prompt("Export", label, f"{export.name}.csv", check), self._export)

    def show_twins(self) -> None:
        """List the commands that do what this pane's keys do; the chosen one is copied."""
        from tui.widgets.choice import ChoiceDialog, Option  # noqa: PLC0415 - the first paint needs no list

        actors: list[Host | Actor] = [*self._pane.actors(), self.host]
        options = [
            Option(twin, f"{key_label(action.keys_now[0])}  {action.title}", twin)
            for actor in actors
            for action in ACTIONS
            if action.listed and action.place in actor.PLACES and (twin := actor.twin(action.id))
        ]
        self.host.push_screen(
            ChoiceDialog("Equivalent commands", options), lambda chosen: self.host.copy_text(chosen or "")
        )

    def copy_text(self, text: str) -> None:
        """Copy some text, if there is any. No terminal confirms a copy: the message says what was sent."""
        if not text:
            return
        if not clipboard.fits(text):
            self._keep(text, "too long for a clipboard over SSH; saved to {}")
        elif clipboard.is_in_tmux():
            self.host.work.start(
                "copy", clipboard.tmux_passes, lambda passes: self._copy_in_tmux(text, passes), self.host.tell
            )
        else:
            self.host.send(clipboard.sequence(text))
            self.host.say(f"{count_of(len(text), 'character')} sent to the terminal's clipboard")

    def _copy_in_tmux(self, text: str, passes: bool | None) -> None:  # noqa: FBT001 - tmux's answer
        if passes is False:
            self._keep(text, "tmux accepts no copies; saved to {} (tmux options: set-clipboard, allow-passthrough)")
            return
        self.host.send(clipboard.sequence(text))
        if passes:
            self.host.say(f"{count_of(len(text), 'character')} sent through tmux to the terminal's clipboard")
        else:
            self._keep(text, "sent to tmux, which may drop it; also saved to {}")

    def _keep(self, text: str, said: str) -> None:
        try:
            path = clipboard.to_file(text)
        except OSError as error:
            self.host.tell(_unwritable(error))
            return
        self.host.say(said.format(path))

    def _export(self, name: str | None) -> None:
        if name is None:
            return
        path = Path(name).expanduser()
        ending = path.suffix.lstrip(".")
        if ending == "svg":
            self._write_file(path, self.host.export_screenshot(), "")
        else:
            self._pane.whole(lambda found: self._write_file(path, found.text(ending), f"{rows_of(len(found.rows))} "))

    def _write_file(self, path: Path, text: str, what: str) -> None:
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            self.host.tell(_unwritable(error))
            return
        self.host.say(f"{what}exported to {path.absolute()}")

    @property
    def _pane(self) -> "Pane":
        return self._shown()


def _unusable(name: str) -> str:
    path = Path(name).expanduser()
    if path.suffix.lstrip(".") not in FORMATS:
        return f"the extension must be one of {', '.join(FORMATS)}"
    return "the file exists: it is not overwritten" if path.exists() else ""


def _unwritable(error: OSError) -> ConsoleError:
    return ConsoleError(str(error), code="system_error", hint="Choose a file in a folder that you can write to.")


def _first(text: str) -> str:
    return text.strip().splitlines()[0][:40].replace("\t", "  ")

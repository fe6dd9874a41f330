"""What explains the console's words, and what looks beyond this database: gates, and the databases of all profiles."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from textual.content import Content

from core.domain.text import visible
from tui.actors import Controller
from tui.widgets.dialog import Dialog

if TYPE_CHECKING:
    from core.domain.trust.standing import Place

_TITLE, _MUTED = "bold $accent", "$text-muted"


class Explanations(Controller):
    """What `I` and `O` do."""

    ACTIONS = ("gates", "overview")

    def twin(self, action_id: str) -> str:
        """The commands that print the same."""
        return {"gates": "birth-console docs gates", "overview": "birth-console overview"}[action_id]

    def explain_gates(self) -> None:
        """Show every gate, tier and part of a score with its reason."""
        self.host.push_screen(Dialog("Gates, tiers, scores", Content("\n").join(_page())))

    def show_overview(self) -> None:
        """Look at the databases of all profiles, one connection each."""
        host = self.host

        def show(found: "tuple[Place, ...]") -> None:
            host.push_screen(Dialog("Databases", Content("\n").join(_places(found))))

        host.work.start("overview", _standing, show, host.tell, "reading the databases of the profiles")


def _standing() -> "tuple[Place, ...]":
    from core import settings  # noqa: PLC0415 - the first paint does not wait for the driver
    from core.services.trust import standing  # noqa: PLC0415 - the first paint does not wait for the driver

    return standing.every(settings.of_every_profile())


def _places(found: "Iterable[Place]") -> Iterator[Content]:
    none = True
    for each in found:
        none = False
        _, gate, blockers, missing, active, certified, anchor = map(visible, each.cells)
        tone = "bold $success" if gate.startswith("✓") else "bold $error"
        yield Content.assemble((f"{visible(each.profile):<20}", "bold"), (gate, tone))
        if each.error is None:
            yield Content.assemble(("  blockers ", _MUTED), blockers, ("  missing ", _MUTED), missing,
                                   ("  active ", _MUTED), active)  # fmt: skip
            yield Content.assemble(("  certified ", _MUTED), certified, ("  anchor ", _MUTED), anchor)
    if none:
        yield Content("No profile names a database.")
        yield Content.styled("Add them to the profile file: birth-console docs profiles", _MUTED)


def _page() -> Iterator[Content]:
    from core.domain.trust import guide  # noqa: PLC0415 - every gate and score there is: the first paint needs none

    for chapter in guide.chapters():
        yield Content.styled(chapter.title, _TITLE)
        yield Content.styled(chapter.about, _MUTED)
        for gate in chapter.gates:
            yield Content.assemble((gate.id, "bold"), f"  {gate.title}")
            yield Content.styled(f"  {gate.reason}", _MUTED)
            yield Content(f"  If closed: {gate.hint}")
        yield Content("")
    for title, words in (("Tiers", guide.TIERS), ("Scores", guide.PARTS)):
        yield Content.styled(title, _TITLE)
        yield from (Content.assemble((name, "bold"), f"  {text}") for name, text in words.items())
        yield Content("")

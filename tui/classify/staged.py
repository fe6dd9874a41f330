"""The decisions of an operator that are not saved yet. Pure: the Classify pane shows them, `w` saves them."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from core.domain.classify.staged import StagedDecision


@dataclass(slots=True)
class StagedDecisions:
    """The decisions by collection. Each change can be taken back, the latest first; `changed` is called after it."""

    choices: dict[str, StagedDecision] = field(default_factory=dict)
    changed: Callable[[], None] = lambda: None
    _before: list[dict[str, StagedDecision | None]] = field(default_factory=list)

    def stage(self, choices: Mapping[str, StagedDecision | None]) -> None:
        """Set, or with None drop, the choices of some collections as one change."""
        self._before.append({name: self.choices.get(name) for name in choices})
        self._set(choices)

    def undo(self) -> list[str]:
        """Take the latest change back; the collections that it concerned."""
        change = self._before.pop() if self._before else {}
        self._set(change)
        return list(change)

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to take back."""
        return bool(self._before)

    def forget(self, collections: Collection[str]) -> None:
        """Drop decisions for good, also from what could be taken back: the database holds decisions."""
        for collection in collections:
            self.choices.pop(collection, None)
            for change in self._before:
                change.pop(collection, None)
        self._before = [change for change in self._before if change]
        self.changed()

    def _set(self, choices: Mapping[str, StagedDecision | None]) -> None:
        for name, choice in choices.items():
            if choice is None:
                self.choices.pop(name, None)
            else:
                self.choices[name] = choice
        self.changed()

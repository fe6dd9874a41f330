"""What an operator has decided and not yet written. Pure: the Classify pane shows it, `w` writes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.domain.decision import EXEMPT, Decision
from core.domain.identity import Identity
from core.errors import Json


@dataclass(frozen=True, slots=True)
class Choice:
    """One decision: an identity, or an exemption where there is none. `version` is what it was made on."""

    collection: str
    identity: Identity | None
    version: int
    reason: str | None = None
    suggested: Json = None

    @property
    def text(self) -> str:
        """The identity as it is written, or that there will be none."""
        return "exempt" if self.identity is None else self.identity.text

    def decision(self) -> Decision:
        """The same as a line of a file of classifications."""
        if self.identity is None:
            return Decision(self.collection, EXEMPT, None, self.reason)
        return Decision(self.collection, self.identity.strategy, self.identity.text, self.reason)


@dataclass(slots=True)
class Staging:
    """The choices by collection. Each change can be taken back, the latest first."""

    choices: dict[str, Choice] = field(default_factory=dict)
    _before: list[dict[str, Choice | None]] = field(default_factory=list)

    def stage(self, choices: Mapping[str, Choice | None]) -> None:
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

    def forget(self, collection: str) -> None:
        """Drop a choice for good, also from what could be taken back: the database holds a decision."""
        self.choices.pop(collection, None)
        for change in self._before:
            change.pop(collection, None)
        self._before = [change for change in self._before if change]

    def _set(self, choices: Mapping[str, Choice | None]) -> None:
        for name, choice in choices.items():
            if choice is None:
                self.choices.pop(name, None)
            else:
                self.choices[name] = choice

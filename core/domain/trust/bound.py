"""What is bound of the company's, as it was when it was bound."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core.errors import Json


@dataclass(frozen=True, slots=True)
class Bound:
    """A part, the object behind it, what that was (None: a stand-in, or bound by version 0.1.0), and what changed.

    `is_ours`: the object stands in the console's schema.
    """

    part: str
    object: str
    was: Mapping[str, Json] | None
    changed: tuple[str, ...]
    bound_by: str | None
    bound_at: datetime | None
    is_ours: bool

    @property
    def since(self) -> str:
        """What it was, and what became of it, in words."""
        if self.was is None and self.is_ours:
            return "a stand-in"
        if self.was is None:
            return "bound by version 0.1.0, which did not record what it was"
        changed = f"since then {'; '.join(self.changed)}" if self.changed else "unchanged since"
        return f"{self.was.get('owner')}'s when it was bound, {changed}"

    def as_json(self) -> dict[str, Json]:
        """The binding as `audit` prints it."""
        return {
            "part": self.part,
            "object": self.object,
            "was": None if self.was is None else {**self.was},
            "changed": [*self.changed],
            "bound_by": self.bound_by,
            "bound_at": None if self.bound_at is None else self.bound_at.isoformat(),
        }

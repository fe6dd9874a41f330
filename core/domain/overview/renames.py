"""What can be told of missing rows that stand registered under another code."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Rename:
    """A code that stands registered, and the code that its row has now."""

    registered: str
    missing: str


@dataclass(frozen=True, slots=True)
class Renames:
    """`rows` are known to be renamed; `possible` more may be: phantoms whose source key is not in the registry."""

    rows: int
    possible: int
    examples: tuple[Rename, ...]


NONE: Final = Renames(0, 0, ())

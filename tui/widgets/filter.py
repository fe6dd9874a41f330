"""What an operator types after `/`, as a test on text."""

import re
from collections.abc import Callable
from dataclasses import dataclass

Test = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Filter:
    """A substring, `!` its inverse, or `-f ` letters in this order (in names only). Case is ignored."""

    text: str = ""

    @property
    def fuzzy(self) -> bool:
        """Whether letters may be apart from each other."""
        return self.text.startswith("-f ")

    @property
    def needle(self) -> str:
        """What is looked for, without the prefix."""
        prefix = 3 if self.fuzzy else 1 if self.inverse else 0
        return self.text[prefix:].lower()

    @property
    def inverse(self) -> bool:
        """Whether what matches is hidden."""
        return self.text.startswith("!")

    def __bool__(self) -> bool:
        return bool(self.needle)

    def test(self) -> Test:
        """A test on lower-case text."""
        needle = self.needle
        if self.fuzzy:
            return _scattered(needle)
        if self.inverse:
            return lambda text: needle not in text
        return lambda text: needle in text


def _scattered(needle: str) -> Test:
    # Each part takes everything up to its own letter, so that the match never backtracks.
    pattern = "".join(f"[^{re.escape(letter)}]*{re.escape(letter)}" for letter in needle.replace(" ", ""))
    match = re.compile(pattern, re.DOTALL).match
    return lambda text: match(text) is not None

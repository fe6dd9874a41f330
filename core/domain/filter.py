"""What an operator types after `/`, as a test on text and as a pattern for the server."""

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
        return self._sought.lower()

    @property
    def inverse(self) -> bool:
        """Whether what matches is hidden."""
        return self.text.startswith("!")

    @property
    def _sought(self) -> str:
        return self.text[3 if self.fuzzy else 1 if self.inverse else 0 :]

    def __bool__(self) -> bool:
        return bool(self.needle)

    @property
    def like(self) -> str:
        """The same as a pattern of SQL's LIKE, but for `inverse`; in the case that was typed."""
        parts = self._sought.replace(" ", "") if self.fuzzy else [self._sought]
        return f"%{'%'.join(map(_escaped, parts))}%"

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


def _escaped(text: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", text)

"""What is found out about a table, or a column of it, once: many candidates ask for the same."""

from collections.abc import Callable, Hashable
from functools import cached_property
from typing import Any, TypeVar

T = TypeVar("T")


class Kept:
    """Remembers what was found out, as long as it lives itself."""

    def kept(self, what: Hashable, name: str, look: Callable[[], T]) -> T:
        """What is found in the column `name`, or in the table where that is empty, found out once."""
        if (what, name) not in self._kept:
            self._kept[what, name] = look()
        found: T = self._kept[what, name]
        return found

    @cached_property
    def _kept(self) -> dict[tuple[Hashable, str], Any]:
        return {}

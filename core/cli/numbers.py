"""Numbers that name something: runs, permits, budgets."""

from typing import Any

import click

_BEYOND = 2**63


class Whole(click.IntRange):
    """A positive number that a bigint of PostgreSQL holds; help says no range of it."""

    name = "number"

    def __init__(self) -> None:
        super().__init__(1, _BEYOND - 1)

    def _describe_range(self) -> str:
        return ""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:  # noqa: ANN401 - click's signature
        """The number. Fails with a sentence that says what is wrong with it."""
        try:
            number = int(value)
        except ValueError:
            self.fail(f"{value!r} is not a valid number.", param, ctx)
        if not 1 <= number < _BEYOND:
            self.fail(f"{value} is not a positive number below 2^63.", param, ctx)
        return number

"""Numbers that name something: runs, permits, budgets."""

import click


class Whole(click.IntRange):
    """A positive number that a bigint of PostgreSQL holds; help says no range of it."""

    name = "number"

    def __init__(self) -> None:
        super().__init__(1, 2**63 - 1)

    def _describe_range(self) -> str:
        return ""

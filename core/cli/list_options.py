"""Options that take several words."""

from collections.abc import Sequence
from typing import ClassVar

import click

from core.errors import UsageError


class ListCommand(click.Command):
    """A command whose list options take all words up to the next option: `--collections 'sales.*' 'crm.*'`.

    `lists` names them.
    """

    lists: ClassVar[Sequence[str]] = ()

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Spell each word of a list as an option of its own. Raises UsageError for a list of none."""
        spelled: list[str] = []
        option = empty = ""
        for word in [*args, "--"]:
            if word.startswith("-"):
                if empty:
                    # A shell variable that was never set: going on would mean everything, or nothing.
                    raise UsageError(
                        f"{empty} has no value", code="empty_option", hint="Give a value, or omit the option."
                    )
                option = empty = word if word in self.lists else ""
                if not option:
                    spelled.append(word)
            elif option:
                spelled += [option, word]
                empty = ""
            else:
                spelled.append(word)
        return super().parse_args(ctx, spelled[:-1])

"""What click refuses, in our words: what was meant, and where to read on."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

import click

from core.errors import UsageError

CLOSE = 0.6  # how alike a mistyped name must be
_CHOICE = re.compile(r"'(?P<typed>[^']*)' is not one of (?P<choices>'.*')")
# A DSN where another word is due: what follows is its password.
_PASSWORD = re.compile(r"(://[^\s:/@]*:)[^\s@]+(?=@)|(\bpassword\s*=\s*)(?:'(?:[^'\\]|\\+.)*'|\S+)")


def meant(typed: str, known: Iterable[str]) -> str:
    """`Did you mean …?` for a name that is none, with a blank before; empty where nothing is alike."""
    alike = get_close_matches(typed.lower(), list(known), cutoff=CLOSE)
    return f" Did you mean {' or '.join(alike)}?" if alike else ""


def _worded(message: str) -> str:
    """What click says, without its signs for arguments and ranges."""
    # An argument that is one of a few words has no name but these words, which follow.
    message = re.sub(r"^Invalid value for '[\[{][^']*\|[^']*[\]}]'", "Invalid value", message)
    message = re.sub(r"^(Invalid value for )'\[([^'|]*)\]'", r"\1'\2'", message)
    message = re.sub(r"is not in the range ([\d.]+)<=x<=([\d.]+)", r"is not between \1 and \2", message)
    message = re.sub(r"is not in the range x>=([\d.]+)\.", r"is less than \1.", message)
    return re.sub(r"Did you mean '([\w-]+)'\?", r"Did you mean \1?", message)


def usage_error(found: click.ClickException) -> UsageError:
    """The error that says what click refused."""
    context = getattr(found, "ctx", None)
    hint = f"See `{context.command_path} --help`." if context is not None else "See `birth-console --help`."
    if isinstance(found, click.exceptions.NoArgsIsHelpError):
        group = found.ctx.command
        commands = ", ".join(group.list_commands(found.ctx)) if isinstance(group, click.Group) else "a command"
        return UsageError(f"missing subcommand: one of {commands}", code="no_subcommand", hint=hint)
    message = _worded(found.format_message())
    if isinstance(found, click.NoSuchOption) and context is not None:
        known = [name[2:] for each in context.command.get_params(context) for name in each.opts if name[:2] == "--"]
        alike = meant(found.option_name.lstrip("-"), known).replace("mean ", "mean --").replace(" or ", " or --")
        message = f"No such option '{found.option_name}'.{alike}"
    if choice := _CHOICE.search(message):
        message += meant(choice["typed"], re.findall(r"'([^']*)'", choice["choices"]))
    message, passwords = _PASSWORD.subn(r"\1\2…", message)
    return UsageError(message, hint="Name a database with --dsn." if passwords else hint)

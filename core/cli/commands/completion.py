"""`completion`: what makes a shell complete commands, options and their values, for all three programs."""

import click
from click.shell_completion import get_completion_class

from core.cli.options import showing
from core.cli.output import Output

PROGRAMS = ("birth-console", "dot-birth-backfill-plan", "dot-birth-backfill-apply")


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@showing
def completion(out: Output, shell: str) -> None:
    """Print the completion script for SHELL. Evaluate it in the shell's startup file."""
    kind = get_completion_class(shell)
    assert kind is not None  # noqa: S101 - click knows the three
    # The script itself asks the program; what it would complete is not needed to print it.
    for program in PROGRAMS:
        variable = f"_{program.replace('-', '_').upper()}_COMPLETE"
        out.source(kind(click.Command(program), {}, program, variable).source())

"""`demo`: the embedded database."""

import click

from core.cli.options import Invocation, demo_invocation, gathering
from core.services import demo as service
from core.settings import data_home

_SCALE = click.option(
    "--scale", type=click.IntRange(1, 1000), metavar="N", help="Multiply the rows of the demo (default 1)."
)


@click.group()
@gathering
def demo() -> None:
    """Start, stop or reset the demo on its embedded PostgreSQL, or print its DSN."""


@demo.command()
@_SCALE
@demo_invocation
def start(call: Invocation, *, scale: int | None) -> None:
    """Start the demo; it runs until `demo stop`."""
    service.start(data_home(), call.output.progress, scale)
    _say(call, running=True)


@demo.command()
@demo_invocation
def stop(call: Invocation) -> None:
    """Stop the demo, even if other consoles use it."""
    if not service.stop(data_home()):
        call.output.progress("the demo was not running")
    _say(call, running=False)


@demo.command()
@_SCALE
@demo_invocation
def reset(call: Invocation, *, scale: int | None) -> None:
    """Replace the demo with a new one. Changes made in it are lost."""
    made = service.reset(data_home(), call.output.progress, scale)
    if call.output.as_json:
        call.output.document({"reset": True, "home": str(data_home()), "scale": made})
    else:
        call.output.text(f"the demo was reset, at scale {made}")


@demo.command()
@demo_invocation
def dsn(call: Invocation) -> None:
    """Print the demo's DSN for psql. The demo runs until `demo stop`."""
    found = service.dsn(data_home(), call.settings.login, call.output.progress)
    if call.output.as_json:
        call.output.document({"dsn": found, "login": call.settings.login})
    else:
        # As it is: psql must be able to take it, also where a path holds a backslash.
        click.echo(found)


def _say(call: Invocation, *, running: bool) -> None:
    if call.output.as_json:
        call.output.document({"running": running, "home": str(data_home())})
    else:
        call.output.text(f"the demo is {'running' if running else 'stopped'} ({data_home()})")

"""Words that only the database knows: collections, columns, runs, permits, logins. A shell completes them.

Completing waits two seconds at most, starts no server and never fails: a database that cannot be asked offers nothing.
"""

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

import click
from click.shell_completion import CompletionItem

from core.cli.numbers import Whole

if TYPE_CHECKING:
    from core.db.connection.session import Connection

_CONNECTED = ("dsn", "schema", "profile", "login")
_SECONDS = 2
Ask = Callable[["Connection", click.Context], Iterator[tuple[str, str]]]


class Name(click.types.StringParamType):
    """A text that is completed by what the database knows."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG002 - click's signature
        """What begins as was typed."""
        return _offered(ctx, self._ask, incomplete)


class Number(Whole):
    """A number that is completed by what the database knows, each with a word on it."""

    def __init__(self, ask: Ask) -> None:
        super().__init__()
        self._ask = ask

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG002 - click's signature
        """What begins as was typed."""
        return _offered(ctx, self._ask, incomplete)


def _collections(connection: "Connection", _: click.Context) -> Iterator[tuple[str, str]]:
    from core.services.overview import matrix  # noqa: PLC0415 - help must not wait for the driver

    for row in matrix.read(connection, every=True):
        yield row.facts.collection, row.facts.identity or row.facts.strategy


def _columns(connection: "Connection", _: click.Context) -> Iterator[tuple[str, str]]:
    from core.services.classify import sources  # noqa: PLC0415 - help must not wait for the driver
    from core.services.overview import matrix  # noqa: PLC0415 - help must not wait for the driver

    # The parser stops at the option that lacks its value: the line itself says which collection is meant.
    words = os.environ.get("COMP_WORDS", "").split()
    known = {row.facts.collection for row in matrix.read(connection, every=True)}
    name = next((word for word in words if word in known), None)
    source = None if name is None else sources.find(connection, name)
    if source is not None:
        yield from source.types.items()


def _runs(connection: "Connection", _: click.Context) -> Iterator[tuple[str, str]]:
    from core.services.backfill import runs  # noqa: PLC0415 - help must not wait for the driver

    for run in runs.runs(connection, 30):
        yield str(run.run), f"{run.state}, {run.missing:,} rows"


def _permits(connection: "Connection", _: click.Context) -> Iterator[tuple[str, str]]:
    from core.services.backfill import permits  # noqa: PLC0415 - help must not wait for the driver

    for permit in permits.list_permits(connection):
        if permit.is_live:
            yield str(permit.permit), permit.reason


def _requests(connection: "Connection", _: click.Context) -> Iterator[tuple[str, str]]:
    from core.services.backfill import permits  # noqa: PLC0415 - help must not wait for the driver

    for request in permits.requests(connection):
        if request.state == "open":
            yield str(request.request), request.text


def _logins(connection: "Connection", _: click.Context) -> Iterator[tuple[str, str]]:
    from core.services.trust import people  # noqa: PLC0415 - help must not wait for the driver

    for person in people.people(connection):
        yield person.login, person.person or ""


COLLECTION: Final = Name(_collections)
COLUMN: Final = Name(_columns)
LOGIN: Final = Name(_logins)
RUN: Final = Number(_runs)
PERMIT: Final = Number(_permits)
REQUEST: Final = Number(_requests)


def _offered(context: click.Context, ask: Ask, incomplete: str) -> list[CompletionItem]:
    try:
        return [
            CompletionItem(value, help=word)
            for value, word in _asked(context, ask)
            if value.startswith(incomplete) and value.isprintable()
        ]
    except Exception:  # noqa: BLE001 - a shell shows no error of a completion
        return []


def _asked(context: click.Context, ask: Ask) -> list[tuple[str, str]]:
    from core import settings  # noqa: PLC0415 - help must not wait for the driver
    from core.domain.text import visible  # noqa: PLC0415 - help must not wait for the driver
    from core.services import demo  # noqa: PLC0415 - help must not wait for the driver
    from core.services.session import Session  # noqa: PLC0415 - help must not wait for the driver

    given: dict[str, Any] = {}
    here: click.Context | None = context
    while here is not None:
        for name in _CONNECTED:
            if here.params.get(name) and name not in given:
                given[name] = here.params[name]
        here = here.parent
    found = settings.resolve(**given, read_only=True, connect_timeout=_SECONDS)
    if found.is_demo and not demo.is_kept(settings.data_home()):
        return []
    with Session(found, lambda _: None) as session, session.browse() as connection, connection.snapshot():
        connection.set_local(statement_timeout=1000 * _SECONDS)
        return [(value, visible(word)) for value, word in ask(connection, context)]

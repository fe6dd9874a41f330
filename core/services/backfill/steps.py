"""Passing on how a long function of the database gets on: it names each table that it is done with."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from core.db.connection.session import Connection
from core.domain.steps import Steps, Tell

# What the functions say, and nothing that a trigger or a cast of another's may say.
_WORDS = ("planned", "skipped", "recounted", "reread")


@contextmanager
def told(connection: Connection, what: str, weights: Mapping[str, int], tell: Tell | None) -> Iterator[None]:
    """Tell each table that is done inside. `weights` are the rows of the tables, by collection."""
    if tell is None:
        yield
        return
    steps = Steps(what, weights, time.monotonic())

    def hear(notice: str) -> None:
        word, _, collection = notice.partition(" ")
        if word in _WORDS and (step := steps.done(collection, time.monotonic())) is not None:
            tell(step)

    with connection.notices(hear):
        yield

"""Rows of core/sql/queries/demo.sql, and its commands."""

from dataclasses import dataclass
from typing import Final

from core.db.rows.query import Command, Query


@dataclass(frozen=True, slots=True)
class Built:
    """The demo that is there. None where nothing tells its scale, or which state of core/sql it was made from."""

    scale: int | None
    edition: str | None


@dataclass(frozen=True, slots=True)
class Clients:
    """How many programs that are not ours are connected."""

    clients: int


BUILT: Final = Query("demo.built", Built)
FOREIGN_CLIENTS: Final = Query("demo.foreign_clients", Clients)
DROP_UNFINISHED: Final = Command("demo.drop_unfinished")
CREATE_UNFINISHED: Final = Command("demo.create_unfinished")
DROP: Final = Command("demo.drop")
FINISH: Final = Command("demo.finish")
WITHDRAW_GRANTED: Final = Command("demo.withdraw_granted")
WITHDRAW_ALLOWED: Final = Command("demo.withdraw_allowed")

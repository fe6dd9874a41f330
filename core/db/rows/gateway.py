"""Rows of core/sql/queries/gateway.sql."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from core.db.rows.query import Query


@dataclass(frozen=True, slots=True)
class BoundGateway:
    """The company's gateway that is bound: the function of its triggers, and their name."""

    schema: str
    function: str
    pattern: str
    oid: int


@dataclass(frozen=True, slots=True)
class TriggerFunction:
    """A trigger function by the name that was given."""

    schema: str
    function: str
    oid: int


@dataclass(frozen=True, slots=True)
class Met:
    """Which tables a gateway's trigger meets."""

    relid: int


@dataclass(frozen=True, slots=True)
class Registering:
    """A trigger on a table that seems to register its rows, and its function."""

    relid: int
    trigger: str
    function: str


@dataclass(frozen=True, slots=True)
class Function:
    """A function, what a caller gives it, and what this login may do with it."""

    oid: int
    name: str
    signature: str
    kind: str
    returns_set: bool
    volatility: str
    without_default: int
    names: tuple[str, ...]
    types: tuple[str, ...]
    pseudo: tuple[bool, ...]
    arrays: tuple[bool, ...]
    variadic: bool
    owned: bool
    schema: str
    is_public: bool


@dataclass(frozen=True, slots=True)
class Parts:
    """What a name consists of."""

    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CallableFunction:
    """Whether birth_caller may call a function."""

    callable: bool


@dataclass(frozen=True, slots=True)
class Bound:
    """The register function that is bound: its parameters with `value` or `constant` of each. None where none is."""

    signature: str | None
    name: str | None
    binding: Mapping[str, Mapping[str, str]]
    there: bool


BOUND_GATEWAY: Final = Query("gateway.bound_gateway", BoundGateway)
TRIGGER_FUNCTION: Final = Query("gateway.trigger_function", TriggerFunction)
MET: Final = Query("gateway.met", Met)
REGISTERING: Final = Query("gateway.registering", Registering)
FUNCTIONS: Final = Query("gateway.functions", Function)
PARTS: Final = Query("gateway.parts", Parts)
CALLABLE: Final = Query("gateway.callable", CallableFunction)
BOUND: Final = Query("gateway.bound", Bound)

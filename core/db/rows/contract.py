"""Rows of core/sql/queries/contract.sql."""

from dataclasses import dataclass
from typing import Final

from core.db.rows.query import Query


@dataclass(frozen=True, slots=True)
class Gateway:
    """Whether the register function is there, and takes the arguments that it is bound to."""

    register_function: bool
    bound: bool


@dataclass(frozen=True, slots=True)
class GatewayCode:
    """The column from which the company's gateway takes codes, and whether the identity agrees with it."""

    told: str | None
    agrees: bool


@dataclass(frozen=True, slots=True)
class Texts:
    """The SQL that a backfill of a collection runs, one statement for each step; None where it cannot be told."""

    plan: str | None
    read: str | None
    register: str | None


@dataclass(frozen=True, slots=True)
class Statements:
    """The same as a row; None where a collection cannot be planned."""

    statements: Texts | None


GATEWAY: Final = Query("contract.gateway", Gateway)
GATEWAY_CODE: Final = Query("contract.gateway_code", GatewayCode)
STATEMENTS: Final = Query("contract.statements", Statements)

"""What a collection of the demo is made of: columns, each with its SQL and with what fills it."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

Value: TypeAlias = str | int | bool | date | datetime | None
Values: TypeAlias = Sequence[Value]


@dataclass(frozen=True, slots=True)
class Known:
    """A column of another collection, already drawn: all its values, and those of registered rows."""

    values: Values
    registered: Values


@dataclass(frozen=True, slots=True)
class Draw:
    """One column being drawn: its own random source, the columns to its left, and those it reads elsewhere."""

    rng: random.Random
    rows: int
    left: Mapping[str, Values]
    known: Mapping[str, Known]


Fill: TypeAlias = Callable[[Draw], Values]
Choice: TypeAlias = Callable[[Draw, Values], Values]


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `references` is a foreign key as `collection.column`; `reads` are more columns `fill` looks at."""

    name: str
    definition: str
    fill: Fill
    references: str | None = None
    reads: tuple[str, ...] = ()

    @property
    def needs(self) -> tuple[str, ...]:
        """Every `collection.column` that must be drawn before this one."""
        return self.reads if self.references is None else (self.references, *self.reads)

    @property
    def is_serial(self) -> bool:
        """Whether a sequence numbers new rows."""
        return "AS IDENTITY" in self.definition


@dataclass(frozen=True, slots=True)
class Collection:
    """A table. `fixed`: as many rows at every scale. `installed`: comes with the gateway's own objects."""

    name: str
    columns: tuple[Column, ...]
    constraints: tuple[str, ...] = ()
    fixed: bool = False
    installed: bool = False


def collection(
    name: str,
    *columns: Column,
    constraints: tuple[str, ...] = (),
    fixed: bool = False,
    installed: bool = False,
) -> Collection:
    """A collection, its columns one after the other."""
    return Collection(name, columns, constraints, fixed, installed)

"""The census: what is true of each of the 75 collections, as the packet tells it."""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

UNCLASSIFIED = "unclassified"
_PART = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class CensusRow:
    """One collection. `identity` is what is recorded today, `intended` what an operator should find."""

    collection: str
    governance_role: str
    requirement: str
    strategy: str
    identity: str
    key_shape: str
    intended: str
    source_rows: int
    registered_rows: int
    native_status: bool
    has_table: bool
    frozen_script_compatible: bool

    @property
    def is_classified(self) -> bool:
        """Whether an identity is recorded today."""
        return self.strategy != UNCLASSIFIED

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the identity that is recorded today."""
        return columns_of(self.identity)


def columns_of(identity: str) -> tuple[str, ...]:
    """The columns that an identity names: `code`, or each `{part}` of a synthetic template."""
    return tuple(_PART.findall(identity)) or ((identity,) if identity else ())


@cache
def census() -> Mapping[str, CensusRow]:
    """All collections by name, in the order of the packet."""
    text = (resources.files("core.demo") / "census.csv").read_text(encoding="utf-8")
    return {fields["collection"]: _row(fields) for fields in csv.DictReader(text.splitlines())}


def _row(fields: dict[str, str]) -> CensusRow:
    return CensusRow(
        collection=fields["collection"],
        governance_role=fields["governance_role"],
        requirement=fields["requirement"],
        strategy=fields["identity_strategy"],
        identity=fields["identity"],
        key_shape=fields["key_shape"],
        intended=fields["intended_identity"],
        source_rows=int(fields["source_rows"] or 0),
        registered_rows=int(fields["registered_rows"] or 0),
        native_status=fields["native_status"] == "yes",
        has_table=fields["pg_table"] == "yes",
        frozen_script_compatible=fields["frozen_script_compatible"] == "yes",
    )

"""The gates before a collection is planned. The database asks the same again by itself."""

from dataclasses import dataclass

from core.domain.gates import Gate, Verdict, when
from core.domain.overview.matrix import REQUIRED, Facts
from core.errors import Json

_HOW = "Plan only collections that are REQUIRED, classified, and have their table and identity columns."
HINT = f"{_HOW[:-1]}: see `birth-console matrix --all`."
RENAMED = (
    "If the column was renamed, classify the collection by its new name: registered rows keep their codes. "
    "If it was dropped, retire the identity: `birth-console classify COLLECTION --retire --reason T`. "
    "Then classify the collection by other columns."
)
MOVED = (
    "If the table was renamed or moved, an administrator records its place in birth_collection_place. "
    "If it was dropped, a gatekeeper can exempt it: `birth-console classify COLLECTION --exempt --reason T`."
)
# What the plan itself asks of the data; the rest of the contract is asked where an identity is chosen.
ASKED = frozenset({"no_nulls", "no_empties", "unique", "no_twins", "short_enough", "no_foreign_codes"})


@dataclass(frozen=True, slots=True)
class WantedCollection:
    """A collection that is to be planned; `facts` is None for a name that is not enrolled."""

    collection: str
    facts: Facts | None
    similar: tuple[str, ...] = ()

    @property
    def why(self) -> str:
        """The first reason why it cannot be planned, in words."""
        if self.facts is None:
            return "unknown collection"
        if self.facts.table is None:
            return "it has no table"
        if self.facts.requirement != REQUIRED:
            return f"it is {self.facts.requirement or 'without a policy'}"
        if self.facts.strategy == "unclassified":
            return "it is unclassified"
        return f"its identity columns are missing: {', '.join(self.facts.missing_columns)}"


def way_out(named: WantedCollection) -> str:
    """What leads on from the first reason why a collection cannot be planned."""
    if named.facts is None or named.facts.requirement != REQUIRED:
        return HINT
    if named.facts.table is None:
        return MOVED
    return RENAMED if named.facts.missing_columns else HINT


def _when(named: WantedCollection, passed: bool, **more: Json) -> Verdict:  # noqa: FBT001 - the condition is the point
    return when(passed, {"collection": named.collection, **more})


PLANNABLE: tuple[Gate[WantedCollection], ...] = (
    Gate(
        "known",
        "the collection is enrolled",
        lambda named: _when(named, named.facts is not None, similar=list(named.similar)),
        "See `birth-console matrix --all` for the names.",
    ),
    Gate(
        "policy_required",
        "the collection is REQUIRED",
        lambda named: _when(
            named,
            named.facts is None or named.facts.requirement == REQUIRED,
            requirement=None if named.facts is None else named.facts.requirement,
        ),
        _HOW,
    ),
    Gate(
        "table_present",
        "the collection has a table",
        lambda named: _when(named, named.facts is None or named.facts.table is not None),
        MOVED,
    ),
    Gate(
        "classified",
        "the collection is classified",
        lambda named: _when(named, named.facts is None or named.facts.strategy != "unclassified"),
        _HOW,
    ),
    Gate(
        "columns_present",
        "every identity column exists",
        lambda named: _when(
            named,
            named.facts is None or not named.facts.missing_columns,
            missing_columns=list(named.facts.missing_columns) if named.facts else [],
        ),
        RENAMED,
    ),
)

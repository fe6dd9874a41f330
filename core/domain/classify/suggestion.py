"""Ranked identities of a table, each explained, and how far the first one may be trusted unseen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.domain.classify.candidates import Columns, Shape, candidates, shape_of
from core.domain.classify.column_names import OWN_CODE, OWN_ID
from core.domain.classify.identity import COLUMN, SYNTHETIC, Identity, fits_template
from core.domain.classify.scores import is_dense, is_natural, is_uuid_like, score
from core.domain.classify.table_profile import SampledTable, unusable_because
from core.errors import Json

SAFE, LIKELY, OPEN = "A", "B", "C"
_KEPT = 9  # candidates: as many as an editor has digits for
_MARGIN = 10.0  # points between the first and the next, below which nobody should decide unseen
_LIKELY = 25.0
_FEW_CODES, _MANY_ROWS = 10, 50


@dataclass(frozen=True, slots=True)
class Candidate:
    """One identity with its score in points, and the evidence that explains it."""

    rank: int
    identity: Identity
    score: float
    evidence: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The candidates of a collection, best first. `doubts` is what keeps the first from tier A."""

    collection: str
    tier: str
    candidates: tuple[Candidate, ...]
    doubts: tuple[str, ...]

    @property
    def first(self) -> Candidate | None:
        """The best candidate, or None where nothing identifies the rows."""
        return self.candidates[0] if self.candidates else None


def natural_columns(table: SampledTable) -> list[str]:
    """The columns whose bare values may become codes: what must be looked up in the registry before ranking."""
    shape = shape_of(table)
    return [columns[0] for columns in candidates(table, shape) if is_natural(table, columns, shape)]


def suggest(table: SampledTable, taken: Mapping[str, Json] | None = None, *, probed: bool = True) -> Suggestion:
    """Rank what may identify the rows of `table`.

    `taken` names the columns whose bare values are other collections' codes, with examples: they are offered with
    the collection's name before them. `probed` says whether that could be looked up in time.
    """
    taken = taken or {}
    shape = shape_of(table)
    ranked = sorted(
        (
            (sum(parts.values()), columns, parts)
            for columns, parts in _scored(table, shape)
            if _is_bare(table, columns, shape, taken) or all(map(fits_template, columns))
        ),
        key=lambda each: (-each[0], len(each[1]), [list(table.by_name).index(name) for name in each[1]]),
    )[:_KEPT]
    found = tuple(_candidate(table, shape, rank, ranked, taken) for rank, _ in enumerate(ranked, 1))
    doubts = tuple(_doubts(table, shape, ranked, taken, probed=probed))
    return Suggestion(table.collection, _tier(found, doubts), found, doubts)


_Ranked = Sequence[tuple[float, Columns, Mapping[str, float]]]


def _scored(table: SampledTable, shape: Shape) -> list[tuple[Columns, dict[str, float]]]:
    return [(columns, score(table, columns, shape)) for columns in candidates(table, shape)]


def _is_bare(table: SampledTable, columns: Columns, shape: Shape, taken: Mapping[str, Json]) -> bool:
    return is_natural(table, columns, shape) and columns[0] not in taken


def _candidate(table: SampledTable, shape: Shape, rank: int, ranked: _Ranked, taken: Mapping[str, Json]) -> Candidate:
    points, columns, parts = ranked[rank - 1]
    strategy = COLUMN if _is_bare(table, columns, shape, taken) else SYNTHETIC
    identity = Identity(table.collection, strategy, columns)
    others = [(other, names) for at, (other, names, _) in enumerate(ranked) if at != rank - 1]
    rival = others[0] if others else None
    key = table.declared(columns)
    evidence: dict[str, Json] = {
        "parts": dict(parts),
        "declared": None if key is None else "primary key" if key.primary else "unique",
        "not_null": table.is_set(columns),
        "rows_seen": table.size,
        "exactness": "exact" if table.whole else "sample",
        "distinct": [table.distinct.get(name) for name in columns],
        "collisions": taken.get(columns[0], []) if len(columns) == 1 else [],
        "runner_up": None if rival is None else Identity(table.collection, SYNTHETIC, rival[1]).text,
        "margin": None if rival is None else round(points - rival[0], 1),
    }
    return Candidate(rank, identity, round(points, 1), evidence)


def _tier(found: Sequence[Candidate], doubts: Sequence[str]) -> str:
    if not found:
        return OPEN
    if not doubts:
        return SAFE
    return LIKELY if found[0].score >= _LIKELY else OPEN


def _doubts(
    table: SampledTable, shape: Shape, ranked: _Ranked, taken: Mapping[str, Json], *, probed: bool
) -> list[str]:
    """Why the first candidate must be looked at by somebody; nothing where it may be accepted unseen."""
    if not ranked:
        return ["no examined column or combination identifies the rows"]
    points, columns, _ = ranked[0]
    if len(columns) > 1:
        return ["several columns together"]
    name = columns[0]
    natural = is_natural(table, columns, shape)
    doubts = {
        "the table has no rows": not table.size,
        "it references another table": name in shape.references,
        "its name does not suggest an id or code": shape.kinds[name] not in (OWN_ID, OWN_CODE),
        "another candidate is close": any(points - other < _MARGIN for other, _, _ in ranked[1:]),
        "its codes are taken by other collections": name in taken,
        "timeout while checking whether its codes are taken": natural and not probed,
        "the rows may belong to a parent": bool(shape.structure),
        "too few rows to see a pattern": natural and table.size < _FEW_CODES,
        "its values look like neither codes nor generated keys": not natural and not _made_up(table, name),
        **_undeclared(table, shape, name),
    }
    return [doubt for doubt, holds in doubts.items() if holds]


def _made_up(table: SampledTable, name: str) -> bool:
    return table.by_name[name].type in ("smallint", "integer", "bigint", "uuid") or is_uuid_like(table, name)


def _undeclared(table: SampledTable, shape: Shape, name: str) -> dict[str, bool]:
    """What speaks against a column that nothing but its values shows to be unique."""
    key = table.declared((name,))
    rivals = [
        other
        for other, found in shape.kinds.items()
        if other != name
        and found == OWN_CODE
        and other not in shape.references
        and table.distinct.get(other) == table.size
        and unusable_because(table, other) is None
        and table.declared((other,)) is None
    ]
    if key is not None:
        return {
            "NULL is allowed": not table.is_set((name,)),
            "another code column is unique, too": bool(rivals) and key.primary,
        }
    made_up = shape.kinds[name] == OWN_ID and (is_dense(table, name) or is_uuid_like(table, name))
    coded = shape.kinds[name] == OWN_CODE and is_natural(table, (name,), shape)
    very_safe = (made_up or coded) and table.columns[0].name == name and table.size >= _MANY_ROWS
    return {
        "its uniqueness is observed, not declared": not very_safe,
        "another code column is unique, too": bool(rivals),
    }

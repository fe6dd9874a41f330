"""Ranked identities of a table, each explained, and how far the first one may be trusted unseen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from core.domain.classify.candidates import Columns, Shape, shape_of
from core.domain.classify.column_statistics import EXACT, SAMPLE, SampledTable, unusable_because
from core.domain.classify.identity import COLUMN, SYNTHETIC, Identity, fits_template
from core.domain.classify.ranking import REJECTED, Ranked, ranked
from core.domain.classify.same_code import are_confused, as_seen
from core.domain.classify.scores import is_natural, is_uuid_like
from core.domain.classify.surroundings import Surroundings
from core.errors import Json

SAFE, LIKELY, OPEN = "A", "B", "C"
_KEPT = 9  # candidates: as many as an editor has digits for
SURE = 0.985  # the probability below which no decision is made unseen
_LIKELY = 0.5
_TEXTS = ("text", "character", "name", "enum")
_LOOKED_UP = 1000  # values of each column that are looked up: they may find a collision, and never exclude one
_FEW_CODES, _FEW_ROWS = 10, 3
_NO_ROWS, _NOTHING = "the table has no rows", "no examined column or combination identifies the rows"


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

    def told(self, candidate: Candidate) -> Json:
        """What the history of a classification keeps of the suggestion that led to it, and what was passed over."""
        told: dict[str, Json] = {"rank": candidate.rank, "tier": self.tier, "score": candidate.score}
        if self.first is not None and candidate.rank > 1:
            told["instead_of"] = list(self.first.identity.columns)
        return told

    @property
    def first(self) -> Candidate | None:
        """The best candidate, or None where nothing identifies the rows."""
        return self.candidates[0] if self.candidates else None


def natural_columns(table: SampledTable) -> list[str]:
    """The columns whose bare values may become codes: what must be looked up in the registry before ranking."""
    shape = shape_of(table)
    return [
        name
        for name in table.by_name
        if unusable_because(table, name) is None
        and table.size
        and table.distinct[name] == table.size
        and (name == table.gateway_code or is_natural(table, (name,), shape))
    ]


def bare_values(table: SampledTable) -> dict[str, set[str]]:
    """Of these columns, the first values."""
    return {name: {text for text in table.sample[name][:_LOOKED_UP] if text} for name in natural_columns(table)}


def suggest(
    table: SampledTable,
    taken: Mapping[str, Json] | None = None,
    *,
    probed: bool = True,
    around: Surroundings | None = None,
    checked: Mapping[Columns, bool] | None = None,
) -> Suggestion:
    """Rank what may identify the rows of `table`.

    `taken` names the columns whose bare values are other collections' codes, with examples: they are offered with
    the collection's name before them. `probed` says whether that could be looked up in time. `around` is what the
    samples of other tables say, `checked` what the whole table says of candidates that a sample did not refute.
    """
    view = _View(table, shape_of(table), taken or {}, checked or {}, probed)
    ordered = ranked(table, view.shape, around or Surroundings(), view.refuted)
    fitting = (each for each in ordered if view.is_bare(each.columns) or all(map(fits_template, each.columns)))
    found = list(islice(fitting, _KEPT))
    texts = [Identity(table.collection, SYNTHETIC, each.columns).text for each in found[:2]]
    shown = tuple(_candidate(view, rank, found, texts) for rank, _ in enumerate(found, 1))
    doubts = tuple(_doubts(view, found))
    return Suggestion(table.collection, _tier(found, doubts), shown, doubts)


@dataclass(frozen=True, slots=True)
class _View:
    """A table, and what was found out about its candidates."""

    table: SampledTable
    shape: Shape
    taken: Mapping[str, Json]
    checked: Mapping[Columns, bool]
    probed: bool

    @property
    def refuted(self) -> frozenset[Columns]:
        """The candidates that do not hold on the whole table."""
        return frozenset(columns for columns, holds in self.checked.items() if not holds)

    def is_bare(self, columns: Columns) -> bool:
        """Whether a column's values are codes as they stand: those that the gateway takes are, whatever they are."""
        if columns == (self.table.gateway_code,):
            return True
        return is_natural(self.table, columns, self.shape) and columns[0] not in self.taken

    def exactness(self, columns: Columns) -> str:
        """Whether all rows were looked at."""
        return EXACT if self.table.whole or self.checked.get(columns) else SAMPLE


def _candidate(view: _View, rank: int, found: Sequence[Ranked], texts: Sequence[str]) -> Candidate:
    """The candidate at `rank`; `texts` are the first two, one of which it is compared with."""
    table, own = view.table, found[rank - 1]
    identity = Identity(table.collection, COLUMN if view.is_bare(own.columns) else SYNTHETIC, own.columns)
    at = int(rank == 1)  # the first is compared with the second, all others with the first
    rival = found[at] if at < len(found) else None
    key = table.declared(own.columns)
    evidence: dict[str, Json] = {
        "parts": dict(own.parts),
        "probability": round(own.probability, 3),
        "declared": None if key is None else "primary key" if key.primary else "unique",
        "not_null": table.is_set(own.columns),
        "rows_seen": table.size,
        "exactness": view.exactness(own.columns),
        "distinct": [table.distinct.get(name) for name in own.columns],
        "collisions": view.taken.get(own.columns[0], []) if len(own.columns) == 1 else [],
        "runner_up": None if rival is None else texts[at],
        "margin": None if rival is None else round(own.points - rival.points, 1),
    }
    return Candidate(rank, identity, round(own.points, 1), evidence)


def _tier(found: Sequence[Ranked], doubts: Sequence[str]) -> str:
    if not found:
        return OPEN
    if not doubts:
        return SAFE
    return LIKELY if found[0].probability >= _LIKELY else OPEN


def _doubts(view: _View, found: Sequence[Ranked]) -> list[str]:
    """Why the first candidate must be looked at by a person; nothing where it may be accepted unseen."""
    if not found:
        return [_NOTHING if view.table.size else _NO_ROWS]
    table, structure, columns = view.table, view.shape.structure, found[0].columns
    by_gateway = columns == (table.gateway_code,)
    natural = by_gateway or is_natural(table, columns, view.shape)
    key, several = table.declared(columns), len(columns) > 1
    doubts = {
        _NO_ROWS: not table.size,
        "another candidate is close": found[0].probability < SURE,
        "sure only with the choices for sister tables": found[0].unaided < SURE <= found[0].probability,
        "people rejected the same for sister tables": REJECTED in found[0].parts,
        "its codes are taken by other collections": len(columns) == 1 and columns[0] in view.taken,
        "timeout while checking whether its codes are taken": natural and not view.probed,
        "too few rows to see a pattern": table.size < _FEW_CODES and (natural or (several and key is None)),
        "some values differ only in case or look alike": _confused(table, columns),
        # Who declares several columns the primary key has said what the rows belong to.
        f"the gateway registers new rows by {table.gateway_code}: a plan by any other column is refused": (
            table.gateway_code is not None and not by_gateway
        ),
        "the rows may belong to a parent": bool(structure)
        and not by_gateway
        and set(columns) != set(structure)
        and not (several and key is not None and key.primary),
    }
    if key is None:
        doubts |= {
            "its uniqueness is observed, not declared": bool(table.keys) or table.size < _FEW_ROWS,
            "its values look like neither codes nor generated keys": not natural and not _made_up(table, columns),
            "only a sample was examined": view.exactness(columns) == SAMPLE,
        }
    else:
        doubts["NULL is allowed"] = not table.is_set(columns)
    return [doubt for doubt, holds in doubts.items() if holds]


def _confused(table: SampledTable, columns: Columns) -> bool:
    """Whether two codes look alike. Of several columns that takes rows that look alike in all of them."""
    alike = [name for name in columns if _has_lookalikes(table, name)]
    if not alike or len(columns) == 1:
        return bool(alike)
    seen = [_as_seen(table, name) if name in alike else table.ordinals[name] for name in columns]
    return len(set(zip(*seen, strict=True))) < table.size


def _has_lookalikes(table: SampledTable, name: str) -> bool:
    texts = (text for text in table.values.get(name, frozenset()) if text is not None)
    return table.by_name[name].type.startswith(_TEXTS) and are_confused(texts)


def _as_seen(table: SampledTable, name: str) -> Sequence[str]:
    known = {text: as_seen(text or "") for text in table.values[name]}
    return [known[text] for text in table.sample[name]]


def _made_up(table: SampledTable, columns: Columns) -> bool:
    numbers = ("smallint", "integer", "bigint", "uuid")
    return len(columns) > 1 or table.by_name[columns[0]].type in numbers or is_uuid_like(table, columns[0])

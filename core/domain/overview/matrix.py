"""The metadata compatibility matrix: one row per collection, and totals that read like the packet."""

from collections.abc import Iterable
from dataclasses import dataclass

from core.errors import Json

REQUIRED = "REQUIRED"
EXEMPT = "EXEMPT"
COMPATIBLE = "compatible"
BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the catalogs say of one collection.

    `strategy` is column, synthetic or unclassified; `trigger` is enabled, disabled, missing, no_table, or
    `never fires:` and why; `missing_columns` are columns that the identity names and the table no longer has.
    """

    collection: str
    governance_role: str
    requirement: str | None
    strategy: str
    identity: str | None
    native_status: bool
    table: str | None
    trigger: str
    missing_columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Examples:
    """Three codes that rows share, with how many do, and three rows without a code, by their keys."""

    shared_codes: tuple[Json, ...] = ()
    unidentifiable: tuple[Json, ...] = ()


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows of one collection. What only an identity could say is None where there is none.

    `shared_codes` are rows whose code another row has, too; `unidentifiable` rows have none. `codes_registered` are
    the registry's rows that a source row gives: what the registry holds beyond them are phantoms. `examples` name a few
    of both, where there are any and they were asked for.
    """

    source_rows: int
    registered: int
    missing: int | None
    shared_codes: int | None = None
    unidentifiable: int | None = None
    codes_registered: int | None = None
    examples: Examples | None = None


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One collection with its verdict: compatible, or broken for the stated reasons."""

    facts: Facts
    verdict: str
    reasons: tuple[str, ...]
    counts: Counts | None = None
    phantoms: int | None = None  # registry rows of the collection that no source row gives
    renamed: int | None = None  # missing rows that stand registered under another code, as their keys tell
    possibly_renamed: int | None = None  # missing rows of which nothing tells: at most so many as there are phantoms

    @property
    def standing(self) -> str:
        """The verdict where one is asked for: of what is not REQUIRED, that it is exempt or has no policy."""
        if self.facts.requirement == REQUIRED:
            return self.verdict
        return "exempt" if self.facts.requirement == EXEMPT else "no_policy"


@dataclass(frozen=True, slots=True)
class Totals:
    """The line under the matrix, over its REQUIRED collections. The counts are None until counted."""

    collections: int
    compatible: int
    broken: int
    column: int
    synthetic: int
    unclassified: int
    native_status: int
    with_table: int
    with_trigger: int
    source_rows: int | None
    registered: int | None
    missing: int | None
    phantoms: int | None
    renamed: int | None
    possibly_renamed: int | None
    shared_codes: int | None
    unidentifiable: int | None

    @property
    def stranded(self) -> int:
        """Classified collections that lack their table or a column that their identity names."""
        return self.broken - self.unclassified

    @property
    def split(self) -> str:
        """The classified collections by strategy: all of them are compatible, unless some are stranded."""
        classified = f"{self.column} column + {self.synthetic} synthetic = {self.column + self.synthetic}"
        return (
            f"{classified} classified, {self.stranded} of them broken" if self.stranded else f"{classified} compatible"
        )

    @property
    def verdicts(self) -> str:
        """How many there are, how they divide, and how many are broken."""
        compatible = f"; {self.compatible} compatible" if self.stranded else ""
        return f"{self.collections} REQUIRED: {self.split}{compatible}, {self.broken} broken"


def judge(facts: Facts, counts: Counts | None = None) -> MatrixRow:
    """Say whether a collection's rows can be identified now, and why not.

    A missing or disabled trigger is named among the reasons but breaks nothing: it decides whether new rows
    are registered, not whether old ones can be backfilled.
    """
    blocking = []
    if facts.table is None:
        blocking.append("no_table")
    if facts.strategy == "unclassified":
        blocking.append("identity_unclassified")
    blocking += [f"column_missing:{name}" for name in facts.missing_columns]
    state = facts.trigger.partition(":")[0].replace(" ", "_")
    remarks = [f"trigger_{state}"] if state in ("missing", "disabled", "never_fires") else []
    return MatrixRow(facts, BROKEN if blocking else COMPATIBLE, (*blocking, *remarks), counts)


def totals(rows: Iterable[MatrixRow], *, counts: bool = False) -> Totals:
    """Sum up the REQUIRED rows. Without any that is counted the sums are None; 0 where `counts` were asked for."""
    required = [row for row in rows if row.facts.requirement == REQUIRED]
    strategies = [row.facts.strategy for row in required]
    counted = [row.counts for row in required if row.counts is not None]
    phantoms = [row.phantoms for row in required if row.phantoms is not None]
    return Totals(
        collections=len(required),
        compatible=sum(row.verdict == COMPATIBLE for row in required),
        broken=sum(row.verdict == BROKEN for row in required),
        column=strategies.count("column"),
        synthetic=strategies.count("synthetic"),
        unclassified=strategies.count("unclassified"),
        native_status=sum(row.facts.native_status for row in required),
        with_table=sum(row.facts.table is not None for row in required),
        with_trigger=sum(row.facts.trigger in ("enabled", "disabled") for row in required),
        source_rows=sum(each.source_rows for each in counted) if counts or counted else None,
        registered=sum(each.registered for each in counted) if counts or counted else None,
        missing=sum(each.missing or 0 for each in counted) if counts or counted else None,
        phantoms=sum(phantoms) if counts or phantoms else None,
        renamed=sum(row.renamed or 0 for row in required) if counts or phantoms else None,
        possibly_renamed=sum(row.possibly_renamed or 0 for row in required) if counts or phantoms else None,
        shared_codes=sum(each.shared_codes or 0 for each in counted) if counts or counted else None,
        unidentifiable=sum(each.unidentifiable or 0 for each in counted) if counts or counted else None,
    )

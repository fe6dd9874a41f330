"""What applying a run would change, told before anything is written: rows, codes, permits, time and risks."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta

from core.domain.backfill.permit import Permit, admitted, open_for
from core.domain.backfill.runs import Entry, Run
from core.domain.gates import Judgement
from core.domain.steps import clock
from core.errors import Json

ADMISSION = "open permits do not admit"
# What comes next anyway, or is told with its rows.
_NEXT = frozenset({"reconciled", "permit_in_scope"})


@dataclass(frozen=True, slots=True)
class Extent:
    """Where the missing codes of an entry begin and end, in code order; `indexed`: an index finds its rows again."""

    first: str | None = None
    last: str | None = None
    indexed: bool = True


@dataclass(frozen=True, slots=True)
class Rate:
    """Rows per second of one worker, measured over the latest `batches`: the slower and the faster quartile."""

    batches: int
    slow: float
    fast: float

    def seconds(self, rows: int, workers: int = 1) -> tuple[float, float]:
        """How long so many rows take, soonest and latest: workers side by side help at best in full, at worst not."""
        return rows / (self.fast * workers), rows / self.slow


@dataclass(frozen=True, slots=True)
class Change:
    """One collection that a run would change: `rows` are to be registered."""

    collection: str
    identity: str
    rows: int
    source_rows: int
    first: str | None
    last: str | None

    @property
    def share(self) -> str:
        """How much of the source that is: all, or a percentage that is never rounded to none or to all."""
        if self.rows >= self.source_rows:
            return "all"
        return f"{min(max(round(100 * self.rows / self.source_rows), 1), 99)} %"

    @property
    def codes(self) -> tuple[str, ...]:
        """The first and the last code; one where they are the same."""
        return tuple(dict.fromkeys(code for code in (self.first, self.last) if code is not None))


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands around a run: the gates before its apply, registry rows without a source row, what is not in it."""

    database: str
    now: datetime  # by the server
    permits: tuple[Permit, ...] = ()  # in any state
    rate: Rate | None = None
    gates: tuple[Judgement, ...] = ()
    phantoms: Mapping[str, int] = field(default_factory=dict)
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class Preview:
    """A run as it would be applied now. `changes` are the largest first; `unchanged` collections miss nothing."""

    run: Run
    changes: tuple[Change, ...]
    unchanged: tuple[str, ...]
    permits: tuple[Permit, ...]
    rate: Rate | None
    risks: tuple[str, ...]
    database: str

    @property
    def rows(self) -> int:
        """Rows to register."""
        return sum(each.rows for each in self.changes)

    @property
    def source_rows(self) -> int:
        """Rows of the sources of all its collections."""
        return sum(each.source_rows for each in self.run.entries)

    @property
    def admitted(self) -> int:
        """How many of the rows the open permits admit at most."""
        return admitted(self.permits, {each.collection: each.rows for each in self.changes})

    @property
    def left(self) -> int:
        """Rows that open permits still admit, of any collection."""
        return sum(each.budget - each.used for each in self.permits)

    @property
    def headline(self) -> str:
        """The plan in one sentence."""
        planned = len(self.run.entries)
        if not self.changes:
            return f"No changes: no rows of {_counted(planned, 'collection')} are missing"
        within = f"{len(self.changes):,} of {_counted(planned, 'collection')}"
        return f"{self.rows:,} of {self.source_rows:,} rows are missing, in {within}"

    @property
    def admission(self) -> str:
        """How many rows the open permits admit, and what they have left afterwards."""
        if not self.permits:
            return "no permit is open"
        after = max(self.left - self.admitted, 0)
        return (
            f"{_counted(len(self.permits), 'open permit')}: {self.admitted:,} of {self.rows:,} rows admitted,"
            f" {after:,} of {self.left:,} left afterwards"
        )

    def duration(self, workers: int = 1) -> str:
        """How long it is expected to take, as a range, and what that rests on."""
        return expected(self.rate, self.rows, workers)

    def as_json(self) -> dict[str, Json]:
        """As the command line prints it."""
        return {
            "changes": [
                {"collection": each.collection, "missing": each.rows, "share": each.share, "first": each.first,
                 "last": each.last}
                for each in self.changes
            ],
            "unchanged": list(self.unchanged),
            "permits": {"open": len(self.permits), "left": self.left, "admitted": self.admitted},
            "rate": None if self.rate is None else asdict(self.rate),
            "seconds": None if self.rate is None else list(self.rate.seconds(self.rows)),
            "risks": list(self.risks),
        }  # fmt: skip


def preview(
    run: Run,
    to_go: Mapping[str, int],
    extents: Mapping[int, Extent],
    around: Surroundings,
) -> Preview:
    """Put together what is known of a run; `to_go` counts its rows without an outcome, by collection."""
    usable = open_for(around.permits, run.run, withdraws=run.withdraws is not None)
    changes = tuple(
        sorted(
            (_change(each, to_go.get(each.collection, 0), extents.get(each.ledger_id, Extent())) for each in run.entries
             if to_go.get(each.collection, 0)),
            key=lambda each: (-each.rows, each.collection),
        )
    )  # fmt: skip
    unchanged = tuple(each.collection for each in run.entries if not to_go.get(each.collection, 0))
    found = Preview(run, changes, unchanged, usable, around.rate, (), around.database)
    slow = {each.collection for each in run.entries if not extents.get(each.ledger_id, Extent()).indexed}
    return replace(found, risks=tuple(_risks(found, around, slow))) if changes else found


def _change(entry: Entry, rows: int, extent: Extent) -> Change:
    return Change(entry.collection, entry.identity, rows, entry.source_rows, extent.first, extent.last)


def _risks(found: Preview, around: Surroundings, slow: Iterable[str]) -> Iterable[str]:
    """What may stop the run, slow it down, or make it register something else than was meant. The gravest first."""
    names = {each.collection for each in found.changes}
    for each in around.gates:
        if not each.passed and each.id not in _NEXT:
            hint = f" {each.hint}" if each.hint else ""
            yield f"an apply is refused: the gate {each.id} is closed.{hint}"
    if found.admitted < found.rows:
        short = found.rows - found.admitted
        yield f"{ADMISSION} {short:,} of {found.rows:,} rows: an apply stops before the end"
    yield from (
        f"{each.collection}: every row is missing, and the registry holds {around.phantoms[each.collection]:,}"
        " rows of it under other codes: check its identity"
        for each in found.changes
        if each.share == "all" and around.phantoms.get(each.collection)
    )
    if found.rate is not None and found.permits and found.admitted:
        _, late = found.rate.seconds(found.admitted)
        ends = max(each.expires_at for each in found.permits)
        if around.now + timedelta(seconds=late) > ends:
            yield f"the last open permit expires at {ends:%Y-%m-%d %H:%M %Z}, before the expected end"
    yield from _named("without an index that finds planned rows again, batches are slow", names & set(slow))
    if around.skipped:
        yield f"{around.skipped:,} REQUIRED collections are not in this plan: their rows stay missing"


def _named(what: str, names: Iterable[str]) -> Iterable[str]:
    if ordered := sorted(names):
        yield f"{what}: {', '.join(ordered)}"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def expected(rate: Rate | None, rows: int, workers: int = 1) -> str:
    """How long so many rows are expected to take, and what that rests on."""
    if rate is None:
        return "no rate measured yet"
    soon, late = rate.seconds(rows, workers)
    first, second = clock(soon), clock(late)
    span = first if first == second else f"{first} to {second}"
    return f"{span} ({rate.slow:,.0f} to {rate.fast:,.0f} rows/s per worker, latest {rate.batches:,} batches)"

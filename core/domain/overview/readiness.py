"""The QT-001 readiness dashboard: eight metrics, the census behind them, and stated claims against live ones."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.domain.gates import Gate, Judgement, Verdict, judge, when

METRICS = (
    "birth_required_total",
    "identity_resolvable_now",
    "identity_unclassified_blockers",
    "admission_permit_table",
    "open_permits",
    "backfill_ledger_table",
    "shared_register_fn",
    "qt001_gate",
)
GATE_OPEN = "OPEN"
PRESENT = "present"
ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class FrozenScript:
    """The cut of the old, frozen script over the governed collections, recomputed from live data."""

    compatible: int
    broken: int


@dataclass(frozen=True, slots=True)
class Census:
    """What the catalogs and the data say of the REQUIRED collections. Names are sorted.

    `locked` ones belong to no side of the frozen script's cut: another session locks their tables.
    """

    column: int
    synthetic: int
    unclassified: int
    native_status: int
    no_table: tuple[str, ...]
    table_without_trigger: tuple[str, ...]
    trigger_disabled: tuple[str, ...]
    with_trigger: int
    governed_required: int
    governed_exempt: int
    frozen_script: FrozenScript
    locked: tuple[str, ...]

    @property
    def trigger_gap(self) -> int:
        """REQUIRED collections whose new rows no trigger registers."""
        return len(self.no_table) + len(self.table_without_trigger)


@dataclass(frozen=True, slots=True)
class Claim:
    """A figure that a document states, against the live one. `verdict` is holds, superseded or unknown."""

    claim: str
    source: str
    stated: str
    live: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Readiness:
    """One look at the dashboard. `metrics` holds METRICS, in their order."""

    metrics: Mapping[str, int | str]
    census: Census
    claims: tuple[Claim, ...]

    @property
    def stranded(self) -> int:
        """REQUIRED collections that are classified, and lack their table or a column that their identity names."""
        return int(self.metrics["identity_unclassified_blockers"]) - self.census.unclassified

    @property
    def split(self) -> str:
        """How the REQUIRED collections divide: the classified ones by strategy, and what is left."""
        census = self.census
        text = (
            f"{census.column} column + {census.synthetic} synthetic = {census.column + census.synthetic} classified,"
            f" {census.unclassified} unclassified"
        )
        return f"{text}; {self.stranded} of the classified have no table or miss a column" if self.stranded else text

    @property
    def gate(self) -> str:
        """The text of the QT-001 gate: OPEN, or BLOCKED_UNTIL_… with every reason."""
        return str(self.metrics["qt001_gate"])

    @property
    def is_open(self) -> bool:
        """Whether the QT-001 gate is open."""
        return self.gate == GATE_OPEN


def claim_verdict(stated: str, live: str, *, is_whole: bool = True) -> str:
    """Live evidence wins: a stated figure holds, or it is superseded; unknown where the live one is not whole."""
    if not is_whole:
        return "unknown"
    return "holds" if stated == live else "superseded"


def _present(readiness: Readiness, metric: str) -> Verdict:
    return when(readiness.metrics[metric] == PRESENT, readiness.metrics[metric])


READINESS: tuple[Gate[Readiness], ...] = (
    Gate(
        "identities_resolved",
        "every REQUIRED identity is resolved",
        lambda seen: when(
            seen.metrics["identity_unclassified_blockers"] == 0, seen.metrics["identity_unclassified_blockers"]
        ),
        "List them: `birth-console matrix`. Classify each: `birth-console classify`. If the table is missing, "
        "a gatekeeper exempts the collection.",
    ),
    Gate(
        "permit_opened",
        "an admission permit is open",
        lambda seen: when(int(seen.metrics["open_permits"]) > 0, seen.metrics["open_permits"]),
        "Ask a gatekeeper: `birth-console permit open --budget ROWS --expires 2h --reason …`.",
    ),
    Gate(
        "permit_table",
        "the admission permit table is present",
        lambda seen: _present(seen, "admission_permit_table"),
        "Ask the schema's owner to restore it.",
    ),
    Gate(
        "ledger_table",
        "the backfill ledger is present",
        lambda seen: _present(seen, "backfill_ledger_table"),
        "Ask the schema's owner to restore it.",
    ),
    Gate(
        "register_function",
        "the shared register function is present",
        lambda seen: _present(seen, "shared_register_fn"),
        "Ask the gateway's owner to restore it.",
    ),
)


def conditions(readiness: Readiness) -> tuple[Judgement, ...]:
    """What opens the QT-001 gate, each condition with its verdict: as many are closed as the gate's text names.

    Where there is no table for permits, none can be opened: then only the table is asked for.
    """
    wanted = [
        gate
        for gate in READINESS
        if gate.id != "permit_opened" or readiness.metrics["admission_permit_table"] == PRESENT
    ]
    return judge(wanted, readiness)

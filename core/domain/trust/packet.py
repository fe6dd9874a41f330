"""The evidence packet: what one snapshot of a database says, in parts that every format renders alike."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from core.domain.backfill.runs import Accounting, Run
from core.domain.backfill.stray import Stray
from core.domain.gates import Judgement, judge
from core.domain.overview.burndown import Burndown
from core.domain.overview.matrix import REQUIRED, MatrixRow, totals
from core.domain.overview.readiness import READINESS, Readiness
from core.errors import Json

TITLE = "Birth evidence packet"
PASSED, FAILED = "✓", "✗"


@dataclass(frozen=True, slots=True)
class Certificate:
    """Who stands for a run, on which evidence; `chain_head` is the hash of the event that says so."""

    evidence: str
    certified_by: str
    person: str
    at: str
    note: str
    chain_head: str


@dataclass(frozen=True, slots=True)
class Names:
    """What a collection of a run is called now, where that is not what its plan called it."""

    collection: str
    place: str | None
    is_gone: bool
    planned: tuple[str, ...]
    columns: tuple[str, ...]

    @property
    def told(self) -> str:
        """Both names, in a sentence."""
        told = ["the planned table is gone"] if self.is_gone else []
        if self.place is not None:
            told.append(f"its table is {self.place} now")
        pairs = zip(self.planned, self.columns, strict=False)
        told += [f"the planned column {old} is {new} now" for old, new in pairs if old != new]
        return f"{self.collection}: {', '.join(told)}."


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run with what became of it. `gates` are live verdicts; none for a run that was not applied to its end."""

    run: Run
    account: Accounting
    gates: tuple[Judgement, ...]
    certificate: Certificate | None
    names: tuple[Names, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Which database the packet is of, who asked for it, and when."""

    database: str
    schema: str
    login: str
    person: str | None
    version: str
    system_identifier: str
    taken_at: str


@dataclass(frozen=True, slots=True)
class PacketEvidence:
    """What the packet holds. `place` says which database, who asked and when; `queries` is the SQL by name."""

    place: Place
    readiness: Readiness
    matrix: Sequence[MatrixRow]
    burndown: Burndown
    runs: Sequence[RunRecord]
    strays: Sequence[Stray]
    fingerprints: Mapping[str, Json]
    chain: Mapping[str, Json]
    queries: Mapping[str, str]

    @property
    def verdict(self) -> str:
        """The packet in one sentence."""
        certified = [record.run.name for record in self.runs if record.certificate is not None]
        stood_for = f"certified: {', '.join(certified)}" if certified else "no run is certified"
        return f"QT-001 {self.readiness.gate}; {stood_for}"

    @property
    def is_good(self) -> bool:
        """Whether the gate is open, and no gate of a run that was applied fails."""
        return self.readiness.is_open and all(gate.passed for record in self.runs for gate in record.gates)


@dataclass(frozen=True, slots=True)
class PacketTable:
    """Text in rows. The columns named in `figures` hold numbers."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    figures: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Part:
    """A chapter. `queries` names the SQL that gave its figures; `chart` asks for the burn-down."""

    id: str
    title: str
    text: Sequence[str] = ()
    tables: Sequence[PacketTable] = ()
    queries: Sequence[str] = ()
    chart: Burndown | None = field(default=None)


def parts(evidence: PacketEvidence) -> list[Part]:
    """The chapters, in the order in which an auditor asks for them."""
    return [
        _dashboard(evidence),
        _claims(evidence),
        Part(
            "burndown",
            "Burn-down of blockers and missing rows",
            () if evidence.burndown.points else ("No decision and no plan yet.",),
            queries=("burndown.decisions", "burndown.plans", "burndown.settled"),
            chart=evidence.burndown if evidence.burndown.points else None,
        ),
        *(_run(record) for record in evidence.runs),
        _matrix(evidence),
        _strays(evidence),
        _proofs(evidence),
    ]


def _dashboard(evidence: PacketEvidence) -> Part:
    metrics = [[name, str(value)] for name, value in evidence.readiness.metrics.items()]
    gates = [
        [PASSED if gate.passed else FAILED, gate.title, shown(gate.evidence)]
        for gate in judge(READINESS, evidence.readiness)
    ]
    census = evidence.readiness.census
    gap = ", ".join((*census.no_table, *census.table_without_trigger)) or "none"
    text = (
        f"{evidence.readiness.split}.",
        f"Native status {census.native_status}; trigger {census.with_trigger}, gap {census.trigger_gap}: {gap}.",
        f"Governed: {census.governed_required} required + {census.governed_exempt} exempt.",
    )
    tables = (PacketTable(("metric", "value"), metrics), PacketTable(("", "gate", "evidence"), gates))
    return Part("dashboard", "Readiness", text, tables, ("readiness.metrics", "readiness.census"))


def _claims(evidence: PacketEvidence) -> Part:
    rows = [[each.claim, each.stated, each.live, each.verdict, each.source] for each in evidence.readiness.claims]
    table = PacketTable(("claim", "stated", "live", "verdict", "source"), rows)
    text = ("Live evidence wins.",) if rows else ("No claims recorded.",)
    return Part("claims", "Claims against live figures", text, (table,) if rows else (), ("readiness.claims",))


def _run(record: RunRecord) -> Part:
    run, account = record.run, record.account
    text = [f"State {run.state}; planned by {run.planned_by}; digest {run.digest}."]
    if (certificate := record.certificate) is not None:
        text.append(
            f"Certified by {certificate.person} ({certificate.certified_by}) at {certificate.at}:"
            f" “{certificate.note}”; evidence {certificate.evidence}; chain head {certificate.chain_head or 'gone'}."
        )
    text += [each.told for each in record.names]
    accounting = PacketTable(tuple(account.as_json()), [list(map(shown, account.as_json().values()))], _ACCOUNT)
    gates = PacketTable(
        ("", "acceptance gate", "evidence"),
        [[PASSED if gate.passed else FAILED, gate.title, shown(gate.evidence)] for gate in record.gates],
    )
    entries = PacketTable(
        ("collection", "identity", "source rows", "registered", "missing", "digest"),
        [
            [
                each.collection,
                each.identity,
                *map(shown, (each.source_rows, each.registered, each.missing)),
                each.digest,
            ]
            for each in run.entries
        ],
        frozenset({"source rows", "registered", "missing"}),
    )
    tables = (accounting, *((gates,) if record.gates else ()), entries)
    queries = ["ledger.runs", "ledger.entries", "ledger.accounting", "packet.renamed"]
    queries += ["verify.acceptance"] if record.gates else []
    return Part(run.name, f"Run {run.run}", text, tables, tuple(queries))


def _matrix(evidence: PacketEvidence) -> Part:
    rows = [
        [
            each.facts.collection,
            each.facts.governance_role,
            each.facts.requirement or "none",
            each.facts.strategy,
            each.facts.identity or "",
            each.facts.trigger,
            each.verdict if each.facts.requirement == REQUIRED else "",
            ", ".join(each.reasons),
        ]
        for each in evidence.matrix
    ]
    found = totals([each for each in evidence.matrix if each.facts.requirement == REQUIRED])
    text = (f"{found.verdicts}.",)
    header = ("collection", "role", "requirement", "strategy", "identity", "trigger", "verdict", "reasons")
    return Part("matrix", "Compatibility matrix", text, (PacketTable(header, rows),), ("matrix.collections",))


def _strays(evidence: PacketEvidence) -> Part:
    rows = [
        [
            each.collection,
            shown(each.phantoms),
            shown(each.renamed),
            shown(each.possibly_renamed),
            ", ".join(f"{rename.registered} → {rename.missing}" for rename in each.examples),
        ]
        for each in evidence.strays
    ]
    header = ("collection", "phantoms", "renamed", "possibly renamed", "registered → now")
    table = PacketTable(header, rows, frozenset({"phantoms", "renamed", "possibly renamed"}))
    told = "Phantoms are registry rows that no source row gives. Renamed rows stand registered under an earlier code."
    untold = "Possibly renamed rows are missing beside phantoms of the gateway's: the registry names no source key."
    text = (told, untold) if any(each.possibly_renamed for each in evidence.strays) else (told,)
    text = text if rows else ("None was found.",)
    return Part("strays", "Phantoms and renames", text, (table,) if rows else (), ("renames.key",))


def _proofs(evidence: PacketEvidence) -> Part:
    rows = [[name, shown(value)] for name, value in (*_flat(evidence.fingerprints), *_flat(evidence.chain, "chain "))]
    text = (
        (
            "The chain head is an anchor. Kept where the database's administrators cannot write, it shows "
            "whether the ledger was rewritten later."
        ),
    )
    return Part("proofs", "Fingerprints and chain", text, (PacketTable(("what", "value"), rows),), _PROOFS)


_ACCOUNT = frozenset({"planned", "registered", "existing", "vanished", "quarantined", "late"})
_PROOFS = ("packet.fingerprints", "packet.chain", "packet.place")


def _flat(values: Mapping[str, Json], prefix: str = "") -> Iterable[tuple[str, Json]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name} ")
        else:
            yield prefix + name, value


def shown(value: Json) -> str:
    """A value as text: numbers with their thousands apart, structures as `name value` pairs."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {shown(each)}" for name, each in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(map(shown, value)) or "none"
    return str(value)

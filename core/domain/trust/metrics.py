"""Figures for a monitor, in Prometheus' text format: a name, what it means, and its samples."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from core.domain.overview.matrix import MatrixRow
from core.domain.overview.readiness import GATE_OPEN, PRESENT
from core.domain.text import visible
from core.domain.trust.standing import Standing

_PREFIX = "birth_"
_OUTCOMES = ("registered", "existing", "vanished", "quarantined")


@dataclass(frozen=True, slots=True)
class Sample:
    """One figure."""

    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure, or one for each set of labels. All are gauges: each is how things stand now."""

    name: str
    help: str
    samples: tuple[Sample, ...]


def metrics(standing: Standing, rows: Iterable[MatrixRow] | None) -> tuple[Metric, ...]:
    """Every figure; those of collections only where `rows` were counted."""
    return (*_dashboard(standing), *(_collections(rows) if rows is not None else ()), *_line(standing))


def text(found: Iterable[Metric]) -> str:
    """The exposition: HELP and TYPE, then the samples of each metric."""
    return "\n".join(line for metric in found for line in _lines(metric)) + "\n"


def _dashboard(standing: Standing) -> Iterator[Metric]:
    """The packet's eight, in their order: presence is 1 or 0, and so is the gate."""
    for name, value in standing.readiness.metrics.items():
        full = name if name.startswith(_PREFIX) else _PREFIX + name
        if isinstance(value, int):
            yield Metric(full, f"{name} of the readiness dashboard.", (Sample(value),))
        elif name == "qt001_gate":
            yield Metric(full, "1 if the QT-001 gate is OPEN, else 0.", (Sample(int(value == GATE_OPEN)),))
        else:
            yield Metric(full, f"1 if {name} is present, else 0.", (Sample(int(value == PRESENT)),))


def _collections(rows: Iterable[MatrixRow]) -> Iterator[Metric]:
    counted = list(rows)
    missing = {each.facts.collection: each.counts.missing for each in counted if each.counts is not None}
    phantoms = {each.facts.collection: each.phantoms for each in counted}
    unknown = sum(missing.get(each.facts.collection) is None for each in counted)
    yield Metric("birth_missing_rows", "Rows in a source and not in the registry, by collection.", _each(missing))
    yield Metric("birth_phantom_rows", "Registry rows that no source row gives, by collection.", _each(phantoms))
    yield Metric("birth_uncounted_collections", "Collections whose missing rows are not known.", (Sample(unknown),))


def _each(found: Mapping[str, int | None]) -> tuple[Sample, ...]:
    return tuple(Sample(rows, {"collection": name}) for name, rows in found.items() if rows is not None)


def _line(standing: Standing) -> Iterator[Metric]:
    yield Metric(
        "birth_runs", "Runs by state.", tuple(Sample(runs, {"state": state}) for state, runs in standing.runs.items())
    )
    active = standing.active
    yield Metric(
        "birth_run_planned_rows",
        "Rows of each run that is being applied.",
        tuple(Sample(each.accounting.planned, {"run": str(each.run)}) for each in active),
    )
    yield Metric(
        "birth_run_rows",
        "Its rows with an outcome.",
        tuple(
            Sample(getattr(each.accounting, outcome), {"run": str(each.run), "outcome": outcome})
            for each in active
            for outcome in _OUTCOMES
        ),
    )
    yield Metric(
        "birth_run_workers",
        "Its workers.",
        tuple(Sample(each.workers, {"run": str(each.run)}) for each in active),
    )
    yield Metric("birth_chain_head", "Number of the latest event of the ledger's chain.", (Sample(standing.head),))
    yield Metric(
        "birth_chain_head_timestamp_seconds", "Time of that event.", (Sample(round(standing.head_at.timestamp(), 3)),)
    )
    if standing.anchor_seconds is not None:
        yield Metric(
            "birth_anchor_age_seconds",
            "Age of the latest anchor that was written on this machine.",
            (Sample(round(standing.anchor_seconds)),),
        )


def _lines(metric: Metric) -> Iterator[str]:
    yield f"# HELP {metric.name} {metric.help}"
    yield f"# TYPE {metric.name} gauge"
    for sample in metric.samples:
        labels = ",".join(f'{name}="{_escaped(value)}"' for name, value in sample.labels.items())
        value = int(sample.value) if float(sample.value).is_integer() else sample.value
        yield f"{metric.name}{{{labels}}} {value}" if labels else f"{metric.name} {value}"


def _escaped(value: str) -> str:
    """A label's value: no character of the data acts on a terminal or ends the line."""
    return visible(value).replace("\\", "\\\\").replace('"', '\\"')

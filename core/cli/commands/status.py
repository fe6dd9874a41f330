"""`status`: the readiness dashboard."""

from dataclasses import asdict

import click

from core.cli.options import Invocation, invocation
from core.domain.gates import judge
from core.domain.overview.readiness import READINESS, Readiness
from core.services.adopt.unenrolled import unenrolled
from core.services.overview import readiness
from core.version import SCHEMA_VERSION

_FEW = 5


@click.command()
@invocation
def status(call: Invocation) -> None:
    """Show readiness: the eight metrics, claims against live figures, and how to open the gate."""
    with call.browse() as connection:
        seen = readiness.read(connection)
        # An older schema does not know what was enrolled.
        left = unenrolled(connection) if connection.installed == SCHEMA_VERSION else ()
    if call.output.as_json:
        call.output.document(
            {
                "metrics": seen.metrics,
                "census": asdict(seen.census),
                "claims": [asdict(claim) for claim in seen.claims],
                "unenrolled": list(left),
                "schema": {"version": connection.installed, "current": SCHEMA_VERSION},
            }
        )
    else:
        _print(call, seen)
        if left:
            call.output.wrapped(f"{len(left)} tables are not enrolled: {', '.join(left[:_FEW])}{_more(len(left))}")
            call.output.wrapped("→ Enrol them: `birth-console init --collections …`, or `--exempt …`.")
        if connection.installed != SCHEMA_VERSION:
            call.output.text(
                f"schema {connection.installed}, this program needs {SCHEMA_VERSION}: birth-console upgrade"
            )


def _more(count: int) -> str:
    return f" and {count - _FEW} more" if count > _FEW else ""


def _print(call: Invocation, seen: Readiness) -> None:
    out, census = call.output, seen.census
    out.pairs(seen.metrics.items())
    out.text()
    out.text(seen.split)
    gap = ", ".join((*census.no_table, *census.table_without_trigger)) or "none"
    out.text(f"native status {census.native_status} · trigger {census.with_trigger}, gap {census.trigger_gap}: {gap}")
    if census.trigger_disabled:
        out.text(f"trigger disabled: {', '.join(census.trigger_disabled)}")
    script = census.frozen_script
    out.text(
        f"governed {census.governed_required} required + {census.governed_exempt} exempt ·"
        f" frozen script {script.compatible} compatible / {script.broken} broken"
        + (f", locked by another session: {', '.join(census.locked)}" if census.locked else "")
    )
    for claim in seen.claims:
        out.text(f"claim {claim.claim}: {claim.verdict} ({claim.source})")
        out.wrapped(f"stated {claim.stated}, live {claim.live}")
    out.text()
    for gate in judge(READINESS, seen):
        out.text(f"{'✓' if gate.passed else '✗'} {gate.title}: {gate.evidence}")
        if not gate.passed:
            out.wrapped(f"→ {gate.hint}")

"""`verify`: the acceptance gates of a run."""

from dataclasses import asdict

import click

from core.cli.known import RUN
from core.cli.options import Invocation, invocation
from core.cli.output import Output
from core.cli.steps import steps
from core.errors import VerificationFailed
from core.services.trust import verify as service
from core.services.trust.verify import Verification


@click.command()
@click.argument("run", type=RUN)
@invocation
def verify(call: Invocation, run: int) -> None:
    """Check every acceptance gate of RUN on live data. Changes nothing."""
    with call.browse() as connection, steps(call.output) as tell:
        seen = service.verify(connection, run, tell=tell)
    if call.output.as_json:
        call.output.document(
            {
                "run": seen.run,
                "gates": [
                    {"id": each.id, "title": each.title, "verdict": each.verdict, "evidence": each.evidence}
                    for each in seen.gates
                ],
                "rerun_delta": seen.rerun_delta,
                "accounting": asdict(seen.accounting),
                "evidence_digest": seen.evidence_digest,
            }
        )
    else:
        show(call.output, seen)
    failed = [gate for gate in seen.gates if not gate.passed]
    if failed:
        raise VerificationFailed(
            f"run {run}: {len(failed)} of {len(seen.gates)} acceptance gates did not pass",
            evidence={"gates": [{"gate": gate.id, "title": gate.title, "evidence": gate.evidence} for gate in failed]},
            hint=" ".join(dict.fromkeys(gate.hint for gate in failed)),
        )


def show(out: Output, seen: Verification) -> None:
    """Print the gates with their evidence, the accounting, and the digest of all of it."""
    rows = [
        [position, "✓" if gate.passed else "✗", gate.title, gate.verdict, gate.evidence]
        for position, gate in enumerate(seen.gates, 1)
    ]
    out.table(["", "", "gate", "verdict", "evidence"], rows)
    out.pairs((name, "-" if count is None else f"{count:,}") for name, count in asdict(seen.accounting).items())
    out.text(f"evidence {seen.evidence_digest}")

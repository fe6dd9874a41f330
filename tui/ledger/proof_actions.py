"""What a run is judged by, from the keyboard: verify, certify, audit."""

from typing import TYPE_CHECKING

from textual.content import Content

from tui.ledger import dialog_text, run_calls
from tui.ledger.run_work import RunWork
from tui.widgets.confirm import Confirm
from tui.widgets.dialog import Dialog

if TYPE_CHECKING:
    from core.services.trust.verify import Verification

STAND = "Note, kept in the certificate: what did you check?"


class ProofActions(RunWork):
    """Of the run under the cursor, and of the whole chain."""

    def verify(self) -> None:
        """Ask every acceptance gate."""
        run = self._meant()

        def verified(found: "Verification") -> None:
            self.verified[run.run] = found
            passed = sum(gate.passed for gate in found.gates)
            self.host.say(f"{run.name}: {passed} of {len(found.gates)} gates passed")
            self.read_again()
            self.show_gates()

        call = lambda link: run_calls.verify(link, run.run, self._step)  # noqa: E731 - as short as its use
        self._work(f"verifying {run.name}", lambda: self.host.source.read("verify", call), verified)

    def certify(self) -> None:
        """Ask for a note and have it confirmed, then certify what was verified."""
        seen, found = self.seen, self.verified[self._meant().run]
        if seen is None:
            return
        run = seen.run

        def certify(note: str) -> None:
            digest = found.evidence_digest
            self._write(
                f"certifying {run.name}", lambda link: run_calls.certify(link, run.run, note, digest), self._told
            )

        body = dialog_text.certifying(seen, found.evidence_digest, found.gates)
        question = Confirm(f"Certify {run.name}", body, self._phrase(run), "certify it", asks=STAND)
        self.host.push_screen(question, lambda yes: certify(question.text) if yes else None)

    def audit(self) -> None:
        """Verify the hash chain."""

        def show(found: Content) -> None:
            self.host.push_screen(Dialog("Audit", found, whole=True))

        self._work("auditing the chain", lambda: self.host.source.read("verify", run_calls.audit), show)

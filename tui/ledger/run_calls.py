"""What the acceptance line asks the services for, in threads, and how it comments on what is typed."""

from typing import TYPE_CHECKING

from textual.content import Content

from core.domain.backfill.progress import Effort
from core.errors import UsageError
from tui.ledger import dialog_text
from tui.runtime.source import Link
from tui.widgets.signs import rows_of

if TYPE_CHECKING:
    from core.domain.overview.matrix import MatrixRow
    from core.domain.steps import Tell
    from core.services.backfill.control import Control
    from core.services.backfill.next_actions import Intent
    from core.services.backfill.plan import Plan
    from core.services.backfill.rehearse import Rehearsal
    from core.services.backfill.withdraw import Withdrawal
    from core.services.trust.verify import Verification


def plannable(link: Link) -> "list[MatrixRow]":
    """The collections that can be planned."""
    from core.domain.overview.matrix import BROKEN  # noqa: PLC0415 - the services bring the driver along
    from core.services.overview import matrix  # noqa: PLC0415 - the services bring the driver along

    return [row for row in matrix.read(link) if row.verdict != BROKEN]


def plan(link: Link, names: tuple[str, ...], tell: "Tell") -> "Plan":
    """Plan some collections, or all."""
    from core.services.backfill import plan  # noqa: PLC0415 - the services bring the driver along

    return plan.plan(link, names or None, tell=tell)


def reconcile(link: Link, number: int, note: str, tell: "Tell") -> str:
    """Recount; what to say of it."""
    from core.services.backfill import reconcile  # noqa: PLC0415 - the services bring the driver along

    found = reconcile.reconcile(link, number, note, tell=tell)
    return f"equal: {rows_of(found.planned)} planned, {found.source:,} missing in the source"


def intent(link: Link, number: int) -> "Intent":
    """What an apply would do."""
    from core.services.backfill import next_actions as service  # noqa: PLC0415 - the services bring the driver along

    return service.intent(link, number)


def control(link: Link, number: int, command: str | None, batch_size: int | None) -> "Control":
    """Give a command, or a size of batches."""
    from core.services.backfill import control as service  # noqa: PLC0415 - the services bring the driver along

    return service.send(link, number, command, batch_size)


def verify(link: Link, number: int, tell: "Tell") -> "Verification":
    """Ask every acceptance gate."""
    from core.services.trust import verify as service  # noqa: PLC0415 - the services bring the driver along

    return service.verify(link, number, tell=tell)


def certify(link: Link, number: int, note: str, digest: str) -> str:
    """Certify what was verified; what to say of it."""
    from core.services.trust import certify  # noqa: PLC0415 - the services bring the driver along

    done = certify.certify(link, number, note, looked_at=digest)
    alone = "" if done.synchronous else ". No synchronous standby: keep an anchor"
    return f"certified: evidence {done.certificate[:16]}, chain head {done.chain_head[:16]}{alone}"


def rehearse(link: Link, number: int, tell: "Tell") -> "Rehearsal":
    """Ask for every planned row what an apply would do; nothing of it stays."""
    from core.services.backfill import rehearse as service  # noqa: PLC0415 - the services bring the driver along

    return service.rehearse_on(link, number, tell)


def withdraw(link: Link, number: int, reason: str) -> "Withdrawal":
    """Plan to take back what a run registered."""
    from core.services.backfill import withdraw as service  # noqa: PLC0415 - the services bring the driver along

    return service.withdraw(link, number, reason)


def audit(link: Link) -> Content:
    """Verify the chain; what to show of it."""
    from core.services.trust import audit  # noqa: PLC0415 - the services bring the driver along

    return dialog_text.audited(audit.audit(link))


def size(text: str) -> tuple[Content, bool]:
    """Comment on rows per batch as they are typed."""
    if text.strip() == "0":
        return Content(dialog_text.batches(None)), True
    try:
        rows = Effort.parse(f"1 {text}").batch_size
    except UsageError:
        rows = None
    if rows is None:
        return Content.styled("1 to 10,000, or 0", "$warning"), False
    return Content(dialog_text.batches(rows)), True

"""A commit that was not heard of: the server's own record says what became of it, before anything is repeated."""

from core.db.rows.apply import FATE, HEARTBEAT, OUTCOME, Outcome
from core.domain.backfill.claim import Claim
from core.errors import ConsoleError, Unavailable
from core.services.backfill.reconnect import Link

# A server that crashed forgets the numbers of transactions that left nothing on its disk, and gives them out again.
_IN_THE_FUTURE = "22023"


class Undone(Unavailable):
    """The link broke, and the transaction turned out not to have happened: it may be repeated."""

    def __init__(self, cause: ConsoleError) -> None:
        super().__init__(cause.message, code=cause.code, evidence=cause.evidence, hint=cause.hint)


class _InProgressError(Exception):
    pass


def outcome(link: Link, claim: Claim, transaction: str | None, error: ConsoleError) -> Outcome:
    """The outcome of the batch whose link broke by `error`; `transaction` is None where it never got to its commit.

    Raises Undone when it did not happen, Stale where another worker took the claim over, and Unavailable while unknown.
    """
    if transaction is not None and _fate(link, claim, transaction) in ("committed", None):
        found = link.repeating(lambda connection: connection.row(OUTCOME, claim.key))
        # After a failover another transaction may have the number, and another worker the epoch.
        if found is not None and found.transaction_id == transaction:
            return found
    # It did not happen. The claim is still ours unless another worker took it over meanwhile: then this says so.
    link.patiently(HEARTBEAT, claim.key)
    raise Undone(error)


def _fate(link: Link, claim: Claim, transaction: str) -> str | None:
    """committed or aborted, by the server's own record; None where that is too old. Waits while in progress."""

    def fate() -> str | None:
        try:
            found = link.patiently(FATE, {"transaction_id": transaction}).status
        except ConsoleError as error:
            if error.sqlstate != _IN_THE_FUTURE:
                raise
            return "aborted"
        if found == "in progress":
            raise _InProgressError
        return found

    try:
        return link.retrying(lambda error: isinstance(error, _InProgressError))(fate)
    except _InProgressError:
        raise Unavailable(
            f"transaction {transaction} is still in progress: its outcome is not known yet",
            code="commit_in_doubt",
            evidence={**claim.key, "transaction": transaction},
            hint="Apply the run again. Nothing is repeated until the server has decided.",
        ) from None

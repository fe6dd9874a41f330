"""A finding of the doctor."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import Json


@dataclass(frozen=True, slots=True)
class Check:
    """One finding. `verdict` is passed, failed, warning or unknown.

    `remedy` is SQL that mends it, for a login that may run it: the console never does.
    """

    id: str
    title: str
    verdict: str
    evidence: Json
    hint: str
    remedy: tuple[str, ...] = ()

    @property
    def is_fine(self) -> bool:
        """Whether nothing needs to be done."""
        return self.verdict in ("passed", "warning")


def check(  # noqa: PLR0917 - in the order in which they are shown
    id: str,  # noqa: A002 - as the finding has it
    title: str,
    verdict: str,
    evidence: Json,
    hint: str,
    remedy: Sequence[str] = (),
) -> Check:
    """A finding; the remedy of one that passed is dropped."""
    return Check(id, title, verdict, evidence, hint, () if verdict == "passed" else tuple(remedy))

"""What a login may do with a run now, and what forbids it: asked before a person tries, in words for people.

Nothing is decided here. The services and the database refuse by themselves what these reasons say beforehand.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.domain.gates import Judgement
from core.domain.text import visible

OPERATOR, GATEKEEPER, REVIEWER = "birth_operator", "birth_gatekeeper", "birth_reviewer"
PLAN, RECONCILE, APPLY, PAUSE, CANCEL, RESIZE, CERTIFY, REHEARSE, WITHDRAW = (
    "plan", "reconcile", "apply", "pause", "cancel", "resize", "certify", "rehearse", "withdraw",
)  # fmt: skip
_OPEN = ("planned", "reconciled", "applying")
_PARTS = {
    "planned": "you planned this run",
    "reconciled": "you reconciled this run",
    "began": "you started this run",
    "applied": "you applied this run",
    "ended": "you applied this run",
    "steered": "you controlled this run",
    "permitted": "you opened its permit",
    "classified": "you classified a collection of this run",
}
_CLOSED = {
    "reconciled": "not reconciled",
    "permit_in_scope": "no open permit covers it",
    "qt001_open": "the QT-001 gate is blocked",
    "trusted": "a login can bypass the gates: see doctor",
    "register_function": "the register function is missing",
    "visible_writes": "the server does not count every write of the register function",
    "policy_required": "a collection is not REQUIRED",
    "trigger_enabled": "a birth trigger is disabled, missing or never fires",
    "columns_present": "an identity column is missing",
}


@dataclass(frozen=True, slots=True)
class Login:
    """Who asks: the groups of a login, the person it belongs to, and whether the session may only read."""

    groups: frozenset[str]
    person: str | None
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """How a run stands: `parts` are those that the asking person had in it, `gates` are those before an apply.

    `command_by` is who gave `command`, where that is not run. `withdraws` is the run that it takes back, if any.
    """

    status: str
    command: str
    command_by: str
    parts: tuple[str, ...] = ()
    gates: tuple[Judgement, ...] = ()
    withdraws: int | None = None
    may_be_withdrawn: bool = False

    @property
    def is_open(self) -> bool:
        """Whether something is left to do with it, or undone."""
        return self.status in _OPEN


def reasons(login: Login, run: Standing | None, *, verified: bool | None = None) -> Mapping[str, str]:
    """Why each step is not possible now; an empty text where it is. `verified`: did the gates pass when looked at."""
    operating, reviewing = _may(login, OPERATOR), _may(login, REVIEWER)
    if run is None:
        none = "there is no run"
        steps = (RECONCILE, APPLY, PAUSE, CANCEL, RESIZE, REHEARSE, WITHDRAW)
        others = dict.fromkeys(steps, operating or none)
        return {PLAN: operating, **others, CERTIFY: reviewing or none}
    return {
        PLAN: operating,
        RECONCILE: operating or ("" if run.status in ("planned", "reconciled") else f"the run is {run.status}"),
        APPLY: operating or _apply(run),
        PAUSE: operating or _over(run) or _idle(run),
        CANCEL: operating or _over(run) or ("already cancelled" if run.command == "cancel" else ""),
        RESIZE: operating or _over(run),
        CERTIFY: reviewing or _certify(run, verified=verified),
        REHEARSE: operating or _over(run) or ("a withdrawal registers nothing" if run.withdraws else ""),
        WITHDRAW: operating or _withdraw(run),
    }


def _may(login: Login, group: str) -> str:
    if group not in login.groups:
        return f"needs {group}"
    if login.read_only:
        return "this session is read-only"
    return "" if login.person else "this login is not mapped to a person"


def _over(run: Standing) -> str:
    return "" if run.is_open else f"the run is {run.status}"


def _idle(run: Standing) -> str:
    return "" if run.status == "applying" or run.command != "run" else "no session applies it"


def _apply(run: Standing) -> str:
    if not run.is_open:
        return f"the run is {run.status}"
    if run.command != "run":
        return f"{'paused' if run.command == 'pause' else 'cancelled'} by {run.command_by}: resume it first"
    return closed(run.gates)


def closed(gates: Iterable[Judgement]) -> str:
    """The gates that are not open, in short: what a person decides first, else that the plan is stale."""
    shut = [gate for gate in gates if not gate.passed]
    # What comes first in the line is said first, whatever the order of the gates.
    words = [text for gate, text in _CLOSED.items() if any(each.id == gate for each in shut)]
    stale = "the plan is stale: plan again" if any(gate.stale for gate in shut) else ""
    others = "; ".join(visible(each.title) for each in shut)
    return "; ".join(words) or stale or others


def _withdraw(run: Standing) -> str:
    if run.withdraws is not None:
        return f"it withdraws run-{run.withdraws} itself: plan again"
    if run.status in ("planned", "reconciled"):
        return "it has registered nothing"
    return "" if run.may_be_withdrawn else "off: an administrator runs `birth-console init --allow-withdraw`"


def _certify(run: Standing, *, verified: bool | None) -> str:
    if run.parts:
        return ", ".join(dict.fromkeys(_PARTS.get(part, f"you {part} this run") for part in run.parts))
    if run.status == "certified":
        return "already certified"
    if run.status != "applied":
        return "not completely applied"
    if verified is None:
        return "verify the run first"
    return "" if verified else "an acceptance gate is not passed"

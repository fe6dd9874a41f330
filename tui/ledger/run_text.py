"""What the ledger pane says of a run, line by line."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from textual.content import Content

from core.domain.backfill import next_actions
from core.domain.backfill.pace import Estimate
from core.domain.backfill.progress import ApplyProgress
from core.domain.backfill.runs import Accounting, Run
from core.domain.gates import Judgement
from core.domain.names import run_name
from core.domain.text import visible
from tui.ledger.columns import VERDICTS, RunRow
from tui.ledger.reads import RunDetails
from tui.widgets.signs import RUN_STATES, count_of, rows_of

TONES = {"bad": "bold $error", "warn": "$warning", "good": "$success", "faint": "$text-muted"}
MUTED = "$text-muted"
FULL, PART = "█", "░"
_LABEL = 13


def title(row: RunRow, where: str, doing: str) -> Content:
    """The run, its state, where in it the screen is, and what this console does."""
    run, sign = row.run, row.state
    parts: list[tuple[str, str]] = [(f" {run.name} ", "bold $accent"), (sign.text, TONES.get(sign.tone, "bold"))]
    if run.withdraws is not None:
        parts.append((f" withdraws {run_name(run.withdraws)}", MUTED))
    if run.superseded_by is not None:
        parts.append((f" by {run_name(run.superseded_by)}", MUTED))
    parts += [(f"  {where}", MUTED), (f"  {doing}", "$warning")]
    return Content.assemble(*parts)


def progress_bar(progress: ApplyProgress | None, width: int) -> Content:
    """How much is done, as a bar, a share and figures."""
    if progress is None or not progress.accounting.planned:
        return Content.styled(" no rows are missing: nothing to apply" if progress else "", MUTED)
    planned, done = progress.accounting.planned, progress.done
    figures = f"{100 * done // planned:>4}%  {done:,} of {rows_of(planned)}"
    cells = max(min(width - len(figures) - 3, 40), 5)
    full = cells * done // planned
    return Content.assemble(" ", (FULL * full, "$accent"), (PART * (cells - full), MUTED), figures)


def pace(
    progress: ApplyProgress | None, estimate: Estimate | None, admitted: int | None = None, *, starting: bool = False
) -> Content:
    """Rate, time to go, workers and the size of batches of a run that is applied.

    `admitted`: how many of its rows to go the open permits admit; None until they are read. `starting`: this console
    has just started its process.
    """
    if progress is not None and not progress.workers and not progress.paused_or_cancelled:
        if progress.accounting.open and (starting or progress.is_starting):
            return Content.styled(" starting: its process connects and checks the gates…", "$warning")
        if progress.is_ending:
            return Content.styled(" every row has its outcome: the end is being recorded…", "$warning")
    if progress is None or progress.status != "applying":
        return Content("")
    parts = []
    if (
        estimate is not None
        and not progress.paused_or_cancelled
        and progress.workers
        and (to_go := estimate.to_go()) is not None
    ):
        parts += [f"{estimate.rate:,.0f} rows/s", to_go_words(*to_go)]
    parts.append(_workers(progress, admitted))
    if progress.batch_size is not None:
        parts.append(f"batches of {progress.batch_size:,} (set)")
    elif progress.largest is not None:
        parts.append(f"batches of {progress.largest:,}")
    return Content(" " + "  ".join(parts))


def to_go_words(soon: float, late: float) -> str:
    """A range of times, rounded: it must not tremble."""
    words = [str(timedelta(seconds=_rounded(each))) for each in (soon, late)]
    return f"{words[0]} to go" if words[0] == words[1] else f"{words[0]} to {words[1]} to go"


def _rounded(seconds: float) -> int:
    step = 1 if seconds < 20 else 5 if seconds < 120 else 30  # noqa: PLR2004 - as coarse as the guess
    return round(seconds / step) * step


def _workers(progress: ApplyProgress, admitted: int | None) -> str:
    if not progress.workers:
        to_go = progress.accounting.open
        if progress.paused_or_cancelled:
            return "no workers are running"
        if not to_go:
            return "every row has its outcome. A: record the end"
        if admitted is not None and admitted < to_go:
            left = f"only {admitted:,} of {to_go:,} to go are admitted" if admitted else "the permits are used up"
            return f"no workers are running: {left} (P)"
        return "no workers are running. A: resume"
    workers = count_of(progress.workers, "worker")
    if len(progress.states) == 1:
        return f"{workers} {visible(next(iter(progress.states)))}"
    states = ", ".join(f"{count} {visible(state)}" for state, count in sorted(progress.states.items()))
    return f"{workers}: {states}"


def paused(progress: ApplyProgress | None) -> Content:
    """Why nothing is registered now: an operator's command, or a throttle."""
    if progress is None:
        return Content("")
    if progress.paused_or_cancelled and progress.status in ("planned", "reconciled", "applying"):
        state = RUN_STATES[progress.paused_or_cancelled]
        why = f": {visible(progress.reason)}" if progress.reason else ""
        return Content.styled(f" {state.text} by {visible(progress.steered_by)}{why}  (space: resume)", "$warning")
    if progress.reasons and progress.status == "applying":
        return Content.styled(f" ! throttled: {visible('; '.join(progress.reasons))}", "$warning")
    return Content("")


def registered_word(run: Run) -> str:
    """What a run did with the rows that its accounting calls registered."""
    return "registered" if run.withdraws is None else "withdrawn"


def account(accounting: Accounting | None, registered: str) -> Content:
    """The accounting in one line; it always closes, also without what is zero."""
    if accounting is None:
        return Content("")
    names = ("registered", "existing", "vanished", "quarantined")
    counts = {name: int(getattr(accounting, name)) for name in names} | {"to go": accounting.open}
    counts = {registered if name == "registered" else name: count for name, count in counts.items()}
    parts = [f"{count:,} {name}" for name, count in counts.items() if count or name == registered]
    return Content(f" {accounting.planned:,} planned = {' + '.join(parts)}")


def line(seen: RunDetails | None, why: Mapping[str, str], gates: tuple[Judgement, ...] | None) -> list[Content]:
    """The acceptance line: each part with who did it, or what forbids it."""
    if seen is None:
        return [Content("")] * 5
    run, progress = seen.run, seen.progress
    over = progress.status in ("applied", "certified")
    said = {
        "plan": f"{visible(run.planned_by)}, {rows_of(run.missing)} of {count_of(len(run.entries), 'collection')}",
        "reconcile": visible(run.reconciled_by or ""),
        "apply": f"{rows_of(progress.done)} with an outcome" if over else _applying(progress),
        "verify": _verified(gates),
        "certify": _certified(seen),
    }
    done = {
        "plan": True,
        "reconcile": run.reconciled_by is not None,
        "apply": over,
        "verify": bool(gates) and all(gate.passed for gate in gates or ()),
        "certify": seen.certificate is not None,
    }
    forbids = {"plan": "", "reconcile": why[next_actions.RECONCILE], "apply": why[next_actions.APPLY], "verify": ""}
    forbids["certify"] = why[next_actions.CERTIFY]
    found = []
    for name, key in _LINE.items():
        if done[name]:
            found.append(_part("✓", name, key if name == "verify" else "", said[name], "$success", ""))
        elif progress.status == "superseded":
            found.append(_part("-", name, "", "", MUTED, MUTED))
        elif forbids[name]:
            found.append(_part("✗", name, key, forbids[name], MUTED, MUTED))
        else:
            found.append(_part("▸", name, key, said[name] or _NEXT[name], "bold $accent", ""))
    return found


def _applying(progress: ApplyProgress) -> str:
    return "running" if progress.workers or progress.is_ending else "starting" if progress.is_starting else ""


_LINE = {"plan": "p", "reconcile": "c", "apply": "A", "verify": "V", "certify": "C"}
_NEXT = {
    "plan": "",
    "reconcile": "recount with another query",
    "apply": "ready",
    "verify": "checks every acceptance gate on live data",
    "certify": "ready: you took no part in it",
}


def _part(glyph: str, name: str, key: str, said: str, tone: str, text: str) -> Content:  # noqa: PLR0917 - one line
    return Content.assemble((f" {glyph} ", tone), (f"{name:<10}", tone), (f"{key:<2}", "bold $accent"), (said, text))


def _certified(seen: RunDetails) -> str:
    found = seen.certificate
    return (
        ""
        if found is None
        else f'{visible(found.person)} {found.certified_at.astimezone():%m-%d %H:%M} "{visible(found.note)}"'
    )


def gates(found: Sequence[Judgement]) -> Content:
    """The gates as they were last verified, where there is room for them."""
    lines = [Content("")]
    for gate in found:
        sign = VERDICTS[gate.verdict]
        lines.append(Content.assemble((f" {sign.glyph} ", TONES.get(sign.tone, "$success")), visible(gate.title)))
    return Content("\n").join(lines)


def _verified(gates: tuple[Judgement, ...] | None) -> str:
    if gates is None:
        return ""
    passed = sum(gate.passed for gate in gates)
    return f"{passed} of {len(gates)} gates passed"


def certificate(seen: RunDetails | None) -> tuple[Content, Content]:
    """The digest of the certified evidence, and the head of the chain that says so."""
    if seen is None or seen.certificate is None:
        return Content(""), Content("")
    found = seen.certificate
    place = f" chain {found.chain_seq}"
    return (
        Content.assemble((" certificate".ljust(_LABEL), MUTED), found.certificate),
        Content.assemble((place.ljust(_LABEL), MUTED), found.chain_head or "its event is missing"),
    )

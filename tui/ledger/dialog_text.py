"""The texts of the ledger pane's dialogs: a gate, an error, an apply, a cancel, a certificate, an audit."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from core.domain.backfill.diff import DiffRow
from core.domain.backfill.preview import ADMISSION, Change
from core.domain.backfill.progress import ApplyProgress, Effort
from core.domain.backfill.runs import Run, Statements
from core.domain.gates import Judgement
from core.domain.names import run_name
from core.domain.text import visible, visible_code
from core.domain.trust import guide
from core.errors import ConsoleError, Json
from tui.ledger import columns
from tui.ledger.columns import CHANGES, VERDICTS
from tui.ledger.reads import RunDetails
from tui.ledger.run_text import MUTED, TONES, registered_word
from tui.widgets.cells import fit_middle
from tui.widgets.signs import count_of, rows_of

if TYPE_CHECKING:
    from core.domain.trust.chain import Audit
    from core.services.backfill.control import Control
    from core.services.backfill.next_actions import Intent

_LABEL = 12
_NAMED = 6


def gate_details(gate: Judgement) -> Content:
    """A gate with everything it rests on."""
    sign = VERDICTS[gate.verdict]
    parts = [Content.styled(visible(gate.title), "bold"), Content.styled(sign.text, TONES.get(sign.tone, "$success"))]
    if why := guide.reason(gate.id):
        parts.append(Content.styled(why, MUTED))
    if not gate.passed and gate.hint:
        parts.append(Content(visible(gate.hint)))
    return Content("\n").join([*parts, Content(""), *facts(gate.evidence)])


def facts(value: Json, depth: int = 0) -> list[Content]:
    """Evidence as lines: one fact each, what belongs together indented."""
    pad = "  " * depth
    if isinstance(value, Mapping):
        found: list[Content] = []
        for name, each in value.items():
            if isinstance(each, Mapping | list) and each:
                found += [Content.styled(f"{pad}{visible(str(name))}", MUTED), *facts(each, depth + 1)]
            else:
                found.append(Content.assemble((f"{pad}{visible(str(name))} ", MUTED), visible(_word(each))))
        return found
    if isinstance(value, list | tuple):
        return [part for each in value for part in _item(each, depth)]
    return [Content(pad + visible(_word(value)))]


def _item(value: Json, depth: int) -> list[Content]:
    found = facts(value, depth + 1)
    return [Content.assemble("  " * depth, "- ", found[0][2 * (depth + 1) :]), *found[1:]] if found else []


def _word(value: Json) -> str:
    if isinstance(value, Mapping | list | tuple) and not value:
        return "none"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return "-" if value is None else str(value)


def fault(error: ConsoleError) -> Content:
    """An error with its evidence and what to do about it."""
    head = [Content.styled(f"{error.code}: {visible(error.message)}", "bold $error")]
    hint = [Content(visible(error.hint))] if error.hint else []
    return Content("\n").join([*head, *hint, Content(""), *facts(error.evidence)])


def applying(intent: "Intent", effort: Effort, word: str) -> Content:
    """What an apply would do, as the plan tells it: largest first, then where, under which permits, time and risks."""
    run, found = intent.run, intent.preview
    workers = f"{effort.words}, {batches(effort.batch_size)}"
    joins = f", besides {intent.progress.workers} running" if intent.progress.workers else ""
    permits = [
        f"permit {each.permit} by {visible(each.opened_by)}: {rows_of(each.budget - each.used)} left,"
        f" until {each.expires_at.astimezone():%m-%d %H:%M}"
        for each in found.permits
    ]
    if found.permits:
        permits.append(f"{rows_of(max(found.left - found.admitted, 0))} left after this run")
    short = f"! {rows_of(found.admitted)} of {found.rows:,} admitted. Then it stops until another permit is open (P)."
    return Content("\n").join(
        [
            _fact("registers", f"{rows_of(found.rows)} of {run.name}, by fn_birth_register", "bold")
            if run.withdraws is None
            else _fact("takes back", f"{rows_of(found.rows)} that {run_name(run.withdraws)} registered", "bold"),
            *_largest(found.changes),
            _fact("on", f"{visible(found.database)} {word}, as {visible(intent.login)}", "bold $warning"),
            *(_fact("under", each) for each in permits or ["no permit"]),
            *([_fact("", short, "bold $warning")] if found.admitted < found.rows else []),
            _fact("with", workers + joins),
            _fact("expected", found.duration(effort.workers or 1)),
            *(_fact("! risk", visible(each), "$warning") for each in found.risks if not each.startswith(ADMISSION)),
            Content(""),
            Content("It runs in the background and survives this terminal."),
        ]
    )


def _largest(changes: Sequence[Change]) -> list[Content]:
    """The collections with the most rows and where their codes begin, then the rows of the others together."""
    shown = [
        f"{fit_middle(visible(each.collection), 26)}{each.rows:>10,}  {each.share:>4}"
        f"  {fit_middle(visible_code(each.first or ''), 22).rstrip()}"
        for each in changes[:_NAMED]
    ]
    if rest := changes[_NAMED:]:
        others = f"and {count_of(len(rest), 'smaller collection')}"
        shown.append(f"{fit_middle(others, 26)}{sum(each.rows for each in rest):>10,}")
    label = "largest" if len(shown) > 1 else "of"
    return [_fact("" if at else label, line) for at, line in enumerate(shown)]


def certifying(seen: RunDetails, digest: str, gates: Iterable[Judgement]) -> Content:
    """What a reviewer would certify."""
    accounting = seen.progress.accounting
    return Content("\n").join(
        [
            _fact(
                "certifies", f"{seen.run.name}, {rows_of(accounting.registered)} {registered_word(seen.run)}", "bold"
            ),
            _fact("✓ passed", " · ".join(gate.title for gate in gates)),
            _fact("evidence", digest),
        ]
    )


def cancelling(run: Run) -> Content:
    """What a cancel does, and what it does not."""
    return Content("\n").join(
        [
            _fact("cancels", f"{run.name}, {rows_of(run.missing)} planned", "bold"),
            Content("Workers stop before their next batch. Registered rows stay registered."),
        ]
    )


def reviving(run: Run, progress: ApplyProgress) -> Content:
    """What resuming a cancelled run does."""
    by = f"cancelled by {visible(progress.steered_by)}" + (f": {visible(progress.reason)}" if progress.reason else "")
    after = "Its workers continue." if progress.workers else "No row is registered until an operator applies it (A)."
    return Content("\n").join([_fact("resumes", f"{run.name}, {by}", "bold"), Content(after)])


def controlled(found: "Control", before: ApplyProgress | None, command: str | None) -> str:
    """What a run does after a command, or with other batches: `before` is how it got on when it was given."""
    if command is None:
        return batches(found.batch_size)
    if found.command != "run":
        return {"pause": "paused", "cancel": "cancelled"}[found.command]
    if before is not None and not before.workers:
        return "resumed. No workers are running. A: apply"
    # Without a size in its control, each worker has the one that it was started with.
    return "resumed" + (f", {batches(found.batch_size)}" if found.batch_size is not None else "")


def batches(size: int | None) -> str:
    """The batch size in words."""
    return "adaptive batches" if size is None else f"batches of {rows_of(size)}"


def audited(found: "Audit") -> Content:
    """The verdict on the hash chain."""
    if found.differences:
        differing = count_of(len(found.differences), "value")
        verdict = Content.styled(f"✗ the chain is whole, but {differing} of the tables differ from it", "bold $error")
    elif found.bad is None:
        verdict = Content.styled(f"✓ {count_of(found.entries, 'event')}, the chain is whole", "bold $success")
    else:
        verdict = Content.styled(f"✗ the chain is broken at event {found.bad['seq']}", "bold $error")
    return Content("\n").join([verdict, _fact("head", found.head), *facts(found.bad or {})])


def _fact(label: str, value: str, tone: str = "") -> Content:
    return Content.assemble((label.ljust(_LABEL), MUTED), (value, tone))


def item(row: DiffRow, *, compared: bool) -> Content:
    """A row of a diff with everything known of it."""
    outcome = CHANGES[row.kind] if compared else columns.outcome(row)
    lines = [
        _fact("collection", visible(row.collection)),
        _fact("code", visible_code(row.code), "bold"),
        _fact("source key", visible(" / ".join(row.source_key) or "-")),
        _fact("outcome", outcome.text, TONES.get(outcome.tone, "")),
    ]
    if row.kind == "!" and row.note:
        state, _, message = row.note.partition(" ")
        lines += [_fact("SQLSTATE", visible(state)), _fact("message", visible(message))]
    elif row.note:
        lines.append(_fact("note", visible(row.note)))
    return Content("\n").join(lines)


def statements(found: Iterable[Statements]) -> Content:
    """The SQL that planning and applying run, laid out by the services."""
    parts: list[Content] = []
    for each in found:
        for name, text in each.titled:
            parts.append(Content.styled(f"-- {name} of {visible(each.collection)}", "bold $accent"))
            parts += [Content(visible(line)) for line in text.splitlines()]
            parts.append(Content(""))
    return Content("\n").join(parts)

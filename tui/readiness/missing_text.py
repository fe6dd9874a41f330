"""The texts of the dashboard's boxes about rows: which are missing, what stands beside them, and the runs."""

from collections import Counter
from collections.abc import Iterable, Iterator

from rich.cells import cell_len
from textual.content import Content

from core.domain.text import visible
from tui.readiness.metrics_text import UNREAD, WIDE, folded, joined
from tui.runtime.dashboard_context import Beside, RunNow
from tui.runtime.state import ConsoleState
from tui.runtime.tally import Tally
from tui.widgets.cells import fit, fit_middle
from tui.widgets.signs import RUN_STATES, Sign, count_of, number, rows_of

MUTED = "$text-muted"
TONES = {"bad": "bold $error", "warn": "bold $warning", "good": "bold $success"}
COUNTED_ALONE = 5_000_000  # rows: so many are counted without being asked for
_NUMBER = 10  # cells: 9,999,999, and one between
_NAME, _BAR = 24, 60  # cells: names longer than that may be cut for a bar, and the longest bar
_SHORT_BAR = 12  # cells, on a screen of usual width: each costs three bytes to open


def missing(state: ConsoleState, width: int) -> Content:
    """How many rows are missing, what stands beside them, then the collections, the largest first."""
    found = state.tally
    if found is None or not found.counted:
        return Content(UNREAD) if state.rows is None else _uncounted(state.rows, width)
    lines = [_total(found, width), *_remarks(found, state.beside, width)]
    names = _names_width(found, width)
    return joined([*lines, *(_collection(name, rows, found, (names, width)) for name, rows in found.missing)])


def runs(state: ConsoleState, width: int) -> Content:
    """The runs that are being applied, else the latest one; then who else is here."""
    if state.runs is None or state.others is None:
        return Content(UNREAD)
    lines = [_run(each, width) for each in state.runs] or [_with_key("No run yet.", "→ 4", width, MUTED)]
    return joined([*lines, *_others(state, width)])


def _uncounted(rows: int, width: int) -> Content:
    if rows > COUNTED_ALONE:
        return _with_key(f"About {number(rows)} rows, not counted yet.", "→ 2", width, MUTED)
    return Content.styled(fit(f"counting about {rows_of(rows)}…", width), MUTED)


def _total(found: Tally, width: int) -> Content:
    if found.left:
        return Content.styled(fit(f"{rows_of(found.rows)} so far, {found.left} collections to count", width), "bold")
    if not found.rows:
        return Content.styled(fit("✓ no rows are missing", width), "bold $success")
    can = sum(rows for _, rows in found.plannable)
    told = f"{rows_of(found.rows)} in {count_of(len(found.missing), 'collection')}"
    more = "" if can == found.rows else f" · {number(can)} plannable now"
    return _with_key(told + (more if cell_len(told + more) < width - 4 else ""), "→ 2", width, "bold")


def _remarks(found: Tally, beside: Beside | None, width: int) -> Iterator[Content]:
    """What an operator should know besides, in as few lines as it needs."""
    told = [f"{found.unknown} unknown until classified"] if found.unknown else []
    told += [f"{found.uncounted} not countable"] if found.uncounted else []
    if beside is not None:
        if beside.phantoms:
            told.append(f"{count_of(sum(beside.phantoms.values()), 'phantom')} in {_names(beside.phantoms)}")
        if beside.unenrolled:
            told.append(f"{count_of(len(beside.unenrolled), 'table')} not enrolled: {_names(beside.unenrolled)}")
    for line in folded(told, width - 2):
        yield Content.styled(fit(f"! {line}", width), "$warning")


def _names(names: "Iterable[str]") -> str:
    listed = [visible(each) for each in names]
    return listed[0] if len(listed) == 1 else f"{listed[0]} and {len(listed) - 1} more"


def _names_width(found: Tally, width: int) -> int:
    """The cells that the names take: where there are bars, these begin beside the longest name."""
    room = width - 3 - _NUMBER
    if width < WIDE:
        return room
    longest = max((cell_len(visible(name)) for name, _ in found.missing), default=0)
    return min(longest, max(_NAME, room - _BAR))


def _collection(name: str, rows: int, found: Tally, widths: tuple[int, int]) -> Content:
    """One collection, with a bar beside those of the others where there is room; what cannot be planned has a `?`."""
    can = name in found.compatible
    room, width = widths
    bar = width - 3 - room - _NUMBER
    longest = min(bar, _BAR if width >= 2 * WIDE else _SHORT_BAR)
    filled = max(round(longest * rows / found.missing[0][1]), 1) if bar else 0
    return Content.assemble(
        ("  " if can else "? ", "$warning"),
        (fit_middle(visible(name), room), "" if can else MUTED),
        " ",
        ("▇" * filled, "$accent" if can else MUTED),
        " " * (bar - filled),
        (fit(number(rows), _NUMBER, right=True), "bold"),
    )


def _run(each: RunNow, width: int) -> Content:
    from core.domain.backfill.progress import now  # noqa: PLC0415 - the first paint does not wait for it

    run = now(each.run, each.progress)
    sign = RUN_STATES.get(run.state) or Sign("?", visible(run.state), "warn")
    if each.progress is not None and each.progress.accounting.planned:
        planned, done = each.progress.accounting.planned, each.progress.done
        told = f"{100 * done // planned}%  {number(done)} of {rows_of(planned)}"
    else:
        told = f"{rows_of(run.missing)}, planned by {visible(run.planned_by)}"
    head = [(f"{run.name} ", "bold"), (f"{sign.text}  ", TONES.get(sign.tone, ""))]
    room = width - sum(cell_len(text) for text, _ in head) - 4
    return Content.assemble(*head, fit(told, max(room, 1)), ("→ 4".rjust(4), "$accent"))


def _others(state: ConsoleState, width: int) -> list[Content]:
    """Who else has a console open, and who applies what."""
    if not state.others:
        return [Content.styled("No other sessions.", MUTED)]
    from core.domain.names import run_name  # noqa: PLC0415 - as said

    consoles = Counter(each.login for each in state.others if each.run is None)
    told = [f"{visible(each.login)} applies {run_name(each.run)}" for each in state.others if each.run is not None]
    told += [visible(login) if count == 1 else f"{visible(login)} ×{count}" for login, count in consoles.items()]
    return [Content(fit(line, width)) for line in folded(told, width)]


def _with_key(text: str, key: str, width: int, tone: str) -> Content:
    room = max(width - cell_len(key) - 1, 1)
    return Content.assemble((fit(text, room), tone), " ", (key, "$accent"))

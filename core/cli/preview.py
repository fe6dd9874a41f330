"""A plan for people: what would change, the largest first, then totals, permits, time and risks."""

from collections.abc import Iterable, Iterator, Sequence

from rich.cells import cell_len

from core.cli.output import Output
from core.domain.backfill.preview import Change, Preview
from core.domain.cut import middle
from core.domain.text import visible, visible_code

_LEAST_CODE, _NAME = 9, 32
_LABEL = 12


def show(out: Output, found: Preview) -> None:
    """Print a preview. Nothing of it is wider than the terminal; a pipe has no width."""
    room = out.console().width
    out.text(f"run {found.run.run}: {found.headline}", style="bold")
    if found.changes:
        out.text()
    for line in changes(found.changes, room):
        out.composed(line)
    if found.unchanged:
        out.composed(_unchanged(found.unchanged, room))
    if found.changes:
        out.text()
    for label, value, style in facts(found):
        out.folded(label.ljust(_LABEL), value, style)


def _unchanged(names: Sequence[str], room: int) -> str:
    """Collections without a missing row: one line, with their names where they fit."""
    line = f"= {len(names):,} collection{'s' if len(names) > 1 else ''} without missing rows"
    named = f"{line}: {', '.join(map(visible, names))}"
    return named if cell_len(named) <= room else line


def facts(found: Preview) -> Iterator[tuple[str, str, str]]:
    """What stands under the changes: label, value, style."""
    yield "digest", (found.run.digest or "")[:16], ""
    if not found.changes:
        return
    yield "permits", found.admission, ""
    yield "duration", found.duration(), ""
    yield from (("! risk", each, "yellow") for each in found.risks)


def changes(found: Iterable[Change], room: int) -> Iterator[str]:
    """One line per collection, in columns; codes are cut in the middle where there is no room, or left out."""
    rows = [(f"{each.rows:,}", each.share, visible(each.collection), _codes(each)) for each in found]
    if not rows:
        return
    figures, shares = (max(len(row[place]) for row in rows) for place in (0, 1))
    names = max(cell_len(row[2]) for row in rows)
    # The codes keep what two short ones need; names give way down to a width that tells them apart.
    spare = room - figures - shares - 8
    names = min(names, max(spare - 2 * _LEAST_CODE - 3, min(_NAME, spare)))
    each_code = (spare - names - 3) // 2
    for rows_text, share, name, codes in rows:
        shown = " … ".join(middle(code, each_code) for code in codes) if each_code >= _LEAST_CODE else ""
        name = middle(name, names)  # noqa: PLW2901 - cut to its column
        pad = " " * (names - cell_len(name))
        yield f"+ {rows_text:>{figures}}  {share:>{shares}}  {name}{pad}  {shown}".rstrip()


def _codes(change: Change) -> tuple[str, ...]:
    """The ends of the codes, without the collection's name, which stands beside them."""
    prefix = f"{change.collection}:"
    return tuple(visible_code(code.removeprefix(prefix[:-1]) if code.startswith(prefix) else code)
                 for code in change.codes)  # fmt: skip

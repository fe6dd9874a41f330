"""A plan as one HTML page, for a gatekeeper or reviewer without a terminal."""

from collections.abc import Iterator, Sequence

from core.domain.backfill.preview import Preview
from core.domain.html import opening, safe, safe_code, table


def html(found: Preview, skipped: Sequence[tuple[str, str]] = ()) -> str:
    """The whole plan; `skipped` are collections that could not be planned, each with its closed gates."""
    return "\n".join(_lines(found, skipped)) + "\n"


def _lines(found: Preview, skipped: Sequence[tuple[str, str]]) -> Iterator[str]:
    run = found.run
    title = f"Plan of {run.name} on {found.database}"
    yield from opening(title)
    yield f"<h1>{safe(title)}</h1>"
    tone = "bad" if found.risks else "good"
    yield f'<p class="verdict {tone}">{safe(found.headline)}</p>'
    yield f'<p class="soft">Planned by {safe(run.planned_by)} at {safe(run.planned_at.isoformat(timespec="seconds"))},'
    yield f"reconciled by {safe(run.reconciled_by or 'no login yet')}.<br>Digest {safe(run.digest)}.</p>"
    if found.risks:
        yield "<h2>Risks</h2>\n<ul>" + "".join(f"<li>{safe(each)}</li>" for each in found.risks) + "</ul>"
    yield "<h2>Changes</h2>"
    header = ("collection", "identity", "missing", "share", "source rows", "first code", "last code")
    rows = [
        [safe(each.collection), safe(each.identity), f"{each.rows:,}", each.share, f"{each.source_rows:,}",
         _code(each.first), _code(each.last)]
        for each in found.changes
    ]  # fmt: skip
    yield table(header, rows, ("missing", "share", "source rows"))
    if found.unchanged:
        yield f'<p class="soft">Nothing to do: {safe(", ".join(found.unchanged))}.</p>'
    if skipped:
        yield "<h2>Skipped</h2>"
        yield table(("collection", "closed gates"), [[safe(name), safe(gates)] for name, gates in skipped], ())
    yield "<h2>Permits and time</h2>"
    yield f"<p>{safe(found.admission)}.</p>"
    if found.permits:
        yield _permits(found)
    yield f"<p>Expected duration with one worker: {safe(found.duration())}.</p>\n</body>\n</html>"


def _permits(found: Preview) -> str:
    header = ("permit", "left", "budget", "collections", "expires", "opened by", "reason")
    rows = [
        [str(each.permit), f"{each.budget - each.used:,}", f"{each.budget:,}",
         safe(", ".join(each.collections or ("every collection",))), each.expires_at.isoformat(timespec="seconds"),
         safe(each.opened_by), safe(each.reason)]
        for each in found.permits
    ]  # fmt: skip
    return table(header, rows, ("permit", "left", "budget"))


def _code(code: str | None) -> str:
    return "" if code is None else safe_code(code)

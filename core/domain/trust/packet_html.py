"""The packet as one HTML page that needs nothing else: it opens in a browser, prints well, and runs no script."""

from collections.abc import Iterator

from core.domain.html import opening, safe, table
from core.domain.overview.burndown import Burndown
from core.domain.trust.packet import FAILED, PASSED, TITLE, PacketEvidence, PacketTable, Part, parts

WIDTH, HEIGHT, LEFT, BOTTOM = 720, 220, 56, 28


def html(evidence: PacketEvidence) -> str:
    """The whole packet. Only the line that begins with `Taken at` differs between two packets of one state."""
    return "\n".join(_lines(evidence)) + "\n"


def _lines(evidence: PacketEvidence) -> Iterator[str]:
    place, found = evidence.place, parts(evidence)
    mark, tone = (PASSED, "good") if evidence.is_good else (FAILED, "bad")
    yield from opening(f"{TITLE}: {place.database}")
    yield f'<h1>{TITLE}</h1>\n<p class="verdict {tone}">{mark} {safe(evidence.verdict)}</p>'
    yield '<p class="soft">'
    yield f"Database {safe(place.database)}, schema {safe(place.schema)},"
    yield f"PostgreSQL {safe(place.version)}, system {safe(place.system_identifier)}.<br>"
    yield f"Requested by {safe(place.login)} ({safe(place.person or 'not mapped to a person')}).<br>"
    yield f"Taken at {safe(place.taken_at)}."
    yield (
        "</p>\n<nav>" + " · ".join(f'<a href="#{safe(part.id)}">{safe(part.title)}</a>' for part in found) + "</nav>"
    )
    for part in found:
        yield from _part(part)
    yield '<h2 id="queries">Queries</h2>'
    for name, text in evidence.queries.items():
        yield f'<h3 id="query-{safe(name)}">{safe(name)}</h3>\n<pre>{_text(text)}</pre>'
    yield "</body>\n</html>"


def _part(part: Part) -> Iterator[str]:
    yield f'<h2 id="{safe(part.id)}">{safe(part.title)}</h2>'
    yield from (f"<p>{safe(line)}</p>" for line in part.text)
    if part.chart is not None:
        yield chart(part.chart)
    yield from (_table(each) for each in part.tables)
    links = ", ".join(f'<a href="#query-{safe(name)}">{safe(name)}</a>' for name in part.queries)
    yield f'<p class="from">These figures come from {links}.</p>'


def _table(found: PacketTable) -> str:
    return table(found.header, [[_cell(cell) for cell in row] for row in found.rows], found.figures)


def _cell(text: str) -> str:
    tone = {PASSED: "good", FAILED: "bad"}.get(text)
    return f'<span class="{tone}">{text}</span>' if tone else safe(text)


def chart(burndown: Burndown) -> str:
    """The burn-down as SVG: blockers and missing rows, each against its own largest figure."""
    points = burndown.points
    first, span = points[0].at_us, max(points[-1].at_us - points[0].at_us, 1)
    blockers = [(point.at_us, point.blockers) for point in points]
    missing = [(point.at_us, point.missing) for point in points if point.missing is not None]
    lines = []
    for name, values in (("blockers", blockers), ("missing", missing)):
        top = max((value for _, value in values), default=0)
        if not values:
            continue
        places = [
            (LEFT + (WIDTH - 2 * LEFT) * (at - first) / span, 12 + (HEIGHT - BOTTOM - 12) * (1 - value / max(top, 1)))
            for at, value in values
        ]
        path = f"M{places[0][0]:.1f} {places[0][1]:.1f}" + "".join(f" H{x:.1f} V{y:.1f}" for x, y in places[1:])
        # The state lasts until now, which is the right edge.
        path += f" H{WIDTH - LEFT}"
        side, anchor = (LEFT - 6, "end") if name == "blockers" else (WIDTH - LEFT + 6, "start")
        lines.append(f'<path d="{path}" fill="none" stroke="var(--{name})" stroke-width="2"/>')
        lines.append(f'<text x="{side}" y="16" text-anchor="{anchor}">{top:,}</text>')
        lines.append(f'<text x="{side}" y="{HEIGHT - BOTTOM}" text-anchor="{anchor}">0</text>')
        lines.append(
            f'<text x="{side}" y="{HEIGHT - 8}" text-anchor="{anchor}" style="fill:var(--{name})">{name}</text>'
        )
    last = f"{blockers[-1][1]:,} blockers" + (f" and {missing[-1][1]:,} missing rows" if missing else "")
    label = f"From {blockers[0][1]:,} blockers to {last}"
    axis = f'<path d="M{LEFT} 12 V{HEIGHT - BOTTOM} H{WIDTH - LEFT}" fill="none" stroke="var(--line)"/>'
    body = "\n".join((axis, *lines))
    picture = f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">\n{body}\n</svg>'
    return f'{picture}\n<p class="soft">{label}.</p>'


def _text(text: str) -> str:
    """Our own SQL: its line breaks stay."""
    return "\n".join(safe(line) for line in text.split("\n"))

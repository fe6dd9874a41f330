"""The packet as one HTML page that needs nothing else: it opens in a browser, prints well, and runs no script."""

from collections.abc import Iterator
from html import escape

from core.domain.overview.burndown import Burndown
from core.domain.text import visible
from core.domain.trust.packet import FAILED, PASSED, TITLE, PacketEvidence, PacketTable, Part, parts

WIDTH, HEIGHT, LEFT, BOTTOM = 720, 220, 56, 28

STYLE = """
:root { color-scheme: light dark; --ink: #1d2021; --soft: #5c6370; --line: #d5d8dc; --paper: #fff; --good: #1a7f37;
  --bad: #b42318; --blockers: #b42318; --missing: #175cd3; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e6e6; --soft: #9aa0a6; --line: #3c4043; --paper: #16181b;
  --good: #57c26c; --bad: #ff7b72; --blockers: #ff7b72; --missing: #79b0ff; } }
body { font: 15px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; color: var(--ink); background: var(--paper);
  max-width: 76rem; margin: 2rem auto; padding: 0 1.25rem; }
h1 { font-size: 1.7rem; margin-bottom: .4rem; } h2 { font-size: 1.2rem; margin-top: 2.4rem; }
h3 { font-size: .95rem; margin-bottom: .3rem; }
.verdict { border: 2px solid; border-radius: .4rem; padding: .7rem 1rem; font-size: 1.1rem; font-weight: 600; }
.good { color: var(--good); } .bad { color: var(--bad); }
.soft, nav, .from { color: var(--soft); font-size: .9rem; }
table { border-collapse: collapse; margin: .8rem 0; width: 100%; font-size: .88rem; }
th { text-align: left; border-bottom: 2px solid var(--line); padding: .25rem .6rem .25rem 0; white-space: nowrap; }
td { border-bottom: 1px solid var(--line); padding: .22rem .6rem .22rem 0; vertical-align: top;
  overflow-wrap: anywhere; }
.figure { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
pre { background: color-mix(in srgb, var(--line) 35%, transparent); padding: .7rem; overflow-x: auto;
  font-size: .78rem; }
a { color: inherit; } svg { width: 100%; height: auto; max-width: 60rem; }
svg text { font: 11px system-ui, "DejaVu Sans", sans-serif; fill: var(--soft); }
@media print { body { max-width: none; margin: 0; font-size: 10.5pt; } nav { display: none; }
  pre { white-space: pre-wrap; } h2 { break-after: avoid; }
  tr, svg { break-inside: avoid; } thead { display: table-header-group; } }
"""


def html(evidence: PacketEvidence) -> str:
    """The whole packet. Only the line that begins with `Taken at` differs between two packets of one state."""
    return "\n".join(_lines(evidence)) + "\n"


def _lines(evidence: PacketEvidence) -> Iterator[str]:
    place, found = evidence.place, parts(evidence)
    mark, tone = (PASSED, "good") if evidence.is_good else (FAILED, "bad")
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{TITLE}: {_safe(place.database)}</title>\n<style>{STYLE}</style>\n</head>\n<body>"
    yield f'<h1>{TITLE}</h1>\n<p class="verdict {tone}">{mark} {_safe(evidence.verdict)}</p>'
    yield '<p class="soft">'
    yield f"Database {_safe(place.database)}, schema {_safe(place.schema)},"
    yield f"PostgreSQL {_safe(place.version)}, system {_safe(place.system_identifier)}.<br>"
    yield f"Requested by {_safe(place.login)} ({_safe(place.person or 'not mapped to a person')}).<br>"
    yield f"Taken at {_safe(place.taken_at)}."
    yield (
        "</p>\n<nav>" + " · ".join(f'<a href="#{_safe(part.id)}">{_safe(part.title)}</a>' for part in found) + "</nav>"
    )
    for part in found:
        yield from _part(part)
    yield '<h2 id="queries">Queries</h2>'
    for name, text in evidence.queries.items():
        yield f'<h3 id="query-{_safe(name)}">{_safe(name)}</h3>\n<pre>{_text(text)}</pre>'
    yield "</body>\n</html>"


def _part(part: Part) -> Iterator[str]:
    yield f'<h2 id="{_safe(part.id)}">{_safe(part.title)}</h2>'
    yield from (f"<p>{_safe(line)}</p>" for line in part.text)
    if part.chart is not None:
        yield chart(part.chart)
    yield from (_table(table) for table in part.tables)
    links = ", ".join(f'<a href="#query-{_safe(name)}">{_safe(name)}</a>' for name in part.queries)
    yield f'<p class="from">These figures come from {links}.</p>'


def _table(table: PacketTable) -> str:
    head = "".join(f"<th{_figure(name, table)}>{_safe(name)}</th>" for name in table.header)
    rows = (
        "".join(f"<td{_figure(name, table)}>{_cell(cell)}</td>" for name, cell in zip(table.header, row, strict=True))
        for row in table.rows
    )
    body = "\n".join(f"<tr>{row}</tr>" for row in rows)
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"


def _figure(name: str, table: PacketTable) -> str:
    return ' class="figure"' if name in table.figures else ""


def _cell(text: str) -> str:
    tone = {PASSED: "good", FAILED: "bad"}.get(text)
    return f'<span class="{tone}">{text}</span>' if tone else _safe(text)


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


def _safe(text: str | None) -> str:
    return escape(visible(text or ""))


def _text(text: str) -> str:
    """Our own SQL: its line breaks stay."""
    return "\n".join(_safe(line) for line in text.split("\n"))

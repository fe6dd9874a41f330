"""The packet as Markdown. Text from the database is made visible, and cannot become markup."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from core.domain import text_files
from core.domain.trust.packet import PASSED, TITLE, PacketEvidence, PacketTable, Part, parts, shown


def markdown(evidence: PacketEvidence) -> str:
    """The whole packet. Only the line that begins with `Taken at` differs between two packets of one state."""
    return "\n".join(_lines(evidence)) + "\n"


def _lines(evidence: PacketEvidence) -> Iterator[str]:
    place = evidence.place
    yield f"# {TITLE}"
    yield ""
    yield f"**{PASSED if evidence.is_good else '✗'} {_safe(evidence.verdict)}**"
    yield ""
    yield f"Database {_safe(place.database)}, schema {_safe(place.schema)}, PostgreSQL {_safe(place.version)},"
    yield f"system {_safe(place.system_identifier)}."
    yield f"Requested by {_safe(place.login)} ({_safe(place.person or 'not mapped to a person')})."
    yield ""
    yield f"Taken at {place.taken_at}."
    for part in parts(evidence):
        yield from _part(part)
    yield ""
    yield "## Queries"
    for name, text in evidence.queries.items():
        yield from ("", f'<a id="{_anchor(name)}"></a>', "", f"### {name}", "", "```sql", text, "```")


def _part(part: Part) -> Iterator[str]:
    yield from ("", f"## {_safe(part.title)}", "")
    for line in part.text:
        yield from (_safe(line), "")
    if part.chart is not None:
        rows = [
            [_time(point.at_us), shown(point.blockers), "" if point.missing is None else shown(point.missing)]
            for point in part.chart.thinned(20).points
        ]
        yield from _table(PacketTable(("UTC", "blockers", "missing"), rows, frozenset({"blockers", "missing"})))
    for table in part.tables:
        yield from _table(table)
    yield "Queries: " + ", ".join(f"[{name}](#{_anchor(name)})" for name in part.queries)


def _time(microseconds: int) -> str:
    return datetime.fromtimestamp(microseconds // 1_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _table(table: PacketTable) -> Iterator[str]:
    yield _row(table.header)
    yield _row(("---:" if name in table.figures else "---" for name in table.header), raw=True)
    for row in table.rows:
        yield _row(row)
    yield ""


def _row(cells: Iterable[object], *, raw: bool = False) -> str:
    texts = [str(cell) if raw else _safe(str(cell)) for cell in cells]
    return f"| {' | '.join(texts)} |"


def _safe(text: str | None) -> str:
    return text_files.markdown(text or "")


def _anchor(name: str) -> str:
    return f"query-{name.replace('.', '-').replace('_', '-')}"

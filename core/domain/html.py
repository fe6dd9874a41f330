"""Pages of evidence that need nothing else: they open in a browser, print well, load nothing and run no script."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from html import escape

from core.domain.text import visible, visible_code

STYLE = """
:root { color-scheme: light dark; --ink: #1d2021; --soft: #5c6370; --line: #d5d8dc; --paper: #fff; --good: #1a7f37;
  --bad: #b42318; --blockers: #b42318; --missing: #175cd3; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e6e6; --soft: #9aa0a6; --line: #3c4043; --paper: #16181b;
  --good: #57c26c; --bad: #ff7b72; --blockers: #ff7b72; --missing: #79b0ff; } }
body { font: 15px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; color: var(--ink); background: var(--paper);
  max-width: 76rem; margin: 2rem auto; padding: 0 1.25rem; }
p, li, h1 { overflow-wrap: anywhere; }
h1 { font-size: 1.7rem; margin-bottom: .4rem; } h2 { font-size: 1.2rem; margin-top: 2.4rem; }
h3 { font-size: .95rem; margin-bottom: .3rem; }
.verdict { border: 2px solid; border-radius: .4rem; padding: .7rem 1rem; font-size: 1.1rem; font-weight: 600; }
.good { color: var(--good); } .bad { color: var(--bad); }
.soft, nav, .from { color: var(--soft); font-size: .9rem; }
.table { overflow-x: auto; }
table { border-collapse: collapse; margin: .8rem 0; width: 100%; font-size: .88rem; }
th { text-align: left; border-bottom: 2px solid var(--line); padding: .25rem .6rem .25rem 0; white-space: nowrap; }
td { border-bottom: 1px solid var(--line); padding: .22rem .6rem .22rem 0; vertical-align: top; min-width: 5rem;
  overflow-wrap: anywhere; }
td:first-child { min-width: 0; max-width: 22rem; overflow-wrap: break-word; } td.figure { min-width: 0; }
.figure { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
pre { background: color-mix(in srgb, var(--line) 35%, transparent); padding: .7rem; overflow-x: auto;
  font-size: .78rem; }
a { color: inherit; } svg { width: 100%; height: auto; max-width: 60rem; }
svg text { font: 11px system-ui, "DejaVu Sans", sans-serif; fill: var(--soft); }
@media print { body { max-width: none; margin: 0; font-size: 10.5pt; } nav { display: none; }
  pre { white-space: pre-wrap; } h2 { break-after: avoid; }
  td:first-child { overflow-wrap: anywhere; } .table { overflow: visible; }
  tr, svg { break-inside: avoid; } thead { display: table-header-group; } }
"""


def opening(title: str) -> Iterator[str]:
    """A page up to its body. The policy of the page forbids to load anything, and to run a script."""
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{safe(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>"


def table(header: Sequence[str], rows: Iterable[Sequence[str]], figures: Collection[str]) -> str:
    """A table of cells that are HTML already; `figures` names the columns of numbers."""
    numeric = ["" if name not in figures else ' class="figure"' for name in header]
    head = "".join(f"<th{kind}>{safe(name)}</th>" for name, kind in zip(header, numeric, strict=True))
    filled = ("".join(f"<td{kind}>{cell}</td>" for kind, cell in zip(numeric, row, strict=True)) for row in rows)
    body = "\n".join(f"<tr>{row}</tr>" for row in filled)
    return f'<div class="table"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table></div>'


def safe(text: str | None) -> str:
    """Text of the database: no markup, and no character that a browser would act on."""
    return escape(visible(text or ""))


def safe_code(code: str) -> str:
    """As `safe`; blanks at the ends of a code are visible, too."""
    return escape(visible_code(code))

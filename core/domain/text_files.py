"""Text from a database in files that other programs read: it stays text there."""

import re

from core.domain.text import visible

_MARKUP = re.compile(r"([\\`*\[\]<>|~&])")
_FORMULA = re.compile(r"[=+\-@\t\r].", re.DOTALL)
_NUMBER = re.compile(r"[+\-]?[\d,]*\.?\d+(?:e[+\-]?\d+)?", re.IGNORECASE)


def markdown(text: str) -> str:
    """Text as Markdown that shows it: no markup, no HTML, nothing invisible."""
    return _MARKUP.sub(r"\\\1", visible(text))


def spreadsheet(text: str) -> str:
    """Text as a cell of CSV: with an apostrophe in front where a spreadsheet would take it for a formula.

    See OWASP, "CSV Injection". Numbers and single signs are none.
    """
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text

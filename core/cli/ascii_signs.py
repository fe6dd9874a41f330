"""Our signs where an encoding has none of them: a plain letter that reads alike. Anything else becomes an escape."""

import codecs
from collections.abc import Mapping

ERRORS = "birth-signs"
_PLAIN = {
    "✓": "+", "✗": "x", "→": "->", "≠": "!=", "…": "...", "·": "-", "─": "-", "│": "|", "▸": ">", "★": "*", "‖": "=",
    "●": "o", "°": "deg", "—": "-", "“": '"', "”": '"', "×": "x", "⚠": "!", "≥": ">=", "≤": "<=",
    "█": "#", "░": ".",
}  # fmt: skip


def is_plain(environment: Mapping[str, str]) -> bool:
    """Whether the locale is C by name. Where none is named, Python's own choice holds: UTF-8."""
    named = (environment.get(name) for name in ("LC_ALL", "LC_CTYPE", "LANG"))
    return next(filter(None, named), "") in ("C", "POSIX")


def _plain(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    unknown = error.object[error.start : error.end]
    return "".join(_PLAIN.get(sign) or _escaped(sign) for sign in unknown), error.end


def _escaped(sign: str) -> str:
    return sign.encode("ascii", "backslashreplace").decode("ascii")


codecs.register_error(ERRORS, _plain)

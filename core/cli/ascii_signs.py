"""Our signs where an encoding has none of them: a plain letter that reads alike. Anything else becomes an escape."""

import codecs

ERRORS = "birth-signs"
_PLAIN = {
    "✓": "+", "✗": "x", "→": "->", "≠": "!=", "…": "...", "·": "-", "─": "-", "│": "|", "▸": ">", "★": "*", "‖": "=",
    "●": "o", "°": "deg", "—": "-", "“": '"', "”": '"', "×": "x", "⚠": "!", "≥": ">=", "≤": "<=",
    "█": "#", "░": ".",
}  # fmt: skip


def _plain(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    unknown = error.object[error.start : error.end]
    return "".join(_PLAIN.get(sign) or _escaped(sign) for sign in unknown), error.end


def _escaped(sign: str) -> str:
    return sign.encode("ascii", "backslashreplace").decode("ascii")


codecs.register_error(ERRORS, _plain)

"""Signs for the Linux console: its fonts hold 256 or 512 of them, and show one box for all others."""

import os

# On the right is what the usual fonts of the console have, those of code page 437; each as wide as what it stands for.
_TABLE = str.maketrans(
    {
        "✓": "√", "✗": "x", "↻": "*", "▸": "►", "▪": "■", "▫": "o", "●": "•", "…": "~", "‖": "║", "≠": "#", "⚠": "!",
        "╭": "┌", "╮": "┐", "╰": "└", "╯": "┘", "▏": "│", "▎": "▌", "▍": "▌", "▋": "▌", "▊": "█", "▉": "█",
        "▁": "_", "▂": "_", "▃": "▄", "▅": "▄", "▆": "█", "▇": "█",
    }
)  # fmt: skip


def has_few_glyphs() -> bool:
    """Whether this is such a console."""
    return os.environ.get("TERM", "").partition("-")[0] == "linux"


def in_few_glyphs(text: str) -> str:
    """The text with the signs that it has."""
    return text.translate(_TABLE)

"""Database text is hostile: make every character that a terminal would act on, or not show, visible instead."""

import unicodedata

# Control, format (bidirectional marks, zero-width characters, the byte order mark), surrogate, private and unassigned
# characters, and separators: they move the cursor, reorder text, break the line, or pass for a space.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"})
# Letters and marks by category that show nothing: joiners, fillers, variation selectors, the blank Braille pattern.
_BLANK = frozenset(
    {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0}
    | {*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)}
)
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def visible(text: str) -> str:
    r"""Return `text` with everything but plain spaces and visible characters as escapes (`\x1b`, `\u202e`).

    A backslash is doubled, so that the escape of a character never looks like data that spells it.
    """
    if text.isascii() and text.isprintable() and "\\" not in text:
        return text
    return "".join(map(_visible_character, text))


def harmless(text: str) -> str:
    """As `visible`, but a backslash stays one: for a line that a person runs, and is not to read back."""
    return "".join(character if character == "\\" else _visible_character(character) for character in text)


def visible_code(text: str) -> str:
    r"""As `visible`, and a blank at either end is `\x20`: a code with one must not look like the code without."""
    inner = text.strip(" ")
    before = len(text) - len(text.lstrip(" "))
    return "\\x20" * before + visible(inner) + "\\x20" * (len(text) - before - len(inner))


def _visible_character(character: str) -> str:
    if character == " ":
        return character
    if character == "\\":
        return "\\\\"
    code = ord(character)
    if unicodedata.category(character) not in _INVISIBLE and code not in _BLANK:
        return character
    if character in _SHORT:
        return _SHORT[character]
    if code <= 0xFF:  # noqa: PLR2004 - one byte is written with two digits
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 - as Python writes them

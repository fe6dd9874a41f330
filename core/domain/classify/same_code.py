"""When two texts are the same code, although they differ: what is not seen, and what has several forms.

The database has the same two functions (`core/sql/functions/kernel/same_code.sql`); a test holds them together.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable

# White space, control characters and what Unicode calls default ignorable; U+2800 is a blank of Braille.
_UNSEEN = re.compile(
    "[\u0001-\u0020\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f"
    "\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# Letters of Cyrillic, Greek and Armenian that look like others, and the i without a dot. Capitals as well: not every
# collation of a server knows their small ones.
_CYRILLIC, _GREEK, _ARMENIAN = "авекмнорстухіјѕԁԛԝһӏ", "αβγεζηικμνορτυχω", "օսոհ"  # noqa: RUF001 - these are the point
_ALIKE = str.maketrans(
    "01i|ı" + _CYRILLIC + _CYRILLIC.upper() + _GREEK + _GREEK.upper() + _ARMENIAN + _ARMENIAN.upper(),  # noqa: RUF001
    "ollll" + 2 * "abekmhopctyxljsdqwhl" + 2 * "abyezhlkmnoptyxw" + 2 * "ounh",
)
_PRINTABLE = bytes(range(0x20, 0x7F))


def fold(text: str) -> str:
    """A text as codes are compared: NFKC, without white space, control and invisible characters. Empty where blank."""
    if text.isascii() and text.isprintable() and " " not in text:
        return text
    return _UNSEEN.sub("", unicodedata.normalize("NFKC", _UNSEEN.sub("", text)))


def as_seen(text: str) -> str:
    """A text as hasty eyes see it: folded, without case, and with one letter for those that look alike."""
    return fold(text).lower().translate(_ALIKE)


def is_blank(text: str) -> bool:
    """Whether nothing of a text is seen."""
    return not "!" <= text[:1] <= "~" and not fold(text)


def any_blank(texts: Collection[str]) -> bool:
    """Whether nothing is seen of one of these texts."""
    # Between these two, all begin with a letter that is seen.
    if not texts or (min(texts) >= "!" and max(texts) < "\x7f"):
        return False
    return any(map(is_blank, texts))


def meet(texts: Iterable[str]) -> bool:
    """Whether two of these different texts are the same code."""
    known = texts if isinstance(texts, frozenset) else set(texts)
    together = "".join(known)
    if _is_plain(together):
        # Of such texts nothing but the spaces is not seen.
        return " " in together and len({text.replace(" ", "") for text in known}) < len(known)
    return len(set(map(fold, known))) < len(known)


def are_confused(texts: Iterable[str]) -> bool:
    """Whether two of these different texts look alike."""
    known = set(texts)
    if _is_plain("".join(known)):
        seen = "\n".join(known).replace(" ", "").lower().translate(_ALIKE).split("\n")
        return len(set(seen)) < len(known)
    return len(set(map(as_seen, known))) < len(known)


def _is_plain(text: str) -> bool:
    """Whether a text is printable ASCII: looked at in one go, however many texts it was joined from."""
    # As bytes: to ask each letter whether it is printable takes ten times as long.
    return text.isascii() and not text.encode().translate(None, _PRINTABLE)

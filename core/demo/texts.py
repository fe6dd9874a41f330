"""Texts that follow from other texts: slugs, e-mail addresses, short ASCII forms."""

import re
import unicodedata
from functools import lru_cache

from core.demo.blemishes import distinct
from core.demo.shape import Fill, Value
from core.demo.values import derived, phrase

_OTHERS = re.compile(r"[^a-z0-9]+")
_ODD = str.maketrans({"đ": "d", "Đ": "D", "ł": "l", "Ł": "L", "ø": "o", "ß": "ss", "\u0131": "i"})


@lru_cache(maxsize=100_000)
def slug(text: str, glue: str = "-") -> str:
    """`Trần, Linh` as `tran-linh`."""
    plain = unicodedata.normalize("NFKD", text.translate(_ODD)).encode("ascii", "ignore").decode()
    return _OTHERS.sub(glue, plain.lower()).strip(glue)


def slugs(column: str, pattern: str = "{}") -> Fill:
    """The slug of another column, each its own."""
    return distinct(derived(lambda text: pattern.format(slug(str(text))), column))


def address(first: str, last: str) -> Fill:
    """The e-mail address of a person, in a domain that can never receive mail."""
    return derived(_address, first, last)


def own_address(first: str, last: str) -> Fill:
    """E-mail addresses, each its own."""
    return distinct(address(first, last), lambda taken, number: taken.replace("@", f"{number}@"))


def _address(first: Value, last: Value) -> str:
    domain = ("example.com", "northharbour.test", "mail.test")[(len(str(first)) + len(str(last))) % 3]
    return f"{slug(str(first), '')}.{slug(str(last), '')}@{domain}"


def person() -> Fill:
    """A person's name."""
    return phrase("{first} {last}")

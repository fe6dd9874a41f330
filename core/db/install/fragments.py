"""Fragments: what many functions of the database say in the same words, written once."""

import re
from functools import cache
from importlib import resources
from textwrap import indent

from core.db.queries import sections

_PLACE = re.compile(r"^(?P<margin> *)(?<!\{)\{(?P<name>[A-Z_]{2,})\}", re.MULTILINE)


def expanded(text: str) -> str:
    """A file of functions with each `{NAME}` at the beginning of a line replaced by core/sql/functions/fragments.sql.

    Raises KeyError for a name that is no fragment's.
    """
    return _PLACE.sub(lambda place: indent(_fragments()[place["name"]], place["margin"]), text)


@cache
def _fragments() -> dict[str, str]:
    return sections((resources.files("core.sql") / "functions/fragments.sql").read_text(encoding="utf-8"))

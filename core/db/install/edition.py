"""Which state of core/sql a database was made from, between releases too, where the version stays the same."""

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

_FOLDERS = ("schema", "functions", "reference", "superuser")
_DIGITS = 12


@cache
def edition() -> str:
    """A digest of all that installs objects: equal where every file is."""
    digest = hashlib.sha256()
    for folder in _FOLDERS:
        for name, text in _texts(resources.files("core.sql").joinpath(folder), folder):
            digest.update(name.encode() + b"\0" + hashlib.sha256(text).digest())
    return digest.hexdigest()[:_DIGITS]


def _texts(place: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    for each in sorted(place.iterdir(), key=lambda entry: entry.name):
        name = f"{path}/{each.name}"
        if each.is_dir():
            yield from _texts(each, name)
        elif each.name.endswith(".sql"):
            yield name, each.read_bytes()

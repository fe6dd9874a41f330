"""What earlier versions installed that did not record it themselves: the first one."""

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from core.db.install.catalog import Aspects, Key
from core.version import FIRST_VERSION

# Kinds whose objects are made once, by schema files.
LASTING = ("table", "sequence", "constraint", "index")


@dataclass(frozen=True, slots=True)
class Release:
    """A version that was given to people. `{S}` stands for the schema in its names and aspects."""

    files: dict[str, str]  # sha256 of each, by the name under which the database remembers it
    schema: dict[str, str]  # the files of core/sql/schema that make the same tables, with the sha256 of each
    objects: dict[str, dict[str, Aspects]]  # by kind and name; of functions owner and rights alone

    def keys(self, quoted: str) -> dict[Key, Aspects]:
        """Its objects in a schema whose quoted name is given."""
        text = json.dumps(self.objects).replace("{S}", json.dumps(quoted)[1:-1])
        found: dict[str, dict[str, Aspects]] = json.loads(text)
        return {(kind, name): aspects for kind, objects in found.items() for name, aspects in objects.items()}


@cache
def first() -> Release:
    """Version 0.1.0."""
    place = resources.files("core.sql").joinpath(f"released/{FIRST_VERSION}.json")
    read: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    return Release(read["files"], read["schema"], read["objects"])

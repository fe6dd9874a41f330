"""What the console remembers on this machine: a value for each key, in one file, the oldest forgotten first."""

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import Json
from core.services.local_state import private_file
from core.settings import state_home


@dataclass(frozen=True, slots=True)
class Memory:
    """A file of the state folder that holds the `most` values that were remembered last."""

    name: str
    most: int

    def recall(self, key: str) -> Any:  # noqa: ANN401 - the caller checks it: the file may hold anything
        """What was remembered under `key`. Raises KeyError where nothing was, or the file cannot be read."""
        return self._read()[key]

    def remember(self, key: str, value: Json) -> None:
        """Keep a value. A folder that cannot be written costs only the memory."""
        known = self._read()
        known.pop(key, None)
        known[key] = value
        with suppress(OSError):
            private_file.write(self._file(), json.dumps(dict(list(known.items())[-self.most :])))

    def _read(self) -> dict[str, Any]:
        try:
            found = json.loads(self._file().read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    def _file(self) -> Path:
        return state_home() / self.name

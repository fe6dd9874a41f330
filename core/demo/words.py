"""Word lists of the demo's company."""

import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Final

WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    name: tuple(words)
    for name, words in tomllib.loads((resources.files("core.demo") / "words.toml").read_text("utf-8")).items()
}

"""Mutants that change nothing which anybody could see, each with the reason."""

from collections.abc import Mapping
from typing import Final

EQUIVALENT: Final[Mapping[str, str]] = {}

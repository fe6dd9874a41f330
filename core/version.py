"""Which version of the database this program installs and works with."""

import re
from typing import Final

# The version of the console whose schema core/sql makes. A version that leaves core/sql as it is leaves this, too.
SCHEMA_VERSION: Final = "0.2.0"

FIRST_VERSION: Final = "0.1.0"  # it wrote no version into the database
_TOLD = re.compile(r"birth-console (\d+\.\d+\.\d+):")


def version_of(comment: str) -> str:
    """The version that the comment on the table of what was installed tells."""
    found = _TOLD.match(comment)
    return found[1] if found else FIRST_VERSION


def is_first(installed: str | None) -> bool:
    """Whether a schema is of the first version, which told of no rows in events, and of nothing that is bound."""
    return (installed or FIRST_VERSION) == FIRST_VERSION


def ordered(version: str) -> tuple[int, ...]:
    """A version's numbers, to be compared."""
    return tuple(int(number) for number in version.split("."))

"""Which version of the database this program installs and works with."""

from typing import Final

# The version of the console whose schema core/sql makes. A version that leaves core/sql as it is leaves this, too.
SCHEMA_VERSION: Final = "0.2.0"


def ordered(version: str) -> tuple[int, ...]:
    """A version's numbers, to be compared."""
    return tuple(int(number) for number in version.split("."))

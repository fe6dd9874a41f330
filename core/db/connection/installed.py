"""Which version of the schema a connection found, and what is refused where it is not this program's."""

from core.errors import ConsoleError, GateClosed
from core.version import SCHEMA_VERSION, ordered

# What the server answers where an object, or a column, is not there.
_MISSING = ("not_installed", "schema_mismatch")


def insist_current(schema: str, installed: str | None) -> None:
    """Raise GateClosed unless `installed` is this program's version. Nothing installed is for others to say."""
    if installed is not None and installed != SCHEMA_VERSION:
        raise _other_version(schema, installed)


def insist_not_newer(schema: str, installed: str) -> None:
    """Raise GateClosed (`schema_newer`) where a newer program installed it."""
    if ordered(installed) > ordered(SCHEMA_VERSION):
        raise _other_version(schema, installed)


def explained(error: ConsoleError, schema: str, installed: str | None) -> ConsoleError:
    """The error of a query; on a schema of another version, what is missing there is put down to that."""
    if installed in (None, SCHEMA_VERSION) or error.code not in _MISSING:
        return error
    return _other_version(schema, str(installed))


def _other_version(schema: str, installed: str) -> GateClosed:
    is_older = ordered(installed) < ordered(SCHEMA_VERSION)
    return GateClosed(
        f"schema {schema} is of version {installed}, this program needs {SCHEMA_VERSION}",
        code="schema_outdated" if is_older else "schema_newer",
        evidence={"schema": schema, "installed": installed, "current": SCHEMA_VERSION},
        hint="Upgrade it: `birth-console upgrade --dry-run` shows what changes, `birth-console upgrade` does it."
        if is_older
        else "Install a newer birth-console; this one still reads what it understands.",
    )

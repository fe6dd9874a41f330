"""Which version of the schema a connection found, and what is refused where it is not this program's."""

from core.errors import ConsoleError, GateClosed
from core.version import SCHEMA_VERSION, ordered

# What the server answers where an object, or a column, is not there.
_MISSING = ("not_installed", "schema_mismatch")


def insist_current(schema: str, installed: str | None) -> None:
    """Raise GateClosed unless `installed` is this program's version. Nothing installed is for others to say."""
    if installed is not None and installed != SCHEMA_VERSION:
        raise _other_version(schema, installed)


def insist_alone(schema: str, installed: str | None, creator: str | None) -> None:
    """Raise GateClosed where a role other than birth_owner may create in the schema of this version.

    What is created there would be taken for ours, and could take the place of what is.
    """
    if installed == SCHEMA_VERSION and creator is not None:
        raise GateClosed(
            f"{creator} may create objects in schema {schema}: it must belong to birth_owner alone",
            code="schema_shared",
            evidence={"schema": schema, "creator": creator},
            hint="REVOKE CREATE ON SCHEMA … FROM that role; ALTER SCHEMA … OWNER TO birth_owner.",
        )


def insist_not_newer(schema: str, installed: str) -> None:
    """Raise GateClosed (`schema_newer`) where a newer program installed it."""
    if ordered(installed) > ordered(SCHEMA_VERSION):
        raise _other_version(schema, installed)


def explained_by_version(error: ConsoleError, schema: str, installed: str | None) -> ConsoleError:
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

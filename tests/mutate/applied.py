"""Turning a mutant on: in the templates that tests clone, and in what this program installs by itself.

BIRTH_MUTANT names it. Every process of the tests comes by here, through `tests/__init__.py`.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import psycopg
import pytest
from psycopg import Connection

from core.db.install import installer
from core.db.install.installer import Part
from core.version import SCHEMA_VERSION
from tests.mutate.mutants import Mutant, named

NO_MUTANT: Final = 70  # what a run ends with whose mutant is no function any more
_CHANGED: Final[set[tuple[str, str]]] = set()


def wanted() -> Mutant | None:
    """The mutant of this run; None in any other."""
    name = os.environ.get("BIRTH_MUTANT")
    return named(name) if name else None


def installed_from_now_on() -> None:
    """What this process installs is mutated, too."""
    mutant = wanted()
    if mutant is None or not mutant.file:
        return
    original = installer._files

    def files(folder: str) -> Iterator[Part]:
        for part in original(folder):
            yield replace(part, text=mutant.text) if part.name == f"functions/{mutant.file}" else part

    installer._files = files


def in_template(dsn: str, connection: Connection[Any]) -> None:
    """Change what is installed in a template, and record that as what was installed: once on each server."""
    mutant = wanted()
    if mutant is None or (dsn, connection.info.dbname) in _CHANGED:
        connection.close()
        return
    _CHANGED.add((dsn, connection.info.dbname))
    try:
        _in(mutant, connection)
    except psycopg.Error as error:  # no test has killed what is no function any more
        pytest.exit(f"{mutant.name}: {error}", returncode=NO_MUTANT)


def _in(mutant: Mutant, connection: Connection[Any]) -> None:
    with connection, connection.transaction():
        if mutant.file:
            part = next(each for each in installer.function_parts() if each.name == f"functions/{mutant.file}")
            connection.execute(part.statement("birth"))
            connection.execute(part.handed_over("birth"))
            connection.execute("UPDATE birth.birth_migration SET sha256 = %s WHERE name = %s", [part.sha256, part.name])
        else:
            connection.execute(mutant.statement.encode())
        connection.execute(installer.recorded("schema_recorded", "birth", SCHEMA_VERSION))
        connection.execute("TRUNCATE birth.trigger_guard_alerts")

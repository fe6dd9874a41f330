"""Turning a mutant on: in the templates that tests clone, and in what this program and its forks install by themselves.

BIRTH_MUTANT names it while it is on.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import Any, Final

import psycopg
import pytest
from psycopg import Connection

from core.db.install import catalog, installer
from core.db.install.installer import Part
from core.version import SCHEMA_VERSION
from tests.mutate.mutants import Mutant, named

NO_MUTANT: Final = 70  # what a run ends with whose mutant is no function any more
VARIABLE: Final = "BIRTH_MUTANT"


@contextmanager
def turned_on(mutant: Mutant) -> Iterator[None]:
    """A block in which what is cloned and installed is mutated. Its environment is undone."""
    before = dict(os.environ)
    os.environ[VARIABLE] = mutant.name
    installed_from_now_on()
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        catalog._catalog.cache_clear()


@cache
def installed_from_now_on() -> None:
    """Let what this process installs be mutated, too, as long as a mutant is on."""
    original = installer._files

    def files(folder: str) -> Iterator[Part]:
        mutant = _wanted()
        for part in original(folder):
            mutated = mutant and mutant.file and part.name == f"functions/{mutant.file}"
            yield replace(part, text=mutant.text) if mutant and mutated else part

    installer._files = files
    catalog._catalog.cache_clear()


def in_template(connection: Connection[Any]) -> None:
    """Change what is installed in a template, and record that as what was installed."""
    mutant = _wanted()
    assert mutant is not None
    try:
        _in(mutant, connection)
    except psycopg.Error as error:  # no test has killed what is no function any more
        pytest.exit(f"{mutant.name}: {error}", returncode=NO_MUTANT)


def _wanted() -> Mutant | None:
    name = os.environ.get(VARIABLE)
    return named(name) if name else None


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

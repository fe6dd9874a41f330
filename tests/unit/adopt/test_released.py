"""What was released is never edited again, and the versions that are told agree."""

import hashlib
import tomllib
from pathlib import Path

from core.db.install import installer, released
from core.version import FIRST_VERSION, SCHEMA_VERSION, ordered, version_of

ROOT = Path(__file__).parents[3]


def test_the_schema_files_of_a_released_version_are_as_they_were_released() -> None:
    recorded = released.first().schema
    present = {part.name: hashlib.sha256(part.text.encode()).hexdigest() for part in installer.schema_parts()}
    assert {name: present.get(name) for name in recorded} == recorded
    assert sorted(present) == list(present)
    assert list(present)[: len(recorded)] == sorted(recorded)
    numbers = [name.removeprefix("schema/")[:4] for name in present]
    assert len(numbers) == len(set(numbers))


def test_the_schema_is_never_of_a_later_version_than_the_program() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert ordered(FIRST_VERSION) < ordered(SCHEMA_VERSION) <= ordered(project["version"])


def test_the_version_is_read_from_the_comment_that_an_installation_writes() -> None:
    assert version_of("birth-console 12.3.45: what was installed") == "12.3.45"
    assert version_of("") == version_of("of the company") == FIRST_VERSION


def test_files_of_functions_come_after_what_they_need_and_each_once() -> None:
    names = [part.name for part in installer.parts()]
    assert len(names) == len(set(names))
    for part in installer.parts():
        assert all(names.index(needed) < names.index(part.name) for needed in part.needs), part.name


def test_every_function_has_one_name_of_its_own_and_can_be_made_again() -> None:
    made = [name for part in installer.function_parts() for name, _ in part.functions]
    assert len(made) == len(set(made))
    for part in installer.function_parts():
        assert "CREATE FUNCTION" not in part.text, part.name

"""What is turned off is noticed: a random tenth of the database's refusals, gates, pins and constraints in each run."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.databases import TestServer
from tests.mutate import trial
from tests.mutate.chosen import LIST, chosen, killers
from tests.mutate.constraints import constraints
from tests.mutate.mutants import Mutant, named

Property = Callable[[str, object], None]
# A survivor has all tests that name its code tried on it.
pytestmark = [
    pytest.mark.timeout(900),
    pytest.mark.skipif("BIRTH_TEST_DSN" in os.environ, reason="mutants need a server of their own"),
    pytest.mark.skipif(bool(os.environ.get("BIRTH_TEST_PROGRAMS")), reason="one version's mutants do"),
]


def _tried(mutant: Mutant, tmp_path: Path, record_property: Property) -> None:
    record_property("mutant", mutant.name)
    record_property("killer", trial.must_die(mutant, killers().get(mutant.name), tmp_path))


@pytest.mark.parametrize("name", chosen())
def test_what_is_turned_off_is_noticed(
    server: TestServer, name: str, tmp_path: Path, record_property: Property
) -> None:
    assert server.has_templates
    _tried(named(name), tmp_path, record_property)


@pytest.mark.skipif(LIST in os.environ, reason="the list has them")
def test_each_constraint_that_no_test_is_on_record_for_is_noticed_too(
    server: TestServer, tmp_path: Path, record_property: Property
) -> None:
    found = {each.name: each for each in constraints(server)}
    gone = {name for name in killers() if name.startswith("constraint ")} - found.keys()
    assert not gone, "killers.json has constraints that are no more: `make mutate NEW=1` takes them out"
    for number, name in enumerate(sorted(found.keys() - killers().keys())):
        (tmp_path / str(number)).mkdir()
        _tried(found[name], tmp_path / str(number), record_property)


def test_what_no_test_can_see_survives_and_fails_the_run_by_its_name(
    server: TestServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert server.has_templates
    blind = "tests/integration/overview/test_burndown.py::"
    blind += "test_the_burn_down_ends_with_the_live_blockers_and_what_is_still_missing"
    mutant = named("backfill/claim.sql refusal birth_backfill_claim bad_batch_size")
    monkeypatch.setattr(trial, "tests_of", lambda _: [blind])
    with pytest.raises(pytest.fail.Exception) as told:
        trial.must_die(mutant, blind, tmp_path)
    assert str(told.value).splitlines() == [
        f"SURVIVED: {mutant.name}",
        "code: bad_batch_size",
        f"again: make mutate ONLY='{mutant.name}'",
    ]

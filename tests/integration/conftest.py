"""Clones for tests that start with every blocker resolved, or that only look."""

from collections.abc import Iterator

import pytest

from tests import line
from tests.databases import Database, TestServer, a_clone, a_variant


@pytest.fixture(scope="session")
def resolved_template(server: TestServer, template: str) -> Iterator[str]:
    """The name of a demo where every collection is classified or exempted as the census intends."""
    with a_variant(server, template, "resolved") as variant:
        line.resolve_blockers(variant)
        yield variant.name


@pytest.fixture
def resolved(server: TestServer, resolved_template: str) -> Iterator[Database]:
    """A demo of the test's own with nothing left to classify."""
    with a_clone(server, resolved_template) as clone:
        yield clone


@pytest.fixture(scope="module")
def shared(server: TestServer, template: str) -> Iterator[Database]:
    """A demo that the tests of one module share: for those that change nothing, or only what is theirs."""
    with a_clone(server, template) as clone:
        yield clone

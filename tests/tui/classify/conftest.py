from collections.abc import Iterator

import pytest

from tests import line
from tests.databases import Database, TestServer, a_clone, a_variant
from tests.tui.idle import judged_by_the_screen_s_thread

# Of the 43: ten with a table, so that the first portion of samples is not all of them, and two without one.
LEFT = (
    "block_library", "categories", "contacts", "navigation", "os_deals", "os_items", "os_projects", "os_tasks",
    "os_tax_rates", "team", "iu_staging_payload", "iu_staging_record",
)  # fmt: skip


@pytest.fixture(autouse=True)
def idle_while_samples_are_taken() -> Iterator[None]:
    """Samples are taken by a thread for seconds, and no key has to wait for them."""
    with judged_by_the_screen_s_thread():
        yield


@pytest.fixture(scope="session")
def few_template(server: TestServer, template: str) -> Iterator[str]:
    """The name of a demo with a dozen blockers: sampling all 43 takes most of the time of a test."""
    with a_variant(server, template, "few") as variant:
        with server.admin(variant.name) as admin:
            for identity in line.intended().values():
                if identity is not None and identity.collection not in LEFT:
                    values = [identity.collection, identity.strategy, list(identity.columns)]
                    admin.execute("SELECT birth.birth_identity_import(%s, %s, %s, 'a test says so')", values)
        yield variant.name


@pytest.fixture
def few(server: TestServer, few_template: str) -> Iterator[Database]:
    """A demo of the test's own with a dozen blockers."""
    with a_clone(server, few_template) as clone:
        yield clone

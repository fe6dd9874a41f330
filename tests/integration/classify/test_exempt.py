"""A gatekeeper exempts a collection, with a reason."""

import pytest

from core.errors import ConsoleError, NotAllowed, UsageError
from core.services.classify import classify
from tests.databases import Database
from tests.integration.classify.test_classify import written


def test_a_gatekeeper_exempts_with_a_reason_and_the_ledger_says_so(database: Database) -> None:
    with database.connect("gatekeeper1") as gatekeeper:
        done = classify.exempt(gatekeeper, "iu_staging_record", "it has no table")
    assert done.strategy == "exempt"
    policy = "SELECT requirement FROM birth.birth_policy WHERE collection_name = 'iu_staging_record'"
    assert database.value(policy) == "EXEMPT"
    event = database.run("SELECT kind, actor, payload FROM birth.birth_ledger_event ORDER BY seq DESC LIMIT 1")[0]
    assert (event["kind"], event["actor"]) == ("policy_decided", "gatekeeper1")
    assert "it has no table" in event["payload"]


@pytest.mark.parametrize(
    ("login", "collection", "reason", "kind", "code"),
    [
        ("operator1", "iu_staging_record", "because", NotAllowed, "not_allowed"),
        ("reviewer1", "iu_staging_record", "because", NotAllowed, "not_allowed"),
        ("gatekeeper1", "iu_staging_record", "  ", UsageError, "reason_missing"),
        ("gatekeeper1", "iu_staging_recrod", "because", UsageError, "unknown_collection"),
    ],
)
def test_nothing_is_exempted(  # noqa: PLR0917 - a row of the table above
    shared: Database, login: str, collection: str, reason: str, kind: type[ConsoleError], code: str
) -> None:
    before = written(shared)
    with shared.connect(login) as connection, pytest.raises(kind) as found:
        classify.exempt(connection, collection, reason)
    assert found.value.code == code
    assert written(shared) == before

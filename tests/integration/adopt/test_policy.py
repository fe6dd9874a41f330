"""Policy decisions at a prompt: out of the law of birth, and under it again."""

from tests import console
from tests.databases import Database

LATEST = "SELECT kind, payload::jsonb AS payload, actor FROM birth.birth_ledger_event ORDER BY seq DESC LIMIT 1"


def test_a_gatekeeper_puts_an_exempted_collection_under_the_law_again(small: Database) -> None:
    def ask(login: str, *arguments: str) -> console.Answer:
        return console.run("classify", "goods", *arguments, "--json", "--dsn", small.dsn(login))

    def requirement() -> object:
        return small.value("SELECT requirement FROM birth.birth_policy WHERE collection_name = 'goods'")

    assert ask("gatekeeper1", "--exempt", "--reason", "a price list").status == 0
    assert requirement() == "EXEMPT"
    assert ask("gatekeeper1", "--require").error["code"] == "reason_missing"
    refused = ask("operator1", "--require", "--reason", "it is born after all")
    assert (refused.status, refused.error["evidence"]["needs"]) == (6, "birth_gatekeeper")
    assert requirement() == "EXEMPT"

    done = ask("gatekeeper1", "--require", "--reason", "it is born after all")
    assert (done.status, done.document["strategy"]) == (0, "required")
    assert requirement() == "REQUIRED"
    event = small.run(LATEST)[0]
    assert (event["kind"], event["actor"]) == ("policy_decided", "gatekeeper1")
    assert event["payload"] == {
        "collection": "goods", "requirement": "REQUIRED", "reason": "it is born after all", "person": "Ingrid Solberg",
    }  # fmt: skip
    # It is identified as before, without being classified again.
    assert small.value("SELECT identity FROM birth.birth_collections() WHERE collection_name = 'goods'") == "code"

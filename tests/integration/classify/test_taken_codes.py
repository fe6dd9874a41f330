"""Which values cannot become codes, since they are, or read like, those of other collections."""

from core.services.classify.taken_codes import Asked, looked_up
from tests.databases import Database


def test_values_are_taken_that_are_registered_for_others_or_read_like_the_codes_of_a_collection(
    small: Database,
) -> None:
    small.run(
        "INSERT INTO birth.birth_registry (entity_code, collection_name) VALUES ('T-1', 'goods'), ('T-2', 'notes')"
    )
    values = {
        "registered": {"T-1", "free"},
        "own": {"T-2", "free"},
        "lookalike": {"parts:1/2", "free"},
        "named": {"parts", "free"},
        "unknown": {"nothing:1", "free"},
    }
    with small.connect("viewer1") as viewer:
        found = looked_up(viewer, [Asked("notes", frozenset({"goods", "parts", "notes"}), values)], [])["notes"]
    assert (found.examples, found.looked) == (
        {"registered": [{"code": "T-1", "owner": "goods"}], "lookalike": []},
        True,
    )

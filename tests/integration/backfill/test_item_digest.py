"""The digest of a missing set is what its documentation says, however many chunks it takes, and every item is in it."""

from hashlib import sha256

import pytest

from tests.databases import Database

_ENTRY = 77
_DIGEST = f"SELECT birth.birth_item_digest({_ENTRY})"


def documented(codes: list[str]) -> str:
    chunks = [codes[start : start + 10_000] for start in range(0, len(codes), 10_000)]
    texts = ("".join(f"{len(code.encode())}:{code}" for code in chunk) for chunk in chunks)
    return sha256(b"".join(sha256(text.encode()).digest() for text in texts)).hexdigest()


@pytest.fixture
def many(database: Database) -> Database:
    """Items of one entry, in three chunks; codes with bytes that are not letters."""
    database.run(
        "INSERT INTO birth.birth_backfill_item (ledger_id, seq, entity_code, source_key)"
        f" SELECT {_ENTRY}, n, 'Ü-' || lpad(n::text, 6, '0'), ARRAY[n::text] FROM generate_series(1, 20500) AS n"
    )
    return database


def test_the_digest_is_the_documented_one_over_several_chunks(many: Database) -> None:
    assert many.value(_DIGEST) == documented([f"Ü-{number:06}" for number in range(1, 20_501)])


def test_an_entry_without_items_has_the_digest_of_nothing(database: Database) -> None:
    assert database.value(_DIGEST) == sha256(b"").hexdigest()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE birth.birth_backfill_item SET entity_code = 'x' WHERE seq = 10001",
        "UPDATE birth.birth_backfill_item SET seq = 30001 WHERE seq = 20500",
        "DELETE FROM birth.birth_backfill_item WHERE seq BETWEEN 10001 AND 20000",
        "DELETE FROM birth.birth_backfill_item WHERE seq = 20500",
        f"INSERT INTO birth.birth_backfill_item VALUES ({_ENTRY}, 0, 'x', '{{}}')",
        f"INSERT INTO birth.birth_backfill_item VALUES ({_ENTRY}, -20005, 'x', '{{}}')",
        f"INSERT INTO birth.birth_backfill_item VALUES ({_ENTRY}, 20501, 'x', '{{}}')",
        f"INSERT INTO birth.birth_backfill_item VALUES ({_ENTRY}, 9000000000000000, 'x', '{{}}')",
    ],
)
def test_an_item_changed_moved_gone_or_added_changes_the_digest(many: Database, change: str) -> None:
    before = many.value(_DIGEST)
    many.run(change + " RETURNING 1")
    assert many.value(_DIGEST) != before

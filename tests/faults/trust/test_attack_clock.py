"""A clock that is set back: it forges nothing, and switches nothing off."""

import json

from core.services.trust import audit
from tests import line
from tests.databases import Database
from tests.faults.attacker import add_goods, an_applied_run, ask, begun, claimed, refusal

# What an hour's step back leaves: the latest event lies an hour ahead of the clock.
_STEP = """
WITH ahead AS (SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint + 3600000000 AS at_us),
late AS (SELECT e.seq, a.at_us, sha256(
    'birth-ledger-v1'::bytea || e.prev || birth._birth_ledger_field(e.seq::text)
    || birth._birth_ledger_field(a.at_us::text) || birth._birth_ledger_field(e.actor)
    || birth._birth_ledger_field(e.kind) || birth._birth_ledger_field(e.payload)) AS hash
    FROM birth.birth_ledger_event AS e JOIN birth.birth_ledger_head USING (seq), ahead AS a),
moved AS (UPDATE birth.birth_ledger_event AS e SET at_us = late.at_us, hash = late.hash
    FROM late WHERE e.seq = late.seq RETURNING e.hash)
UPDATE birth.birth_ledger_head SET hash = moved.hash FROM moved
"""


def test_a_clock_that_is_set_back_breaks_no_chain_and_is_told_in_the_event(small: Database) -> None:
    small.run(_STEP)
    line.open_permit(small)
    an_applied_run(small)
    with small.connect("viewer1") as viewer:
        assert audit.audit(viewer).ok
    found = small.run(
        "SELECT e.payload, e.at_us AS at, b.at_us AS before FROM birth.birth_ledger_event AS e"
        " JOIN birth.birth_ledger_event AS b ON b.seq = e.seq - 1 WHERE e.kind = 'permit_opened'"
    )[0]
    assert 3_500_000_000 < json.loads(found["payload"])["clock_behind_us"] <= 3_600_000_000
    assert found["at"] == found["before"]


def test_a_gate_check_that_lies_ahead_of_the_clock_counts_as_none(small: Database) -> None:
    line.open_permit(small)
    add_goods(small, 1, 3)
    with small.psql() as operator:
        run = begun(operator)
        batch = claimed(operator, run)
        small.run(
            "UPDATE birth.birth_gate_check SET checked_at = clock_timestamp() + interval '1 hour';"
            "UPDATE birth.birth_policy SET requirement = 'EXEMPT' WHERE collection_name = 'notes';"
            "DELETE FROM birth.birth_identity WHERE collection_name = 'parts'"
        )
        assert refusal(operator, batch) == ("BR003", f"gate_closed: run {run} may not be applied")


def test_a_lease_from_before_the_clock_was_set_back_holds_nothing_up(small: Database) -> None:
    line.open_permit(small)
    add_goods(small, 1, 3)
    with small.psql() as first, small.psql("operator2") as second:
        run = begun(first)
        claimed(first, run)
        claim = f"SELECT verdict FROM birth.birth_backfill_claim({run}, 100)"
        assert ask(second, claim) == "waiting"
        small.run("UPDATE birth.birth_backfill_batch SET lease_until = lease_until + interval '1 hour'")
        assert ask(second, claim) == "claimed"

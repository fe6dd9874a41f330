"""`audit --since ANCHOR`: the events from an anchored one on, and the rows that they tell of."""

import json
from pathlib import Path

import pytest

from tests import small as world
from tests.databases import Database
from tests.integration.trust.test_audit import LONGER, head, kept, ran, refused

_LATE = "WHERE ledger_id = (SELECT max(ledger_id) FROM birth.birth_backfill_batch)"
_EARLY = "WHERE ledger_id = (SELECT min(ledger_id) FROM birth.birth_backfill_batch)"
# What a superuser changes, and where it is found.
_CHANGED = {
    f"UPDATE birth.birth_backfill_batch SET claimed_by = 'another' {_LATE}": "birth_backfill_batch",
    f"DELETE FROM birth.birth_backfill_batch {_LATE}": "birth_backfill_batch",
    "UPDATE birth.birth_backfill_run SET planned_person = 'another' WHERE run_id = 2": "birth_backfill_run",
    f"UPDATE birth.birth_backfill_batch SET claimed_by = 'another' {_EARLY}": None,
}
_KEEP = """
SET session_replication_role = replica;
CREATE TEMP TABLE batch AS TABLE birth.birth_backfill_batch;
CREATE TEMP TABLE run AS TABLE birth.birth_backfill_run
"""
_BACK = """
TRUNCATE birth.birth_backfill_batch;
INSERT INTO birth.birth_backfill_batch TABLE pg_temp.batch;
UPDATE birth.birth_backfill_run AS r SET planned_person = k.planned_person
    FROM pg_temp.run AS k WHERE k.run_id = r.run_id
"""
_BROKEN = {
    "UPDATE birth.birth_ledger_event SET actor = 'x' WHERE seq = {seq} + 2": "content does not match",
    "DELETE FROM birth.birth_ledger_event WHERE seq = {seq} + 2": "is missing",
    "DELETE FROM birth.birth_ledger_event WHERE seq > {seq} + 2": "its head names",
    "UPDATE birth.birth_ledger_event SET payload = '{{}}' WHERE seq = {seq}": "content does not match",
    "UPDATE birth.birth_ledger_event SET at_us = 7 WHERE seq = {seq} + 1": "content does not match",
    "DELETE FROM birth.birth_ledger_event WHERE seq = {seq}": "is missing",
}


def ran_twice(small: Database, folder: Path) -> Path:
    """A run before an anchor, and one after it."""
    world.done(small, world.a_run(small, "goods", goods=10))
    path = kept(small, folder)
    world.done(small, world.a_run(small, "notes", goods=0, notes=10))
    return path


def test_events_since_an_anchor_are_walked_and_the_rows_they_tell_of_compared(small: Database, tmp_path: Path) -> None:
    path = ran_twice(small, tmp_path)
    (seq, digest), first = head(small), json.loads(path.read_text())["seq"]
    told = json.loads(ran(small, "--since", str(path), "--json").stdout)
    assert (told["entries"], told["head"], told["ok"], told["differences"]) == (seq - first + 1, digest, True, [])
    said = ran(small, "--since", str(path)).stdout
    assert said == f"chain intact from event {first} on: {seq - first + 1} events, head {digest}\n"
    for change, table in _CHANGED.items():
        with small.psql("postgres") as admin:
            admin.execute(_KEEP.encode())
            admin.execute(change.encode())
            found = json.loads(ran(small, "--since", str(path), "--json").stdout)
            assert {each["table"] for each in found["differences"]} == ({table} if table else set()), change
            assert not json.loads(ran(small, "--json").stdout)["ok"], change
            admin.execute(_BACK.encode())
        assert json.loads(ran(small, "--since", str(path), "--json").stdout)["ok"], change


@pytest.mark.parametrize("change", _BROKEN)
def test_a_chain_that_is_broken_since_an_anchor_ends_with_5(small: Database, tmp_path: Path, change: str) -> None:
    path = kept(small, tmp_path)
    small.run("SELECT birth.birth_ledger_append('test', '{}') FROM generate_series(1, 5)")
    small.run(change.format(seq=json.loads(path.read_text())["seq"]))
    error = refused(ran(small, "--since", str(path)))
    assert (error.exit_status, error.code, _BROKEN[change] in error.message) == (5, "chain_broken", True), error


def test_a_chain_that_ends_before_the_anchor_ends_with_5(small: Database, tmp_path: Path) -> None:
    path = kept(small, tmp_path)
    content, last = json.loads(path.read_text()), head(small)[0]
    path.write_text(json.dumps(content | {"seq": content["seq"] + LONGER}))
    error = refused(ran(small, "--since", str(path)))
    assert (error.exit_status, error.evidence["seq"]) == (5, last + LONGER)
    assert f"the chain ends at event {last}" in error.message


def test_an_anchor_of_another_installation_ends_with_5(small: Database, tmp_path: Path) -> None:
    path = kept(small, tmp_path)
    path.write_text(json.dumps(json.loads(path.read_text()) | {"genesis": "0" * 64}))
    error = refused(ran(small, "--since", str(path)))
    assert (error.exit_status, error.evidence["seq"]) == (5, 0)


def test_whole_chain_and_its_end_are_not_asked_for_in_one_go(small: Database, tmp_path: Path) -> None:
    path = str(kept(small, tmp_path))
    assert refused(ran(small, "--anchor", path, "--since", path)).code == "bad_option"

"""The command `audit`: what it prints, how it ends, and the anchors it keeps and reads."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from core.cli.commands.trust import audit as command
from core.errors import ConsoleError
from tests.databases import Database


def ran(database: Database, *options: str) -> Result:
    return CliRunner().invoke(command, ["--dsn", database.dsn("viewer1"), *options])


def refused(result: Result) -> ConsoleError:
    assert isinstance(result.exception, ConsoleError), result.output
    return result.exception


def kept(database: Database, folder: Path) -> Path:
    path = folder / "anchor.json"
    assert ran(database, "--write-anchor", str(path)).exit_code == 0
    return path


def head(database: Database) -> tuple[int, str]:
    found = database.run("SELECT seq, encode(hash, 'hex') AS hash FROM birth.birth_ledger_head")[0]
    return found["seq"], found["hash"]


def test_a_sound_chain_is_told_with_its_head(small: Database) -> None:
    seq, digest = head(small)
    told = json.loads(ran(small, "--json").stdout)
    assert [each["part"] for each in told.pop("bindings") if each["was"] is None] == [
        "alerts", "collections", "gateway", "policy", "register function", "registry"]  # fmt: skip
    assert told == {
        "entries": seq + 1,
        "head": digest,
        "ok": True,
        "bad": None,
        "differences": [],
    }
    assert ran(small).stdout == f"chain intact: {seq + 1} events, head {digest}\n"


def test_a_broken_chain_ends_with_5_and_names_its_first_bad_event_and_why(small: Database) -> None:
    small.run("UPDATE birth.birth_ledger_event SET actor = 'x' WHERE seq IN (1, 2)")
    result = ran(small, "--json")
    kind = small.value("SELECT kind FROM birth.birth_ledger_event WHERE seq = 1")
    bad = {"seq": 1, "kind": kind, "reason": "the event's content does not match its hash"}
    found = json.loads(result.stdout)
    assert (found["entries"], found["ok"], found["bad"]) == (1, False, bad)
    error = refused(result)
    assert (error.exit_status, error.code, error.evidence) == (5, "chain_broken", bad)


def test_a_broken_chain_is_not_anchored(small: Database, tmp_path: Path) -> None:
    small.run("DELETE FROM birth.birth_ledger_event WHERE seq = 1")
    assert refused(ran(small, "--write-anchor", str(tmp_path / "anchor"))).exit_status == 5
    assert list(tmp_path.iterdir()) == []


def test_an_anchor_says_which_chain_it_is_of_and_how_far_it_had_come(small: Database, tmp_path: Path) -> None:
    content = json.loads(kept(small, tmp_path).read_text())
    seq, digest = head(small)
    assert content.pop("written_at")
    written = small.value("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint")
    assert (content.pop("timeline"), 0 < content.pop("wal") <= written) == (1, True)
    assert content == {
        "anchor": 1,
        "database": small.name,
        "system_identifier": small.value("SELECT system_identifier::text FROM pg_control_system()"),
        "schema": "birth",
        "genesis": small.value("SELECT encode(hash, 'hex') FROM birth.birth_ledger_event WHERE seq = 0"),
        "seq": seq,
        "hash": digest,
    }
    assert ran(small, "--anchor", str(tmp_path / "anchor.json")).exit_code == 0


def test_an_anchor_never_overwrites_a_file(small: Database, tmp_path: Path) -> None:
    path = kept(small, tmp_path)
    before = path.read_bytes()
    error = refused(ran(small, "--write-anchor", str(path)))
    assert (error.exit_status, error.code) == (2, "anchor_not_written")
    assert path.read_bytes() == before
    target = tmp_path / "elsewhere"
    (tmp_path / "link").symlink_to(target)
    assert refused(ran(small, "--write-anchor", str(tmp_path / "link"))).code == "anchor_not_written"
    assert not target.exists()


def test_an_anchor_is_read_and_a_later_one_written_in_one_go(small: Database, tmp_path: Path) -> None:
    early = kept(small, tmp_path)
    small.run("SELECT birth.birth_ledger_append('test', '{}')")
    late = tmp_path / "late.json"
    assert ran(small, "--anchor", str(early), "--write-anchor", str(late)).exit_code == 0
    assert json.loads(late.read_text())["seq"] == json.loads(early.read_text())["seq"] + 1


DAMAGE: dict[str, Any] = {
    "no JSON": b"{",
    "no text": b"\xff\xfe",
    "no object": b"[1, 2]",
    "nothing": b"",
    "nested without end": b"[" * 200_000,
    "another version": {"anchor": 2},
    "a number that is none": {"seq": "5"},
    "a number with a fraction": {"seq": 1.5},
    "true for a number": {"seq": True},
    "a negative number": {"seq": -1},
    "half a hash": {"hash": "abc"},
    "a hash in capitals": {"hash": "A" * 64},
    "no hash": {"hash": None},
    "no genesis": {"genesis": None},
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_anchor_is_refused_as_such(small: Database, tmp_path: Path, damage: str) -> None:
    path = kept(small, tmp_path)
    change = DAMAGE[damage]
    path.write_bytes(
        change if isinstance(change, bytes) else json.dumps(json.loads(path.read_text()) | change).encode()
    )
    error = refused(ran(small, "--anchor", str(path)))
    assert (error.exit_status, error.code) == (2, "bad_anchor")
    assert str(path) in error.message


def test_an_anchor_that_is_not_there_is_refused_as_such(small: Database, tmp_path: Path) -> None:
    assert refused(ran(small, "--anchor", str(tmp_path / "none"))).code == "bad_anchor"


def test_what_is_larger_than_an_anchor_is_refused_also_where_it_never_ends(small: Database, tmp_path: Path) -> None:
    padded = kept(small, tmp_path)
    padded.write_text(padded.read_text() + " " * 65_536)
    for path in (padded, Path("/dev/zero")):
        error = refused(ran(small, "--anchor", str(path)))
        assert (error.exit_status, error.code, "65536" in str(error.evidence["found"])) == (2, "bad_anchor", True)


def test_an_anchor_of_another_server_is_refused_and_names_both(small: Database, tmp_path: Path) -> None:
    path = kept(small, tmp_path)
    other = {"system_identifier": "1", "genesis": "0" * 64}
    path.write_text(json.dumps(json.loads(path.read_text()) | other))
    error = refused(ran(small, "--anchor", str(path)))
    assert (error.exit_status, error.code) == (2, "foreign_anchor")
    assert {*error.evidence} == {"anchor", "live"}


LONGER = 3  # events that an anchor knows of and the chain does not hold
HISTORIES: dict[str, tuple[dict[str, Any], str, str]] = {
    "the console was installed again": ({"genesis": "0" * 64}, "other_installation", "installation"),
    "the server failed over": ({"timeline": 0}, "history_lost", "rewind"),
    "it was restored on another server": ({"system_identifier": "1"}, "history_lost", "rewind"),
    "its storage was set back": ({"wal": 2**60}, "history_lost", "rewind"),
    "somebody changed it": ({}, "chain_changed", "change"),
    "an older anchor does not say": ({"timeline": None}, "chain_broken", "unknown"),
}


@pytest.mark.parametrize("history", HISTORIES)
def test_an_anchor_tells_another_installation_a_rewind_and_a_change_apart(
    small: Database, tmp_path: Path, history: str
) -> None:
    path = kept(small, tmp_path)
    told, code, cause = HISTORIES[history]
    content = json.loads(path.read_text())
    path.write_text(json.dumps(content | {"seq": content["seq"] + LONGER} | told))
    error = refused(ran(small, "--anchor", str(path)))
    assert (error.exit_status, error.code, error.evidence["cause"]) == (5, code, cause)
    assert ("superuser" in f"{error.message} {error.hint}") == (cause == "change")


def test_an_anchor_of_a_longer_chain_ends_with_5(small: Database, tmp_path: Path) -> None:
    path = kept(small, tmp_path)
    seq = head(small)[0]
    path.write_text(json.dumps(json.loads(path.read_text()) | {"seq": seq + 3}))
    error = refused(ran(small, "--anchor", str(path)))
    assert (error.exit_status, error.evidence["seq"]) == (5, seq + 3)

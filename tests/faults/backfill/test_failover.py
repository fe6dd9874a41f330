"""What an asynchronous failover takes is told, recorded, done again, and never certified in silence."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.errors import ConsoleError, GateClosed, Stopped
from core.services.trust import audit, certify, doctor, standbys, verify
from tests import small
from tests.databases import Database, a_clone, a_template
from tests.faults.appliers import Hold, applying
from tests.faults.failover import Pair, a_pair
from tests.faults.runs import a_run
from tests.faults.servers import an_own_server
from tests.homes import eventually
from tests.templates import SMALL

ROWS = 1000


@pytest.fixture
def pair() -> Iterator[tuple[Pair, Database]]:
    with (
        an_own_server() as primary,
        a_template(primary.tests, SMALL) as template,
        a_clone(primary.tests, template) as database,
        a_pair(primary) as both,
    ):
        yield both, database


def gates(error: ConsoleError) -> list[dict[str, Any]]:
    found: Any = error.evidence["gates"]
    return list(found)


def _applied(database: Database, collection: str, **rows: int) -> int:
    run = small.a_run(database, collection, **{"goods": 0, **rows})
    with applying(database.dsn(), run) as applier:
        assert applier.end() == 0, applier.said()
    return run


def _certified_on_both(both: Pair, before: Database, run: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A certificate is given once the synchronous standby has it; one that is silent is told, and waited for again."""
    with both.synchronous(), before.connect("reviewer1") as reviewer:
        with both.out_of_reach(), monkeypatch.context() as patch:
            patch.setattr(standbys, "SECONDS", 0.5)
            with pytest.raises(Stopped) as silent:
                certify.certify(reviewer, run, "read all of it")
            assert (silent.value.code, silent.value.exit_status) == ("standby_silent", 7)
            # It stands, on this server only: the same command waits again, and says so.
            stands = certify.read(reviewer, run)
            with pytest.raises(Stopped) as again:
                certify.certify(reviewer, run, "read all of it")
            assert again.value.code == "standby_silent"
        given = certify.certify(reviewer, run, "read all of it")
        assert stands is not None
        assert (given.synchronous, given.chain_head) == ("*", stands.chain_head)
    both.catch_up()
    with both.moved(before).connect("reviewer1") as there:
        assert certify.read(there, run) == stands


def _missed(both: Pair, before: Database, run: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A standby that is down is missed before anything is recorded, and no commit waits for it."""
    waits = "SELECT needed FROM birth.birth_standbys_read()"
    with monkeypatch.context() as patch, before.connect("reviewer1") as reviewer:
        patch.setattr(standbys, "SECONDS", 0.1)
        with both.primary.set_to("synchronous_standby_names", "'FIRST 2 (lost, found)'"):
            assert eventually(lambda: before.value(waits) == 2)
            with pytest.raises(Stopped) as missed:
                certify.certify(reviewer, run, "all is well")
        assert (missed.value.code, missed.value.evidence["streaming"]) == ("standby_missing", 0)
        assert certify.read(reviewer, run) is None
        assert eventually(lambda: before.value(waits) == 0)


def test_what_a_failover_takes_is_told_done_again_and_never_certified_in_silence(
    pair: tuple[Pair, Database], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both, before = pair
    # The first run is applied before, and certified in the moment that gets lost.
    first, safe = (_applied(before, "notes", notes=100), _applied(before, "parts", parts=50))
    _certified_on_both(both, before, safe, monkeypatch)
    second = a_run(before, ROWS)
    with applying(before.dsn(), second.number, "--batch-size", "100", "--max-batches", "2") as applier:
        assert applier.end() == 7, applier.said()
    both.catch_up()
    both.fall_behind()
    _missed(both, before, first, monkeypatch)
    with before.connect("reviewer1") as reviewer:
        certify.certify(reviewer, first, "all is well")
        anchor = tmp_path / "anchor.json"
        audit.write_anchor(reviewer, audit.audit(reviewer), anchor)
    with applying(both.dsn(before), second.number, "--batch-size", "100", hold=Hold("after_commit", 4)) as applier:
        applier.await_hold()
        both.fail_over()
        applier.go_on()
        assert applier.end() == 0, applier.said()
        told = applier.events()
    after = both.moved(before)

    # The stream says how much is gone, and adds up with it.
    (lost,) = [event for event in told if event["event"] == "history_lost"]
    assert (lost["batches"], lost["rows"], lost["registered"]) == (4, 400, 400)
    assert (lost["timeline_before"], lost["timeline"]) == (1, 2)
    registered = sum(event["registered"] for event in told if event["event"] == "batch")
    assert registered - lost["registered"] == ROWS - 200
    second_after = type(second)(after, second.number, second.rows, second.before)
    second_after.must_be_complete()
    with after.connect("reviewer1") as reviewer:
        whole = next(gate for gate in verify.verify(reviewer, second.number).gates if gate.id == "history_whole")
        evidence: Any = whole.evidence
        assert (evidence["lost_batches"], evidence["live"]["timeline"]) == (4, 2)
        assert audit.audit(reviewer).ok

        # The certificate that is gone is not given again before somebody has looked.
        assert certify.read(reviewer, first) is None
        with pytest.raises(GateClosed) as closed:
            certify.certify(reviewer, first, "once more")
        assert [gate["gate"] for gate in gates(closed.value)] == ["history_whole"]
        found = audit.audit(reviewer, anchor)
        assert found.bad is not None
        assert (found.bad["cause"], "failover" in str(found.bad["reason"])) == ("rewind", True)
        assert {each.id: each.verdict for each in doctor.examine(reviewer)}["history"] == "warning"
    with after.connect("gatekeeper1") as gatekeeper:
        audit.accept_history(gatekeeper, "compared with the anchor of this morning")
        # Who opened this gate took part, and certifies neither run.
        assert "accepted" in after.value(f"SELECT birth.birth_own_parts({first})", "gatekeeper1")
        with pytest.raises(ConsoleError, match="has not changed"):
            audit.accept_history(gatekeeper, "again")
    with after.connect("reviewer1") as reviewer:
        assert {each.id: each.verdict for each in doctor.examine(reviewer)}["history"] == "passed"
        given = certify.certify(reviewer, first, "once more, after the failover")
        assert given.synchronous is None
        assert audit.audit(reviewer).ok

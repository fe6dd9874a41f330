"""A plan ends other plans of the same collections, but not under the hands of those who apply them."""

import pytest

from core.errors import GateClosed
from core.services.backfill import control, plan
from core.services.backfill.apply_options import Options
from tests.databases import Database
from tests.small import AT_ROW_120, a_lock, a_run, drive, driving, eventually, is_waited_for, registering

SLOWLY = Options(batch_size=50, patience=20)


def test_a_run_that_somebody_applies_is_not_superseded_unless_it_is_cancelled(small: Database) -> None:
    registering(small, before=AT_ROW_120)
    run = a_run(small, "goods")
    with small.connect("operator2") as other:
        with driving(small, run, SLOWLY) as applying:
            with a_lock(small, 7):
                eventually(lambda: is_waited_for(small, 7))
                for collections in (["goods"], None):
                    with pytest.raises(GateClosed) as caught:
                        plan.plan(other, collections)
                    assert caught.value.code == "run_at_work"
                    assert caught.value.message == f"run {run} is being applied by operator1"
                control.send(other, run, "cancel", reason="another plan")
            eventually(lambda: applying.has_ended)
        done = plan.plan(other, ["goods"])
    assert (done.superseded, done.abandoned) == ((run,), (run,))
    assert applying.code == "run_cancelled"


def test_a_run_that_nobody_is_at_work_on_is_superseded_and_its_applier_told_by_whom(small: Database) -> None:
    run = a_run(small, "goods")
    assert drive(small, run, Options(batch_size=50, max_batches=2)).code == "max_batches"
    with small.connect("operator2") as other:
        done = plan.plan(other, ["goods"])
    assert (done.superseded, done.abandoned) == ((run,), (run,))
    with small.psql() as session, pytest.raises(Exception, match=f"by run {done.run.run}, planned by operator2"):
        session.execute(f"SELECT * FROM birth.birth_backfill_claim({run}, 10)".encode())

"""`make soak`: a company's day in ten minutes (MINUTES=…), and its accounts. Exit 1 where they do not add up.

Six operators bring six collections through the line by the command line, while rows come by the gateway, slip past it
and are deleted, and applies are killed. In the middle the server fails over to a replica that lagged.
"""

import json
import os
import random
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from threading import Event, Thread

from psycopg.conninfo import make_conninfo

from tests import line
from tests.databases import Database, a_clone, a_template
from tests.faults.failover import Pair, a_pair
from tests.faults.servers import an_own_server
from tests.soak import accounts
from tests.soak.operators import Operator, Tally
from tests.soak.world import FILL, OPERATORS, SLIP, TABLE, TABLES, Writers
from tests.templates import SMALL

_ROUNDS = 10
_LAG = 8  # seconds that runs get to begin
_LIVE = 120  # seconds within which an apply has to be at work
# Batches of an apply that is at work, which the replica does not get any more.
_HIT = """
SELECT coalesce(max(one.batches), 0) FROM (
    SELECT count(*) FILTER (WHERE b.finished_at > '{since}') AS batches FROM birth.birth_backfill_batch AS b
    GROUP BY b.ledger_id HAVING bool_or(b.finished_at IS NULL AND b.lease_until > clock_timestamp())
        AND count(*) FILTER (WHERE b.finished_at > '{since}') >= 3) AS one
"""


def _build(database: Database) -> None:
    for table in TABLES:
        database.run(TABLE.format(table, FILL))
        database.run(f"SELECT birth.birth_identity_import('{table}', 'column', ARRAY['code'], 'the soak says so')")
    for login in OPERATORS[2:]:
        database.run(
            f"DROP ROLE IF EXISTS {login}; CREATE ROLE {login} LOGIN; GRANT birth_operator TO {login};"
            f" INSERT INTO birth.birth_person_login (login, person) VALUES ('{login}', '{login} of the soak')"
        )
    database.run("ANALYZE; TRUNCATE birth.trigger_guard_alerts")
    line.open_permit(database, budget=10_000_000)


def _certifier(reviewer: Operator, stop: Event) -> None:
    """A reviewer certifies what is applied, whatever becomes of it."""
    while not stop.is_set():
        status, out, _ = reviewer.run("ledger")
        applied = [each["run"] for each in json.loads(out)["runs"] if each["status"] == "applied"] if not status else []
        for number in applied[:3]:
            status, out, _ = reviewer.run("verify", str(number))
            if status == 0:
                digest = json.loads(out)["evidence_digest"]
                reviewer.run("certify", str(number), "--note", "looked at by the soak", "--evidence", digest)
        stop.wait(5)


def _fail_over(both: Pair, database: Database, tally: Tally) -> None:
    """The primary dies while an apply is at work that has heard of batches which the replica never gets."""
    # Long runs, so that some are still at work by then.
    for table in TABLES:
        database.run(f"{SLIP} INSERT INTO public.{table} (code) SELECT '{table}-late-' || n FROM"
                     f" generate_series(1, {3 * FILL}) AS n")  # fmt: skip
    time.sleep(_LAG)
    both.catch_up()
    both.fall_behind()
    since = database.value("SELECT clock_timestamp()")
    until = time.monotonic() + _LIVE
    hit = 0
    while not hit and time.monotonic() < until:
        hit = database.value(_HIT.format(since=since))
    both.fail_over()
    with tally.lock:
        tally.ends["failover"] += 1
        tally.hit = hit
        if not hit:
            tally.wrong.append("the failover met no apply at work")


def _settle(operator: Operator, tally: Tally) -> None:
    """Bring every run to its end, and register whatever is missing still."""
    calm = Event()
    for _ in range(_ROUNDS):
        status, out, said = operator.run("ledger")
        for each in json.loads(out)["runs"] if status == 0 else ():
            if each["status"] == "applying":
                operator.applied(each["run"], calm)
        status, out, said = operator.run("plan", "--all", "--reconcile", "--note", "the last one")
        if status:
            continue
        planned = json.loads(out)
        if not planned["totals"]["missing"]:
            return
        operator.applied(planned["run"], calm)
    tally.wrong.append(f"the last plan still finds missing rows: {said}")


def main() -> int:
    """Run it, and say what came of it as JSON."""
    minutes = float(os.environ.get("MINUTES") or 10)
    seed = int(os.environ.get("SEED") or 0) or random.randrange(1, 10**6)  # noqa: S311 - no secret
    random.seed(seed)
    sys.stderr.write(f"seed {seed}: SEED={seed} make soak chooses the same again\n")
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="birth-soak-")))
        primary = stack.enter_context(an_own_server())
        template = stack.enter_context(a_template(primary.tests, SMALL))
        database = stack.enter_context(a_clone(primary.tests, template))
        _build(database)
        both = stack.enter_context(a_pair(primary))
        tally, stop, writers = Tally(), Event(), Writers(make_conninfo(both.dsn(database, "postgres")))
        people = [Operator(both.dsn(database), login, home / login, tally) for login in OPERATORS]
        reviewer = Operator(both.dsn(database), "reviewer1", home / "reviewer1", tally)
        at_work = [Thread(target=each.line, args=(table, stop)) for each, table in zip(people, TABLES, strict=True)]
        at_work.append(Thread(target=_certifier, args=(reviewer, stop)))
        writing = writers.start()
        for each in at_work:
            each.start()
        time.sleep(minutes * 30)
        _fail_over(both, database, tally)
        gatekeeper = Operator(both.dsn(database), "gatekeeper1", home / "gatekeeper1", tally)
        gatekeeper.run("audit", "--accept-history", "the soak knows of its failover")
        time.sleep(minutes * 30)
        writers.stop.set()
        stop.set()
        for each in (*writing, *at_work):
            each.join()
        after = both.moved(database)
        _settle(people[0], tally)
        wrong = [*tally.wrong, *accounts.faults(after)]
        status, out, said = reviewer.run("audit")
        if status or not json.loads(out)["ok"]:
            wrong.append(f"audit: {said}")
        told = {
            "minutes": minutes,
            "seed": seed,
            "commands": dict(sorted(tally.ends.items())),
            "kills": tally.kills,
            "not_verified": tally.not_verified,
            "hit_at_work": {"batches": tally.hit},
            "told_lost": {"batches": tally.lost_batches, "rows": tally.lost_rows},
            "writers": writers.written,
            **accounts.figures(after),
            "wrong": wrong,
        }
        sys.stdout.write(json.dumps(told, indent=2) + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

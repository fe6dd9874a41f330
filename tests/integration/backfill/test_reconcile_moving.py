"""Tables that are in use while they are planned and reconciled: what moves is listed, bounded and accounted for."""

import json
from threading import Event, Thread

import pytest

from core.db.connection.session import Connection
from core.domain.backfill.diff import View
from core.errors import Stale, UsageError
from core.services.backfill import diff, plan, reconcile, runs
from core.services.backfill.apply_options import Options
from core.services.trust import certify, verify
from tests import line
from tests import small as small_database
from tests.console import run
from tests.databases import Database

# A row that slips past the gateway.
_PAST = """
SET session_replication_role = replica;
INSERT INTO public.goods VALUES ({number} + 500000, 'PAST-{number}', 1);
RESET session_replication_role;
"""


class Writer(Thread):
    """Deletes a row, inserts one by the gateway and one past it, again and again; it knows which."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self.database, self.stopped, self.pause = database, Event(), 0.0
        self.gone: set[str] = set()
        self.born: set[str] = set()
        self.past: set[str] = set()

    def run(self) -> None:
        """Until it is stopped, with a pause after each round."""
        with self.database.psql("postgres") as session:
            number = 1_000_000
            while not self.stopped.wait(self.pause):
                number += 1
                last = "(SELECT max(id) FROM public.goods WHERE id BETWEEN 1000 AND 99999)"
                deleted = session.execute(f"DELETE FROM public.goods WHERE id = {last} RETURNING code".encode())
                self.gone |= {row["code"] for row in deleted}
                session.execute("INSERT INTO public.goods VALUES (%s, %s, 1)", [number, f"NEW-{number}"])
                self.born.add(f"NEW-{number}")
                session.execute(_PAST.format(number=number).encode())
                self.past.add(f"PAST-{number}")


def test_drift_is_listed_bounded_and_in_the_digest_and_the_run_goes_on_to_its_certificate(small: Database) -> None:
    line.open_permit(small)
    small_database.fill(small, goods=30, notes=5)
    with small.connect() as operator:
        number = line.make_plan(operator, "goods", "notes")
        small.run("""
            DELETE FROM public.goods WHERE id IN (1, 2);
            INSERT INTO birth.birth_registry (entity_code, collection_name) VALUES ('G-000003', 'goods');
            INSERT INTO public.goods VALUES (100, 'BY-GATEWAY', 1);
            SET session_replication_role = replica; INSERT INTO public.goods VALUES (101, 'SLIPPED-PAST', 1);
        """)
        for too_few in (0, 3):
            with pytest.raises(Stale) as refused:
                reconcile.reconcile(operator, number, "compared", allow=too_few)
            assert refused.value.evidence["drift"] == {"late": 1, "gone": 2, "registered_since": 1}
        with pytest.raises(UsageError):
            reconcile.reconcile(operator, number, "compared", allow=10_001)
        done = reconcile.reconcile(operator, number, "compared", allow=4)
        assert (done.planned, done.source, done.accepted) == (35, 33, 4)
        assert {name: (codes.late, codes.gone, codes.registered_since) for name, codes in done.rows.items()} == {
            "goods": (("SLIPPED-PAST",), ("G-000001", "G-000002"), ("G-000003",))
        }
        event = json.loads(
            small.value(
                "SELECT payload FROM birth.birth_ledger_event WHERE kind = 'reconciled' ORDER BY seq DESC LIMIT 1"
            )
        )
        assert event["moved"]["goods"]["codes"]["gone"] == ["G-000001", "G-000002"]
        assert event["drift"]["digest"] == small.value(
            "SELECT encode(sha256(convert_to((payload::jsonb -> 'moved')::text, 'UTF8')), 'hex')"
            " FROM birth.birth_ledger_event WHERE kind = 'reconciled' ORDER BY seq DESC LIMIT 1"
        )
        small_database.done(small, number)
        account = runs.account(operator, number)
        assert (account.planned, account.registered, account.existing, account.vanished) == (35, 32, 1, 2)
        found = verify.verify(operator, number)
        assert [gate.id for gate in found.gates if not gate.passed] == []
        shown = next(gate.evidence for gate in found.gates if gate.id == "reconciled")
        assert isinstance(shown, dict)
        assert shown["drift"] == event["drift"]
    with small.connect("reviewer1") as reviewer:
        assert certify.certify(reviewer, number, "looked at", looked_at=found.evidence_digest).run == number


def test_a_row_without_a_code_is_no_drift_that_could_be_accepted(small: Database) -> None:
    small_database.fill(small, notes=5)
    with small.connect() as operator:
        number = line.make_plan(operator, "notes")
        small.run("INSERT INTO public.notes VALUES (NULL)")
        with pytest.raises(Stale):
            reconcile.reconcile(operator, number, "compared", allow=10)


def test_a_table_with_deletes_and_inserts_every_moment_gets_to_its_certificate_and_each_of_them_is_named(
    small: Database,
) -> None:
    line.open_permit(small)
    small_database.fill(small, goods=3000)
    writer = Writer(small)
    writer.start()
    try:
        with small.connect() as operator:
            assert any(_is_stale(operator) for _ in range(50)), "nothing moved, and this shows nothing"
            made = [plan.plan(operator, names, note="in one look").run for names in (["goods"], None, ["goods"])]
        writer.pause = 0.2  # five of each in a second
        number = made[-1].run
        # The longer this takes, the more planned rows are gone before their batch comes.
        small_database.done(small, number, Options(batch_size=500, patience=20, most_vanished=1000))
        rounds = len(writer.gone)
        small_database.eventually(lambda: len(writer.gone) > rounds + 1)
        with small.connect("reviewer1") as reviewer:
            certify.certify(reviewer, number, "while it moves")
    finally:
        writer.stopped.set()
        writer.join()
    _each_is_named(small, number, writer)
    assert [each.status for each in made] == ["reconciled"] * 3
    events = small.run(
        "SELECT payload::jsonb - 'digests' AS told FROM birth.birth_ledger_event WHERE kind = 'reconciled'"
    )
    assert (events[-1]["told"]["run"], events[-1]["told"]["note"]) == (made[2].run, "in one look")
    asked = ("--json", "--dsn", small.dsn())
    found = run("plan", "goods", "--reconcile", "--note", "at a prompt", *asked)
    assert (found.status, found.document["accepted"], found.document["drift"]["late"]) == (0, 0, 0)
    assert run("plan", "goods", "--reconcile", *asked).status == 2
    last = "(SELECT max(code) FROM public.goods WHERE code LIKE 'PAST-%')"
    (late,) = small.run(f"DELETE FROM public.goods WHERE code = {last} RETURNING code")
    moved = run("reconcile", str(found.document["run"]), "--note", "one is gone", "--allow-drift", "1", *asked)
    assert (moved.status, moved.document["accepted"]) == (0, 1)
    assert moved.document["rows"]["goods"]["gone"] == [late["code"]]
    # What is known to be gone is no reason to stop for: it comes on top of the ten that may vanish anyway.
    assert small.value(f"SELECT most_vanished FROM birth._birth_run_limit({found.document['run']})") == 11


def _is_stale(operator: Connection) -> bool:
    """Whether something moved between a plan and its reconciliation: on a busy machine, not each time."""
    try:
        line.make_reconciled(operator, "goods")
    except Stale:
        return True
    return False


def _each_is_named(database: Database, number: int, writer: Writer) -> None:
    """Every row that moved stands where it belongs, and nowhere else."""

    def codes(source: str) -> set[str]:
        return {row["entity_code"] for row in database.run(f"SELECT entity_code FROM birth.{source}")}

    planned = codes(f"birth_backfill_item JOIN birth.birth_backfill_ledger USING (ledger_id) WHERE run_id = {number}")
    registered = codes(f"birth_registry WHERE dot_origin = 'birth-backfill:run-{number}'")
    gateway = codes("birth_registry WHERE dot_origin = 'GATEWAY'")
    assert (gateway, planned - registered) == (writer.born, planned & writer.gone - registered)
    with database.connect("viewer1") as viewer:
        shown = {
            kind: {row.code for row in diff.diff(viewer, View(number, only=kind), rows=10_000).rows} for kind in "=-~+"
        }
        account = runs.account(viewer, number)
    assert shown == {"=": registered, "-": planned - registered, "~": writer.past - planned, "+": set()}
    assert (account.registered, account.vanished, account.open) == (len(registered), len(planned - registered), 0)

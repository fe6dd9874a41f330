"""Retired identities: rows that have a code keep it, the next identity counts for the others."""

import json
from dataclasses import replace

import psycopg
import pytest

from core.domain.classify.identity import column_identity, synthetic_identity
from core.errors import GateClosed, UsageError
from core.services.backfill import plan, strays
from core.services.classify import bulk_check, classify, sources
from core.services.overview import matrix, readiness
from core.services.trust import audit, verify
from tests import line
from tests import small as small_database
from tests.databases import Database


def gate(database: Database) -> str:
    """What readiness says of the gate."""
    with database.connect() as viewer:
        return str(readiness.read(viewer).metrics["qt001_gate"])


def planned(database: Database, collection: str) -> list[str]:
    """The codes that a plan of this collection holds."""
    with database.connect() as operator:
        run = line.make_plan(operator, collection)
    rows = database.run(
        "SELECT entity_code FROM birth.birth_backfill_item JOIN birth.birth_backfill_ledger USING (ledger_id)"
        f" WHERE run_id = {run} ORDER BY seq"
    )
    return [row["entity_code"] for row in rows]


def test_a_dropped_column_is_led_out_of_by_retiring_and_nothing_is_born_twice(small: Database) -> None:
    first = small_database.a_run(small, "goods", "parts", "notes", goods=5, parts=2, notes=1)
    small_database.done(small, first)
    assert gate(small) == "OPEN"
    small.run("ALTER TABLE public.goods DROP COLUMN code")
    assert "1_IDENTITIES_RESOLVED" in gate(small)
    with small.connect() as operator:
        with pytest.raises(GateClosed) as final:
            classify.classify(operator, column_identity("goods", "id"))
        assert (final.value.code, "classify goods --retire" in str(final.value.hint)) == ("identity_in_use", True)
        assert classify.retire(operator, "goods", "its column was dropped").retired == 1
    # Unclassified, as any other: an operator opens the gate alone.
    assert "1_IDENTITIES_RESOLVED" in gate(small)
    small.run("INSERT INTO public.goods (id, price) VALUES (6, 6), (7, 7)")
    with small.connect() as operator:
        counts = matrix.count(operator, "goods")
        assert counts is not None
        assert (counts.source_rows, counts.registered, counts.missing) == (2, 0, 2)
        classify.classify(operator, synthetic_identity("goods", "goods:{id}"))
    assert gate(small) == "OPEN"
    assert planned(small, "goods") == ["goods:6", "goods:7"]
    second = small_database.reconciled(small, "goods")
    small_database.done(small, second)
    with small.connect() as operator:
        assert verify.late_rows(operator, second) == 0
        again = plan.plan(operator, ["goods"]).run
        assert (again.missing, strays.of_run(operator, again)) == (0, [])
        (row,) = (each for each in matrix.read(operator) if each.facts.collection == "goods")
        row = replace(row, counts=matrix.count(operator, "goods", exact=True))
        assert matrix.phantoms(row, matrix.registry_rows(operator)) == 0
        # What came under the new identity holds that one: it is in use, too.
        with pytest.raises(GateClosed) as held:
            bulk_check._unused(operator, sources.enrolled(operator, "goods"))
        assert held.value.code == "identity_in_use"
        found = audit.audit(operator)
    assert (found.ok, found.differences) == (True, ())
    assert small.value("SELECT count(*) FROM birth.birth_registry WHERE collection_name = 'goods'") == 7
    told = json.loads(small.value("SELECT payload FROM birth.birth_ledger_event WHERE kind = 'identity_retired'"))
    assert (told["reason"], told["kept"]["rows"], told["kept"]["every_row"]) == ("its column was dropped", 5, True)
    # The chain tells of the retirement: whoever changes it is found.
    small.run("UPDATE birth.birth_identity_retirement SET registered = 0")
    with small.connect() as operator:
        assert [each.column for each in audit.audit(operator).differences] == ["registered"]


def test_rows_without_a_code_get_theirs_under_the_next_identity_where_the_old_one_can_be_read(small: Database) -> None:
    small_database.done(small, small_database.a_run(small, "goods", goods=3))
    small.run(
        "SET session_replication_role = replica; INSERT INTO public.goods VALUES (8, 'missing', 8);"
        " RESET session_replication_role"
    )
    with small.connect() as operator:
        classify.retire(operator, "goods", "the wrong column")
        classify.classify(operator, column_identity("goods", "price"))
    assert planned(small, "goods") == ["8"]
    # A table that is gone and comes back from a dump keeps its old rows' codes, by their keys.
    small.run(
        "CREATE TABLE public.copied AS TABLE public.goods; DROP TABLE public.goods;"
        " CREATE TABLE public.goods (id integer PRIMARY KEY, code text, price integer);"
        " INSERT INTO public.goods TABLE public.copied;"
        " GRANT SELECT ON public.goods TO birth_owner, birth_caller, birth_reader"
    )
    assert planned(small, "goods") == ["8"]
    small.run("ALTER TABLE public.goods DROP COLUMN id")
    with small.connect() as operator, pytest.raises(GateClosed) as gone:
        line.make_plan(operator, "goods")
    assert gone.value.code == "key_missing"


def test_only_an_operator_with_a_reason_retires_and_only_what_is_in_use(small: Database) -> None:
    with small.connect() as operator:
        with pytest.raises(GateClosed) as unused:
            classify.retire(operator, "goods", "never used")
        assert unused.value.code == "nothing_registered"
        with pytest.raises(UsageError) as blank:
            classify.retire(operator, "goods", " \u200b")
        assert blank.value.code == "reason_missing"
    small_database.done(small, small_database.a_run(small, "notes", notes=2))
    with small.connect() as operator, pytest.raises(GateClosed) as keyless:
        classify.retire(operator, "notes", "no key")
    assert keyless.value.code == "no_key"
    for login in ("viewer1", "gatekeeper1", "reviewer1"):
        with small.psql(login) as session, pytest.raises(psycopg.Error) as refused:
            session.execute("SELECT birth.birth_identity_retire('notes', 1, 'mine')")
        assert refused.value.sqlstate in ("42501", "BR006")

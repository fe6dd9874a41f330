"""A plan tells what an apply would change: rows and codes, permits, time and risks; as text, JSON and a page."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from core.services.backfill import plan, preview, reconcile, runs
from core.services.overview import parallel_counts
from core.services.trust import audit, verify
from tests import line
from tests import small as small_database
from tests.console import run
from tests.databases import Database

if TYPE_CHECKING:
    from core.domain.steps import Step

HOSTILE = "<script>alert(1)</script>\x1b[31m\u202e"


def test_a_plan_tells_changes_largest_first_with_codes_permits_time_and_risks(small: Database, tmp_path: Path) -> None:
    small_database.fill(small, goods=20, parts=5)
    page = tmp_path / "plan.html"
    first = run("plan", "--all", "--json", "--html", str(page), "--dsn", small.dsn("operator1"))
    assert first.status == 0, first.err
    told = first.document["preview"]
    assert [(each["collection"], each["missing"], each["share"]) for each in told["changes"]] == [
        ("goods", 20, "all"), ("parts", 5, "all"),
    ]  # fmt: skip
    assert (told["changes"][0]["first"], told["changes"][0]["last"]) == ("G-000001", "G-000020")
    assert told["unchanged"] == ["notes"]
    assert (told["permits"], told["rate"], told["seconds"]) == ({"open": 0, "left": 0, "admitted": 0}, None, None)
    assert any("open permits do not admit 25 of 25 rows" in each for each in told["risks"])
    assert "no permit is open" in page.read_text(encoding="utf-8")
    again = run("plan", "--all", "--html", str(page), "--dsn", small.dsn("operator1"))
    assert (again.status, "already exists" in again.err) == (2, True)

    # With a permit, and rates of the batches of a run that is done: nothing of it is guessed.
    line.open_permit(small)
    small_database.done(small, small_database.reconciled(small, "goods", "parts"))
    with small.psql("postgres") as root:
        root.execute("SET session_replication_role = replica")
        root.execute("INSERT INTO public.notes VALUES (%s), ('zz')", [HOSTILE])
    page = tmp_path / "second.html"
    second = run("plan", "--all", "--html", str(page), "--dsn", small.dsn("operator1"))
    assert second.status == 0, second.err
    assert "2 of 27 rows are missing, in 1 of 3 collections" in second.out
    assert "+ 2  all  notes" in second.out
    assert " <script>alert(1)</script>\\x1b[31m\\u202e … zz" in second.out
    assert "2 collections without missing rows" in second.out
    assert "1 open permit: 2 of 2 rows admitted" in second.out
    assert "rows/s per worker, latest 2 batches" in second.out
    written = page.read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\\x1b[31m\\u202e" in written
    assert not {"<script>", "\x1b", "\u202e"} & set(written)
    assert "<script" not in written


def test_rows_without_an_index_and_a_permit_that_ends_too_early_are_risks(small: Database) -> None:
    number = small_database.a_run(small, "goods", goods=10)
    small_database.done(small, number)
    small_database.fill(small, parts=3, notes=0)
    with small.connect() as operator:
        planned = line.make_plan(operator, "parts")
    small.run("UPDATE birth.birth_backfill_ledger SET locator_indexed = false;"
              " UPDATE birth.birth_admission_permit SET expires_at = clock_timestamp() + interval '1 ms'")  # fmt: skip
    with small.connect() as operator:
        found = preview.read(operator, runs.run(operator, planned))
    said = " ".join(found.risks)
    assert "without an index that finds planned rows again, batches are slow: parts" in said
    assert "open permits do not admit 3 of 3 rows" in said


def test_plan_reconcile_verify_audit_and_counts_tell_each_table_that_is_done(
    small: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Another's function may say what it likes: it is no step.
    small_database.registering(small, before="RAISE NOTICE 'reread parts'; RAISE NOTICE 'planned x';")
    small_database.fill(small, goods=20, parts=5)
    line.open_permit(small)
    told: list[Step] = []

    def names() -> list[str]:
        found = [step.collection for step in told]
        told.clear()
        return found

    with small.connect() as operator:
        run = plan.plan(operator, None, tell=told.append).run
        assert names() == ["goods", "notes", "parts"]
        plan.plan(operator, ["parts"], tell=told.append)
        assert names() == ["parts"]
        run = plan.plan(operator, ["goods", "notes", "parts"]).run
        reconcile.reconcile(operator, run.run, "looked", tell=told.append)
        assert told[-1].rows == 25
        assert names() == ["goods", "notes", "parts"]
        small_database.done(small, run.run)
        verify.verify(operator, run.run, tell=told.append)
        assert names() == ["goods", "notes", "parts"]
        monkeypatch.setattr(audit, "_TOLD", 2)
        events = audit.audit(operator, tell=told.append).entries
        assert [step.done for step in told] == list(range(2, events + 1, 2))
        told.clear()
    parallel_counts.counted_matrix(small.connect, 2, tell=told.append)
    assert sorted(names()) == ["goods", "notes", "parts"]

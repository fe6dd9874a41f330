"""What leaves or changes: phantoms and renames are shown by the plan and the packet."""

from core.services.backfill import reconcile
from tests import console
from tests import small as on_small
from tests.databases import Database


def test_a_row_that_left_and_one_that_was_renamed_are_named_by_plan_and_packet(small: Database) -> None:
    def told(*words: str) -> console.Answer:
        return console.run(*words, "--dsn", small.dsn("operator1"))

    on_small.done(small, on_small.a_run(small, "goods", goods=3))
    assert told("plan", "goods", "--json").document["phantoms"] == []
    small.run("UPDATE public.goods SET code = 'X-1' WHERE id = 1; DELETE FROM public.goods WHERE id = 2")
    wanted = {"collection": "goods", "phantoms": 2, "renamed": 1,
              "examples": [{"registered": "G-000001", "missing": "X-1"}]}  # fmt: skip
    assert told("plan", "goods", "--json").document["phantoms"] == [wanted]
    assert "goods: 2 phantoms, 1 renamed: G-000001 → X-1" in told("plan", "goods").out
    assert told("packet", "--format", "json").document["phantoms"] == [wanted]
    assert "G-000001 → X-1" in told("packet").out
    # Its new code once registered, the row is no longer missing; the registry keeps the old one.
    run = int(small.value("SELECT max(run_id) FROM birth.birth_backfill_run"))
    with small.connect("operator1") as operator:
        reconcile.reconcile(operator, run, "compared")
    on_small.done(small, run)
    (left,) = told("packet", "--format", "json").document["phantoms"]
    assert (left["phantoms"], left["renamed"]) == (2, 0)

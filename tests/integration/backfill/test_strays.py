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
              "examples": [{"registered": "G-000001", "missing": "X-1"}], "possibly_renamed": 0}  # fmt: skip
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
    # Of what the gateway registered nothing but the code is known, unless the registry holds the key of its source.
    small.run(
        "INSERT INTO public.goods (id, code) VALUES (8, 'G-8'); UPDATE public.goods SET code = 'Y-8' WHERE id = 8"
    )
    (row,) = (each for each in told("matrix", "--counts", "--json").document["collections"] if each["phantoms"])
    assert (row["missing"], row["phantoms"], row["renamed"], row["possibly_renamed"]) == (1, 3, 0, 1)
    untold = "goods: 3 phantoms, up to 1 possibly renamed"
    assert untold in told("plan", "goods").out
    small.run("""ALTER TABLE birth.birth_registry ADD item text;
        UPDATE birth.birth_registry SET item = 8 WHERE entity_code = 'G-8';
        UPDATE birth.birth_binding SET columns = '{"source_key": "item"}' WHERE part = 'registry'""")
    assert "1 missing; 3 phantoms; 1 renamed" in told("matrix", "--counts").out
    assert "G-8 → Y-8" in told("plan", "goods").out

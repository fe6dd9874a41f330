"""An identity is pinned to its columns, not to their names: swapped or redefined ones are refused."""

import pytest

from tests import line
from tests.databases import Database
from tests.faults.attacker import add_goods, ask, begun, claimed, refusal

SWAP = (
    "ALTER TABLE public.goods ADD COLUMN spare text; UPDATE public.goods SET spare = 'S-' || id;"
    "ALTER TABLE public.goods RENAME code TO old; ALTER TABLE public.goods RENAME spare TO code;"
    "CREATE UNIQUE INDEX ON public.goods (code); ALTER TABLE public.goods ALTER code SET NOT NULL;"
    "TRUNCATE birth.trigger_guard_alerts"
)
REDEFINED = {
    "another column of that name": SWAP,
    "another type": "ALTER TABLE public.goods ALTER code TYPE varchar(80)",
    "another collation": 'ALTER TABLE public.goods ALTER code TYPE text COLLATE "POSIX"',
}


@pytest.mark.parametrize("change", REDEFINED.values(), ids=list(REDEFINED))
def test_an_identity_whose_columns_are_others_now_is_neither_planned_nor_applied(small: Database, change: str) -> None:
    line.open_permit(small)
    add_goods(small, 1, 5)
    with small.psql() as operator:
        run = begun(operator)
        batch = claimed(operator, run)
        small.run(change)
        state, message = refusal(operator, batch)
        assert (state, "columns" in message or "may not be applied" in message) == ("BR004", True)
        state, message = refusal(operator, "SELECT birth.birth_backfill_plan(ARRAY['goods'])")
        assert (state, message.partition(":")[0]) == ("BR004", "identity_drifted")
        # Who looks at it and records it again, by what the columns are now, goes on.
        version = ask(operator, "SELECT version FROM birth.birth_identity WHERE collection_name = 'goods'")
        ask(operator, f"SELECT birth.birth_identity_classify('goods', 'column', '{{code}}', {version}, 'looked', NULL)")
        assert ask(operator, "SELECT birth.birth_backfill_plan(ARRAY['goods'])") > run


# What finds a planned row again by its key, and back.
KEYS = {
    "no unique index holds": (
        "ALTER TABLE public.goods DROP CONSTRAINT goods_pkey",
        "ALTER TABLE public.goods ADD PRIMARY KEY (id)",
    ),
    "another column of that name": (
        "ALTER TABLE public.goods RENAME id TO x; ALTER TABLE public.goods RENAME price TO id",
        "ALTER TABLE public.goods RENAME id TO price; ALTER TABLE public.goods RENAME x TO id",
    ),
    "rows of an heir": ("CREATE TABLE public.heir () INHERITS (public.goods)", "DROP TABLE public.heir"),
    "another replica identity": (
        "ALTER TABLE public.goods REPLICA IDENTITY FULL",
        "ALTER TABLE public.goods REPLICA IDENTITY DEFAULT",
    ),
}


def test_what_finds_a_planned_row_again_is_pinned_as_well(small: Database) -> None:
    line.open_permit(small)
    add_goods(small, 1, 5)
    with small.psql() as operator:
        batch = claimed(operator, begun(operator))
        for change, back in KEYS.values():
            small.run(change)
            state, message = refusal(operator, batch)
            assert (state, "changed: locator" in message) == ("BR004", True), (change, message)
            small.run(f"{back}; TRUNCATE birth.trigger_guard_alerts")
        assert ask(operator, batch) == 5


def test_a_generated_column_whose_expression_changes_is_another_one(small: Database) -> None:
    line.open_permit(small)
    add_goods(small, 1, 2)
    small.run("ALTER TABLE public.goods ADD COLUMN made text GENERATED ALWAYS AS ('a' || id::text) STORED")
    with small.psql() as operator:
        ask(operator, "SELECT birth.birth_identity_unclassify('goods', 1, 'x')")
        ask(operator, "SELECT birth.birth_identity_classify('goods', 'column', '{made}', NULL, 'x', NULL)")
        small.run(
            "ALTER TABLE public.goods DROP COLUMN made;"
            "ALTER TABLE public.goods ADD COLUMN made text GENERATED ALWAYS AS ('b' || id::text) STORED"
        )
        state, message = refusal(operator, "SELECT birth.birth_backfill_plan(ARRAY['goods'])")
        assert (state, message.partition(":")[0]) == ("BR004", "identity_drifted")


def test_a_column_that_is_renamed_is_named_and_a_restored_table_is_the_same(small: Database) -> None:
    add_goods(small, 1, 2)
    with small.psql() as operator:
        small.run("ALTER TABLE public.goods RENAME code TO kode")
        assert "its identity columns are missing: code" in refusal(
            operator, "SELECT birth.birth_backfill_plan(ARRAY['goods'])"
        )[1]  # fmt: skip
        small.run("ALTER TABLE public.goods RENAME kode TO code")
        # As a dump and a restore leave it: another table, its columns numbered anew.
        small.run(
            "ALTER TABLE public.goods RENAME TO before; CREATE TABLE public.goods (code text PRIMARY KEY, id integer,"
            " price integer); INSERT INTO public.goods SELECT code, id, price FROM public.before;"
            "DROP TABLE public.before; GRANT SELECT ON public.goods TO birth_owner, birth_caller, birth_reader;"
            "TRUNCATE birth.trigger_guard_alerts"
        )
        assert ask(operator, "SELECT birth.birth_backfill_plan(ARRAY['goods'])") > 0

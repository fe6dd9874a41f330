"""A plan stores exactly what is missing."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from core.db.rows.plan import PLAN
from core.domain.classify.identity import column_identity, synthetic_identity
from core.errors import ConsoleError, GateClosed, NotAllowed, Stale, UsageError
from core.services.backfill import plan, reconcile, runs
from core.services.classify import classify
from tests import line
from tests import small as small_database
from tests.databases import Database
from tests.homes import eventually

PLANS = "SELECT count(*) FROM birth.birth_backfill_run"
WRITTEN = f"""
    SELECT ({PLANS}) AS runs, (SELECT count(*) FROM birth.birth_backfill_item) AS items,
        (SELECT max(seq) FROM birth.birth_ledger_event) AS events, (SELECT count(*) FROM birth.birth_registry) AS births
"""


def refused(database: Database, *collections: str, login: str = "operator1") -> ConsoleError:
    before = database.run(WRITTEN)
    with database.connect(login) as connection, pytest.raises(ConsoleError) as found:
        plan.plan(connection, collections or None)
    assert database.run(WRITTEN) == before
    assert found.value.hint
    return found.value


def test_a_plan_holds_each_missing_row_once_in_byte_order_under_the_code_it_will_have(database: Database) -> None:
    with database.connect() as operator:
        run = plan.plan(operator, ["workflows"]).run
    (entry,) = run.entries
    assert (entry.identity, entry.source_rows, entry.distinct_codes, entry.registered) == ("process_code", 64, 64, 61)
    items = database.run("SELECT seq, entity_code FROM birth.birth_backfill_item ORDER BY seq")
    missing = database.run(
        "SELECT process_code FROM workflows EXCEPT SELECT entity_code FROM birth.birth_registry ORDER BY 1"
    )
    assert [item["seq"] for item in items] == [1, 2, 3]
    assert [item["entity_code"] for item in items] == sorted(row["process_code"] for row in missing)


def test_a_plan_of_all_names_what_it_skipped_and_needs_no_open_gate(database: Database) -> None:
    with database.connect() as operator:
        done = plan.plan(operator, None)
    assert len(done.run.entries) == 31
    assert len(done.skipped) == 43
    assert {"no_table", "identity_unclassified"} == {reason for row in done.skipped for reason in row.reasons}
    assert done.run.missing == sum(entry.source_rows - entry.registered for entry in done.run.entries)


def test_a_plan_changes_no_source_registry_or_gateway_object(database: Database) -> None:
    untouched = (
        "SELECT (SELECT count(*) FROM birth.birth_registry) AS births,"
        " (SELECT count(*) FROM birth.trigger_guard_alerts) AS alerts,"
        " birth.birth_gateway_fingerprint(), (SELECT jsonb_agg(to_jsonb(t)) FROM tasks AS t) AS rows"
    )
    before = database.run(untouched)
    with database.connect() as operator:
        plan.plan(operator, None)
    assert database.run(untouched) == before


@pytest.mark.parametrize(
    ("names", "code", "says"),
    [
        (["nobody"], "unknown_collection", "nobody"),
        (["iu_staging_record"], "no_table", "no table"),
        (["doc_reviews"], "not_plannable", "it is unclassified"),
        (["table_proposals"], "not_plannable", "it is EXEMPT"),
        (["tasks", "doc_reviews"], "not_plannable", "doc_reviews"),
    ],
)
def test_what_cannot_be_planned_is_refused_and_says_why(
    shared: Database, names: list[str], code: str, says: str
) -> None:
    found = refused(shared, *names)
    assert (found.exit_status, found.code) == (2 if code == "unknown_collection" else 3, code)
    assert says in found.message


def closed(found: ConsoleError) -> list[tuple[str, str]]:
    gates: Any = found.evidence["gates"]
    return [(each["evidence"]["collection"], each["gate"]) for each in gates]


def test_every_closed_gate_of_every_collection_is_named(database: Database) -> None:
    database.run("ALTER TABLE workflows RENAME COLUMN process_code TO gone")
    names = ("tasks", "task", "iu_staging_record", "doc_reviews", "table_proposals", "workflows", "doc_reviews")
    found = refused(database, *names)
    assert (found.exit_status, found.code) == (3, "gate_closed")
    assert closed(found) == [
        ("task", "known"),
        ("iu_staging_record", "table_present"),
        ("iu_staging_record", "classified"),
        ("doc_reviews", "classified"),
        ("table_proposals", "policy_required"),
        ("table_proposals", "classified"),
        ("workflows", "columns_present"),
    ]
    assert "tasks" in str(found.evidence["gates"])


def test_the_gates_of_one_collection_stand_beside_its_own_code(shared: Database) -> None:
    found = refused(shared, "iu_staging_record")
    assert (found.code, closed(found)) == (
        "no_table",
        [("iu_staging_record", "table_present"), ("iu_staging_record", "classified")],
    )


def test_who_is_no_operator_hears_of_no_gate(shared: Database) -> None:
    assert isinstance(refused(shared, "doc_reviews", "nobody", login="viewer1"), NotAllowed)


def test_every_collection_whose_data_changed_is_named(small: Database) -> None:
    small_database.fill(small, goods=20, notes=20)
    small.run(
        "ALTER TABLE public.goods DROP CONSTRAINT goods_code_key; ALTER TABLE public.goods ALTER code DROP NOT NULL"
    )
    small.run("UPDATE public.goods SET code = NULL WHERE id = 1; UPDATE public.notes SET code = 'N-000002'"
              " WHERE code = 'N-000001'")  # fmt: skip
    found = refused(small, "goods", "notes", "parts")
    assert (found.exit_status, found.code) == (3, "gate_closed")
    assert closed(found) == [("goods", "no_nulls"), ("notes", "unique")]


def test_an_identity_without_its_column_cannot_be_planned(database: Database) -> None:
    database.run("ALTER TABLE workflows RENAME COLUMN process_code TO gone")
    assert "its identity columns are missing: process_code" in refused(database, "workflows").message


def test_an_identity_follows_its_column_to_another_name_although_rows_are_registered_under_it(small: Database) -> None:
    small_database.done(small, small_database.a_run(small, "goods", "parts", goods=3, parts=3))
    small.run("ALTER TABLE public.goods RENAME COLUMN code TO label; ALTER TABLE public.parts RENAME part TO piece")
    small_database.fill(small, notes=1)
    lost = refused(small, "goods")
    assert "classify the collection by its new name" in str(lost.hint)
    with small.connect() as operator:
        for other in (column_identity("goods", "id"), synthetic_identity("goods", "goods:{label}")):
            with pytest.raises(GateClosed) as final:
                classify.classify(operator, other)
            assert final.value.code == "identity_in_use"
        classify.classify(operator, column_identity("goods", "label"))
        classify.classify(operator, synthetic_identity("parts", "parts:{shop}/{piece}"))
        done = plan.plan(operator, ["goods", "parts"]).run
        assert (done.missing, [entry.registered for entry in done.entries]) == (0, [3, 3])
    # Another column that took the old one's name is another identity.
    small.run("ALTER TABLE public.goods RENAME COLUMN label TO old; ALTER TABLE public.goods ADD label text")
    assert refused(small, "goods").code in ("identity_drifted", "contract_broken")


def test_a_plan_of_nothing_is_refused_by_the_database(shared: Database) -> None:
    with shared.connect() as operator, pytest.raises(UsageError) as found:
        operator.one(PLAN, {"collections": []})
    assert found.value.code == "nothing_named"


@pytest.mark.parametrize("login", ["viewer1", "gatekeeper1", "reviewer1"])
def test_who_is_no_operator_plans_nothing(shared: Database, login: str) -> None:
    assert isinstance(refused(shared, "tasks", login=login), NotAllowed)


ONE = "(SELECT min(process_code) FROM workflows)"
OTHER = "(SELECT max(process_code) FROM workflows)"
BORN = "(SELECT min(entity_code) FROM birth.birth_registry WHERE collection_name = 'workflows')"
BORN_LAST = BORN.replace("min", "max")
FOREIGN = "(SELECT min(entity_code) FROM birth.birth_registry WHERE collection_name = 'modules')"
MISSING = (
    "(SELECT min(entity_code) FROM birth.birth_backfill_item JOIN birth.birth_backfill_ledger USING (ledger_id)"
    " WHERE collection_name = 'workflows')"
)
NULLABLE = "ALTER TABLE workflows ALTER process_code DROP NOT NULL;"
BROKEN = {
    "no_nulls": f"{NULLABLE} UPDATE workflows SET process_code = NULL WHERE process_code = {ONE}",
    "no_empties": f"UPDATE workflows SET process_code = '' WHERE process_code = {ONE}",
    "unique": f"UPDATE workflows SET process_code = {ONE} WHERE process_code = {OTHER}",
    "short_enough": f"UPDATE workflows SET process_code = repeat('x', 201) WHERE process_code = {ONE}",
    "no_foreign_codes": f"UPDATE workflows SET process_code = {FOREIGN} WHERE process_code = {ONE}",
}


def loosen(database: Database) -> None:
    """Without its unique index, a column may come to hold anything."""
    for row in database.run(
        "SELECT conname FROM pg_constraint WHERE conrelid = 'workflows'::regclass AND contype = 'u'"
    ):
        database.run(f'ALTER TABLE workflows DROP CONSTRAINT "{row["conname"]}" CASCADE')
    for row in database.run(
        "SELECT indexrelid::regclass::text AS name FROM pg_index"
        " WHERE indrelid = 'workflows'::regclass AND indisunique AND NOT indisprimary"
    ):
        database.run(f"DROP INDEX {row['name']}")


@pytest.mark.parametrize(("gate", "change"), BROKEN.items(), ids=BROKEN)
def test_data_that_changed_since_the_identity_was_proven_are_refused_with_the_rows(
    database: Database, gate: str, change: str
) -> None:
    loosen(database)
    database.run(change)
    found = refused(database, "workflows")
    gates: Any = found.evidence["gates"]
    assert found.exit_status == 3
    assert [each["gate"] for each in gates] == [gate]
    assert gates[0]["evidence"].get("examples") or gate == "short_enough"
    with database.connect() as operator:
        left_out = {each.collection: each for each in plan.plan(operator, None).skipped}
    assert [*left_out["workflows"].gates] == gates


def test_a_plan_of_all_leaves_out_what_cannot_be_planned_and_a_number_is_used_up_only_by_a_run(small: Database) -> None:
    small_database.fill(small, goods=20, notes=20, parts=3)
    small.run("""
        ALTER TABLE public.goods DROP CONSTRAINT goods_code_key; ALTER TABLE public.goods ALTER code DROP NOT NULL;
        UPDATE public.goods SET code = NULL WHERE id = 1; REVOKE SELECT ON public.notes FROM birth_caller;
    """)
    with small.connect() as operator:
        for names, strict in ((["goods"], False), (["notes", "parts"], False), (None, True)):
            with pytest.raises(ConsoleError) as found:
                plan.plan(operator, names, strict=strict)
            assert names or closed(found.value) == [("goods", "no_nulls"), ("notes", "source_readable")]
        done = plan.plan(operator, None)
        assert (done.run.run, done.run.missing, [entry.collection for entry in done.run.entries]) == (1, 3, ["parts"])
        assert {each.collection: each.reasons for each in done.skipped} == {
            "goods": ("no_nulls",),
            "notes": ("source_readable",),
        }
        assert small.value("SELECT count(*) FROM birth.birth_backfill_item") == 3
        # Codes of two collections that meet hold up these two alone.
        small.run(
            "GRANT SELECT ON public.notes TO birth_caller; UPDATE public.goods SET code = 'N-000002' WHERE id = 1"
        )
        done = plan.plan(operator, None)
        assert (done.run.run, [entry.collection for entry in done.run.entries]) == (2, ["parts"])
        assert {each.reasons for each in done.skipped} == {("codes_collide",)}
        small.run("REVOKE SELECT ON public.parts FROM birth_caller")
        with pytest.raises(GateClosed) as nothing:
            plan.plan(operator, None)
        assert {gate for _, gate in closed(nothing.value)} == {"codes_collide", "source_readable"}
        assert small.value("SELECT max(run_id) FROM birth.birth_backfill_run") == 2


def test_two_collections_that_came_to_give_one_code_cannot_be_planned_together(database: Database) -> None:
    database.run("""
        CREATE TABLE first (code text); INSERT INTO first VALUES ('a');
        CREATE TABLE second (id text); INSERT INTO second VALUES ('1');
        INSERT INTO birth.collection_registry (collection_name) VALUES ('first'), ('second');
        INSERT INTO birth.birth_policy (collection_name) VALUES ('first'), ('second');
        GRANT SELECT ON first, second TO birth_owner, birth_caller, birth_reader;
    """)
    with database.connect() as operator:
        classify.classify(operator, column_identity("first", "code"))
        classify.classify(operator, synthetic_identity("second", "second:{id}"))
    database.run("UPDATE first SET code = 'second:1'")
    found = refused(database, "first", "second")
    assert found.code == "codes_collide"
    gates: Any = found.evidence["gates"]
    assert [each["gate"] for each in gates] == ["codes_collide"]
    assert found.evidence["examples"] == [{"code": "second:1", "collections": ["first", "second"]}]


def test_a_new_plan_supersedes_the_older_ones_of_its_collections_only(database: Database) -> None:
    with database.connect() as operator:
        older, apart = line.make_plan(operator, "tasks", "agents"), line.make_plan(operator, "modules")
        newer = line.make_reconciled(operator, "tasks")
        found = {run.run: (run.status, run.superseded_by) for run in runs.runs(operator)}
        assert found == {older: ("superseded", newer), apart: ("planned", None), newer: ("reconciled", None)}
        with pytest.raises(Stale) as late:
            reconcile.reconcile(operator, older, "too late")
        assert late.value.exit_status == 4


WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"


def test_of_two_plans_made_at_the_same_time_the_one_that_ends_last_holds(database: Database) -> None:
    with database.psql() as first, database.connect("operator2") as second, ThreadPoolExecutor() as pool:
        first.execute("BEGIN")
        first.execute("SELECT birth.birth_backfill_plan('{tasks}')")
        later = pool.submit(line.make_plan, second, "tasks")
        assert eventually(lambda: bool(database.value(WAITING)))
        first.execute("COMMIT")
        newer = later.result(timeout=30)
        states = {run.run: run.status for run in runs.runs(second)}
    assert states == {newer: "planned", min(states): "superseded"}
    assert len(states) == 2


def test_a_plan_that_took_long_supersedes_one_that_began_after_it(database: Database) -> None:
    with (
        database.psql("postgres") as obstacle,
        database.connect() as slow,
        database.connect("operator2") as quick,
        ThreadPoolExecutor() as pool,
    ):
        obstacle.execute("BEGIN")
        obstacle.execute("LOCK TABLE workflows")
        long = pool.submit(slow.one, PLAN, {"collections": ["agents", "workflows"]})
        assert eventually(lambda: bool(database.value(WAITING)))
        short = line.make_plan(quick, "agents")
        obstacle.execute("COMMIT")
        last = long.result(timeout=30).run
        assert last == short + 1
        assert {run.run: run.status for run in runs.runs(quick)} == {last: "planned", short: "superseded"}


def test_a_plan_believes_only_an_index_that_holds_every_row_unique(small: Database) -> None:
    small.run("""
        CREATE TABLE public.keys (sure text NOT NULL UNIQUE, later text NOT NULL UNIQUE DEFERRABLE, unset text UNIQUE,
            part text NOT NULL, formed text NOT NULL, torn text NOT NULL, one text NOT NULL, two text NOT NULL,
            plain text NOT NULL, UNIQUE (one, two));
        CREATE UNIQUE INDEX ON public.keys (part) WHERE part <> '';
        CREATE UNIQUE INDEX ON public.keys (lower(formed));
        CREATE UNIQUE INDEX torn ON public.keys (torn);
        CREATE INDEX ON public.keys (plain);
        SET allow_system_table_mods = on;
        UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'public.torn'::regclass;
    """)
    for columns, declared in {
        "sure": True,
        "one,two": True,
        "plain,sure": True,
        **dict.fromkeys(("later", "unset", "part", "formed", "torn", "one", "plain"), False),
    }.items():
        found = small.value(f"SELECT birth._birth_identity_is_declared('public.keys'::regclass, '{{{columns}}}')")
        assert found is declared, columns

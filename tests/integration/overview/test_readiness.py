"""Every figure is read from catalogs and data at each look: change them, and the next look shows it."""

from collections.abc import Callable, Mapping

import pytest

from core.domain.overview.matrix import MatrixRow, totals
from core.domain.overview.readiness import METRICS, Readiness
from core.services.overview import matrix as service
from core.services.overview import readiness
from tests import line
from tests.console import run
from tests.databases import Database
from tests.gate import gate_text

PACKET = {
    "birth_required_total": 74,
    "identity_resolvable_now": 31,
    "identity_unclassified_blockers": 43,
    "admission_permit_table": "present",
    "open_permits": 0,
    "backfill_ledger_table": "present",
    "shared_register_fn": "present",
    "qt001_gate": "BLOCKED_UNTIL_43_IDENTITIES_RESOLVED_AND_PERMIT_OPENED",
}
DASHBOARD = "SELECT metric, value FROM birth.v_birth_stage2_qt001_readiness_dashboard"


def look(database: Database) -> Readiness:
    """What a viewer sees; the view's own gate must read as Python would write it."""
    with database.connect("viewer1") as viewer:
        seen = readiness.read(viewer)
    assert seen.gate == gate_text(seen.metrics)
    return seen


def matrix(database: Database) -> dict[str, MatrixRow]:
    with database.connect("viewer1") as viewer:
        return {row.facts.collection: row for row in service.read(viewer, every=True)}


def test_the_view_has_exactly_the_packet_s_eight_rows_in_their_order(shared: Database) -> None:
    assert [(row["metric"], row["value"]) for row in shared.run(DASHBOARD, "viewer1")] == [
        (name, str(value)) for name, value in PACKET.items()
    ]
    assert tuple(PACKET) == METRICS


def test_the_census_reads_like_the_packet(shared: Database) -> None:
    seen = look(shared)
    census = seen.census
    assert seen.metrics == PACKET
    assert not seen.is_open
    assert (census.column, census.synthetic, census.unclassified, census.native_status) == (27, 4, 43, 54)
    assert (census.no_table, census.table_without_trigger) == (("iu_staging_payload", "iu_staging_record"), ())
    assert (census.with_trigger, census.trigger_disabled, census.trigger_gap) == (72, (), 2)
    assert (census.governed_required, census.governed_exempt) == (35, 1)
    assert (census.frozen_script.compatible, census.frozen_script.broken) == (14, 22)
    assert {claim.claim: (claim.stated, claim.live, claim.verdict) for claim in seen.claims} == {
        "trigger_gap": ("5", "2", "superseded"),
        "script_compatibility": ("14 compatible / 22 broken of 36", "14 compatible / 22 broken of 36", "holds"),
        "metadata_compatibility": ("31 compatible / 43 broken of 74", "31 compatible / 43 broken of 74", "holds"),
    }


def test_what_is_classified_and_cannot_be_resolved_is_told_apart_so_that_the_words_add_up(database: Database) -> None:
    database.run("ALTER TABLE tasks RENAME COLUMN code TO number; DROP TABLE agents CASCADE")
    answer = run("status", "--dsn", database.dsn("viewer1"))
    assert "identity_unclassified_blockers  45\n" in answer.out
    assert (
        "27 column + 4 synthetic = 31 classified, 43 unclassified; 2 of the classified have no table or miss a column\n"
    ) in answer.out
    assert "✗ every REQUIRED identity is resolved: 45\n    → List them: `birth-console matrix`." in answer.out
    packet = run("packet", "--dsn", database.dsn("viewer1")).out
    assert "43 unclassified; 2 of the classified have no table or miss a column." in packet
    assert "74 REQUIRED: 27 column + 4 synthetic = 31 classified, 2 of them broken; 29 compatible, 45 broken." in packet


Change = Callable[[Readiness], bool]
CHANGES: Mapping[str, tuple[str, Change]] = {
    "a trigger that is dropped": (
        "DROP TRIGGER trg_birth_gateway ON tasks",
        lambda seen: seen.census.table_without_trigger == ("tasks",) and seen.census.with_trigger == 71,
    ),
    "a trigger that is disabled": (
        "ALTER TABLE tasks DISABLE TRIGGER trg_birth_gateway",
        lambda seen: seen.census.trigger_disabled == ("tasks",) and seen.census.with_trigger == 72,
    ),
    "a trigger that fires for replicas only": (
        "ALTER TABLE tasks ENABLE REPLICA TRIGGER trg_birth_gateway",
        lambda seen: seen.census.trigger_disabled == ("tasks",),
    ),
    "a trigger of the same name that calls something else": (
        (
            "DROP TRIGGER trg_birth_gateway ON tasks;"
            " CREATE FUNCTION idle() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
            " CREATE TRIGGER trg_birth_gateway AFTER INSERT ON tasks FOR EACH ROW EXECUTE FUNCTION idle()"
        ),
        lambda seen: seen.census.table_without_trigger == ("tasks",),
    ),
    "a status column that is renamed": (
        "ALTER TABLE tasks RENAME COLUMN status TO state",
        lambda seen: seen.census.native_status == 53,
    ),
    "a status column that is dropped": (
        "ALTER TABLE tasks DROP COLUMN status CASCADE",
        lambda seen: seen.census.native_status == 53,
    ),
    "an identity column that is renamed": (
        "ALTER TABLE tasks RENAME COLUMN code TO number",
        lambda seen: seen.metrics["identity_unclassified_blockers"] == 44 and seen.census.frozen_script.broken == 23,
    ),
    "a table that is dropped": (
        "DROP TABLE tasks CASCADE",
        lambda seen: seen.census.no_table == ("iu_staging_payload", "iu_staging_record", "tasks"),
    ),
    "a table that comes back": (
        "CREATE TABLE iu_staging_record (id integer PRIMARY KEY, status text)",
        lambda seen: (
            seen.census.no_table == ("iu_staging_payload",)
            and seen.census.table_without_trigger == ("iu_staging_record",)
            and seen.census.native_status == 55
        ),
    ),
    "a collection that is added": (
        (
            "CREATE TABLE fresh (id integer PRIMARY KEY, status text);"
            " INSERT INTO birth.collection_registry (collection_name) VALUES ('fresh');"
            " INSERT INTO birth.birth_policy (collection_name) VALUES ('fresh')"
        ),
        lambda seen: (
            seen.metrics["birth_required_total"] == 75
            and seen.metrics["identity_unclassified_blockers"] == 44
            and seen.census.native_status == 55
        ),
    ),
    "a collection without a policy": (
        "DELETE FROM birth.birth_policy WHERE collection_name = 'doc_reviews'",
        lambda seen: seen.metrics["birth_required_total"] == 73,
    ),
    "a policy that becomes EXEMPT": (
        "UPDATE birth.birth_policy SET requirement = 'EXEMPT' WHERE collection_name = 'doc_reviews'",
        lambda seen: (
            seen.metrics["identity_unclassified_blockers"] == 42
            and (seen.census.governed_required, seen.census.governed_exempt) == (34, 2)
        ),
    ),
    "a governed code that is NULL": (
        (
            "ALTER TABLE tasks ALTER COLUMN code DROP NOT NULL;"
            " UPDATE tasks SET code = NULL WHERE ctid = (SELECT min(ctid) FROM tasks)"
        ),
        lambda seen: (seen.census.frozen_script.compatible, seen.census.frozen_script.broken) == (13, 23),
    ),
    "a date_created that is gone": (
        "ALTER TABLE tasks DROP COLUMN date_created CASCADE",
        lambda seen: seen.census.frozen_script.compatible == 13,
    ),
    "a code that is no text": (
        "DROP TABLE tasks CASCADE; CREATE TABLE tasks (code integer PRIMARY KEY, date_created date NOT NULL)",
        lambda seen: seen.census.frozen_script.compatible == 13,
    ),
    "a permit table that is gone": (
        "DROP TABLE birth.birth_admission_permit CASCADE",
        lambda seen: (
            seen.metrics["admission_permit_table"] == "absent"
            and seen.gate == "BLOCKED_UNTIL_43_IDENTITIES_RESOLVED_AND_ADMISSION_PERMIT_TABLE_PRESENT"
        ),
    ),
    "a ledger that is gone": (
        "DROP TABLE birth.birth_backfill_ledger CASCADE",
        lambda seen: (
            seen.metrics["backfill_ledger_table"] == "absent"
            and seen.gate.endswith("PERMIT_OPENED_AND_BACKFILL_LEDGER_TABLE_PRESENT")
        ),
    ),
    "a register function that is gone": (
        "DROP FUNCTION birth.fn_birth_register CASCADE",
        lambda seen: (
            seen.metrics["shared_register_fn"] == "absent"
            and seen.gate.endswith("PERMIT_OPENED_AND_SHARED_REGISTER_FN_PRESENT")
        ),
    ),
}


@pytest.mark.parametrize(("change", "is_seen"), CHANGES.values(), ids=CHANGES)
def test_the_next_look_shows(database: Database, change: str, is_seen: Change) -> None:
    assert not is_seen(look(database))
    database.run(change)
    assert is_seen(look(database))


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE tasks ENABLE ALWAYS TRIGGER trg_birth_gateway",
        "CREATE FUNCTION birth.fn_birth_gateway(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "CREATE VIEW iu_staging_record AS SELECT 1 AS id, 'x' AS status",
        "CREATE TABLE bystander (id integer, status text)",
    ],
    ids=[
        "a trigger that always fires",
        "a namesake of the gateway",
        "a view in a table's place",
        "a table of no collection",
    ],
)
def test_no_figure_is_moved_by(database: Database, change: str) -> None:
    before = look(database)
    database.run(change)
    assert look(database) == before


def test_permits_open_the_gate_until_they_are_closed_expire_or_are_used_up(resolved: Database) -> None:
    assert look(resolved).gate == "BLOCKED_UNTIL_PERMIT_OPENED"
    for end in (
        "UPDATE birth.birth_admission_permit SET closed_at = now()",
        "UPDATE birth.birth_admission_permit SET expires_at = now()",
        "UPDATE birth.birth_admission_budget SET used_rows = budget_rows",
    ):
        line.open_permit(resolved)
        assert look(resolved).is_open
        resolved.run(end)
        assert look(resolved).gate == "BLOCKED_UNTIL_PERMIT_OPENED"


def test_a_table_in_a_schema_of_lower_rank_is_hidden_by_its_namesake(database: Database) -> None:
    assert matrix(database)["collection_registry"].facts.table == "birth.collection_registry"
    database.run("CREATE TABLE public.collection_registry (id integer)")
    found = matrix(database)["collection_registry"]
    assert (found.facts.table, found.facts.trigger) == ("collection_registry", "missing")
    assert found.reasons == ("column_missing:code", "trigger_missing")


def test_the_matrix_names_tables_alike_whatever_the_login_s_search_path(database: Database) -> None:
    before = {name: row.facts.table for name, row in matrix(database).items()}
    database.run("ALTER ROLE viewer1 SET search_path = birth")
    try:
        assert {name: row.facts.table for name, row in matrix(database).items()} == before
    finally:
        database.run("ALTER ROLE viewer1 RESET search_path")
    assert before["tasks"] == "tasks"
    assert before["iu_staging_record"] is None


def test_the_matrix_is_sorted_by_bytes_and_holds_what_is_required_unless_asked(shared: Database) -> None:
    with shared.connect("viewer1") as viewer:
        required, every = service.read(viewer), service.read(viewer, every=True)
    names = [row.facts.collection for row in every]
    assert names == sorted(names)
    assert len(every) == 75
    assert {row.facts.collection for row in every} - {row.facts.collection for row in required} == {"table_proposals"}


def test_totals_read_like_the_packet(shared: Database) -> None:
    found = totals(matrix(shared).values())
    assert (found.collections, found.compatible, found.broken) == (74, 31, 43)
    assert (found.column, found.synthetic, found.unclassified) == (27, 4, 43)
    assert (found.native_status, found.with_table, found.with_trigger) == (54, 72, 72)


def count(database: Database, collection: str) -> tuple[int, int, int | None] | None:
    with database.connect("viewer1") as viewer:
        found = service.count(viewer, collection)
    return None if found is None else (found.source_rows, found.registered, found.missing)


def test_counts_are_those_of_the_source_and_of_its_own_codes_in_the_registry(database: Database) -> None:
    assert count(database, "workflows") == (64, 61, 3)
    own = "SELECT min(entity_code) FROM birth.birth_registry WHERE collection_name = 'workflows'"
    database.run(f"UPDATE birth.birth_registry SET collection_name = 'modules' WHERE entity_code = ({own})")
    assert count(database, "workflows") == (64, 60, 4)


def test_without_an_identity_nothing_is_missing_for_sure_once_something_is_registered(database: Database) -> None:
    assert count(database, "doc_reviews") == (164, 0, 164)
    assert count(database, "iu_staging_record") is None
    assert count(database, "nobody") is None
    database.run("INSERT INTO birth.birth_registry (entity_code, collection_name) VALUES ('odd', 'doc_reviews')")
    assert count(database, "doc_reviews") == (164, 1, None)


def test_phantoms_shared_codes_and_rows_without_a_code_are_counted_in_one_moment(small: Database) -> None:
    # Of notes, where no index tells them apart: two rows share a code, one has none.
    small.run("""SET session_replication_role = replica;
        INSERT INTO public.notes VALUES ('N-1'), ('N-1'), ('N-2'), ('N-3'), (NULL);
        INSERT INTO public.goods SELECT n, 'G-' || n, n FROM generate_series(1, 3) AS n;
        INSERT INTO birth.birth_registry (entity_code, collection_name) VALUES ('N-1', 'notes'), ('N-2', 'notes'),
            ('N-gone', 'notes'), ('G-1', 'goods'), ('G-gone', 'goods'), ('G-also', 'goods')""")
    found = run("matrix", "--counts", "--json", "--dsn", small.dsn("viewer1")).document
    names = ("source_rows", "registered", "missing", "phantoms", "shared_codes", "unidentifiable")
    counted = {row["collection"]: tuple(row[name] for name in names) for row in found["collections"]}
    assert counted["notes"] == (5, 3, 2, 1, 2, 1)
    assert counted["goods"] == (3, 1, 2, 2, 0, 0)
    assert tuple(found["totals"][name] for name in names[3:]) == (3, 2, 1)
    told = run("matrix", "--counts", "--dsn", small.dsn("viewer1")).out
    assert "3 phantoms; 3 possibly renamed (the registry names no source key); 2 rows that share a code" in told
    assert "notes: 2 rows share a code: N-1 ×2; 1 row has no code: ctid=(0,5)" in told
    examples = {row["collection"]: row["examples"] for row in found["collections"]}
    assert examples["notes"] == {
        "shared_codes": [{"code": "N-1", "rows": 2}], "unidentifiable": [{"ctid": "(0,5)"}]
    }  # fmt: skip
    assert examples["goods"] == {"shared_codes": [], "unidentifiable": []}
    small.run("INSERT INTO birth.birth_setting VALUES ('windows', ARRAY[]::text[])")
    again = run("matrix", "--counts", "--json", "--dsn", small.dsn("viewer1")).document
    assert again == found
    # The join alone proves that none is shared, of the registered and of the missing ones.
    for change, expected in (
        ("DELETE FROM public.notes WHERE code = 'N-1'; INSERT INTO public.notes VALUES ('N-3')", (4, 1, 3, 2, 2, 1)),
        ("DELETE FROM birth.birth_setting WHERE name = 'windows'", (4, 1, 3, 2, 2, 1)),
        ("DELETE FROM public.notes WHERE code = 'N-3'; INSERT INTO public.notes VALUES ('N-3')", (3, 1, 2, 2, 0, 1)),
    ):
        small.run(f"SET session_replication_role = replica; {change}")
        with small.connect("viewer1") as viewer, viewer.snapshot():
            seen, held = service.count(viewer, "notes", exact=True), service.registry_rows(viewer)["notes"]
        assert seen is not None
        phantoms = held - (seen.codes_registered or 0)
        told_now = (seen.source_rows, seen.registered, seen.missing, phantoms, seen.shared_codes, seen.unidentifiable)
        assert told_now == expected


def test_an_identity_without_its_column_counts_like_none(database: Database) -> None:
    database.run("ALTER TABLE workflows RENAME COLUMN process_code TO gone")
    assert count(database, "workflows") == (64, 61, None)

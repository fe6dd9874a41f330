"""The demo holds what the census says, checked against the real catalogs and data."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

import psycopg
import pytest

from core.demo import hostile
from core.demo.census import CensusRow, census, columns_of
from core.services import demo
from tests.homes import a_home

Ask: TypeAlias = Callable[[str], Any]

CENSUS = tuple(census().values())
WITH_TABLE = tuple(row for row in CENSUS if row.has_table)
ONLY_AN_ID = {
    "ai_tasks", "contacts", "content_requests", "conversations", "doc_reviews", "globals", "help_feedback", "inbox",
    "messages", "navigation", "navigation_items", "navigation_navigation_items", "organization_addresses",
    "organizations", "os_activities", "os_activity_contacts", "os_deal_contacts", "os_deal_stages", "os_deals",
    "os_email_templates", "os_expenses", "os_invoice_items", "os_project_contacts", "os_proposals", "os_tasks",
    "table_proposals",
}  # fmt: skip
BESIDES_AN_ID = {
    "agent_views": ("permalink",),
    "ai_discussions": ("topic_code",),
    "block_library": ("block_key",),
    "categories": ("slug",),
    "feedbacks": ("fingerprint_id",),
    "help_articles": ("slug",),
    "knowledge_documents": ("path",),
    "matrix_dimensions": ("matrix_code", "dimension_no"),
    "organizations_contacts": ("organizations_id", "contacts_id"),
    "os_invoices": ("invoice_number",),
    "os_items": ("sku",),
    "os_payments": ("stripe_payment_id",),
    "os_projects": ("project_code",),
    "os_tax_rates": ("code",),
    "pages_translations": ("pages_id", "languages_code"),
    "task_checkpoints": ("task_id", "checkpoint_key"),
    "workflow_step_relations": ("workflow_id", "from_step_id", "to_step_id"),
}
WITHOUT_AN_ID: dict[str, set[tuple[str, ...]]] = {
    "normative_documents": {("doc_no", "revision")},
    "species_collection_map": {("species_code", "collection_name")},
    "team": set(),
}
NULLABLE = "NOT attnotnull FROM pg_attribute WHERE attrelid = '{}'::regclass AND attname = '{}'"
STEPS_OF_ONE_WORKFLOW = (
    "workflow_step_relations AS r JOIN workflow_steps AS f ON f.id = from_step_id JOIN workflow_steps AS t"
    " ON t.id = to_step_id AND t.id <> f.id AND t.workflow_id = f.workflow_id AND r.workflow_id = f.workflow_id"
)
BLEMISHES: dict[str, tuple[str, object]] = {
    "source_id repeats in three pairs": (
        "count(*) FROM (SELECT FROM agent_views GROUP BY source_id HAVING count(source_id) = 2) AS pairs", 3),
    "source_id repeats nowhere else": ("count(*) - count(DISTINCT source_id) FROM agent_views", 3),
    "topic_code is unique": ("count(DISTINCT topic_code) FROM ai_discussions", 77),
    "two topic codes are twins after trimming": ("count(DISTINCT rtrim(topic_code)) FROM ai_discussions", 75),
    "task_ref is unknown in five rows": ("count(*) - count(task_ref) FROM ai_tasks", 5),
    "email is unknown in some rows": ("count(*) - count(email) FROM contacts", 41),
    "no two emails are equal": ("count(email) - count(DISTINCT email) FROM contacts", 0),
    "five emails are twins in all but case": ("count(email) - count(DISTINCT lower(email)) FROM contacts", 5),
    "no email can be delivered": ("bool_and(email ~* '@(example[.]com|[a-z]+[.]test)$') FROM contacts", True),
    "four names of organizations repeat": ("count(*) - count(DISTINCT name) FROM organizations", 4),
    "six help articles have no slug": ("count(*) - count(slug) FROM help_articles", 6),
    "a slug of a help article may be unknown": (NULLABLE.format("help_articles", "slug"), True),
    "forty payments have no stripe id": ("count(*) - count(stripe_payment_id) FROM os_payments", 40),
    "names of deals repeat": ("count(DISTINCT name) < 200 FROM os_deals", True),
    "a block key may be unknown": (NULLABLE.format("block_library", "block_key"), True),
    "every block key is known": ("count(block_key) FROM block_library", 33),
    "fingerprints are 64 hex digits": ("bool_and(fingerprint_id ~ '^[0-9a-f]{64}$') FROM feedbacks", True),
    "tax codes mix capitals and small letters": (
        "count(*) FROM os_tax_rates WHERE code <> lower(code) AND code <> upper(code)", 11),
    "steps are related within their own workflow": (f"count(*) FROM {STEPS_OF_ONE_WORKFLOW}", 602),
}  # fmt: skip


def of_each(rows: Iterable[CensusRow]) -> Callable[[Callable[[Ask, CensusRow], None]], Callable[[Ask], None]]:
    """One test of a rule that each of `rows` must keep. All are tried; those that do not are named."""

    def decorate(rule: Callable[[Ask, CensusRow], None]) -> Callable[[Ask], None]:
        def test(ask: Ask) -> None:
            broken = {}
            for row in rows:
                try:
                    rule(ask, row)
                except AssertionError as error:
                    error.add_note(f"of the collection {row.collection}")
                    broken[row.collection] = error
            if broken:
                raise ExceptionGroup(", ".join(broken), list(broken.values()))

        test.__name__ = rule.__name__
        return test

    return decorate


@pytest.fixture(scope="module")
def connection() -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """The demo as a user gets it, seen by its superuser."""
    with a_home() as home:
        server = demo.open_demo(home, lambda _: None)
        with psycopg.connect(server.dsn("postgres"), autocommit=True) as connection:
            yield connection
        server.release()


@pytest.fixture(scope="module")
def ask(connection: psycopg.Connection[tuple[Any, ...]]) -> Ask:
    """Ask for the first column: of the first row, or a list where there are several rows."""

    def answer(query: str) -> Any:  # noqa: ANN401 - whatever the query asks for
        rows = [row[0] for row in connection.execute(query.encode()).fetchall()]
        return rows[0] if len(rows) == 1 else rows

    return answer


def table(row: CensusRow) -> str:
    return f"{'birth' if row.collection == 'collection_registry' else 'public'}.{row.collection}"


def code(ask: Ask, row: CensusRow, identity: str) -> str:
    """The SQL expression of a row's entity_code under `identity`."""
    strategy = "synthetic" if ":" in identity else "column"
    columns = "{" + ",".join(columns_of(identity)) + "}"
    found: str = ask(
        f"SELECT birth._birth_identity_expression('{table(row)}'::regclass, '{row.collection}', '{strategy}',"
        f" '{columns}', 't')"
    )
    return found


def keys(ask: Ask, name: str) -> set[tuple[str, ...]]:
    """The sets of columns that a constraint or unique index declares unique."""
    found = ask(
        "SELECT array_to_string(array_agg(array(SELECT attname FROM pg_attribute WHERE attrelid = indrelid"
        " AND attnum = ANY (indkey) ORDER BY array_position(indkey::int2[], attnum))::text), ';')"
        f" FROM pg_index WHERE indrelid = '{name}'::regclass AND indisunique"
    )
    return {tuple(part.strip("{}").split(",")) for part in (found or "").split(";") if part}


def is_nullable(ask: Ask, name: str, column: str) -> bool:
    return not ask(f"SELECT attnotnull FROM pg_attribute WHERE attrelid = '{name}'::regclass AND attname = '{column}'")


def test_the_census_reads_like_the_packet() -> None:
    required = [row for row in CENSUS if row.requirement == "REQUIRED"]
    assert len(CENSUS) == 75
    assert len(required) == 74
    assert sum(row.strategy == "column" for row in required) == 27
    assert sum(row.strategy == "synthetic" for row in required) == 4
    assert sum(not row.is_classified for row in required) == 43
    assert sum(row.native_status for row in required) == 54


def test_the_dashboard_reads_like_the_packet(ask: Ask) -> None:
    assert ask(
        "SELECT value FROM birth.v_birth_stage2_qt001_readiness_dashboard ORDER BY metric COLLATE \"C\""
    ) == [
        "present", "present", "74", "31", "43", "0",
        "BLOCKED_UNTIL_43_IDENTITIES_RESOLVED_AND_PERMIT_OPENED", "present",
    ]  # fmt: skip


def test_exactly_the_collections_of_the_census_are_enrolled(ask: Ask) -> None:
    names = {row.collection for row in CENSUS}
    assert set(ask("SELECT collection_name FROM birth.collection_registry")) == names
    assert set(ask("SELECT collection_name FROM birth.birth_policy")) == names
    tables = ask("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'")
    assert set(tables) == {row.collection for row in WITH_TABLE} - {"collection_registry"}


@of_each(CENSUS)
def test_role_requirement_and_identity_are_those_of_the_census(ask: Ask, row: CensusRow) -> None:
    name = row.collection
    assert ask(f"SELECT governance_role FROM birth.collection_registry WHERE collection_name = '{name}'") == (
        row.governance_role
    )
    assert ask(f"SELECT requirement FROM birth.birth_policy WHERE collection_name = '{name}'") == row.requirement
    identity = ask(f"SELECT to_jsonb(i) FROM birth.birth_identity AS i WHERE collection_name = '{name}'")
    if row.is_classified:
        assert identity == {
            "collection_name": name, "strategy": row.strategy, "columns": list(row.columns), "version": 1,
        }  # fmt: skip
        assert ask(f"SELECT action FROM birth.birth_identity_history WHERE collection_name = '{name}'") == "imported"
    else:
        assert identity == []


@of_each(WITH_TABLE)
def test_rows_and_registered_rows_are_those_of_the_census(ask: Ask, row: CensusRow) -> None:
    assert ask(f"SELECT count(*) FROM {table(row)}") == row.source_rows
    registered = f"FROM birth.birth_registry WHERE collection_name = '{row.collection}'"
    assert ask(f"SELECT count(*) {registered}") == row.registered_rows
    if row.is_classified:
        expression = code(ask, row, row.identity)
        assert ask(
            f"SELECT count(*) FROM {table(row)} AS t WHERE {expression} IN (SELECT entity_code {registered})"
        ) == (row.registered_rows)


@of_each(WITH_TABLE)
def test_a_column_named_status_exists_exactly_where_the_census_says(ask: Ask, row: CensusRow) -> None:
    found = ask(f"SELECT count(*) FROM pg_attribute WHERE attrelid = '{table(row)}'::regclass AND attname = 'status'")
    assert found == row.native_status


@of_each(WITH_TABLE)
def test_every_table_has_the_gateways_trigger_enabled(ask: Ask, row: CensusRow) -> None:
    assert ask(
        f"SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = '{table(row)}'::regclass AND NOT tgisinternal"
    ) == (
        f"CREATE TRIGGER trg_birth_gateway AFTER INSERT ON {table(row)}"
        f" FOR EACH ROW EXECUTE FUNCTION birth.fn_birth_gateway('{row.collection}')"
    )
    assert ask(f"SELECT tgenabled FROM pg_trigger WHERE tgrelid = '{table(row)}'::regclass AND NOT tgisinternal") == "O"


def test_the_trigger_guard_stands_and_has_nothing_to_say(ask: Ask) -> None:
    assert ask("SELECT count(*) FROM birth.trigger_guard_alerts") == 0
    assert ask("SELECT evtname FROM pg_event_trigger WHERE evtenabled = 'O' ORDER BY 1") == [
        "evt_trigger_guard_ddl",
        "evt_trigger_guard_drop",
    ]


@of_each([row for row in CENSUS if row.governance_role == "governed"])
def test_the_frozen_script_copes_with_exactly_the_governed_collections_it_did(ask: Ask, row: CensusRow) -> None:
    name = {"table_registry": "table_id", "workflows": "process_code"}.get(row.collection, "code")
    present = ask(
        f"SELECT count(*) FROM pg_attribute WHERE attrelid = '{table(row)}'::regclass AND (attname = 'date_created'"
        f" OR attname = '{name}' AND atttypid = 'text'::regtype)"
    )
    copes = present == 2 and ask(
        f"SELECT count(*) FROM {table(row)} WHERE {name} IS NULL OR date_created IS NULL"
    ) == 0  # fmt: skip
    assert copes == row.frozen_script_compatible
    assert ask(f"SELECT birth.birth_frozen_script_copes('{row.collection}', '{table(row)}'::regclass)") == copes


def test_the_frozen_script_failed_for_different_reasons(ask: Ask) -> None:
    with_code = "SELECT attrelid FROM pg_attribute WHERE attname = 'code' AND attrelid::regclass::text"
    failing = "','".join(row.collection for row in CENSUS if not row.frozen_script_compatible and row.is_classified)
    undated = ask(
        f"SELECT count(*) FROM ({with_code} IN ('{failing}')) AS t WHERE NOT EXISTS"
        " (SELECT FROM pg_attribute AS a WHERE a.attrelid = t.attrelid AND a.attname = 'date_created')"
    )
    assert undated >= 2
    for name in ("checkpoint_sets", "checkpoint_instances", "taxonomy_labels"):
        assert (
            0 < ask(f"SELECT count(*) FROM {name} WHERE date_created IS NULL") < ask(f"SELECT count(*) FROM {name}") / 2
        )


@of_each(WITH_TABLE)
def test_the_declared_keys_are_those_of_the_key_shape(ask: Ask, row: CensusRow) -> None:
    declared = keys(ask, table(row))
    if row.collection in ONLY_AN_ID:
        assert declared == {("id",)}
    elif row.collection in BESIDES_AN_ID:
        assert declared == {("id",), BESIDES_AN_ID[row.collection]}
    elif row.collection in WITHOUT_AN_ID:
        assert declared == WITHOUT_AN_ID[row.collection]
    else:
        assert "text code, unique, not null" in row.key_shape
        assert (row.intended,) in declared


@of_each(WITH_TABLE)
def test_what_the_census_calls_not_null_is_declared_so(ask: Ask, row: CensusRow) -> None:
    if "not null" in row.key_shape:
        assert not is_nullable(ask, table(row), row.intended)


@of_each(WITH_TABLE)
def test_a_stated_type_of_an_id_is_its_type(ask: Ask, row: CensusRow) -> None:
    shape = row.key_shape
    if row.collection in ONLY_AN_ID and shape != "empty table, exempt by policy":
        stated = "text" if "text" in shape else "uuid" if "uuid" in shape or "undeclared" in shape else "integer"
        catalog = f"FROM pg_attribute WHERE attrelid = '{table(row)}'::regclass AND attname = 'id'"
        assert ask(f"SELECT atttypid::regtype::text {catalog}") == stated


@of_each(WITH_TABLE)
def test_every_intended_identity_gives_each_row_its_own_code(ask: Ask, row: CensusRow) -> None:
    if not row.intended:
        return
    expression = code(ask, row, row.intended)
    assert ask(f"SELECT count(DISTINCT btrim({expression})) FROM {table(row)} AS t") == row.source_rows
    assert ask(f"SELECT count(*) FROM {table(row)} AS t WHERE {expression} = ''") == 0
    assert (ask(f"SELECT max(length({expression})) FROM {table(row)} AS t") or 0) <= 200


def test_no_two_collections_give_the_same_code(ask: Ask) -> None:
    codes = " UNION ALL ".join(
        f"SELECT {code(ask, row, row.intended)} AS code FROM {table(row)} AS t" for row in WITH_TABLE if row.intended
    )
    total = sum(row.source_rows for row in WITH_TABLE)
    assert ask(f"SELECT count(DISTINCT code) FROM ({codes}) AS all_codes") == total


def test_no_column_code_reads_like_a_synthetic_one(ask: Ask) -> None:
    for row in WITH_TABLE:
        if row.intended and ":" not in row.intended:
            prefixes = (
                f"SELECT split_part(t.{row.intended}, ':', 1) FROM {table(row)} AS t WHERE t.{row.intended} LIKE '%:%'"
            )
            assert ask(f"SELECT count(*) FROM birth.collection_registry WHERE collection_name IN ({prefixes})") == 0


def test_missing_rows_are_scattered_and_the_latest_are_among_them(ask: Ask) -> None:
    late = ask(
        "SELECT percent_rank FROM (SELECT code, percent_rank() OVER (ORDER BY id) FROM system_issues) AS t"
        " WHERE code NOT IN (SELECT entity_code FROM birth.birth_registry) ORDER BY 1"
    )
    assert len(late) == 235
    assert late[0] < 0.05
    assert late[-78:] == sorted(late)[-78:]
    assert late[-78] > 0.98
    assert sum(rank < 0.5 for rank in late) > 50


def test_registered_rows_were_born_before_the_demo_was_built(ask: Ask) -> None:
    assert ask("SELECT max(born_at) <= '2026-06-05 17:00Z' FROM birth.birth_registry")
    assert ask("SELECT bool_and(born_at = date_created) FROM tasks JOIN birth.birth_registry ON entity_code = code")


def test_thirteen_skus_equal_codes_that_are_registered_for_labels(ask: Ask) -> None:
    collided = "FROM os_items JOIN birth.birth_registry AS r ON r.entity_code = sku"
    assert ask(f"SELECT count(*) {collided} WHERE r.collection_name = 'taxonomy_labels'") == 13
    assert ask(f"SELECT count(*) {collided}") == 13
    assert ("sku",) in keys(ask, "os_items")


@pytest.mark.parametrize("sentence", BLEMISHES)
def test_the_blemishes_of_the_census_are_there_in_these_numbers(ask: Ask, sentence: str) -> None:
    query, expected = BLEMISHES[sentence]
    assert ask(f"SELECT {query}") == expected


@pytest.mark.parametrize(("name", "column"), [("content_requests", "title"), ("os_deal_stages", "name")])
def test_names_that_are_unique_by_accident_are_not_declared_so(ask: Ask, name: str, column: str) -> None:
    assert ask(f"SELECT count(DISTINCT {column}) = count(*) FROM {name}")
    assert keys(ask, name) == {("id",)}


def test_a_team_member_is_told_by_name_and_date_together_only(ask: Ask) -> None:
    assert ask("SELECT count(DISTINCT (name, date_created)) FROM team") == 23
    columns = ask("SELECT attname FROM pg_attribute WHERE attrelid = 'team'::regclass AND attnum > 0")
    for column in columns:
        assert ask(f"SELECT count(DISTINCT {column}) FROM team") < 23
    assert not is_nullable(ask, "team", "name")
    assert not is_nullable(ask, "team", "date_created")


@of_each([row for row in WITH_TABLE if len(columns_of(row.intended)) > 1])
def test_no_part_of_a_compound_identity_is_unique_alone(ask: Ask, row: CensusRow) -> None:
    for column in columns_of(row.intended):
        assert ask(f"SELECT count(DISTINCT {column}) FROM {table(row)}") < row.source_rows


@pytest.mark.parametrize("name", hostile.NAMES)
def test_every_hostile_name_is_kept_as_it_was_sent(connection: psycopg.Connection[tuple[Any, ...]], name: str) -> None:
    row = connection.execute("SELECT count(*) FROM os_tasks WHERE name = %s", [name]).fetchone()
    assert row == (1,)


def test_links_are_declared_where_they_are_natural(ask: Ask) -> None:
    linked = ask("SELECT DISTINCT conrelid::regclass::text FROM pg_constraint WHERE contype = 'f' AND convalidated")
    assert {"organizations_contacts", "workflow_step_relations", "pages_translations", "messages"} <= set(linked)
    assert ask("SELECT count(*) FROM pg_constraint WHERE contype = 'f'") > 40


@of_each(WITH_TABLE)
def test_every_table_is_plausible_in_width_and_read_by_the_console(ask: Ask, row: CensusRow) -> None:
    columns = ask(f"SELECT count(*) FROM pg_attribute WHERE attrelid = '{table(row)}'::regclass AND attnum > 0")
    assert 5 <= columns <= 11
    for role in ("birth_reader", "birth_caller"):
        assert ask(f"SELECT has_table_privilege('{role}', '{table(row)}', 'SELECT')")
        assert row.collection == "collection_registry" or not ask(
            f"SELECT has_table_privilege('{role}', '{table(row)}', 'INSERT')"
        )
    owner = "birth_owner" if row.collection == "collection_registry" else "census_app"
    assert ask(f"SELECT relowner::regrole::text FROM pg_class WHERE oid = '{table(row)}'::regclass") == owner

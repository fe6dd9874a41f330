"""The gateway that `init` brings, in a company's database: what is inserted there never fails for want of ours."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests import console, foreign
from tests.databases import Database, TestServer
from tests.foreign import a_foreign_database

# A register function that takes everything, in the company's own types.
_KEYED = """
CREATE TABLE ops.seen (code text, key text, born timestamptz, origin text, zone text);
CREATE FUNCTION ops.keyed(kind varchar, code varchar, key varchar, born timestamptz, origin varchar) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ops, pg_temp AS $body$
BEGIN
    INSERT INTO public.birth_registry (entity_code, collection_name, dot_origin, born_at)
    VALUES (code, kind, origin, coalesce(born, now()));
    INSERT INTO ops.seen VALUES (code, key, born, origin, current_setting('TimeZone'));
END
$body$;
CREATE TABLE public.visits (at date, note text, date_created timestamp, number integer NOT NULL UNIQUE,
    PRIMARY KEY (at, note));
"""
_BOUND = ("ops.keyed", "kind=$collection", "code=$code", "key=$source_key", "born=$born_at", "origin=$origin")


@pytest.fixture
def company(server: TestServer) -> Iterator[Database]:
    """A database with a register function of its own, and no gateway."""
    with a_foreign_database(server, foreign.WITHOUT_GATEWAY, _KEYED) as database:
        yield database


def init(database: Database, *arguments: str, schema: str = "birth") -> console.Answer:
    answer = console.run("init", *arguments, "--json", "--dsn", database.dsn("postgres"), "--schema", schema)
    assert answer.status == 0, answer.err
    return answer


def identify(database: Database, collection: str, *columns: str, schema: str = "birth") -> None:
    strategy = "column" if len(columns) == 1 else "synthetic"
    names = ", ".join(f"'{column}'" for column in columns)
    database.run(f"SELECT {schema}.birth_identity_import('{collection}', '{strategy}', ARRAY[{names}], 'a test')")


def warnings_of(database: Database, statement: str) -> list[str]:
    """Run a statement as the superuser; the warnings that it gave."""
    told: list[str] = []
    with database.psql("postgres") as connection:
        connection.add_notice_handler(lambda each: told.append(f"{each.severity_nonlocalized} {each.message_primary}"))
        connection.execute(statement.encode())
    return told


def registered(database: Database) -> list[dict[str, Any]]:
    return database.run("SELECT entity_code, collection_name, dot_origin FROM public.birth_registry ORDER BY 1")


def test_the_gateway_that_init_brings_calls_the_function_that_was_bound(company: Database) -> None:
    # Of a partition that it writes, the whole table is named.
    company.run("DROP TABLE ops.register_log; CREATE TABLE ops.register_log (code text) PARTITION BY HASH (code)")
    company.run("CREATE TABLE ops.log_0 PARTITION OF ops.register_log FOR VALUES WITH (MODULUS 1, REMAINDER 0)")
    left = init(company, "--collections", "public.coded", "--bind", *foreign.BINDING).document["left"]
    assert (
        "--register-writes ops.register_log`" in {each["object"]: each["why"] for each in left}["the register function"]
    )
    identify(company, "coded", "code")
    company.run('ALTER FUNCTION ops."Register" SET search_path = ops, pg_temp')
    assert warnings_of(company, "INSERT INTO public.coded VALUES ('new')") == []
    assert registered(company) == [{"entity_code": "new", "collection_name": "coded", "dot_origin": "GATEWAY"}]
    assert company.value("SELECT code FROM ops.register_log") == "new"


def test_a_bound_function_that_relies_on_its_callers_names_or_rights_fails_no_insert(company: Database) -> None:
    init(company, "--collections", "public.coded", "--bind", *foreign.BINDING)
    identify(company, "coded", "code")
    # Without a path, it finds what stands in its schema: neither what is elsewhere, nor what is temporary.
    company.run("ALTER TABLE ops.register_log SET SCHEMA sales")
    told = warnings_of(company, "INSERT INTO public.coded VALUES ('unpinned')")
    assert [each.rpartition(": ")[2] for each in told] == ['relation "register_log" does not exist']
    company.run("ALTER TABLE sales.register_log SET SCHEMA ops")
    told = warnings_of(company, "CREATE TEMP TABLE register_log (wrong int); INSERT INTO public.coded VALUES ('found')")
    assert (told, [row["entity_code"] for row in registered(company)]) == ([], ["found"])
    company.run('ALTER FUNCTION ops."Register" SECURITY INVOKER SET search_path = ops, pg_temp')
    told = warnings_of(company, "INSERT INTO public.coded VALUES ('unlent')")
    assert [each.rpartition(": ")[2] for each in told] == ["permission denied for table birth_registry"]
    assert company.value("SELECT count(*) FROM public.coded") == 3 + foreign.ROWS
    assert [row["entity_code"] for row in registered(company)] == ["found"]


def test_a_bound_function_gets_the_key_and_the_birth_of_a_new_row_as_a_plan_would_give_them(company: Database) -> None:
    init(company, "--collections", "public.visits", "--bind", *_BOUND)
    identify(company, "visits", "number")
    company.run("SET DateStyle = 'SQL, DMY'; SET TimeZone = 'Asia/Tokyo';"
                "INSERT INTO public.visits VALUES ('2026-02-01', 'a/b', '2026-01-01 10:00', 7)")  # fmt: skip
    company.run("SET TimeZone = 'UTC'")
    seen = company.run("SELECT code, key, born AT TIME ZONE 'UTC' AS born, origin, zone FROM ops.seen")
    assert [{**row, "born": str(row["born"])} for row in seen] == [
        {"code": "7", "key": "2026-02-01/a/b", "born": "2026-01-01 10:00:00", "origin": "GATEWAY", "zone": "Asia/Tokyo"}
    ]


def test_a_row_slips_past_with_a_warning_where_the_bound_function_cannot_be_called(company: Database) -> None:
    init(company, "--collections", "public.visits", "--bind", *_BOUND)
    identify(company, "visits", "number")
    insert = "INSERT INTO public.visits SELECT '2026-02-01', 'n' || n, NULL, n FROM generate_series({0}, {0}) AS n"
    company.run("REVOKE EXECUTE ON FUNCTION ops.keyed FROM PUBLIC, birth_caller")
    told = [warnings_of(company, insert.format(1))]
    company.run("GRANT EXECUTE ON FUNCTION ops.keyed TO birth_caller; REVOKE USAGE ON SCHEMA ops FROM birth_caller")
    told += [warnings_of(company, insert.format(2))]
    company.run("GRANT USAGE ON SCHEMA ops TO birth_caller;"
                "UPDATE birth.birth_gateway_binding SET parameter = 'other' WHERE value = 'source_key'")  # fmt: skip
    told += [warnings_of(company, insert.format(3))]
    company.run("DROP FUNCTION ops.keyed")
    told += [warnings_of(company, insert.format(4))]
    gone = "WARNING a row of visits is not registered: the bound register function is missing or cannot be called"
    assert [[each.replace("public.", "") for each in those] for those in told] == [[gone]] * 4
    assert (company.value("SELECT count(*) FROM public.visits"), registered(company)) == (4, [])


def test_a_row_slips_past_with_a_warning_where_the_stand_in_for_the_register_function_is_gone(small: Database) -> None:
    small.run("DROP FUNCTION birth.fn_birth_register")
    assert len(warnings_of(small, "INSERT INTO public.notes VALUES ('N-new')")) == 1
    assert small.value("SELECT count(*) FROM birth.birth_registry WHERE entity_code = 'N-new'") == 0


def test_what_the_bound_function_refuses_stays_the_companys_own_error(company: Database) -> None:
    init(company, "--collections", "public.coded", "--bind", *foreign.BINDING)
    identify(company, "coded", "code")
    company.run("INSERT INTO public.birth_registry (entity_code, collection_name, born_at) VALUES ('X', 'y', now())")
    with pytest.raises(psycopg.errors.UniqueViolation):
        company.run("INSERT INTO public.coded VALUES ('X')")


def test_a_column_that_is_gone_or_of_another_type_fails_no_insert(small: Database) -> None:
    small.run("ALTER TABLE public.notes RENAME COLUMN code TO label")
    renamed = warnings_of(small, "INSERT INTO public.notes VALUES ('N-new')")
    assert renamed == [
        "WARNING a row of public.notes is not registered: column_missing: public.notes has no column code"
    ]
    small.run("ALTER TABLE public.notes RENAME COLUMN label TO code")
    small.run("ALTER TABLE public.notes ALTER COLUMN code TYPE json USING to_json(code)")
    retyped = warnings_of(small, "INSERT INTO public.notes VALUES ('[]')")
    assert [each.partition(": type_unsupported")[0] for each in retyped] == [
        "WARNING a row of public.notes is not registered"
    ]
    assert small.value("SELECT count(*) FROM public.notes WHERE code::text ~ 'N-new' OR code::text = '[]'") == 2
    assert small.value("SELECT count(*) FROM birth.birth_registry WHERE collection_name = 'notes'") == 0


def test_a_registry_that_asks_for_more_than_the_stand_in_fills_needs_a_register_function_of_its_own(
    company: Database,
) -> None:
    company.run("CREATE DOMAIN ops.flag AS text NOT NULL DEFAULT 'x'; CREATE DOMAIN ops.given AS text NOT NULL;"
                "ALTER TABLE public.birth_registry ADD tenant integer NOT NULL, ADD source ops.given,"
                " ADD flag ops.flag NOT NULL, ADD seen timestamptz NOT NULL DEFAULT now()")  # fmt: skip
    arguments = ("init", "--collections", "public.coded", "--json", "--dsn", company.dsn("postgres"))
    for options in ((), ("--dry-run",)):
        refused = console.run(*arguments, *options)
        assert (refused.status, refused.error["code"]) == (3, "unfit")
        assert refused.error["evidence"] == {"table": "public.birth_registry", "columns": ["tenant", "source"]}
        assert "--bind" in refused.error["hint"]
    init(company, "--collections", "public.coded", "--bind", *foreign.BINDING)
    # What was bound stays bound: the stand-in is not brought by a second run that does not say so again.
    assert init(company, "--collections", "public.coded").document["installed"] == []


_REGISTERING = """
CREATE FUNCTION ops.writes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO public.Birth_Registry (entity_code, collection_name, born_at) VALUES (NEW.id, 'items', now());
    RETURN NULL; END $$;
CREATE FUNCTION ops.calls() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM ops."Register"('write', 'events', NEW.id::text); RETURN NULL; END $$;
CREATE FUNCTION ops.harmless() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM 'my_birth_registry', 'birth_registry_old', 'reRegister'; RETURN NEW; END $$;
CREATE TRIGGER on_birth AFTER INSERT ON sales.items FOR EACH ROW EXECUTE FUNCTION ops.writes();
CREATE TRIGGER on_part AFTER INSERT ON public.events_new FOR EACH ROW EXECUTE FUNCTION ops.calls();
CREATE TRIGGER off AFTER INSERT ON crm.items FOR EACH ROW EXECUTE FUNCTION ops.writes();
ALTER TABLE crm.items DISABLE TRIGGER off;
CREATE TRIGGER on_change AFTER UPDATE ON sales."Orders" FOR EACH ROW EXECUTE FUNCTION ops.writes();
CREATE TRIGGER before_birth BEFORE INSERT ON public.coded FOR EACH ROW EXECUTE FUNCTION ops.harmless();
"""


def test_where_a_trigger_of_the_companys_registers_rows_the_gateway_is_not_attached_beside_it(
    company: Database,
) -> None:
    company.run(_REGISTERING)
    globs = ("--collections", "sales.*", "crm.items", "public.events", "public.coded")
    left = {each["object"]: each["why"] for each in init(company, *globs, "--bind", *foreign.BINDING).document["left"]}
    assert "its trigger on_birth registers new rows already (ops.writes())" in left["sales.items"]
    assert "its trigger on_part registers new rows already (ops.calls())" in left["public.events"]
    attached = "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'trg_birth_gateway' AND tgparentid = 0"
    assert {row["tgrelid"] for row in company.run(f"{attached} ORDER BY 1")} == {
        "coded", "crm.items", 'sales."Orders"'
    }  # fmt: skip
    # Known from the last time, and gone: what was left is done.
    assert "sales.items" in {each["object"] for each in init(company, *globs).document["left"]}
    company.run("DROP TRIGGER on_birth ON sales.items")
    assert init(company, *globs).document["installed"] == ["trg_birth_gateway on sales.items"]


def test_the_trigger_guard_sees_and_warns_alike_however_a_session_reads_strings(small: Database) -> None:
    seen = "SELECT count(*) FROM birth.trigger_guard_alerts"
    for conforming in ("on", "off"):
        small.run("TRUNCATE birth.trigger_guard_alerts")
        told = warnings_of(small, f"SET standard_conforming_strings = {conforming};"
                           "ALTER TABLE public.notes DISABLE TRIGGER trg_birth_gateway")  # fmt: skip
        assert (told, small.value(seen)) == ([], 1)
    small.run("TRUNCATE birth.trigger_guard_alerts")
    small.run("ALTER TABLE public.notes ADD trigger_or_not integer")
    assert small.value(seen) == 0


def test_tables_that_inherit_from_a_collection_get_its_trigger_and_their_rows_are_registered(company: Database) -> None:
    company.run("""
        CREATE TABLE public.heir () INHERITS (public.coded); CREATE TABLE sales."Grand child" () INHERITS (public.heir);
        CREATE TABLE public.other (code text PRIMARY KEY);
        CREATE TABLE public.both () INHERITS (public.other, crm.items)
    """)
    globs = ("--collections", "public.coded", "public.other", "crm.items", "public.events")
    made = init(company, *globs, "--bind", *foreign.BINDING).document["installed"]
    assert [each.removeprefix("trg_birth_gateway on ") for each in made if each.startswith("trg_")] == [
        "crm.items", "public.both", "public.coded", "public.heir", "sales.Grand child", "public.events", "public.other",
    ]  # fmt: skip
    assert init(company, *globs).document["installed"] == []
    company.run('ALTER FUNCTION ops."Register" SET search_path = ops, pg_temp')
    identify(company, "coded", "code")
    company.run("""INSERT INTO public.heir VALUES ('heir'); INSERT INTO sales."Grand child" VALUES ('grandchild')""")
    assert [(row["entity_code"], row["collection_name"]) for row in registered(company)] == [
        ("grandchild", "coded"), ("heir", "coded"),
    ]  # fmt: skip
    # One that comes later is met by the next run.
    company.run("CREATE TABLE public.late () INHERITS (public.coded)")
    assert init(company, *globs).document["installed"] == ["trg_birth_gateway on public.late"]


def test_a_table_that_was_moved_or_renamed_stays_the_collection_it_was(company: Database) -> None:
    globs = ("--collections", "public.*", "sales.*", "crm.*")
    init(company, "--collections", "public.coded", "sales.items", "--bind", *foreign.BINDING)
    company.run('ALTER TABLE public.coded SET SCHEMA crm; ALTER TABLE sales.items RENAME TO "th\u00ed ngs"')
    made = init(company, "--collections", "crm.coded", "sales.th\u00ed ngs").document
    assert (made["installed"], made["enrolled"]) == (
        ["the groups may use the schema crm", "the places of coded (crm.coded), items (sales.th\u00ed ngs)",
         "watch for tables that match crm.coded, sales.th\u00ed ngs"], [],
    )  # fmt: skip
    places = "SELECT collection_name || ' ' || table_schema || '.' || table_name AS place"
    assert [row["place"] for row in company.run(f"{places} FROM birth.birth_collection_place ORDER BY 1")] == [
        "coded crm.coded", "items sales.th\u00ed ngs",
    ]  # fmt: skip
    assert init(company, "--collections", "crm.coded", "sales.th\u00ed ngs").document["installed"] == []
    # What stands in its own place is nobody else's, whatever a trigger beside it says.
    company.run("CREATE TABLE crm.copy (code text); CREATE TRIGGER trg_birth_gateway AFTER INSERT ON crm.copy"
                " FOR EACH ROW EXECUTE FUNCTION birth.fn_birth_gateway('coded')")  # fmt: skip
    made = init(company, *globs).document
    assert "copy" in {each["collection"] for each in made["enrolled"]}
    assert {
        "object": "crm.copy",
        "why": "its trg_birth_gateway registers rows of coded. Drop the trigger, then run init again",
    } in made["left"]

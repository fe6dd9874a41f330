"""`init` at a prompt: what it refuses, what it leaves to others, and how it goes again."""

import os
from collections.abc import Iterator

import pytest

from core.db.connection.session import Connection
from core.errors import ConsoleError
from core.services.adopt import init as service
from core.services.adopt import install
from core.services.adopt.init import Wish
from tests import console, foreign
from tests.databases import Database, TestServer
from tests.foreign import ADMINISTRATOR, a_foreign_database, a_login

CATALOG = """
    SELECT 'relation ' || relnamespace::regnamespace || '.' || relname || ' ' || coalesce(relacl::text, '') AS what
    FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'S') AND relnamespace::regnamespace::text !~ '^(pg_|information)'
    UNION ALL SELECT 'function ' || oid::regprocedure || ' ' || coalesce(proacl::text, '') FROM pg_proc
    WHERE pronamespace::regnamespace::text !~ '^(pg_|information)'
    UNION ALL SELECT 'trigger ' || tgname || tgrelid::regclass FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT 'schema ' || nspname FROM pg_namespace WHERE nspname !~ '^pg_(toast|temp)'
    UNION ALL SELECT 'event trigger ' || evtname FROM pg_event_trigger
    UNION ALL SELECT 'server''s ' || relname || ' ' || relacl::text FROM pg_class
    WHERE relnamespace = 'pg_catalog'::regnamespace AND relacl::text ~ 'birth_'
    UNION ALL SELECT 'default ' || defaclrole::regrole FROM pg_default_acl ORDER BY 1
"""
CERTIFIED = """
    INSERT INTO birth.birth_backfill_run (system_identifier, gateway, registry_triggers, registry_rows, alert_rows,
        snapshot, planned_person) VALUES ('1', '{}', '', 0, 0, pg_current_snapshot(), 'somebody');
    INSERT INTO birth.birth_backfill_certificate (run_id, certified_person, note, evidence, evidence_digest, chain_seq,
        chain_hash) SELECT run_id, 'another', 'looked', '{}', '', 0, '' FROM birth.birth_backfill_run
"""


@pytest.fixture
def company(server: TestServer) -> Iterator[Database]:
    """A database without a gateway."""
    with a_foreign_database(server) as database:
        yield database


def init(database: Database, *arguments: str, login: str = "postgres", schema: str = "birth") -> console.Answer:
    return console.run("init", *arguments, "--json", "--dsn", database.dsn(login), "--schema", schema)


def catalog(database: Database) -> list[str]:
    """Every object that is not the server's own, with the rights on it."""
    return [row["what"] for row in database.run(CATALOG)]


def test_a_doctor_who_comes_before_init_says_what_the_server_is_and_that_nothing_is_installed(
    company: Database,
) -> None:
    answer = console.run("doctor", "--json", "--dsn", company.dsn("postgres"), "--schema", "Birth")
    verdicts = {check["id"]: check["verdict"] for check in answer.document["checks"]}
    assert answer.status == 5
    assert verdicts.pop("installed") == "failed"
    assert verdicts == dict.fromkeys(("version", "primary", "pooler", "login", "encrypted", "clock"), "passed")
    assert init(company, schema="Birth").status == 0
    answer = console.run("doctor", "--json", "--dsn", company.dsn("postgres"), "--schema", "Birth")
    assert "installed" not in {check["id"] for check in answer.document["checks"]}


def test_a_server_that_is_too_old_is_refused_before_anything_is_installed(
    company: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install, "OLDEST", 990_000)  # as this server would look to a later console
    before = catalog(company)
    with Connection.open(company.dsn("postgres"), "birth", read_only=False) as administrator:
        for attempt in (service.preview, service.init):
            with pytest.raises(ConsoleError, match="is too old") as refused:
                attempt(administrator, Wish())
            assert refused.value.code == "server_too_old"
            assert refused.value.hint == "Upgrade it to PostgreSQL 99 or newer."
    assert catalog(company) == before


def test_a_database_that_is_not_unicode_is_refused(server: TestServer) -> None:
    name = f"birth_latin_{os.getpid()}"
    with server.admin() as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'".encode())
    try:
        refused = console.run("init", "--json", "--dsn", Database(server, name).dsn("postgres"))
        assert (refused.status, refused.error["code"], refused.error["evidence"]["encoding"]) == (
            1,
            "encoding",
            "LATIN1",
        )
    finally:
        server.drop(name)


def test_what_is_in_the_way_is_named_and_nothing_is_installed(company: Database) -> None:
    before = catalog(company)
    ours = "CREATE SCHEMA birth AUTHORIZATION birth_owner"
    company.run(f"{ours}; CREATE TABLE birth.birth_backfill_run (mine int); CREATE FUNCTION birth._birth_actor()"
                " RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE TABLE birth.birth_policy (mine int)")  # fmt: skip
    refused = init(company)
    assert (refused.status, refused.error["code"]) == (3, "in_the_way")
    assert refused.error["evidence"]["objects"] == [
        "function birth._birth_actor",
        "table birth.birth_backfill_run",
        "table birth.birth_policy",
    ]
    for taken in ("public", "birth"):
        company.run("ALTER SCHEMA birth OWNER TO postgres")
        refused = init(company, schema=taken)
        assert (refused.status, refused.error["code"]) == (3, "schema_taken")
    company.run("DROP SCHEMA birth CASCADE")
    assert catalog(company) == before


def test_a_glob_that_names_nothing_says_what_was_meant(company: Database) -> None:
    refused = init(company, "--collections", "order")
    assert (refused.status, refused.error["code"]) == (2, "nothing_matches")
    assert refused.error["hint"] == "Did you mean public.order?"


BINDINGS = [
    (("ops.nothing", "entity=$code"), "unknown_function", "unknown function"),
    (("entity=$code",), "bad_binding", "invalid binding"),
    (('ops."Register"', "entity=$entity"), "bad_binding", "invalid binding"),
    (('ops."Register"', "entity="), "bad_binding", "invalid binding"),
    (('ops."Register"', "mode=write", "entity=$code"), "not_bindable", "Kind has no default"),
    (('ops."Register"', "who=$code"), "not_bindable", "unknown parameter who"),
    (("ops.reading", "a=$collection", "b=$code", "c=$origin"), "not_bindable", "it is not volatile"),
    (("ops.many", "a=$collection", "b=$code", "c=$origin"), "not_bindable", "it returns a set"),
    (("ops.shaped", "a=$collection", "b=$code", "c=$origin", "d=$born_at"), "not_bindable", "cannot cast"),
]
# What names the company's objects, by the code with which it is refused.
NAMED = {
    "unknown_schema": Wish(company_schema="nowhere"),
    "unknown_table": Wish(bound_tables={"registry": ["ops.nowhere"]}),
    "bad_column_map": Wish(bound_tables={"registry": ["ops.nowhere", "entity_code"]}),
    "gateway_incomplete": Wish(gateway="public.fn_birth_gateway"),
}
FUNCTIONS = """
CREATE FUNCTION ops.reading(a text, b text, c text) RETURNS text LANGUAGE sql STABLE AS 'SELECT a';
CREATE FUNCTION ops.many(a text, b text, c text) RETURNS SETOF text LANGUAGE sql VOLATILE AS 'SELECT a';
CREATE FUNCTION ops.shaped(a text, b text, c text, d integer) RETURNS text LANGUAGE sql VOLATILE AS 'SELECT a';
"""


def test_a_binding_that_cannot_work_is_refused_before_anything_is_done(server: TestServer) -> None:
    with a_foreign_database(server, foreign.GATEWAY, FUNCTIONS) as database:
        before = catalog(database)
        with Connection.open(database.dsn("postgres"), "birth", read_only=False) as connection:
            for words, code, text in BINDINGS:
                with pytest.raises(ConsoleError) as refused:
                    service.init(connection, Wish(collections=["crm.people"], bind=words))
                assert (refused.value.code, text in refused.value.message) == (code, True), refused.value.message
            for code, wish in NAMED.items():
                with pytest.raises(ConsoleError) as refused:
                    service.init(connection, wish)
                assert refused.value.code == code
        assert catalog(database) == before
        gateway = ("--gateway", "public.fn_birth_gateway", "--trigger", "trg_birth_gateway")
        unnamed = init(database, "--collections", "crm.people", *gateway)
        assert unnamed.status == 0, unnamed.err
        # Where nothing is bound that registers, ours does.
        assert database.value("SELECT birth.birth_register_function()::regprocedure::text") == (
            "birth.fn_birth_register(text,text,timestamp with time zone,text,boolean)"
        )


def test_what_is_no_name_of_a_function_or_table_is_usage(company: Database) -> None:
    for word in ("x y", "a.b.c.d", "1x", '"', "a..b", "nothing()"):
        for options, code in (
            (("--bind", word, "p_code=$code"), "unknown_function"),
            (("--gateway", word, "--trigger", "trg_birth_*"), "unknown_function"),
            (("--bind-registry", word), "unknown_table"),
            (("--register-writes", word), "unknown_table"),
        ):
            answer = init(company, *options)
            assert (answer.status, answer.error["code"]) == (2, code), (options, answer.err)


def test_what_the_register_function_may_write_is_kept_by_the_names_that_a_batch_tells(company: Database) -> None:
    company.run('CREATE SCHEMA "Log Book"; CREATE TABLE "Log Book".entries (code text)')
    for name in ("entries", '"Log Book".nothing', '"log book".entries'):
        assert init(company, "--register-writes", name).error["code"] == "unknown_table"
    answer = init(company, "--register-writes", '"Log Book".ENTRIES')
    assert answer.status == 0, answer.err
    assert company.value("SELECT value FROM birth.birth_setting WHERE name = 'register_writes'") == [
        '"Log Book".entries'
    ]


def test_a_schema_of_the_server_s_own_is_usage_also_where_nothing_would_be_done(company: Database) -> None:
    for schema in ("pg_x", "pg_catalog", "information_schema"):
        for options in ([], ["--dry-run"]):
            answer = init(company, *options, schema=schema)
            assert (answer.status, answer.out, answer.error["code"]) == (2, "", "bad_schema")


def test_a_read_only_init_is_refused_as_asked_for(company: Database) -> None:
    before = catalog(company)
    answer = init(company, "--read-only")
    assert (answer.status, answer.error["code"]) == (6, "read_only")
    assert catalog(company) == before


def test_who_may_not_do_it_gets_the_sql_for_who_may(company: Database) -> None:
    a_login(company, ADMINISTRATOR)
    for what in (f'DATABASE "{company.name}"', "SCHEMA sales", "TABLE sales.items"):
        company.run(f"ALTER {what} OWNER TO {ADMINISTRATOR}")
    for _ in range(3):
        answer = init(company, "--collections", "sales.*", login=ADMINISTRATOR)
        if answer.status == 0:
            break
        assert (answer.status, answer.error["code"]) == (6, "rights_missing")
        for need in answer.document["needs"]:
            company.run(need["sql"])
    assert answer.status == 0
    made = "SELECT count(*) FROM birth.birth_collections() WHERE trigger_state = 'enabled'"
    assert company.value(made) == 2
    # What let this login in is over once the audit's own hint was followed.
    for remedy in answer.document["remedies"]:
        company.run(remedy["sql"])
    failed = company.run("SELECT id FROM birth.birth_audit() WHERE verdict = 'failed' AND id <> 'trust'")
    assert failed == []


def test_every_table_that_would_be_opened_has_a_line_of_its_own(company: Database) -> None:
    shown = console.run("init", "--collections", "public.*", "sales.*", "--dry-run", "--dsn", company.dsn("postgres"))
    lines = shown.out.splitlines()
    opened = lines[lines.index("GRANT SELECT ON") + 1 : lines.index("TO birth_owner, birth_caller, birth_reader;")]
    public = ("coded", "events", "generated", "order", 'qu""oted', "settings")
    tables = [*(f'"public"."{name}"' for name in public), '"sales"."Orders"', '"sales"."items"']
    assert [line.strip().rstrip(",") for line in opened] == tables


def test_what_init_prints_for_somebody_with_more_rights_runs_as_it_is(company: Database) -> None:
    a_login(company, ADMINISTRATOR)
    company.run(f'ALTER DATABASE "{company.name}" OWNER TO {ADMINISTRATOR}')
    company.run("""CREATE TABLE public."two\nlines; SELECT 1/0; --" (id integer PRIMARY KEY)""")
    seen = ""
    for _ in range(4):
        answer = console.run("init", "--dsn", company.dsn(ADMINISTRATOR))
        seen += answer.out
        company.run(answer.out)
        if answer.status == 0:
            break
        assert (answer.status, "error[rights_missing]" in answer.err) == (6, True)
    assert answer.status == 0
    assert company.value("SELECT count(*) FROM birth.birth_policy") > 0
    assert "-- + " in seen
    assert "-- = " in seen


def test_of_two_at_once_one_installs_and_the_other_finds_it_done(company: Database) -> None:
    command = ("init", "--json", "--dsn", company.dsn("postgres"))
    answers = console.run_each(command, command)
    assert [answer.status for answer in answers] == [0, 0]
    assert sorted(bool(answer.document["installed"]) for answer in answers) == [False, True]


def test_an_uninstall_leaves_the_database_as_it_was(company: Database) -> None:
    before = catalog(company)
    assert init(company, *("--collections", "public.*", "sales.*")).status == 0
    company.run("INSERT INTO public.coded VALUES ('new')")
    installed = catalog(company)
    shown = init(company, "--uninstall", "--dry-run")
    assert "DROP TABLE" in shown.document["sql"]
    assert shown.document["rows"]["birth_collection_place"] > 0
    assert init(company, "--uninstall").error["code"] == "not_confirmed"
    company.run(CERTIFIED)
    refused = init(company, "--uninstall", "--confirm", company.name)
    assert (refused.status, refused.error["code"]) == (3, "certified_runs")
    assert catalog(company) == installed

    done = init(company, "--uninstall", "--confirm", company.name, "--even-certified")
    # Other databases of this server need its roles.
    kept = {each["object"]: each["why"] for each in done.document["left"]}
    assert (done.status, "database " in kept["role birth_owner"]) == (0, True)
    # A right that was given and taken back leaves an explicit list of the rights that were there all along.
    assert [line.split(" {")[0].rstrip() for line in catalog(company)] == [
        line.split(" {")[0].rstrip() for line in before
    ]
    assert not [line for line in catalog(company) if "birth_" in line]
    assert init(company, "--uninstall", "--dry-run").error["code"] == "not_installed"


def test_where_nobody_reads_how_a_server_authenticates_somebody_stands_for_it(small: Database) -> None:
    right = "SELECT ON pg_hba_file_rules"
    trust = "SELECT verdict FROM birth.birth_audit() WHERE id = 'trust'"
    try:
        small.run(f"REVOKE {right} FROM birth_owner; DELETE FROM birth.birth_setting WHERE name = 'embedded'")
        assert small.value(trust) == "unknown"
        said = init(small, "--attest-authentication", "scram only, says the provider", "--collections", "public.goods")
        assert (said.status, small.value(trust)) == (0, "warning")
    finally:
        small.run(f"GRANT {right} TO birth_owner")
    # What can be seen weighs more than what is said.
    lines = small.value("SELECT count(*) FROM pg_hba_file_rules WHERE auth_method = 'trust'")
    assert small.value(trust) == ("failed" if lines else "passed")

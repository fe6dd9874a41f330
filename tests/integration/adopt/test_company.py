"""A company's own world: registry, policy, gateway and guard are bound where they are, and nothing is taken over."""

from collections.abc import Iterator

import pytest

from tests import console, foreign
from tests.company import GATEWAY, GUARD, OWNER, a_company
from tests.databases import Database, TestServer
from tests.foreign import GATEKEEPER, LOGINS, OPERATOR

# The guard as a company has it that thought of whose rights it runs with.
_GUARD = GUARD.replace("LANGUAGE plpgsql AS", "LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS")
_BOUND = ("--gateway", GATEWAY, "--trigger", "trg_birth_*")
_OBJECTS = """
    SELECT 'function ' || p.oid::regprocedure || md5(pg_get_functiondef(p.oid)) || p.proowner::regrole AS what
    FROM pg_proc AS p WHERE p.pronamespace = 'public'::regnamespace
    UNION ALL SELECT 'trigger ' || pg_get_triggerdef(t.oid) || t.tgenabled::text FROM pg_trigger AS t
    JOIN pg_class AS c ON c.oid = t.tgrelid WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal
    ORDER BY 1
"""
_TABLES = """
    SELECT c.oid::regclass::text AS name FROM pg_class AS c WHERE c.relnamespace = 'public'::regnamespace
    AND c.relkind IN ('r', 'v') AND NOT c.relispartition AND c.relname <> 'trigger_guard_alerts' ORDER BY 1
"""


@pytest.fixture
def company(server: TestServer) -> Iterator[Database]:
    with a_company(server, _GUARD, guard=False) as database:
        yield database


def run(database: Database, *words: str, login: str = "postgres") -> console.Answer:
    return console.run(*words, "--json", "--dsn", database.dsn(login))


def theirs(database: Database, but: str = "") -> list[str]:
    """Everything of the company's: what its objects are, and what its tables hold, `but` one."""
    found = [row["what"] for row in database.run(_OBJECTS)]
    for table in database.run(_TABLES):
        if table["name"].strip('"') == but:
            continue
        rows = database.run(f"SELECT t::text AS row FROM {table['name']} AS t ORDER BY 1")
        found += [f"{table['name']} {row['row']}" for row in rows]
    return found


def test_what_the_company_has_is_found_bound_and_left_as_it_is(company: Database) -> None:
    before = theirs(company)
    done = run(company, "init", *_BOUND).document
    assert theirs(company) == before
    left = {each["object"]: each["why"] for each in done["left"]}
    assert left["table public.birth_registry"] == f"it is there, and {OWNER}'s: bound as it is"
    assert "stands beside it" in left["table public.birth_backfill_ledger"]
    bound = {row["part"]: row["schema_name"] for row in company.run("SELECT * FROM birth.birth_binding")}
    assert bound == {"registry": "public", "collections": "public", "alerts": "public", "policy": "birth"}
    assert done["out_of_scope"] == {"locked": 1, "excluded": 1}
    assert run(company, "init").document["installed"] == []
    matrix = run(company, "matrix").document
    assert {each["collection"]: each["trigger"] for each in matrix["collections"]} == dict.fromkeys(
        ("agents", "products", "table_registry", "tags", "workflows"), "enabled")  # fmt: skip
    events = company.run("SELECT kind FROM birth.birth_ledger_event WHERE kind ~ 'bound' ORDER BY kind")
    assert [row["kind"] for row in events] == ["gateway_bound", "gateway_trigger_bound", *["table_bound"] * 3]
    # What each was when it was bound is kept, and what somebody changed since is told.
    bindings = {each["part"]: each for each in run(company, "audit").document["bindings"]}
    assert bindings["policy"]["was"] is None
    assert bindings["registry"]["was"]["triggers"] == ["trg_birth_certify"]
    assert {each["changed"] == [] for each in bindings.values()} == {True}
    assert {bindings[part]["was"]["owner"] for part in ("registry", "gateway", "register function")} == {OWNER}
    company.run("ALTER TABLE public.birth_registry ADD extra text, ALTER sort TYPE bigint; ALTER FUNCTION"
                f" {GATEWAY}() COST 7; DROP TRIGGER trg_birth_certify ON public.birth_registry;"
                " ALTER TABLE public.trigger_guard_alerts OWNER TO postgres")  # fmt: skip
    changed = {each["part"]: each["changed"] for each in run(company, "audit").document["bindings"]}
    assert changed["registry"] == ["column extra (none) → text", "column sort integer → bigint",
                                   "trigger trg_birth_certify removed"]  # fmt: skip
    assert (changed["gateway"], changed["register function"]) == (["another definition"], [])
    assert changed["alerts"] == [f"owner {OWNER} → postgres"]
    told = next(each for each in run(company, "doctor").document["checks"] if each["id"] == "bound")
    assert (told["verdict"], "since then column extra" in told["evidence"]["registry"]) == ("warning", True)
    assert "since then another definition" in run(company, "packet").out


def test_a_gateway_that_is_not_named_is_proposed_and_no_second_trigger_is_put_beside_it(company: Database) -> None:
    company.run("CREATE TABLE public.pieces (code text PRIMARY KEY); ALTER TABLE public.pieces OWNER TO " + OWNER)
    company.run("INSERT INTO public.collection_registry (collection_name, governance_role)"
                " VALUES ('pieces', 'governed'), ('directus_users', 'governed')")  # fmt: skip
    done = run(company, "init").document
    told = {each["object"]: each["why"] for each in done["left"]}
    assert told["collection directus_users"].startswith("it is a table of Directus")
    proposed = told[f"function {GATEWAY}"]
    assert "5 triggers call it" in proposed
    assert f"`birth-console init --gateway {GATEWAY} --trigger 'trg_birth_*'`" in proposed
    ours = "SELECT c.relname FROM pg_trigger JOIN pg_class AS c ON c.oid = tgrelid WHERE tgname = 'trg_birth_gateway'"
    assert company.run(ours) == [{"relname": "pieces"}]
    # Where the company's gateway is bound afterwards, a table that it does not meet keeps ours, which counts.
    done = run(company, "init", *_BOUND).document
    assert "public.pieces" not in {each["object"] for each in done["left"]}
    met = {each["collection"]: each["trigger"] for each in run(company, "matrix").document["collections"]}
    assert set(met.values()) == {"enabled"}
    company.run("DROP TRIGGER trg_birth_gateway ON public.pieces")
    assert "public.pieces" in {each["object"] for each in run(company, "init").document["left"]}
    matrix = run(company, "matrix").document["collections"]
    assert [each["collection"] for each in matrix if each["trigger"] != "enabled"] == ["pieces"]


def test_an_identity_that_differs_from_the_gateway_s_code_is_a_closed_gate_in_the_database(company: Database) -> None:
    run(company, "init", *_BOUND)
    foreign.let_in(company, "birth", LOGINS)
    assert run(company, "classify", "workflows", "--column", "process_code", login=OPERATOR).status == 0
    assert run(company, "plan", "workflows", login=OPERATOR).status == 0
    agents, tags = run(company, "suggest", "agents", "tags", login=OPERATOR).document["suggestions"]
    assert [each["candidates"][0]["identity"] for each in (agents, tags)] == ["code", "code"]
    assert "the gateway registers new rows by it" in agents["candidates"][0]["evidence"]["parts"]
    assert run(company, "classify", "agents", "--synthetic", "agents:{id}", login=OPERATOR).status == 0
    refused = run(company, "plan", "agents", login=OPERATOR)
    assert refused.status == 3
    assert refused.error["code"] == "gateway_code"
    told = {name: refused.error["evidence"][name] for name in ("collection", "gateway", "identity")}
    assert told == {"collection": "agents", "gateway": "code", "identity": "agents:{id}"}


def test_what_has_other_names_and_places_is_bound_by_a_map_and_found_where_it_is(server: TestServer) -> None:
    moved = """ALTER TABLE public.birth_registry RENAME TO births; ALTER TABLE public.births ADD tenant text NOT NULL
            DEFAULT 'acme'; ALTER TABLE public.births ALTER tenant DROP DEFAULT, ADD item text;
        ALTER TABLE public.births RENAME entity_code TO code; ALTER TABLE public.births RENAME dot_origin TO origin;
        ALTER TABLE public.births RENAME species_code TO species; ALTER TABLE public.births RENAME composition_level
            TO "Level"; DO $$ BEGIN EXECUTE replace(pg_get_functiondef('public.fn_birth_registry_auto'::regproc),
            'public.birth_registry (', 'public.births ('); END $$;
        CREATE SCHEMA crm; ALTER TABLE public.agents SET SCHEMA crm; ALTER TABLE public.tags SET SCHEMA crm;
        UPDATE public.collection_registry SET collection_name = 'crm.agents' WHERE collection_name = 'agents';
        ALTER TABLE public.collection_registry DROP CONSTRAINT collection_registry_collection_name_key;
        INSERT INTO public.collection_registry (collection_name, governance_role) VALUES ('tags', 'observed');
        UPDATE public.collection_registry SET governance_role = upper(governance_role);
        CREATE TABLE public.heirs (PRIMARY KEY (id)) INHERITS (crm.tags);
        CREATE TRIGGER theirs AFTER INSERT ON public.heirs FOR EACH ROW
            EXECUTE FUNCTION public.fn_birth_registry_auto('code');
        CREATE EVENT TRIGGER a_guard ON ddl_command_end EXECUTE FUNCTION public.fn_trigger_guard_ddl()"""
    renamed = f"{GUARD} DROP EVENT TRIGGER evt_trigger_guard_ddl; {moved}"
    with a_company(server, renamed, register=False, guard=False) as database:
        words = ("--bind-registry", "public.births", "entity_code=code", "dot_origin=origin", "source_key=item",
                 "species_code=species", "composition_level=Level", "--register-column", "species_code='SPC-1'",
                 "tenant='it''s'",
                 "composition_level=public.entity_species.composition_level BY species_code=$species_code")  # fmt: skip
        refused = run(database, "init", *words[:3], *_BOUND)
        assert (refused.status, refused.error["code"]) == (3, "unfit")
        # Its triggers write to it under its name: they are found by that.
        told = {each["object"]: each["why"] for each in run(database, "init", *words, "--dry-run").document["left"]}
        assert "--trigger 'trg_birth_*'" in told[f"function {GATEWAY}"]
        done = run(database, "init", *words, *_BOUND).document
        assert [each["table"] for each in done["enrolled"]] == [
            "crm.agents", "crm.tags", "public.products", "public.table_registry", "public.workflows"]  # fmt: skip
        names = [row["collection_name"] for row in database.run("SELECT * FROM birth.birth_collections()")]
        assert names.count("tags") == 1
        assert run(database, "init", *words, *_BOUND).document["installed"] == []
        row = database.run("SELECT entity_code, dot_origin FROM birth.birth_registry_rows() ORDER BY 1 LIMIT 1")
        assert row == [{"entity_code": "agents-1", "dot_origin": "DOT:backfill"}]
        database.run("SELECT birth.fn_birth_register('tags', 'tags-9', p_dry_run => false)")
        row = database.run("SELECT species, \"Level\", tenant FROM births WHERE code = 'tags-9'")
        assert row == [{"species": "SPC-1", "Level": "level 1", "tenant": "it's"}]
        # The guard and an heir's trigger have names of their own.
        checks = {each["id"]: each["verdict"] for each in run(database, "doctor").document["checks"]}
        assert (checks["event_trigger"], checks["heirs"]) == ("passed", "passed")
        database.run("ALTER EVENT TRIGGER a_guard DISABLE; DROP TRIGGER theirs ON public.heirs")
        checks = {each["id"]: each["verdict"] for each in run(database, "doctor").document["checks"]}
        assert (checks["event_trigger"], checks["heirs"]) == ("failed", "failed")


def test_a_registry_that_is_a_view_or_hides_rows_stops_init_by_name(company: Database) -> None:
    company.run("""ALTER TABLE birth_registry RENAME TO births; CREATE VIEW birth_registry AS SELECT * FROM births;
        ALTER TABLE collection_registry ENABLE ROW LEVEL SECURITY""")
    refused = run(company, "init", *_BOUND)
    assert (refused.status, refused.error["code"]) == (3, "obstacles")
    assert [each["evidence"] for each in refused.error["evidence"]["gates"]] == [
        {"objects": ["public.birth_registry"]}, {"row_security": ["public.collection_registry"]}]  # fmt: skip


def test_the_company_may_alter_and_rename_what_is_bound_without_this_console_in_the_way(company: Database) -> None:
    run(company, "init", *_BOUND)
    company.run("ALTER TABLE birth_registry ALTER entity_code TYPE varchar(300)")
    company.run("ALTER TABLE birth_registry DROP inspect_pen")
    company.run("DROP TABLE birth_registry CASCADE")
    assert company.value("SELECT count(*) FROM birth.birth_ledger_event") > 0


def test_a_gatekeeper_s_decision_stands_beside_the_company_s_registry(company: Database) -> None:
    run(company, "init", *_BOUND)
    foreign.let_in(company, "birth", LOGINS)
    before = theirs(company)
    assert run(company, "classify", "tags", "--exempt", "--reason", "labels only", login=GATEKEEPER).status == 0
    assert theirs(company) == before
    assert "tags" not in {each["collection"] for each in run(company, "matrix").document["collections"]}

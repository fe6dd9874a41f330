"""The doctor's look at what is installed: each finding shows where its condition is broken, and its remedy mends it."""

import pytest

from core.db.connection.session import Connection
from core.domain.trust.check import Check
from core.services.trust.doctor import examine
from core.version import SCHEMA_VERSION
from tests.console import run
from tests.databases import SCHEMA, Database

# Check, verdict, and what breaks it.
BROKEN = [
    ("binding", "failed", "ALTER FUNCTION birth.fn_birth_register RENAME TO gone"),
    ("binding", "failed", "ALTER FUNCTION birth.fn_birth_register STABLE"),
    ("binding", "failed", "UPDATE birth.birth_gateway_binding SET parameter = 'p_other' WHERE value = 'origin'"),
    ("schema", "failed", "DELETE FROM birth.birth_migration WHERE name LIKE '%audit%'"),
    ("schema", "failed", "UPDATE birth.birth_migration SET sha256 = 'another' WHERE name LIKE '%audit%'"),
    ("fingerprints", "warning", "ALTER FUNCTION birth.fn_birth_gateway() COST 7"),
    ("server", "warning", "UPDATE birth.birth_backfill_run SET server_version = '140000'"),
    ("server", "warning", "UPDATE birth.birth_ledger_event SET payload = '{}' WHERE seq = 0"),
    ("heirs", "failed", ("CREATE TABLE public.heir () INHERITS (public.goods); CREATE TRIGGER trg_birth_gateway"
     " AFTER INSERT ON public.heir EXECUTE FUNCTION birth.fn_birth_gateway('goods');"
     "ALTER TABLE public.heir DISABLE TRIGGER trg_birth_gateway")),
    *(
        (
            "registry_index",
            verdict,
            (
                "ALTER TABLE birth.birth_registry RENAME TO whole; CREATE TABLE birth.birth_registry"
                f" (LIKE birth.whole{keys}) PARTITION BY LIST (collection_name)"
            ),
        )
        for verdict, keys in (
            ("warning", ", UNIQUE (collection_name, entity_code)"),
            ("failed", ""),
            ("failed", ", UNIQUE (collection_name, born_at)"),
        )
    ),
    ("names", "warning", "CREATE TABLE birth.goods (id integer)"),
    ("sources", "failed", "ALTER TABLE public.goods ENABLE ROW LEVEL SECURITY, OWNER TO census_app"),
    ("row_security", "failed", "ALTER TABLE birth.birth_registry ENABLE ROW LEVEL SECURITY"),
    ("row_security", "failed", "ALTER TABLE birth.collection_registry ENABLE ROW LEVEL SECURITY"),
    ("row_security", "failed", "ALTER TABLE birth.birth_backfill_item ENABLE ROW LEVEL SECURITY"),
]  # fmt: skip
# Check, and what breaks it.
MENDED = [
    # While the gateway is the console's own.
    ("heirs", ("CREATE TABLE public.heir () INHERITS (public.parts);"
     'CREATE TABLE public."Heir\'s" () INHERITS (public.heir)')),
    ("public_execute", "GRANT EXECUTE ON FUNCTION birth.fn_birth_gateway() TO PUBLIC"),
    ("binding", ("CREATE SCHEMA ops; ALTER FUNCTION birth.fn_birth_register SET SCHEMA ops;"
     "ALTER FUNCTION ops.fn_birth_register OWNER TO census_app;"
     "UPDATE birth.birth_gateway_function SET schema_name = 'ops', signature = replace(signature, 'birth.', 'ops.')")),
    ("search_path", ("ALTER FUNCTION birth.fn_birth_gateway() OWNER TO census_app;"
     "ALTER FUNCTION birth.fn_birth_gateway() RESET search_path")),
    (
        "public_execute",
        (
            "REVOKE ALL ON FUNCTION ops.fn_birth_register FROM birth_owner;"
            "ALTER FUNCTION ops.fn_birth_register SECURITY DEFINER SET search_path = birth;"
            "GRANT EXECUTE ON FUNCTION ops.fn_birth_register TO PUBLIC"
        ),
    ),
    ("create", "GRANT CREATE ON SCHEMA public TO PUBLIC"),
    ("dml", "GRANT UPDATE ON birth.birth_policy TO PUBLIC"),
    ("triggers", "ALTER TABLE public.goods DISABLE TRIGGER trg_birth_gateway"),
    ("registry_index", "ALTER TABLE birth.birth_registry DROP CONSTRAINT birth_registry_entity_code_key"),
    ("sources", "REVOKE SELECT ON public.goods FROM birth_caller"),
    ("statistics", ("CREATE TABLE public.fresh AS SELECT * FROM public.goods; DROP TABLE public.goods CASCADE;"
     "ALTER TABLE public.fresh RENAME TO goods;"
     "GRANT SELECT ON public.goods TO birth_owner, birth_caller, birth_reader;"
     "INSERT INTO public.goods VALUES (1)")),
]  # fmt: skip


def found(database: Database, check: str) -> Check:
    with database.connect() as connection:
        return next(each for each in examine(connection) if each.id == check)


@pytest.fixture
def pinned(small: Database) -> Database:
    """A small database with an open permit and a planned run, which pin what they were made for."""
    small.run("SELECT birth.birth_permit_open(10, interval '1 hour', 'a test', NULL, NULL)", "gatekeeper1")
    small.run("SELECT birth.birth_backfill_plan(ARRAY['goods'])", "operator1")
    return small


def test_each_finding_shows_where_its_condition_is_broken(pinned: Database) -> None:
    with pinned.connect() as connection:
        sound = {each.id: each.verdict for each in examine(connection)}
    assert {sound[name] for name, _, _ in BROKEN} == {"passed"}
    with pinned.psql("postgres") as admin:
        for name, verdict, breaking in BROKEN:
            with admin.transaction(force_rollback=True):
                admin.execute(breaking.encode())
                looking = Connection(
                    admin, SCHEMA, read_only=False, process=admin.info.backend_pid, installed=SCHEMA_VERSION
                )
                seen = {each.id: each.verdict for each in examine(looking)}
                assert seen[name] == verdict, breaking


def test_what_the_doctor_says_to_run_mends_what_it_found(small: Database) -> None:
    for name, breaking in MENDED:
        small.run(breaking)
        broken = found(small, name)
        assert (broken.verdict in ("failed", "warning"), broken.remedy != ()) == (True, True), name
        for statement in broken.remedy:
            small.run(statement)
        with small.connect() as connection:
            checks = {each.id: each for each in examine(connection)}
        mended = checks[name]
        assert (mended.verdict, mended.remedy) == ("passed", ()), (name, mended.evidence, broken.remedy)
        # What PUBLIC lost, those who need it have kept.
        assert checks["binding"].verdict == "passed", broken.remedy


# What somebody with a superuser's rights left behind, and how it is named.
_PLANTED = """
CREATE FUNCTION birth.birth_shortcut(text) RETURNS void LANGUAGE sql SECURITY DEFINER AS
    'DELETE FROM birth.birth_registry WHERE entity_code = $1';
CREATE FUNCTION public._birth_actor(text, text) RETURNS text LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION birth.birth_refuse(text) RETURNS void LANGUAGE sql AS '';
CREATE FUNCTION birth.mine(text) RETURNS void LANGUAGE sql AS '';
CREATE VIEW public.door AS SELECT * FROM birth.birth_registry;
CREATE RULE quiet AS ON INSERT TO birth.birth_backfill_item DO INSTEAD NOTHING;
CREATE TRIGGER birth_person_noted AFTER INSERT ON birth.birth_setting
    FOR EACH ROW EXECUTE FUNCTION birth._birth_person_noted();
ALTER FUNCTION birth.birth_shortcut(text) OWNER TO birth_owner;
ALTER FUNCTION public._birth_actor(text, text) OWNER TO birth_owner;
ALTER FUNCTION birth.birth_refuse(text) OWNER TO birth_owner;
ALTER VIEW public.door OWNER TO birth_owner;
REVOKE EXECUTE ON FUNCTION birth.birth_shortcut(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION birth.birth_shortcut(text) TO census_app;
GRANT DELETE ON public.door TO census_app;
"""


def test_what_birth_owner_owns_and_no_installation_made_is_named_with_whom_it_is_open_to(small: Database) -> None:
    sound = found(small, "strangers")
    assert (sound.verdict, sound.evidence) == ("passed", {"objects": [], "found": 0})
    small.run(_PLANTED)
    seen = found(small, "strangers")
    named = [
        {"object": "function birth.birth_refuse(text)", "open_to": ["PUBLIC"]},
        {"object": "function birth.birth_shortcut(text)", "open_to": ["census_app"]},
        {"object": "function public._birth_actor(text,text)", "open_to": ["PUBLIC"]},
        {"object": "rule quiet on birth.birth_backfill_item", "open_to": []},
        {"object": "trigger birth_person_noted on birth.birth_setting", "open_to": []},
        {"object": "view public.door", "open_to": ["census_app"]},
    ]
    assert (seen.verdict, seen.evidence) == ("failed", {"objects": named, "found": len(named)})


def test_nothing_is_written_while_others_may_create_in_the_schema_and_the_doctor_says_who(small: Database) -> None:
    for opening, closing, who in (
        ("GRANT CREATE ON SCHEMA birth TO census_app", "REVOKE CREATE ON SCHEMA birth FROM census_app", "census_app"),
        ("GRANT CREATE ON SCHEMA birth TO PUBLIC", "REVOKE CREATE ON SCHEMA birth FROM PUBLIC", "PUBLIC"),
        ("ALTER SCHEMA birth OWNER TO census_app", "ALTER SCHEMA birth OWNER TO birth_owner", "census_app"),
    ):
        small.run(opening)
        refused = run("plan", "--all", "--json", "--dsn", small.dsn())
        assert (refused.status, refused.error["code"]) == (3, "schema_shared"), refused.err
        assert refused.error["evidence"] == {"schema": "birth", "creator": who}
        if "OWNER" not in opening:  # birth_owner itself sees nothing there any more
            assert found(small, "schema_alone").evidence == {"schema": "birth", "others": who}
        small.run(closing)
    assert found(small, "schema_alone").verdict == "passed"

"""The whole line in a company's own world: one init, no statement by hand, and rows like those of the gateway."""

from collections.abc import Iterator

import pytest

from tests import console, foreign
from tests.company import COLLECTIONS, GATEWAY, OWNER, REGISTER, ROWS, a_company
from tests.databases import Database, TestServer
from tests.foreign import GATEKEEPER, LOGINS, OPERATOR, REVIEWER
from tests.integration.adopt.test_company import theirs

_INIT = ("init", "--gateway", GATEWAY, "--trigger", "trg_birth_*")
_KEYED = ("--bind-registry", "public.birth_registry", "source_key=item")
# The registry is partitioned, and also holds the key of each row, as a number.
_ITEM = f"""ALTER TABLE public.birth_registry RENAME TO births_before;
    CREATE TABLE public.birth_registry (LIKE public.births_before INCLUDING DEFAULTS, UNIQUE (entity_code))
        PARTITION BY HASH (entity_code);
    CREATE TABLE public.births_0 PARTITION OF public.birth_registry FOR VALUES WITH (MODULUS 2, REMAINDER 0);
    CREATE TABLE public.births_1 PARTITION OF public.birth_registry FOR VALUES WITH (MODULUS 2, REMAINDER 1);
    ALTER TABLE public.birth_registry OWNER TO {OWNER}; ALTER TABLE public.births_0 OWNER TO {OWNER};
    ALTER TABLE public.births_1 OWNER TO {OWNER};
    INSERT INTO public.birth_registry SELECT * FROM public.births_before;
    ALTER SEQUENCE public.birth_registry_id_seq OWNED BY public.birth_registry.id;
    DROP TABLE public.births_before;
    CREATE TRIGGER trg_birth_certify BEFORE UPDATE ON public.birth_registry
        FOR EACH ROW EXECUTE FUNCTION public.fn_birth_certify();
    ALTER TABLE public.birth_registry ADD item integer;
    UPDATE public.birth_registry SET item = substring(entity_code FROM '[0-9]+$')::integer
        + CASE WHEN entity_code LIKE '%-new-%' THEN {ROWS} ELSE 0 END;
    DO $$ BEGIN EXECUTE replace(replace(pg_get_functiondef('public.fn_birth_registry_auto'::regproc),
        'governance_role)', 'governance_role, item)'), '    ON CONFLICT', '    , NEW.id ON CONFLICT'); END $$"""
_COLUMNS = (
    "--register-column",
    "species_code=public.species_collection_map.species_code BY collection_name=$collection AND is_primary",
    "composition_level=public.entity_species.composition_level BY species_code=$species_code",
)
_ENROLLED = sorted(name for name, (role, _) in COLLECTIONS.items() if role in ("governed", "observed"))
_MISSING = ROWS - 3  # of each: the old script registered three
# Per collection, how rows of each origin fill the registry.
_BORN = """
    SELECT collection_name, dot_origin LIKE 'birth-backfill:%' AS ours, count(*) AS rows, min(species_code) AS species,
        count(species_code) AS with_species, min(composition_level) AS level, count(composition_level) AS with_level,
        min(governance_role) AS role, count(born_at) AS born, count(date_created) AS created,
        bool_or(certified) AS certified
    FROM public.birth_registry WHERE dot_origin NOT LIKE 'DOT:%' GROUP BY 1, 2 ORDER BY 1, 2
"""


@pytest.fixture
def company(server: TestServer) -> Iterator[Database]:
    """With a gateway, and no register function."""
    with a_company(server, _ITEM, register=False) as database:
        yield database


def run(database: Database, *words: str, login: str = OPERATOR, status: int = 0) -> console.Answer:
    answer = console.run(*words, "--json", "--dsn", database.dsn(login))
    assert answer.status == status, (answer.status, answer.err)
    return answer


def installed(database: Database, *words: str) -> None:
    """Run init once: it leaves no statement to anybody."""
    done = run(database, *_INIT, *words, login="postgres").document
    assert (done["needs"], done["remedies"]) == ([], [])
    foreign.add_people(database, LOGINS)


def identified(database: Database) -> None:
    """Classify as the gateway's triggers are told."""
    for name in _ENROLLED:
        run(database, "classify", name, "--column", COLLECTIONS[name][1])


def reconciled(database: Database) -> str:
    """Open a permit, plan everything and reconcile; the run's number."""
    run(database, "permit", "open", "--budget", "1000", "--expires", "1h", "--reason", "the backfill", login=GATEKEEPER)

    number = str(run(database, "plan", "--all").document["run"])
    run(database, "reconcile", number, "--note", "compared")
    return number


def to_the_certificate(database: Database, number: str) -> None:
    """Apply, verify and certify."""
    run(database, "apply", number)
    verified = run(database, "verify", number).document
    gates = {each["id"]: each for each in verified["gates"]}
    assert gates["born_alike"]["evidence"] == {"collections_compared": len(_ENROLLED), "differing": []}
    seen = ("--evidence", verified["evidence_digest"])
    run(database, "certify", number, "--note", "looked at every collection", *seen, login=REVIEWER)


def born_alike(database: Database) -> None:
    """The run's rows say of themselves what the gateway's say, whatever the collection."""
    found = database.run(_BORN)
    assert len(found) == 2 * len(_ENROLLED) + 2  # and those that are no collections of ours
    by_collection = {row["collection_name"]: row for row in found if not row["ours"]}
    for row in (row for row in found if row["ours"]):
        gateway = by_collection[row["collection_name"]]
        assert (row["rows"], row["with_species"], row["with_level"]) == (_MISSING, _MISSING, _MISSING)
        assert (row["born"], row["created"], row["certified"]) == (_MISSING, _MISSING, False)
        assert all(row[name] == gateway[name] for name in ("species", "level", "role"))


def test_with_a_gateway_alone_our_register_function_gives_rows_born_like_the_gateway_s(company: Database) -> None:
    before = theirs(company, but="birth_registry")
    installed(company, *_KEYED)
    identified(company)
    number = reconciled(company)
    # Nobody said where the species come from: no collection is begun, and all are named.
    refused = run(company, "apply", number, status=3)
    gates = refused.error["evidence"]["gates"]
    assert [gate["evidence"]["collection_name"] for gate in gates] == _ENROLLED
    assert {gate["gate"] for gate in gates} == {refused.error["code"]} == {"born_alike"}
    assert gates[0]["evidence"]["left_null"] == {"species_code": 1, "composition_level": 1}
    assert company.value("SELECT status FROM birth.birth_backfill_run") == "reconciled"
    assert company.value("SELECT count(*) FROM birth_registry WHERE dot_origin LIKE 'birth-backfill:%'") == 0
    run(company, *_INIT, *_COLUMNS, login="postgres")
    assert run(company, *_INIT, *_COLUMNS, login="postgres").document["installed"] == []
    # The register function is another one, which nobody has looked at when the permit was opened.
    run(company, "apply", number, status=4)
    run(company, "permit", "close", "1", "--reason", "the register function has changed", login=GATEKEEPER)
    to_the_certificate(company, reconciled(company))
    born_alike(company)
    # Each row of a run holds the key of its source, as those of the gateway do; so an audit finds the binding.
    assert company.run("SELECT entity_code FROM birth_registry AS b JOIN tags ON entity_code = code"
                       " WHERE item IS DISTINCT FROM tags.id") == []  # fmt: skip
    assert run(company, "audit").document["ok"]
    checks = [each for each in run(company, "doctor").document["checks"] if each["verdict"] == "failed"]
    assert checks == []
    run(company, *_INIT, "--register-column", "source_key=NULL", login="postgres")
    assert company.value("SELECT function_name FROM birth.birth_gateway_function") == "fn_birth_register"
    assert theirs(company, but="birth_registry") == before
    name = company.value("SELECT current_database()")
    run(company, "init", "--uninstall", "--even-certified", "--confirm", name, login="postgres")
    left = "SELECT attrelid::regclass::text FROM pg_attribute WHERE attacl::text ~ 'birth_' AND attrelid > 16384"
    assert company.run(left) == []


@pytest.mark.long
def test_with_the_company_s_register_function_its_rows_are_as_it_makes_them(server: TestServer) -> None:
    # It keeps what it does in a temporary table, which is no other table that it writes.
    keeping = "CREATE TEMP TABLE IF NOT EXISTS now (code text) ON COMMIT DROP; INSERT INTO now VALUES (p_code);"
    register = REGISTER.replace("CREATE", "CREATE OR REPLACE").replace("SELECT species_code INTO", f"{keeping} SELECT"
                                                                       " species_code INTO")  # fmt: skip
    # Of some rows only, it forgets where they belong.
    forgetful = register.replace("p_code, p_collection, v_species,",
                                 "p_code, p_collection, CASE WHEN p_code !~ '9$' THEN v_species END,")  # fmt: skip
    with a_company(server, forgetful) as company:
        installed(company)
        identified(company)
        refused = run(company, "apply", reconciled(company), status=3)
        (gate,) = refused.error["evidence"]["gates"]
        assert (gate["evidence"]["left_null"], gate["evidence"]["rows"]) == ({"species_code": 2}, _MISSING)
        company.run(register)
        run(company, "permit", "close", "1", "--reason", "the register function has changed", login=GATEKEEPER)
        before = theirs(company, but="birth_registry")
        to_the_certificate(company, reconciled(company))
        born_alike(company)
        assert theirs(company, but="birth_registry") == before
        refused = run(company, *_INIT, *_COLUMNS, login="postgres", status=3)
        assert refused.error["code"] == "not_bindable"

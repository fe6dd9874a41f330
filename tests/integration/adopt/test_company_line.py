"""The whole line in a company's own world: one init, no statement by hand, and rows like those of the gateway."""

from collections.abc import Iterator

import pytest

from tests import console, foreign
from tests.company import COLLECTIONS, GATEWAY, REGISTER, ROWS, a_company
from tests.databases import Database, TestServer
from tests.foreign import GATEKEEPER, LOGINS, OPERATOR, REVIEWER
from tests.integration.adopt.test_company import theirs

_INIT = ("init", "--gateway", GATEWAY, "--trigger", "trg_birth_*")
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
    with a_company(server, register=False) as database:
        yield database


def run(database: Database, *words: str, login: str = OPERATOR, status: int = 0) -> console.Answer:
    answer = console.run(*words, "--json", "--dsn", database.dsn(login))
    assert answer.status == status, (answer.status, answer.err)
    return answer


def installed(database: Database) -> None:
    """Run init once: it leaves no statement to anybody."""
    done = run(database, *_INIT, login="postgres").document
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
    installed(company)
    identified(company)
    number = reconciled(company)
    # Nobody said where the species come from: the first batch is refused as a whole, and can be repeated.
    refused = run(company, "apply", number, status=3)
    (gate,) = refused.error["evidence"]["gates"]
    assert gate["gate"] == refused.error["code"] == "born_alike"
    assert gate["evidence"]["left_null"] == {"species_code": _MISSING, "composition_level": _MISSING}
    assert company.value("SELECT count(*) FROM birth_registry WHERE dot_origin LIKE 'birth-backfill:%'") == 0
    run(company, *_INIT, *_COLUMNS, login="postgres")
    assert run(company, *_INIT, *_COLUMNS, login="postgres").document["installed"] == []
    # The register function is another one, which nobody has looked at when the permit was opened.
    run(company, "apply", number, status=4)
    run(company, "permit", "close", "1", "--reason", "the register function has changed", login=GATEKEEPER)
    to_the_certificate(company, reconciled(company))
    born_alike(company)
    assert theirs(company, but="birth_registry") == before
    name = company.value("SELECT current_database()")
    run(company, "init", "--uninstall", "--even-certified", "--confirm", name, login="postgres")
    left = "SELECT attrelid::regclass::text FROM pg_attribute WHERE attacl::text ~ 'birth_' AND attrelid > 16384"
    assert company.run(left) == []


def test_with_the_company_s_register_function_its_rows_are_as_it_makes_them(server: TestServer) -> None:
    # It keeps what it does in a temporary table, which is no other table that it writes.
    keeping = "CREATE TEMP TABLE IF NOT EXISTS now (code text) ON COMMIT DROP; INSERT INTO now VALUES (p_code);"
    register = REGISTER.replace("CREATE", "CREATE OR REPLACE").replace("SELECT species_code INTO", f"{keeping} SELECT"
                                                                       " species_code INTO")  # fmt: skip
    with a_company(server, register) as company:
        before = theirs(company, but="birth_registry")
        installed(company)
        identified(company)
        to_the_certificate(company, reconciled(company))
        born_alike(company)
        assert theirs(company, but="birth_registry") == before
        refused = run(company, *_INIT, *_COLUMNS, login="postgres", status=3)
        assert refused.error["code"] == "not_bindable"

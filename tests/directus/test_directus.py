"""A backfill under a real Directus, which notices nothing of it. Skipped unless `make test-directus` runs it."""

import os
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from core.domain.classify.identity import column_identity
from core.services.adopt import init, uninstall
from core.services.adopt.init import Wish
from core.services.classify import classify
from core.services.trust import certify, people, verify
from tests import line, small
from tests.databases import Database, TestServer
from tests.directus.install import NODE
from tests.directus.service import Directus, running

FOLDER = Path(os.environ.get("BIRTH_DIRECTUS", "/nonexistent")).resolve()
PEOPLE = {"operator1": "operator", "gatekeeper1": "gatekeeper", "reviewer1": "reviewer"}
_OURS = """
    SELECT 'trigger ' || tgname AS what FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT 'schema ' || nspname FROM pg_namespace WHERE nspname !~ '^pg_(toast|temp)'
    UNION ALL SELECT 'table ' || oid::regclass FROM pg_class WHERE relkind IN ('r', 'v')
    UNION ALL SELECT 'event trigger ' || evtname FROM pg_event_trigger ORDER BY 1
"""


def registered(database: Database, like: str = "%") -> list[str]:
    found = database.run(f"SELECT entity_code FROM birth.birth_registry WHERE entity_code LIKE '{like}' ORDER BY 1")
    return [row["entity_code"] for row in found]


def the_story(directus: Directus, database: Database) -> None:
    directus.make_collection("product", "code")
    directus.make_collection("workflow", "process_code")
    directus.call("POST", "/items/product", [{"code": f"OLD-{n:02}"} for n in range(20)])
    before = database.run(_OURS)
    with database.connect("postgres") as administrator:
        done = init.init(administrator, Wish())
        assert {each["collection"] for each in done.enrolled} == {"product", "workflow"}
        assert sum("a table of Directus" in each.why for each in done.left) > 20
        assert (done.needs, done.remedies) == ([], [])
        for login, group in PEOPLE.items():
            people.add(administrator, login, f"Person {login}", [group])
    database.run("INSERT INTO birth.birth_setting VALUES ('embedded', ARRAY[]::text[])")
    with database.connect("operator1") as operator:
        classify.classify(operator, column_identity("product", "code"))
        classify.classify(operator, column_identity("workflow", "process_code"))

    directus.call("POST", "/items/product", {"code": "NEW-1"})
    directus.call("POST", "/items/product", [{"code": f"BULK-{n:02}"} for n in range(30)])
    directus.call("POST", "/items/workflow", [{"process_code": f"FLOW-{n}"} for n in range(5)])
    assert (len(registered(database, "BULK-%")), len(registered(database, "FLOW-%"))) == (30, 5)
    directus.call("POST", "/fields/product", {"field": "colour", "type": "string", "schema": {}})
    directus.call("POST", "/items/product", {"code": "NEW-2", "colour": "red"})
    directus.call("DELETE", "/fields/product/colour")
    directus.call("POST", "/items/product", {"code": "NEW-3"})
    assert registered(database, "NEW-%") == ["NEW-1", "NEW-2", "NEW-3"]
    assert directus.collections() == {"product", "workflow"}

    line.open_permit(database)
    with database.connect("operator1") as operator:
        number = line.make_reconciled(operator)
    assert small.done(database, number).registered == 20
    with database.connect("reviewer1") as reviewer:
        verify.verify(reviewer, number)
        certify.certify(reviewer, number, "looked")

    # A field that is renamed under the identity: the row is written, and missing until it is classified again.
    database.run("ALTER TABLE public.product RENAME code TO sku")
    directus.call("POST", "/utils/cache/clear?system=true", {})
    directus.call("POST", "/items/product", {"sku": "RENAMED-1"})
    database.run("ALTER TABLE public.product RENAME sku TO code")
    directus.call("POST", "/utils/cache/clear?system=true", {})
    with database.connect("postgres") as administrator:
        uninstall.uninstall(administrator, even_certified=True)
    assert database.run(_OURS) == before
    directus.call("POST", "/items/product", {"code": "AFTER-1"})


@pytest.mark.skipif(not (NODE / "bin" / "node").exists() or not FOLDER.exists(), reason="SKIPPED: no Directus here")
@pytest.mark.timeout(240)
def test_what_directus_writes_is_registered_and_it_sees_nothing_of_the_console(
    server: TestServer, tmp_path: Path
) -> None:
    name, owner = f"birth_directus_{os.getpid()}", f"directus_{os.getpid()}"
    server.create(name)
    database = Database(server, name)
    try:
        database.run(f"CREATE ROLE {owner} LOGIN; ALTER SCHEMA public OWNER TO {owner}")
        server.let_in((owner,))
        place = {key: str(value) for key, value in conninfo_to_dict(database.dsn(owner)).items()}
        with running(FOLDER, place, tmp_path) as directus:
            the_story(directus, database)
    finally:
        server.drop(name)
        with server.admin() as admin:
            admin.execute(f"DROP ROLE IF EXISTS {owner}".encode())

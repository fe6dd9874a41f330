"""A managed server, where nobody is a superuser: from nothing to a certificate by the customer's own login."""

from collections.abc import Iterator

import pytest

from core.domain.backfill.permit import lifetime
from core.domain.classify.identity import column_identity, synthetic_identity
from core.services.adopt import init as service
from core.services.adopt.init import Outcome, Wish
from core.services.backfill import permits
from core.services.classify import classify
from core.services.trust import audit, certify, doctor, packet, people, verify
from tests import console, line, small
from tests.databases import Database, TestServer
from tests.managed import ADMINISTRATOR, GATEKEEPER, OPERATOR, REVIEWER, Managed, a_managed_server

_WORLD = (
    "CREATE TABLE public.goods (code text PRIMARY KEY, label text)",
    "CREATE TABLE public.notes (id integer PRIMARY KEY, body text)",
    "INSERT INTO public.goods SELECT 'G-' || n, 'good ' || n FROM generate_series(1, 30) AS n",
    "INSERT INTO public.notes SELECT n, 'note ' || n FROM generate_series(1, 20) AS n",
)
_AUDIT = "SELECT verdict FROM birth.birth_audit() WHERE id = 'event_trigger'"
_LEFT = f"""
    SELECT rolname::text AS what FROM pg_roles WHERE rolname ~ '^birth_[a-z]+$'
    UNION ALL SELECT relname FROM pg_class WHERE relacl::text ~ 'birth_[a-z]+='
    UNION ALL SELECT roleid::regrole::text || ' of ' || member::regrole FROM pg_auth_members
    WHERE member = '{ADMINISTRATOR}'::regrole AND roleid::regrole::text !~ '^managed_'
    UNION ALL SELECT tgname FROM pg_trigger WHERE NOT tgisinternal
"""
_SAID = {
    "authentication_attested": "scram only, says the provider",
    "trigger_guard_attested": "DDL is in the audit log",
}
ROWS = 50


@pytest.fixture(scope="module")
def managed(server: TestServer) -> Iterator[Managed]:
    with a_managed_server(server) as found:
        yield found


def init(database: Database, **said: str) -> Outcome:
    with database.connect(ADMINISTRATOR) as connection:
        return service.init(connection, Wish(attestations=said))


def add_people(database: Database) -> None:
    with database.connect(ADMINISTRATOR) as connection:
        for login, person, group in ((OPERATOR, "Ana Lopes", "operator"), (GATEKEEPER, "Ben Adu", "gatekeeper"),
                                     (REVIEWER, "Cleo Marsh", "reviewer")):  # fmt: skip
            people.add(connection, login, person, [group])
    database.server.let_in((OPERATOR, GATEKEEPER, REVIEWER))


def certified(database: Database) -> None:
    """The whole line, by those three."""
    with database.connect(OPERATOR) as operator, database.connect(GATEKEEPER) as gatekeeper:
        classify.classify(operator, column_identity("goods", "code"))
        classify.classify(operator, synthetic_identity("notes", "notes:{id}"))
        permits.open_permit(gatekeeper, budget=100, lifetime=lifetime("1h"), reason="first")
        number = line.make_reconciled(operator)
        assert small.done(database, number, login=OPERATOR).registered == ROWS
        verify.verify(operator, number)
    with database.connect(REVIEWER) as reviewer:
        certify.certify(reviewer, number, "seen")


def test_a_role_that_makes_roles_and_no_superuser_goes_from_nothing_to_a_certificate(managed: Managed) -> None:
    # Somebody began, and stopped half-way.
    begun = ("CREATE ROLE birth_operator NOLOGIN", "CREATE ROLE birth_reader NOLOGIN")
    with managed.database(*_WORLD, *begun) as database:
        installed = init(database, **_SAID)
        assert (installed.needs, installed.remedies) == ([], [])
        head = "SELECT seq FROM birth.birth_ledger_head"
        before = database.value(head)
        again = init(database, **_SAID)
        assert (again.installed, again.remedies, database.value(head)) == ([], [], before)

        add_people(database)
        listed = console.run("people", "list", "--json", "--dsn", database.dsn(ADMINISTRATOR)).document["people"]
        assert {each["login"] for each in listed} == {OPERATOR, GATEKEEPER, REVIEWER}
        with database.connect(OPERATOR) as operator:
            assert {each.login for each in people.people(operator)} == {OPERATOR, GATEKEEPER, REVIEWER}
            checks = {each.id: each for each in doctor.examine(operator)}
        assert checks["trust"].verdict == checks["event_trigger"].verdict == "warning"
        assert "DDL is in the audit log" in str(checks["event_trigger"].evidence)
        assert [each.id for each in checks.values() if each.verdict in ("failed", "unknown")] == []

        certified(database)
        with database.connect(REVIEWER) as reviewer:
            shown = packet.render(packet.read(reviewer), "md")
        assert "DDL is in the audit log" in shown
        assert "scram only, says the provider" in shown
        with database.connect(ADMINISTRATOR) as administrator:
            assert people.retire(administrator, OPERATOR).groups == ()
        with database.connect(REVIEWER) as reviewer:
            assert audit.audit(reviewer).ok
        # And back: the server is as it was, but for the logins of people.
        removed = console.run("init", "--uninstall", "--even-certified", "--confirm", database.name, "--json", "--dsn",
                              database.dsn(ADMINISTRATOR)).document  # fmt: skip
        assert {"role birth_owner", "role birth_reader", "schema birth"} <= set(removed["removed"])
        assert [each["object"] for each in removed["left"]] == [f"login {each}" for each in (
            GATEKEEPER, OPERATOR, REVIEWER)]  # fmt: skip
        assert database.run(_LEFT) == []


def test_what_only_a_superuser_may_do_is_printed_once_and_then_all_goes_on(managed: Managed) -> None:
    with managed.database(*_WORLD) as database:
        refused = console.run("init", "--dsn", database.dsn(ADMINISTRATOR))
        assert refused.status == 6
        assert database.value(_AUDIT) == "failed"
        database.run(refused.out)  # a superuser runs all that was printed, as it is
        assert database.value(_AUDIT) == "passed"
        again = init(database)
        assert (again.needs, again.installed) == ([], [])
        # Words excuse what the server does not allow; what is there and switched off they do not.
        database.run("ALTER EVENT TRIGGER evt_trigger_guard_drop DISABLE")
        init(database, trigger_guard_attested="we look")
        assert database.value(_AUDIT) == "failed"

"""What the doctor says of the server's settings, of pg_hba and of the link, each from facts, and once from a server."""

import json
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from core.services.link_checks import is_local, judged
from core.services.trust.doctor import examine
from tests.console import run
from tests.databases import Database
from tests.integration.trust.test_doctor import at_the_server, seen

_SOUND = {
    "embedded": False,
    "hba": [],
    "prepared": None,
    "ssl": "on",
    "listen_addresses": "*",
    "password_encryption": "scram-sha-256",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "data_checksums": "on",
    "max_prepared_transactions": "0",
    "notification_queue": 0.9,
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_min_duration_sample": "-1",
    "log_transaction_sample_rate": "0",
}
# What differs from a sound server, and every check that does not pass then.
SETTINGS: list[tuple[dict[str, object], dict[str, str]]] = [
    ({}, {}),
    ({"ssl": "off"}, {"tls": "warning"}),
    ({"ssl": "off", "listen_addresses": "localhost"}, {}),
    ({"ssl": "off", "listen_addresses": "127.0.0.1, ::1"}, {}),
    ({"ssl": "off", "listen_addresses": ""}, {}),
    ({"ssl": "off", "listen_addresses": "localhost, 10.0.0.5"}, {"tls": "warning"}),
    ({"password_encryption": "md5"}, {"password_encryption": "warning"}),
    ({"fsync": "off"}, {"durability": "warning"}),
    ({"full_page_writes": "off"}, {"durability": "warning"}),
    ({"synchronous_commit": "off"}, {"durability": "warning"}),
    ({"data_checksums": "off"}, {"durability": "warning"}),
    ({"fsync": "off", "embedded": True}, {}),
    ({"max_prepared_transactions": "10"}, {"prepared": "warning"}),
    ({"prepared": [{"transaction": "x", "owner": "somebody"}]}, {"prepared": "warning"}),
    ({"log_statement": "ddl"}, {"password_logs": "warning"}),
    ({"log_min_duration_statement": "0"}, {"password_logs": "warning"}),
    ({"log_min_duration_statement": "500"}, {"password_logs": "warning"}),
    ({"log_min_duration_sample": "0"}, {"password_logs": "warning"}),
    ({"log_transaction_sample_rate": "0.01"}, {"password_logs": "warning"}),
    ({"hba": None}, {}),
]
# A line of pg_hba.conf, and every check that it does not pass.
LINES: list[tuple[str, dict[str, str]]] = [
    ("local all all peer", {}),
    ("local all all scram-sha-256", {}),
    ("local all all password", {}),
    ("local all all trust", {"trust": "failed"}),
    ("local replication all trust", {"trust": "failed"}),
    ("host all all 127.0.0.1/255.255.255.255 trust", {"trust": "failed"}),
    ("host all all 127.0.0.1/255.255.255.255 scram-sha-256", {}),
    ("host all all ::1/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff password", {}),
    ("host all all localhost md5", {}),
    ("host all all 127.0.0.1/255.255.255.255 ident", {"trust": "warning"}),
    ("host all all 10.0.0.0/255.0.0.0 ident", {"trust": "failed", "reach": "warning"}),
    ("hostssl all all 10.0.0.0/255.0.0.0 ident", {"trust": "failed"}),
    ("host all all 10.0.0.0/255.0.0.0 scram-sha-256", {"reach": "warning"}),
    ("hostnossl all all 10.0.0.0/255.0.0.0 scram-sha-256", {"reach": "warning"}),
    ("hostssl all all 10.0.0.0/255.0.0.0 scram-sha-256", {}),
    ("hostssl all all 10.0.0.0/255.0.0.0 cert", {}),
    ("hostgssenc all all 10.0.0.0/255.0.0.0 gss", {}),
    ("host all all 10.0.0.0/255.0.0.0 password", {"cleartext": "failed", "reach": "warning"}),
    ("hostnossl all all samenet password", {"cleartext": "failed", "reach": "warning"}),
    ("hostssl all all 10.0.0.0/255.0.0.0 password", {"cleartext": "warning"}),
    ("host all all 10.0.0.0/255.0.0.0 ldap", {"cleartext": "failed", "reach": "warning"}),
    ("hostssl all all 10.0.0.0/255.0.0.0 ldap", {}),
    ("host all all .example.org pam", {"cleartext": "failed", "reach": "warning"}),
    ("host all all 10.0.0.0/255.0.0.0 md5", {"cleartext": "warning", "reach": "warning"}),
    ("hostssl all all 10.0.0.0/255.0.0.0 md5", {}),
    ("host all all 0.0.0.0/0.0.0.0 trust", {"trust": "failed", "reach": "warning"}),
    ("host all all 0.0.0.0/0.0.0.0 reject", {}),
    ("hostssl all all 0.0.0.0/0.0.0.0 scram-sha-256", {"reach": "warning"}),
    ("hostssl all all ::/:: scram-sha-256", {"reach": "warning"}),
    ("hostssl all all all scram-sha-256", {"reach": "warning"}),
    ("hostssl all app all scram-sha-256", {}),
    ("hostssl all all 0.0.0.0/0.0.0.0 cert", {}),
    ("host all all 127.0.0.1/0.0.0.0 scram-sha-256", {"reach": "warning"}),
]


def rule(line: str) -> dict[str, object]:
    """A line as pg_hba_file_rules shows it."""
    kind, database, user, *rest = line.split()
    address, _, netmask = rest[0].partition("/") if len(rest) > 1 else ("", "", "")
    return {
        "line_number": 7, "type": kind, "database": [database], "user_name": [user], "address": address or None,
        "netmask": netmask or None, "auth_method": rest[-1], "options": None, "error": None,
    }  # fmt: skip


def test_each_setting_and_line_of_the_server_gets_its_verdict(small: Database) -> None:
    with small.psql("postgres") as admin:

        def verdicts(facts: dict[str, object]) -> dict[str, str]:
            rows = admin.execute("SELECT * FROM birth._birth_server_verdicts(%s)", [Jsonb(_SOUND | facts)]).fetchall()
            assert all(row["hint"] and row["title"] and row["evidence"] is not None for row in rows)
            return {row["id"]: row["verdict"] for row in rows if row["verdict"] != "passed"}

        def trusted(line: str) -> dict[str, str]:
            found = admin.execute(
                "SELECT id, verdict, evidence FROM birth._birth_hba_findings(%s) WHERE id = 'trust'",
                [Jsonb([rule(line)])],
            ).fetchall()
            assert all(row["evidence"]["line"] == 7 for row in found)
            return {row["id"]: row["verdict"] for row in found}

        # Transactions of the console send notifications where others could be prepared, and nowhere else.
        shown = "SELECT evidence ? 'notification_queue' FROM birth._birth_server_verdicts(%s) WHERE id = 'prepared'"
        for most, queue, is_shown in (("10", 0.9, True), ("10", 0.05, False), ("0", 0.9, False)):
            filled = Jsonb(_SOUND | {"max_prepared_transactions": most, "notification_queue": queue})
            assert (admin.execute(shown.encode(), [filled]).fetchone() or {}).popitem()[1] is is_shown
        for facts, expected in SETTINGS:
            assert verdicts(facts) == expected, facts
        for line, expected in LINES:
            assert verdicts({"hba": [rule(line)]}) | trusted(line) == expected, line
            elsewhere = verdicts({"hba": [rule(line)], "listen_addresses": "localhost"})
            assert elsewhere == {}, line
        invalid = rule("host all all 10.0.0.0/255.0.0.0 trust") | {"error": "invalid"}
        assert verdicts({"hba": [invalid]}) == {"reach": "warning"}


def test_what_the_server_is_set_to_is_read_from_it_and_no_apply_waits_for_it(small: Database) -> None:
    before = {name: check.verdict for name, check in seen(small).items()}
    assert {before[name] for name in ("cleartext", "reach", "tls", "password_encryption", "encrypted")} == {"passed"}
    name = f"birth_prepared_{small.name}"
    small.run(f'ALTER DATABASE "{small.name}" SET log_statement = ddl')
    small.run(f'ALTER DATABASE "{small.name}" SET password_encryption = md5')
    small.run("DELETE FROM birth.birth_setting WHERE name = 'embedded'")
    found = seen(small)
    changed = {name for name, check in found.items() if check.verdict != before[name]}
    assert {"password_logs", "password_encryption"} <= changed <= {
        "password_logs", "password_encryption", "durability", "trust"
    }  # fmt: skip
    gating = {row["id"] for row in small.run("SELECT id FROM birth.birth_audit()")}
    assert gating.isdisjoint({"password_logs", "durability", "cleartext", "reach", "tls", "prepared"}), name


@pytest.mark.parametrize(
    ("link", "verdict"),
    [
        ({"is_local": True, "is_encrypted": False, "is_verified": False}, "passed"),
        ({"is_local": False, "is_encrypted": False, "is_verified": True}, "failed"),
        ({"is_local": False, "is_encrypted": True, "is_verified": False}, "warning"),
        ({"is_local": False, "is_encrypted": True, "is_verified": True}, "passed"),
        ({"is_local": True, "is_encrypted": False, "is_verified": False, "beyond": "a pooler's"}, "failed"),
    ],
)
def test_a_link_off_this_machine_is_to_be_encrypted_and_its_server_known(link: dict[str, Any], verdict: str) -> None:
    assert judged("db.example.org", **link).verdict == verdict


def test_sockets_and_loopback_addresses_are_this_machine() -> None:
    local = ("", "/run/postgresql", "@abstract", "localhost", "127.0.0.1", "127.9.9.9", "::1")
    assert all(is_local(host) for host in local)
    assert not any(is_local(host) for host in ("10.0.0.1", "db.example.org", "2001:db8::1", "localhost.x"))


def test_a_check_that_cannot_be_made_is_unknown_and_the_others_are_made(small: Database) -> None:
    whole = set(seen(small))
    # birth_owner itself was locked out of its schema: no function of ours answers.
    small.run("ALTER SCHEMA birth OWNER TO census_app; GRANT USAGE ON SCHEMA birth TO birth_reader")
    with small.connect() as connection:
        found = {check.id: check for check in examine(connection)}
    unknown = {name for name, check in found.items() if check.verdict == "unknown"}
    assert unknown >= {"audit", "server_audit"}
    assert all(found[name].hint and found[name].evidence for name in unknown)
    assert found["schema_alone"].verdict == "failed"
    assert len(whole & set(found)) > 15
    answer = run("doctor", "--json", "--dsn", small.dsn())
    assert answer.status == 5
    assert {each["id"] for each in answer.document["checks"]} == set(found)


def test_a_doctor_that_cannot_connect_says_so_as_a_verdict() -> None:
    answer = run("doctor", "--json", "--dsn", "host=127.0.0.1 port=1 dbname=none user=none connect_timeout=2")
    (check,) = answer.document["checks"]
    assert (check["id"], check["verdict"], answer.status) == ("connection", "failed", 1)
    assert json.loads(answer.err[answer.err.index("{") :])["error"]["code"] == check["evidence"]["code"]


def test_the_command_names_role_and_object_and_what_it_says_to_run_ends_it(small: Database) -> None:
    with at_the_server(
        small, "CREATE ROLE effect_clerk LOGIN; GRANT pg_write_all_data TO effect_clerk", "DROP ROLE effect_clerk"
    ):
        answer = run("doctor", "--json", "--dsn", small.dsn())
        assert answer.status == 5
        (check,) = (each for each in answer.document["checks"] if each["id"] == "predefined_roles")
        assert check["verdict"] == "failed"
        assert check["evidence"] == ["effect_clerk may write every table (pg_write_all_data)"]
        assert check["remedy"] == ["REVOKE pg_write_all_data FROM effect_clerk;"]
        small.run(check["remedy"][0])
        assert run("doctor", "--json", "--dsn", small.dsn()).status == 0

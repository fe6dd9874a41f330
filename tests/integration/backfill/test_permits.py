"""Permits: a gatekeeper's, for a budget, a while and a reason; bound to the gateway that was there."""

from datetime import timedelta
from typing import Any

import pytest

from core.errors import ConsoleError, NotAllowed, Stale, UsageError
from core.services.backfill import permits
from core.services.trust import audit, certify
from tests import line
from tests import small as small_database
from tests.console import run
from tests.databases import Database, a_login

HOUR = timedelta(hours=1)
WRITTEN = (
    "SELECT (SELECT max(seq) FROM birth.birth_ledger_event) AS events,"
    " (SELECT jsonb_agg(to_jsonb(p)) FROM birth.birth_admission_permit AS p) AS permits"
)


def refused(database: Database, kind: type[ConsoleError], login: str = "gatekeeper1", **changed: Any) -> ConsoleError:  # noqa: ANN401 - any argument of open_permit
    wanted: dict[str, Any] = {"budget": 10, "lifetime": HOUR, "reason": "test", **changed}
    before = database.run(WRITTEN)
    with database.connect(login) as connection, pytest.raises(kind) as found:
        permits.open_permit(connection, **wanted)
    assert database.run(WRITTEN) == before
    return found.value


def test_a_permit_says_who_opened_it_for_what_and_until_when(database: Database) -> None:
    with database.connect("gatekeeper1") as gatekeeper:
        opened = permits.open_permit(
            gatekeeper, budget=5, lifetime=HOUR, reason="night shift", collections=["tasks", "agents"]
        )
        assert permits.list_permits(gatekeeper) == [opened]
    assert (opened.state, opened.budget, opened.used, opened.collections) == ("open", 5, 0, ("tasks", "agents"))
    assert (opened.opened_by, opened.reason) == ("gatekeeper1", "night shift")
    assert abs(opened.expires_at - opened.opened_at - HOUR) < timedelta(seconds=1)
    norm = "SELECT left(birth.birth_gateway_fingerprint() ->> 'norm_md5', 8)"
    assert opened.gateway == database.value(norm)


def test_a_permit_for_what_is_exempt_is_opened_with_a_note_that_it_registers_nothing_of_it(database: Database) -> None:
    options = ("--budget", "5", "--expires", "1h", "--reason", "x", "--dsn", database.dsn("gatekeeper1"))
    opened = run("permit", "open", *options, "--collection", "tasks", "--collection", "table_proposals", "--json")
    assert (opened.status, opened.document["collections"]) == (0, ["tasks", "table_proposals"])
    assert opened.err == "table_proposals is EXEMPT: this permit registers none of its rows\n"
    assert run("permit", "open", *options, "--collection", "tasks").err == ""


@pytest.mark.parametrize("login", ["operator1", "reviewer1", "viewer1"])
def test_who_is_no_gatekeeper_neither_opens_nor_closes(database: Database, login: str) -> None:
    assert refused(database, NotAllowed, login).evidence["needs"] == "birth_gatekeeper"
    number = line.open_permit(database)
    with database.connect(login) as connection, pytest.raises(NotAllowed):
        permits.close_permit(connection, number, "no")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"budget": 0}, "bad_permit"),
        ({"budget": -1}, "bad_permit"),
        ({"lifetime": timedelta()}, "bad_permit"),
        ({"lifetime": -HOUR}, "bad_permit"),
        ({"lifetime": timedelta(days=400)}, "bad_permit"),
        ({"reason": " "}, "bad_permit"),
        ({"expect_gateway": "c022"}, "bad_fingerprint"),
        ({"expect_gateway": "not hex!"}, "bad_fingerprint"),
        ({"expect_gateway": ""}, "bad_fingerprint"),
        ({"expect_gateway": "c" * 33}, "bad_fingerprint"),
        ({"between": "1-5"}, "bad_hours"),
        ({"between": "05:00-05:00"}, "bad_hours"),
        ({"between": "00:00-24:00"}, "bad_hours"),
        ({"between": "01:00-25:00"}, "bad_hours"),
        ({"between": "01:00-05:00 Europe/Atlantis"}, "bad_hours"),
        ({"ticket": "\u2003"}, "bad_permit"),
        ({"run": 999}, "unknown_run"),
    ],
)
def test_a_permit_that_makes_no_sense_is_not_opened(shared: Database, changed: dict[str, Any], code: str) -> None:
    assert refused(shared, UsageError, **changed).code == code


def test_a_permit_for_a_name_that_is_not_enrolled_is_refused_as_unknown_to_who_may_open_one(shared: Database) -> None:
    found = refused(shared, UsageError, collections=["tasks", "taks"])
    assert (found.exit_status, found.code) == (2, "unknown_collection")
    assert "taks" in found.message
    assert refused(shared, NotAllowed, "viewer1", collections=["taks"]).exit_status == 6


def test_the_gateway_may_be_expected_to_be_a_certain_one(database: Database) -> None:
    norm = str(database.value("SELECT birth.birth_gateway_fingerprint() ->> 'norm_md5'"))
    with database.connect("gatekeeper1") as gatekeeper:
        for expected in (norm, norm[:8], norm[:8].upper()):
            permits.open_permit(gatekeeper, budget=1, lifetime=HOUR, reason="t", expect_gateway=expected)
    found = refused(database, Stale, expect_gateway="0" * 8)
    assert (found.code, found.evidence) == ("gateway_changed", {"expected": "00000000", "live": norm[:8]})


def test_the_full_fingerprint_is_over_all_that_is_bound(database: Database) -> None:
    full = str(database.value("SELECT birth.birth_gateway_fingerprint() ->> 'full_sha256'"))
    with database.connect("gatekeeper1") as gatekeeper:
        opened = permits.open_permit(gatekeeper, budget=1, lifetime=HOUR, reason="t", expect_gateway=full.upper())
        assert opened.gateway_full == full
    for change in (
        "UPDATE birth.birth_binding SET columns = '{\"dot_origin\": \"certified_at\"}' WHERE part = 'registry'",
        "UPDATE birth.birth_gateway_trigger SET pattern = 'another'",
        "INSERT INTO birth.birth_register_column VALUES ('species_code', '{\"constant\": \"X\"}')",
        "UPDATE birth.birth_gateway_binding SET value = 'constant', constant = 'x' WHERE parameter = 'p_born_at'",
    ):
        database.run(change)
        found = refused(database, Stale, expect_gateway=full)
        assert found.code == "gateway_changed"
        full = str(found.evidence["live"])


def test_hours_are_those_of_the_servers_clock_and_of_the_zone_that_is_named(database: Database) -> None:
    with database.connect("gatekeeper1") as gatekeeper:
        gatekeeper.driver.execute("SET TimeZone = 'Pacific/Kiritimati'")  # what a session prefers decides nothing
        ours = permits.open_permit(
            gatekeeper, budget=1, lifetime=HOUR, reason="t", between="01:00-05:00", ticket="CHG-7"
        )
        theirs = permits.open_permit(gatekeeper, budget=1, lifetime=HOUR, reason="t", between="22:00-04:00 Asia/Tokyo")
        summer = permits.open_permit(
            gatekeeper, budget=1, lifetime=HOUR, reason="t", between="02:00-03:00 Europe/Berlin"
        )
    zone = database.value("SHOW log_timezone")
    assert (ours.between, ours.ticket) == (f"01:00-05:00 {zone}", "CHG-7")
    assert theirs.between == "22:00-04:00 Asia/Tokyo"
    for permit, at, is_awake in (
        (theirs, "2026-06-06 12:59:59 UTC", False),
        (theirs, "2026-06-06 13:00 UTC", True),  # 22:00 in Tokyo, and on over midnight
        (theirs, "2026-06-06 18:59:59 UTC", True),
        (theirs, "2026-06-06 19:00 UTC", False),
        # The hour that a clock skips never comes, and the one that it repeats comes twice.
        (summer, "2026-03-29 00:59:59 UTC", False),
        (summer, "2026-03-29 01:00 UTC", False),
        (summer, "2026-10-25 00:00 UTC", True),
        (summer, "2026-10-25 01:59:59 UTC", True),
        (summer, "2026-10-25 02:00 UTC", False),
        (ours, f"2026-06-06 00:59:59 {zone}", False),
        (ours, f"2026-06-06 04:59:59 {zone}", True),
        (ours, f"2026-06-06 05:00 {zone}", False),
    ):
        look = f"SELECT birth.birth_permit_awake(p, '{at}') FROM birth.birth_admission_permit AS p"
        assert database.value(f"{look} WHERE permit_id = {permit.permit}") is is_awake, (permit.between, at)


def test_a_gateway_that_is_gone_is_not_the_expected_one(database: Database) -> None:
    database.run("DROP FUNCTION birth.fn_birth_gateway CASCADE")
    assert refused(database, Stale, expect_gateway="c022f849").code == "gateway_changed"


def test_a_permit_is_closed_once_with_a_reason(database: Database) -> None:
    number = line.open_permit(database)
    with database.connect("gatekeeper1") as gatekeeper:
        with pytest.raises(UsageError) as silent:
            permits.close_permit(gatekeeper, number, "")
        assert silent.value.code == "reason_missing"
        assert permits.close_permit(gatekeeper, number, "done").state == "closed"
        with pytest.raises(UsageError) as again:
            permits.close_permit(gatekeeper, number, "done")
        assert again.value.code == "permit_closed"
        with pytest.raises(UsageError) as unknown:
            permits.close_permit(gatekeeper, 999, "done")
        assert unknown.value.code == "unknown_permit"


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ("UPDATE birth.birth_admission_permit SET expires_at = clock_timestamp()", "expired"),
        ("UPDATE birth.birth_admission_budget SET used_rows = budget_rows", "exhausted"),
    ],
)
def test_a_permit_s_state_is_told_by_the_server(database: Database, change: str, state: str) -> None:
    line.open_permit(database)
    database.run(change)
    with database.connect("viewer1") as viewer:
        assert [each.state for each in permits.list_permits(viewer)] == [state]


def test_a_request_is_for_the_rows_to_go_of_one_run_and_over_with_its_plan(small: Database) -> None:
    with small.connect() as operator, pytest.raises(UsageError) as nothing:
        permits.request(operator, small.value("SELECT birth.birth_backfill_plan('{goods}')", "operator1"),
                        lifetime=HOUR, reason="why")  # fmt: skip
    assert nothing.value.code == "nothing_to_permit"
    small_database.fill(small, goods=20)
    with small.connect() as operator:
        first = line.make_plan(operator, "goods")
        asked = permits.request(operator, first, lifetime=HOUR, reason="why", between="01:00-05:00 Asia/Tokyo")
        assert (asked.state, asked.budget, asked.run, asked.collections) == ("open", 20, first, 1)
        with pytest.raises(UsageError) as twice:
            permits.request(operator, first, lifetime=HOUR, reason="why")
        assert twice.value.code == "already_requested"
        for wrong in ({"lifetime": timedelta()}, {"reason": " "}, {"between": "1-2"}, {"ticket": ""}):
            with pytest.raises(UsageError):
                permits.request(operator, first, **{"lifetime": HOUR, "reason": "why", **wrong})  # type: ignore[arg-type]
    listed = run("permit", "list", "--json", "--dsn", small.dsn("viewer1")).document
    assert (listed["permits"], listed["requests"][0]["between"]) == ([], "01:00-05:00 Asia/Tokyo")
    assert "birth-console permit grant 1" in run("permit", "list", "--dsn", small.dsn("viewer1")).out
    assert run("permit", "request", "1", "--reason", "x", "--dsn", small.dsn("gatekeeper1")).status == 6
    with small.connect() as operator:
        second = line.make_plan(operator, "goods")
        assert [each.state for each in permits.requests(operator)] == ["over"]
    with a_login(small, "asker", "Ana Sk", "birth_operator", "birth_reviewer") as login, small.connect(login) as asker:
        permits.request(asker, second, lifetime=HOUR, reason="again")
        assert audit.audit(asker).ok
        # Who asked took part: another person certifies.
        assert small.value(f"SELECT birth.birth_own_parts({second})", login) == ["requested"]
        with pytest.raises(ConsoleError) as own:
            certify.certify(asker, second, "mine")
        assert own.value.code == "self_certification"
    with small.connect("gatekeeper1") as gatekeeper:
        with pytest.raises(Stale) as over:
            permits.grant(gatekeeper, 1)
        with pytest.raises(UsageError) as unknown:
            permits.grant(gatekeeper, 99)
        assert (over.value.code, unknown.value.code) == ("request_over", "unknown_request")
    granted = run("permit", "grant", "2", "--json", "--dsn", small.dsn("gatekeeper1")).document
    assert (granted["budget"], granted["run"], granted["state"]) == (20, second, "open")
    with small.connect() as operator:
        assert audit.audit(operator).ok

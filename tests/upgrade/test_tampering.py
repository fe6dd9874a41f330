"""What a superuser changed of ours is named by the doctor and lets no run go on; files restore what they make."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from core.db.connection.session import Connection
from core.db.queries import sections
from core.errors import ConsoleError, GateClosed
from core.services.adopt import upgrade
from core.services.trust import installation_checks
from core.services.trust.doctor import examine
from tests.databases import Database
from tests.small import Drive, a_run

INSIST = "function birth.birth_backfill_insist(bigint)"


@dataclass(frozen=True, slots=True)
class Tampering:
    """How something was broken, how that is named, and what makes it right where an upgrade does not."""

    found: str
    breaking: str
    mending: str


def _read(body: str) -> Tampering:
    heading, _, rest = body.partition("\n")
    breaking, _, mending = rest.partition("-- mended by:\n")
    return Tampering(heading.removeprefix("-- found: "), breaking, mending)


_TEXT = Path(__file__).with_name("tampering.sql").read_text(encoding="utf-8")
BROKEN = {name: _read(body) for name, body in sections(_TEXT).items()}


def named(database: Database) -> list[str]:
    """What the doctor's check of the schema names."""
    with database.connect("operator1") as connection:
        found = installation_checks.schema(connection)
    assert isinstance(found.evidence, dict)
    differences = found.evidence["differences"]
    assert isinstance(differences, list)
    assert (found.verdict == "failed") == bool(differences)
    return [str(each) for each in differences]


def seen_by_the_gate(database: Database) -> list[str]:
    """The objects that the gate `trusted` names, as somebody who applies gets them."""
    error = Drive(database, 1).go().error
    assert error is not None
    assert (error.exit_status, type(error)) == (3, GateClosed), error
    gates: Any = error.evidence["gates"]
    trusted = next(gate for gate in gates if gate["gate"] == "trusted")
    return [str(found) for audit in trusted["evidence"] for found in audit["evidence"]]


def brought_up(database: Database) -> list[str]:
    with database.connect("postgres") as connection:
        return upgrade.upgrade(connection).changed


def broken(database: Database, *, lasting: bool) -> list[str]:
    """Break one object after the other: the doctor names each, and the gate `trusted` one of each kind."""
    found: list[str] = []
    asked: set[str] = set()
    for case, each in BROKEN.items():
        if bool(each.mending) != lasting:
            continue
        database.run(each.breaking)
        found.append(each.found)
        assert set(found) <= set(named(database)), case
        what = each.found.removesuffix(" missing").removesuffix(" additional").partition(" changed")[0]
        # Doctor and gate read one list: the gate is asked once for each kind of object.
        if (kind := what.partition(" ")[0]) not in asked:
            asked.add(kind)
            assert any(what in seen for seen in seen_by_the_gate(database)), case
    return found


def test_whatever_is_not_as_it_was_installed_is_named_and_no_run_is_applied(small: Database) -> None:
    a_run(small, "goods", goods=20)
    assert named(small) == []
    assert len(broken(small, lasting=False)) == 9
    assert brought_up(small)
    assert named(small) == []
    lasting = broken(small, lasting=True)
    # Nobody passes these off as installed: no file makes them again.
    with small.connect("postgres") as connection, pytest.raises(ConsoleError) as refused:
        upgrade.upgrade(connection)
    assert refused.value.code == "schema_changed"
    named_there: Any = refused.value.evidence["objects"]
    assert {each for each in lasting if not each.startswith("the record")} <= set(named_there)
    for each in BROKEN.values():
        small.run(each.mending)
    assert named(small) == []
    assert brought_up(small) == []
    with small.connect("operator1") as connection:
        assert {check.verdict for check in examine(connection) if check.id == "schema"} == {"passed"}


def test_what_was_restored_stands_in_the_chain(small: Database) -> None:
    small.run(BROKEN["gate_without_gates"].breaking)
    assert brought_up(small) == ["functions/backfill/gates.sql"]
    event = small.run("SELECT kind, payload::jsonb AS payload FROM birth.birth_ledger_event ORDER BY seq DESC LIMIT 1")[
        0
    ]
    assert (event["kind"], event["payload"]["restored"]) == ("schema_recorded", [f"{INSIST} changed: body"])


def test_who_replaces_the_function_that_compares_is_named_by_the_doctor(small: Database) -> None:
    small.run(
        "CREATE OR REPLACE FUNCTION birth._birth_schema_differences()"
        " RETURNS TABLE (object text, difference text, aspects text[]) LANGUAGE sql STABLE"
        " SET search_path = pg_catalog, pg_temp AS 'SELECT NULL::text, NULL::text, NULL::text[] WHERE false'"
    )
    assert "function birth._birth_schema_differences() changed: body" in named(small)


def test_a_body_that_is_recorded_as_installed_and_is_not_this_programs_is_named(small: Database) -> None:
    small.run(BROKEN["gate_without_gates"].breaking)
    small.run("SELECT birth.birth_schema_record('schema_recorded', '0.2.0', '0.2.0', ARRAY[]::text[])")
    assert f"{INSIST} changed: body" in named(small)


def test_the_version_is_known_as_soon_as_a_console_connects(small: Database) -> None:
    for login in ("postgres", "operator1", "viewer1"):
        with Connection.open(small.dsn(login), "birth") as connection:
            assert connection.installed == "0.2.0"
    with Connection.open(small.dsn("operator1"), "elsewhere") as connection:
        assert connection.installed is None

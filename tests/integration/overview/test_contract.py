"""The contract of a collection, as operators read it before they plan."""

from core.domain.overview.contract import CONTRACT, Contract
from core.services.overview import contract
from tests.databases import Database


def read(database: Database, collection: str, login: str = "viewer1") -> list[Contract]:
    with database.connect(login) as connection:
        return list(contract.read(connection, collection))


def verdicts(found: Contract) -> dict[str, str]:
    return {gate.id: gate.verdict.value for gate in found.gates}


def test_a_sound_collection_is_first_judged_by_the_catalogs_then_by_its_rows(shared: Database) -> None:
    first, last = read(shared, "agents")
    assert verdicts(first)["unique"] == "unknown"
    assert not first.all_ok
    assert last.all_ok, verdicts(last)
    assert [gate.id for gate in last.gates] == [gate.id for gate in CONTRACT]


def test_the_statements_of_a_contract_are_those_that_run(shared: Database) -> None:
    counting, planning, reading, registering = read(shared, "agents")[-1].statements
    found = shared.run(counting.text)[0]
    assert found["source_rows"] >= found["registered"] > 0
    assert "INSERT INTO" in planning.text
    assert "count(row.code)" in planning.text
    assert "birth_backfill_item" in planning.text
    assert registering.text.count("fn_birth_register") == 1
    assert "birth-backfill:run-" in registering.text
    # The server takes the texts that people read.
    shared.run(f"PREPARE planning (bigint, text) AS {planning.text}")
    shared.run(f"PREPARE reading (bigint, bigint, bigint) AS {reading.text}")
    shared.run(f"PREPARE registering (text[], text[], timestamptz[], text[]) AS {registering.text}")


def test_a_collection_without_a_table_or_an_identity_has_no_statements(shared: Database) -> None:
    for name, closed in (
        ("iu_staging_payload", {"table_present", "identity_classified", "trigger_enabled"}),
        ("knowledge_documents", {"identity_classified"}),
    ):
        (found,) = read(shared, name)
        failed = {gate for gate, verdict in verdicts(found).items() if verdict == "failed"}
        assert failed == closed, name
        assert not found.statements


def test_nothing_is_advised_about_the_identity_of_what_is_exempt(database: Database) -> None:
    exempt = "UPDATE birth.birth_policy SET requirement = 'EXEMPT' WHERE collection_name = 'iu_staging_payload'"
    database.run(exempt)
    (found,) = read(database, "iu_staging_payload")
    assert {gate for gate, verdict in verdicts(found).items() if verdict == "failed"} == {"policy_required"}
    told = {gate.id: gate.evidence for gate in found.gates}
    assert told["identity_classified"] == told["table_present"] == "not needed: it is EXEMPT"
    assert not found.all_ok


def test_rows_that_break_a_contract_are_named_and_everything_else_is_still_judged(database: Database) -> None:
    database.run(
        "ALTER TABLE public.agents DROP CONSTRAINT agents_code_key; SET session_replication_role = replica;"
        " UPDATE public.agents SET code = (SELECT min(code) FROM public.agents)"
        " WHERE code = (SELECT max(code) FROM public.agents);"
        " ALTER TABLE public.agents DISABLE TRIGGER trg_birth_gateway;"
        " DROP FUNCTION birth.fn_birth_register CASCADE"
    )
    found = read(database, "agents")[-1]
    failed = {gate.id: gate.evidence for gate in found.gates if gate.verdict.value == "failed"}
    assert set(failed) == {"unique", "register_function", "trigger_enabled"}
    assert failed["unique"]["rows"] == 1  # type: ignore[index,call-overload]
    assert verdicts(found)["register_bound"] == "unknown"


def test_a_register_function_with_other_arguments_is_not_bound(database: Database) -> None:
    assert verdicts(read(database, "agents")[-1])["register_bound"] == "passed"
    database.run("UPDATE birth.birth_gateway_binding SET parameter = 'p_code' WHERE value = 'code'")
    assert verdicts(read(database, "agents")[-1])["register_bound"] == "failed"


def test_what_takes_too_long_is_unproven_never_sound(database: Database) -> None:
    with database.psql("postgres") as locker, database.connect("viewer1") as connection, locker.transaction():
        locker.execute("LOCK TABLE public.agents IN ACCESS EXCLUSIVE MODE")
        # Only the rows are out of reach: the catalogs are read, the rows time out.
        *_, last = contract.read(connection, "agents", seconds=1)
    assert verdicts(last)["unique"] == "unknown"
    assert "could not be read within 1 s" in str(next(gate.evidence for gate in last.gates if gate.id == "unique"))

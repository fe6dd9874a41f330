"""Classifying in bulk, on the command line: all is checked first, all or nothing is written, and the way back."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from core.db.connection.session import Connection
from core.db.rows.identity import Recorded
from core.db.rows.query import Reading
from core.db.rows.sources import Collision, Met, Taken
from core.domain.classify.decision import Decision, read
from core.domain.classify.identity import Identity, Proof, column_identity, synthetic_identity
from core.errors import GateClosed, Stale
from core.services.classify import bulk, bulk_check, history, sources
from core.services.classify import classify as identity
from core.services.classify.proof import prove
from tests import line
from tests.console import Answer, run
from tests.databases import Database

HEADER = "collection,strategy,identity,reason\n"
GOOD = "contacts,synthetic,contacts:{id},no code\nos_projects,column,project_code,\n"
COUNTS = """
    SELECT (SELECT count(*) FROM birth.birth_identity) AS identities,
        (SELECT max(seq) FROM birth.birth_ledger_event) AS events,
        (SELECT count(*) FROM birth.birth_policy WHERE requirement = 'EXEMPT') AS exempt
"""


def classify(database: Database, *arguments: str, login: str = "operator1") -> Answer:
    return run("classify", *arguments, "--json", "--dsn", database.dsn(login))


def from_file(database: Database, folder: Path, rows: str, *options: str, login: str = "operator1") -> Answer:
    file = folder / "decisions.csv"
    file.write_text(HEADER + rows, encoding="utf-8")
    return classify(database, "--from", str(file), *options, login=login)


def outcomes(answer: Answer) -> dict[str, str]:
    return {each["collection"]: each["outcome"] for each in answer.document["results"]}


def test_the_43_are_resolved_by_suggestions_a_file_and_two_exemptions(database: Database, tmp_path: Path) -> None:
    accepted = classify(database, "--accept-suggestions", "--tier", "A")
    assert accepted.status == 0
    assert set(outcomes(accepted).values()) == {"recorded"}
    assert len(outcomes(accepted)) >= 20
    wanted = line.intended()
    rest = "".join(
        f"{name},{each.strategy},{each.text},as the census says\n"
        for name, each in wanted.items()
        if each is not None and name not in outcomes(accepted)
    )
    assert from_file(database, tmp_path, rest).status == 0
    exempted = "".join(f"{name},exempt,,it has no table\n" for name, each in wanted.items() if each is None)
    assert from_file(database, tmp_path, exempted, login="gatekeeper1").status == 0
    status = run("status", "--json", "--dsn", database.dsn()).document["metrics"]
    assert status["identity_unclassified_blockers"] == 0
    recorded = database.run("SELECT collection_name, strategy, columns FROM birth.birth_identity")
    found = {row["collection_name"]: (row["strategy"], tuple(row["columns"])) for row in recorded}
    assert all(found[name] == (each.strategy, each.columns) for name, each in wanted.items() if each is not None)


SPOILED = {
    "many_0": ("UPDATE public.many_0 SET code = NULL WHERE code = 'many_0-1'", "no_nulls"),
    "many_1": ("UPDATE public.many_1 SET code = E'\\u2003' WHERE code = 'many_1-1'", "no_empties"),
    "many_2": ("UPDATE public.many_2 SET code = 'many_2-1' WHERE code = 'many_2-2'", "unique"),
    "many_3": ("UPDATE public.many_3 SET code = E'many_3-1\\u200b' WHERE code = 'many_3-2'", "no_twins"),
    "many_4": ("UPDATE public.many_4 SET code = repeat('x', 201) WHERE code = 'many_4-2'", "short_enough"),
    "many_5": ("UPDATE public.many_5 SET code = 'goods:1' WHERE code = 'many_5-2'", "no_lookalikes"),
    "many_6": (
        "INSERT INTO birth.birth_registry (entity_code, collection_name) VALUES ('many_6-3', 'goods')",
        "no_foreign_codes",
    ),
    # A warning, and no gate.
    "many_7": ("UPDATE public.many_7 SET code = 'MANY_7-1' WHERE code = 'many_7-2'", None),
}


def test_a_file_of_small_tables_is_proven_and_recorded_together_and_each_as_if_it_were_alone(
    small: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"many_{number}" for number in range(24)]
    for name in names:
        small.run(f"""
            CREATE TABLE public.{name} AS SELECT '{name}-' || n AS code FROM generate_series(1, 5) AS n;
            INSERT INTO birth.collection_registry (collection_name) VALUES ('{name}');
            INSERT INTO birth.birth_policy (collection_name) VALUES ('{name}');
            GRANT SELECT ON public.{name} TO birth_owner, birth_caller, birth_reader;
        """)
    asked: list[object] = []
    sent = Connection._sql

    def heard(connection: Connection, query: Any) -> Any:  # noqa: ANN401 - passed through
        asked.append(query)
        return sent(connection, query)

    monkeypatch.setattr(Connection, "_sql", heard)

    def statements(rows: int) -> list[Any]:
        asked.clear()
        decisions = [Decision(name, "column", "code", "in bulk") for name in names[:rows]]
        with small.connect() as operator:
            assert {each.outcome for each in bulk.classify_many(operator, decisions, dry_run=True)} == {"valid"}
        return [*asked]

    few, many = statements(8), statements(24)
    assert len(many) == len(few)
    for each in (few, many):
        comparing = [one for one in each if isinstance(one, Reading) and one.row in (Met, Taken, Collision)]
        others = [one for one in comparing if "many_7" in one.statement.as_string() and one.row is not Collision]
        assert [one.row for one in others] == [Met]

    for spoil, _ in SPOILED.values():
        small.run(spoil)
    decisions = [Decision(name, "column", "code", "in bulk") for name in names]
    with small.connect() as operator:
        for found in bulk.classify_many(operator, decisions, dry_run=True):
            _, gate = SPOILED.get(found.decision.collection, ("", None))
            assert (found.outcome, found.error is None) == (("invalid", False) if gate else ("valid", True))
            source = sources.require(operator, found.decision.collection)
            proof = prove(operator, source, column_identity(source.collection, "code"))
            if gate is None:
                assert {**found.evidence, "save": ""} == {**proof.as_evidence(), "save": ""}
                continue
            with pytest.raises(GateClosed) as alone:
                identity.insist_proven(proof, column_identity(source.collection, "code"))
            assert found.error is not None
            assert (found.error.evidence, gate in str(found.error.evidence)) == (alone.value.evidence, True)
        # With keep_going, one that is refused when it is written takes no others with it.
        sound = [each for each in decisions if each.collection not in SPOILED]
        small.run(f"REVOKE SELECT ON {sound[5].collection} FROM birth_caller")
        results = bulk.classify_many(operator, sound, keep_going=True)
        assert _outcomes(results) == {"recorded": 15, "invalid": 1}
        (lacking,) = (each.error for each in results if each.error is not None)
        assert "TO birth_caller" in lacking.hint
        small.run(f"GRANT SELECT ON {sound[5].collection} TO birth_caller")
        assert _outcomes(bulk.classify_many(operator, sound)) == {"unchanged": 15, "recorded": 1}
        retaken = [Decision(each.collection, "synthetic", f"{each.collection}:{{code}}") for each in sound]
        asked.clear()
        assert _outcomes(bulk.classify_many(operator, retaken)) == {"recorded": 16}
        assert len([one for one in asked if getattr(one, "row", None) is Recorded]) == 1


def _outcomes(results: list[bulk_check.Result]) -> dict[str, int]:
    return Counter(each.outcome for each in results)


def test_one_invalid_row_keeps_all_from_being_written_and_each_has_its_own_result(
    database: Database, tmp_path: Path
) -> None:
    before = database.run(COUNTS)
    answer = from_file(
        database, tmp_path, GOOD + "agent_views,column,source_id,\nnobody,column,id,\nteam,synthetic,team:{x} ;,\n"
    )
    assert answer.status == 3
    assert outcomes(answer) == {
        "contacts": "withheld", "os_projects": "withheld", "agent_views": "invalid", "nobody": "invalid",
        "team": "invalid",
    }  # fmt: skip
    errors = {each["collection"]: each["error"] for each in answer.document["results"] if each["error"]}
    assert errors["agent_views"]["evidence"]["gates"][0]["gate"] == "unique"
    assert (errors["nobody"]["code"], errors["team"]["code"]) == ("unknown_collection", "bad_template")
    assert json.loads(answer.err)["error"]["code"] == "decisions_invalid"
    assert database.run(COUNTS) == before


def test_with_keep_going_the_valid_rows_are_written_and_the_exit_status_still_tells(
    database: Database, tmp_path: Path
) -> None:
    answer = from_file(database, tmp_path, GOOD + "agent_views,column,source_id,\n", "--keep-going")
    assert answer.status == 3
    assert outcomes(answer) == {"contacts": "recorded", "os_projects": "recorded", "agent_views": "invalid"}


def test_a_dry_run_checks_everything_and_writes_nothing(database: Database, tmp_path: Path) -> None:
    before = database.run(COUNTS)
    answer = from_file(database, tmp_path, GOOD, "--dry-run")
    assert (answer.status, set(outcomes(answer).values())) == (0, {"valid"})
    assert classify(database, "--accept-suggestions", "--dry-run").status == 0
    assert database.run(COUNTS) == before


def test_two_identities_of_one_file_may_not_give_one_code(database: Database, tmp_path: Path) -> None:
    database.run("UPDATE os_tax_rates SET code = (SELECT project_code FROM os_projects LIMIT 1) WHERE id = 1")
    answer = from_file(database, tmp_path, "os_projects,column,project_code,\nos_tax_rates,column,code,\n")
    assert answer.status == 3
    gates = [each["error"]["evidence"]["gates"][0]["gate"] for each in answer.document["results"]]
    assert gates == ["no_pending_collisions"] * 2


def test_stderr_names_the_gates_that_each_refused_row_closed_with_their_evidence(
    database: Database, tmp_path: Path
) -> None:
    database.run("UPDATE os_tax_rates SET code = (SELECT min(project_code) FROM os_projects) WHERE id = 1")
    code = database.value("SELECT code FROM os_tax_rates WHERE id = 1")
    assert from_file(database, tmp_path, "os_projects,column,project_code,\n").status == 0
    file = tmp_path / "decisions.csv"
    file.write_text(HEADER + "os_tax_rates,column,code,\nnobody,column,id,\n", encoding="utf-8")
    answer = run("classify", "--from", str(file), "--dsn", database.dsn())
    assert answer.status == 3
    gate = "no_pending_collisions (no other classified collection has the same code)"
    assert f"    closed: {gate}: rows 1, examples (code {code}, owner os_projects)\n" in answer.err
    assert "    hint: Use the synthetic form of the same column." in answer.err
    assert "  closed: nobody (unknown collection nobody): unknown_collection\n" in answer.err


def test_what_was_exported_changes_nothing_when_it_is_read_again(database: Database, tmp_path: Path) -> None:
    assert from_file(database, tmp_path, GOOD).status == 0
    file = tmp_path / "all.csv"
    assert run("classify", "--export", str(file), "--dsn", database.dsn("viewer1")).status == 0
    decisions = read(file.read_text(encoding="utf-8"))
    assert len(decisions) == 75
    (contacts,) = (each for each in decisions if each.collection == "contacts")
    assert (contacts.strategy, contacts.identity, contacts.reason) == ("synthetic", "contacts:{id}", "no code")
    before = database.run(COUNTS)
    answer = classify(database, "--from", str(file))
    assert (answer.status, set(outcomes(answer).values())) == (0, {"unchanged"})
    assert database.run(COUNTS) == before


@pytest.mark.parametrize(
    ("rows", "line_number"), [("contacts,columns,id,\n", 2), (GOOD + "x,column\n", 4), (GOOD + GOOD, 4)]
)
def test_a_file_that_cannot_be_meant_is_an_error_of_usage_with_its_line(
    shared: Database, tmp_path: Path, rows: str, line_number: int
) -> None:
    answer = from_file(shared, tmp_path, rows)
    assert (answer.status, answer.error["evidence"]["line"]) == (2, line_number)


def test_a_file_that_is_not_there_is_an_error_of_usage(shared: Database) -> None:
    answer = classify(shared, "--from", "/nonexistent.csv")
    assert (answer.status, answer.error["code"]) == (2, "no_file")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["contacts"],
        ["contacts", "--undo", "--history"],
        ["--column", "id"],
        ["contacts", "--accept-suggestions"],
        ["--accept-suggestions", "--tier", "B"],
        ["contacts", "--column", "id", "--dry-run"],
        ["contacts", "--exempt"],
    ],
)
def test_options_that_do_not_belong_together_are_an_error_of_usage(shared: Database, arguments: list[str]) -> None:
    assert classify(shared, *arguments).status == 2


def test_whoever_may_not_is_told_before_anything_is_written(shared: Database, tmp_path: Path) -> None:
    before = shared.run(COUNTS)
    assert from_file(shared, tmp_path, GOOD, login="viewer1").status == 6
    mixed = from_file(shared, tmp_path, GOOD + "inbox,exempt,,a mailbox\n")
    assert (mixed.status, outcomes(mixed)["inbox"]) == (6, "invalid")
    assert shared.run(COUNTS) == before


def test_bulk_acceptance_never_touches_what_somebody_chose(database: Database) -> None:
    with database.connect("operator2") as other:
        identity.classify(other, synthetic_identity("os_projects", "os_projects:{id}"), "mine")
    assert "os_projects" not in outcomes(classify(database, "--accept-suggestions"))
    assert database.value("SELECT columns[1] FROM birth.birth_identity WHERE collection_name = 'os_projects'") == "id"


def test_the_second_of_two_writers_is_told_who_was_faster_and_nothing_of_the_file_is_kept(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    decisions = [Decision("contacts", "synthetic", "contacts:{id}"), Decision("os_projects", "column", "project_code")]
    insisted = identity.insist_proven

    def meanwhile(found: Proof, chosen: Identity) -> None:
        insisted(found, chosen)
        if chosen.collection == "os_projects":
            monkeypatch.setattr(identity, "insist_proven", insisted)
            with database.connect("operator2") as other:
                identity.classify(other, synthetic_identity("os_projects", "os_projects:{id}"))

    monkeypatch.setattr(identity, "insist_proven", meanwhile)
    with database.connect("operator1") as operator:
        contacts, projects = bulk.classify_many(operator, decisions)
    assert (contacts.outcome, projects.outcome) == ("withheld", "invalid")
    assert isinstance(projects.error, Stale)
    assert projects.error.evidence["by"] == "operator2"
    kept = database.run(
        "SELECT collection_name, columns FROM birth.birth_identity WHERE collection_name IN ('contacts', 'os_projects')"
    )
    assert kept == [{"collection_name": "os_projects", "columns": ["id"]}]


def test_a_decision_on_an_older_version_is_stale(database: Database) -> None:
    with database.connect("operator1") as operator, database.connect("operator2") as other:
        identity.classify(other, synthetic_identity("os_projects", "os_projects:{id}"))
        with pytest.raises(Stale):
            identity.classify(operator, column_identity("os_projects", "project_code"), seen_version=0)


def test_undo_takes_back_this_login_s_latest_classification_and_the_history_keeps_all(database: Database) -> None:
    with database.connect("operator1") as operator, database.connect("operator2") as other:
        identity.classify(operator, synthetic_identity("os_projects", "os_projects:{id}"), "first")
        identity.classify(operator, column_identity("os_projects", "project_code"), "better")
        identity.classify(other, synthetic_identity("contacts", "contacts:{id}"))
    back = classify(database, "--undo", "--reason", "too early")
    assert (back.document["collection"], back.document["identity"]) == ("os_projects", "os_projects:{id}")
    past = classify(database, "--history", "os_projects").document["history"]
    assert [(each["version"], each["action"], each["identity"], each["reason"]) for each in past] == [
        (1, "classified", "os_projects:{id}", "first"),
        (2, "classified", "project_code", "better"),
        (3, "undone", "os_projects:{id}", "too early"),
    ]
    again = classify(database, "--undo")
    assert (again.status, again.error["code"]) == (3, "nothing_to_undo")
    named = classify(database, "contacts", "--undo")
    assert (named.status, named.document["strategy"]) == (0, "unclassified")


def test_undo_of_a_first_classification_leaves_the_collection_unclassified(database: Database) -> None:
    with database.connect() as operator:
        identity.classify(operator, column_identity("os_projects", "project_code"))
        assert history.undo(operator).strategy == "unclassified"
        assert [each.action for each in history.history(operator, "os_projects")] == ["classified", "undone"]
    assert run("audit", "--json", "--dsn", database.dsn()).document["ok"]


def test_an_imported_identity_is_no_classification_to_undo(shared: Database) -> None:
    answer = classify(shared, "tasks", "--undo")
    assert (answer.status, answer.error["code"]) == (3, "nothing_to_undo")


def test_undo_is_refused_once_rows_are_registered_under_the_identity(small: Database) -> None:
    with small.connect() as operator:
        identity.classify(operator, column_identity("notes", "code"))
        identity.unclassify(operator, "notes")
        identity.classify(operator, column_identity("notes", "code"))
    small.run("INSERT INTO public.notes VALUES ('N-1')")
    with small.connect() as operator, pytest.raises(GateClosed) as refused:
        history.undo(operator, "notes")
    assert refused.value.code == "identity_in_use"

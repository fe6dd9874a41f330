"""The command line as a user meets it: real processes, one document on stdout, errors on stderr, stable exit codes."""

import json
import os
import subprocess
import sys
import unicodedata
from itertools import product
from pathlib import Path
from tempfile import TemporaryFile

import pytest

from core.cli.command_index import COMMANDS
from core.demo.census import census
from tests import forks
from tests.console import ROOT, Answer, command, environment, golden, run, run_each
from tests.databases import Database

REGISTERED = "SELECT count(*) FROM birth.birth_registry"


def ask(database: Database, *arguments: str, login: str = "operator1", program: str = "birth-console") -> Answer:
    return run(*arguments, "--dsn", database.dsn(login), program=program)


def test_status_as_json_is_the_packet(shared: Database) -> None:
    answer = ask(shared, "status", "--json", login="viewer1")
    assert (answer.status, answer.err) == (0, "")
    assert list(answer.document) == ["metrics", "census", "claims", "unenrolled", "schema"]
    assert answer.document["unenrolled"] == []
    assert list(answer.document["metrics"].values()) == [
        74, 31, 43, "present", 0, "present", "present", "BLOCKED_UNTIL_43_IDENTITIES_RESOLVED_AND_PERMIT_OPENED",
    ]  # fmt: skip
    found = answer.document["census"]
    assert {name: found[name] for name in ("column", "synthetic", "unclassified", "native_status", "with_trigger")} == {
        "column": 27, "synthetic": 4, "unclassified": 43, "native_status": 54, "with_trigger": 72,
    }  # fmt: skip
    assert found["no_table"] == ["iu_staging_payload", "iu_staging_record"]
    assert found["table_without_trigger"] == []
    assert (found["governed_required"], found["governed_exempt"]) == (35, 1)
    assert found["frozen_script"] == {"compatible": 14, "broken": 22}
    assert all(set(claim) == {"claim", "source", "stated", "live", "verdict"} for claim in answer.document["claims"])


def test_the_matrix_with_counts_is_the_census(shared: Database) -> None:
    answer = ask(shared, "matrix", "--counts", "--all", "--json", login="viewer1")
    assert (answer.status, answer.err) == (0, "")
    rows = {row["collection"]: row for row in answer.document["collections"]}
    assert list(rows) == sorted(census())
    for name, wanted in census().items():
        row = rows[name]
        assert list(row) == [
            "collection", "governance_role", "requirement", "strategy", "identity", "native_status", "table", "trigger",
            "verdict", "reasons", "source_rows", "registered", "missing", "phantoms", "renamed", "possibly_renamed",
            "shared_codes", "unidentifiable", "examples",
        ]  # fmt: skip
        assert (row["governance_role"], row["requirement"]) == (wanted.governance_role, wanted.requirement)
        assert (row["strategy"], row["identity"] or "") == (wanted.strategy, wanted.identity)
        assert (row["native_status"], row["table"] is not None) == (wanted.native_status, wanted.has_table)
        assert row["trigger"] == ("enabled" if wanted.has_table else "no_table")
        assert row["verdict"] == ("compatible" if wanted.is_classified else "broken")
        if wanted.has_table:
            assert (row["source_rows"], row["registered"]) == (wanted.source_rows, wanted.registered_rows)
            assert row["missing"] == wanted.source_rows - wanted.registered_rows
        else:
            assert (row["source_rows"], row["registered"], row["missing"]) == (None, None, None)
    assert answer.document["totals"] == {
        "collections": 74, "compatible": 31, "broken": 43, "column": 27, "synthetic": 4, "unclassified": 43,
        "native_status": 54, "with_table": 72, "with_trigger": 72, "source_rows": 57599, "registered": 18449,
        "missing": 39150, "phantoms": 0, "renamed": 0, "possibly_renamed": 0, "shared_codes": 0, "unidentifiable": 0,
    }  # fmt: skip


def test_without_counts_the_three_counts_are_null(shared: Database) -> None:
    rows = ask(shared, "matrix", "--json").document
    assert {(row["source_rows"], row["registered"], row["missing"]) for row in rows["collections"]} == {
        (None, None, None)
    }
    assert (rows["totals"]["source_rows"], rows["totals"]["missing"]) == (None, None)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("status", ["status"]),
        ("matrix", ["matrix"]),
        ("matrix-counts", ["matrix", "--counts"]),
        ("permit-list", ["permit", "list"]),
    ],
)
def test_text_for_people_is_as_accepted_without_colour_in_a_pipe(
    shared: Database, name: str, arguments: list[str]
) -> None:
    answer = ask(shared, *arguments, login="viewer1")
    assert (answer.status, answer.err) == (0, "")
    assert "\x1b" not in answer.out
    golden(name, answer.out)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("refused-duplicates", ["classify", "agent_views", "--column", "source_id"]),
        ("refused-nulls", ["classify", "ai_tasks", "--column", "task_ref"]),
        ("refused-foreign", ["classify", "os_items", "--column", "sku"]),
        ("refused-unknown", ["classify", "os_item", "--column", "sku"]),
        ("refused-no-table", ["classify", "iu_staging_record", "--column", "id"]),
        ("refused-template", ["classify", "team", "--synthetic", "team:{name}' OR '1'='1"]),
        ("refused-plan", ["plan", "doc_reviews"]),
    ],
)
def test_a_refusal_names_the_offending_rows_and_what_to_do(shared: Database, name: str, arguments: list[str]) -> None:
    before = shared.value("SELECT max(seq) FROM birth.birth_ledger_event")
    answer = ask(shared, *arguments)
    assert (answer.status, answer.out) == (2 if name == "refused-unknown" else 3, "")  # a name is usage
    assert answer.err.startswith("error[")
    assert "\nhint: " in answer.err
    golden(name, answer.err)
    assert shared.value("SELECT max(seq) FROM birth.birth_ledger_event") == before


@pytest.mark.parametrize(
    ("arguments", "login", "status", "code"),
    [
        (["classify", "os_items", "--column", "sku"], "operator1", 3, "gate_closed"),
        (["classify", "feedbacks", "--column", "fingerprint_id"], "viewer1", 6, "not_allowed"),
        (["classify", "iu_staging_record", "--exempt", "--reason", "x"], "operator1", 6, "not_allowed"),
        (["classify", "feedbacks"], "operator1", 2, "usage"),
        (["classify", "feedbacks", "--column", "id", "--unclassify"], "operator1", 2, "usage"),
        (["classify", "feedbacks", "--exempt"], "gatekeeper1", 2, "reason_missing"),
        (["permit", "open", "--budget", "1", "--expires", "1h", "--reason", "x"], "operator1", 6, "not_allowed"),
        (["permit", "open", "--budget", "0", "--expires", "1h", "--reason", "x"], "gatekeeper1", 2, "usage"),
        (["permit", "open", "--budget", "1" * 30, "--expires", "1h", "--reason", "x"], "gatekeeper1", 2, "usage"),
        (["permit", "open", "--budget", "1", "--expires", "soon", "--reason", "x"], "gatekeeper1", 2, "bad_lifetime"),
        (["permit", "close", "7", "--reason", "x"], "gatekeeper1", 2, "unknown_permit"),
        (["plan"], "operator1", 2, "usage"),
        (["plan", "--all", "tasks"], "operator1", 2, "usage"),
        (["reconcile", "9" * 18, "--note", "x"], "operator1", 2, "unknown_run"),
        (["reconcile", "9" * 30, "--note", "x"], "operator1", 2, "usage"),
        (["reconcile", "one", "--note", "x"], "operator1", 2, "usage"),
        (["reconcile", "1"], "operator1", 2, "usage"),
        (["verify", "999"], "viewer1", 2, "unknown_run"),
        (["nonsense"], "viewer1", 2, "usage"),
        (["status", "--nonsense"], "viewer1", 2, "usage"),
        (["status", "--schema", "elsewhere"], "viewer1", 1, "not_installed"),
        (["status", "--schema", 'x"; DROP SCHEMA birth; --'], "viewer1", 1, "not_installed"),
        (["status", "--schema", ""], "viewer1", 2, "empty_option"),
        (["status", "--as", "viewer1"], "viewer1", 2, "login_without_demo"),
    ],
)
def test_an_error_has_a_status_and_a_code_in_both_forms_and_leaves_stdout_alone(
    shared: Database, arguments: list[str], login: str, status: int, code: str
) -> None:
    dsn = ["--dsn", shared.dsn(login)]
    text, document = run_each([*arguments, *dsn], [*arguments, "--json", *dsn])
    assert (text.status, text.out, document.status, document.out) == (status, "", status, "")
    assert text.err.startswith(f"error[{code}]: ")
    assert list(document.error) == ["code", "message", "evidence", "hint"]
    assert document.error["code"] == code
    assert document.error["hint"]
    assert f"hint: {document.error['hint']}" in text.err


def test_a_group_without_its_command_names_its_commands() -> None:
    said, hint = run("permit").err.splitlines()
    assert said == "error[no_subcommand]: missing subcommand: one of close, grant, list, open, request"
    assert hint == "hint: See `birth-console permit --help`."


def test_a_read_only_session_is_refused_every_write_by_the_server(shared: Database) -> None:
    for arguments in (["--read-only", "plan", "tasks"], ["plan", "tasks", "--read-only"]):
        answer = ask(shared, *arguments, "--json")
        assert (answer.status, answer.error["code"]) == (6, "read_only")


def test_options_may_stand_before_and_after_the_command_and_the_later_one_holds(shared: Database) -> None:
    viewer, nowhere = shared.dsn("viewer1"), "host=127.0.0.1 port=1"
    for arguments in (
        ["--dsn", viewer, "status", "--json"],
        ["--dsn", viewer, "--json", "status"],
        ["status", "--json", "--dsn", viewer],
        ["--dsn", nowhere, "status", "--json", "--dsn", viewer],
        ["--dsn", viewer, "--json", "permit", "list"],
        ["--dsn", viewer, "permit", "list", "--json"],
    ):
        answer = run(*arguments)
        assert (answer.status, answer.err) == (0, "")
        assert answer.document


def test_the_environment_names_the_database_and_the_option_wins(shared: Database) -> None:
    named = {"BIRTH_CONSOLE_DSN": shared.dsn("viewer1")}
    assert run("status", "--json", extra=named).status == 0
    assert run("status", "--json", "--dsn", "host=127.0.0.1 port=1", extra=named).status == 1
    assert run("status", extra={"BIRTH_CONSOLE_DSN": "host=127.0.0.1 port=1"}).status == 1


def test_a_profile_names_the_database(shared: Database, tmp_path: Path) -> None:
    folder = tmp_path / "birth-console"
    folder.mkdir()
    (folder / "config.toml").write_text(f'[profile.here]\ndsn = "{shared.dsn("viewer1")}"\n', encoding="utf-8")
    extra = {"XDG_CONFIG_HOME": str(tmp_path)}
    assert run("status", "--profile", "here", extra=extra).status == 0
    assert "unknown_profile" in run("status", "--profile", "there", extra=extra).err


@pytest.mark.parametrize(
    ("login", "code"), [("root", "unknown_login"), ("postgres", "superuser_refused"), ("", "empty_option")]
)
def test_a_login_that_is_none_of_the_demo_s_is_refused_before_anything_starts(
    tmp_path: Path, login: str, code: str
) -> None:
    home = tmp_path / "home"
    answer = run("status", "--json", "--as", login, extra={"BIRTH_CONSOLE_HOME": str(home)})
    assert (answer.status, answer.error["code"]) == (2, code)
    assert not home.exists()


SECRET = "hunter2"
_DEADLINE = 60.0  # seconds
SECRETS = (
    "postgresql://u:hunter2@127.0.0.1:1/d",
    "host=127.0.0.1 port=1 user=u password=hunter2",
    "host=127.0.0.1 port=1 password='hunter2",
    "host=127.0.0.1 password=hunter2 port=not_a_port",
    "postgresql://u:half@hunter2@127.0.0.1/d",
    "postgresql://u:half/hunter2@127.0.0.1/d",
    "postgresql://u:hunter2/half@127.0.0.1/d",
    "postgresql://u:hunter2@127.0.0.1:1/d?no_such_option=1",
    "postgresql://u:hunter2@[::1/d",
    "hunter2",
    "password=a hunter2",
)


def test_no_part_of_a_password_is_ever_repeated() -> None:
    def said(dsn: str, form: str) -> tuple[int, bytes]:
        arguments = command("birth-console", "status", "--dsn", dsn, form)
        with TemporaryFile() as output, Path(os.devnull).open() as nothing:
            streams = (nothing.fileno(), output.fileno(), output.fileno())
            status = forks.run(arguments, environment(), streams, _DEADLINE)
            output.seek(0)
            return status, output.read()

    for dsn, form in product(SECRETS, ("--json", "--debug")):
        status, text = said(dsn, form)
        assert status in (1, 2), dsn
        assert SECRET.encode() not in text, dsn


def test_a_keyword_of_a_dsn_that_is_misspelt_is_answered_with_the_nearest_one() -> None:
    for form in ("host=x prot=5432 password=hunter2", "postgresql://u:hunter2@h/d?prt=5432"):
        answer = run("--dsn", form, "status")
        assert (answer.status, "Did you mean port?" in answer.err, "hunter2" in answer.err) == (2, True, False)


def test_usage_is_refused_in_sentences() -> None:
    said = {
        ("status", "--jsno"): "No such option '--jsno'. Did you mean --json?",
        ("permit", "opne"): "No such command 'opne'. Did you mean open?",
        (
            "control",
            "1",
            "puase",
        ): "Invalid value: 'puase' is not one of 'pause', 'resume', 'cancel'. Did you mean pause?",
        ("apply", "1", "--workers", "0"): "Invalid value for '--workers': 0 is not between 1 and 64.",
        ("verify", "0"): "Invalid value for 'RUN': 0 is not a positive number below 2^63.",
        ("plan", "--all", "tasks"): "--all does not take a COLLECTION",
    }
    for words, message in said.items():
        answer = run(*words)
        assert (answer.status, answer.err.splitlines()[0]) == (2, f"error[usage]: {message}")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("dbname=nowhere_at_all", "no_database"),
        ("user=nobody_at_all", "login_refused"),
        ("host=127.0.0.1 port=1", "server_unavailable"),
        ("host=/nonexistent", "server_unavailable"),
        ("host=nowhere.invalid", "server_unavailable"),
    ],
)
def test_a_server_that_lets_nobody_in_says_why_and_what_to_look_at(shared: Database, change: str, code: str) -> None:
    answer = run("status", "--json", "--dsn", f"{shared.dsn('viewer1')} {change}")
    assert (answer.status, answer.out) == (1, "")
    assert answer.error["code"] == code
    assert answer.error["hint"]


def test_every_command_explains_itself() -> None:
    groups = ("permit open", "permit close", "permit list", "demo start", "demo stop", "demo reset", "demo dsn", "")
    names = [*COMMANDS, *groups]
    for name, answer in zip(names, run_each(*([*name.split(), "--help"] for name in names)), strict=True):
        assert (answer.status, answer.err) == (0, "")
        assert answer.out.startswith(f"Usage: birth-console {name}".rstrip())


@pytest.mark.parametrize("program", ["dot-birth-backfill-plan", "dot-birth-backfill-apply"])
def test_the_two_other_scripts_explain_themselves_under_their_own_names(program: str) -> None:
    answer = run("--help", program=program)
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.startswith(f"Usage: {program} ")


def test_the_overview_lists_every_command_and_the_version_is_told() -> None:
    overview = run("--help").out
    assert [name for name in COMMANDS if f"\n  {name} " not in overview] == []
    assert run("--version").out.startswith("birth-console, version ")


HOSTILE = "[bold]x[/] \x1b]0;owned\x07\u202e\u200b\u009b32m"


def test_hostile_data_reach_the_terminal_as_escapes_and_json_as_ascii(database: Database) -> None:
    with database.psql("postgres") as root:
        root.execute("INSERT INTO birth.collection_registry (collection_name) VALUES (%s)", [HOSTILE])
        root.execute("INSERT INTO birth.birth_policy (collection_name) VALUES (%s)", [HOSTILE])
        root.execute("UPDATE birth.birth_evidence_claim SET source = %s", [HOSTILE])
    escaped = "[bold]x[/] \\x1b]0;owned\\x07\\u202e\\u200b\\x9b32m"
    for arguments in (["matrix"], ["status"], ["plan", HOSTILE], ["classify", HOSTILE, "--column", HOSTILE]):
        answer = ask(database, *arguments)
        said = answer.out + answer.err
        assert escaped in said
        assert {unicodedata.category(character) for character in said.replace("\n", "")} & {"Cc", "Cf"} == set()
        document = ask(database, *arguments, "--json")
        assert (document.out + document.err).isascii()
        assert HOSTILE in str(json.loads(document.out or document.err)).encode().decode("unicode_escape")


def test_a_reader_that_goes_away_is_no_failure(shared: Database) -> None:
    for form in ([], ["--json"]):
        read, write = os.pipe()
        os.close(read)
        done = subprocess.run(
            command("birth-console", "matrix", "--dsn", shared.dsn("viewer1"), *form),
            env=environment(),
            stdout=write,
            stderr=subprocess.PIPE,
            check=False,
        )
        os.close(write)
        assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no disk that is always full")
@pytest.mark.parametrize("form", [[], ["--json"]], ids=["text", "json"])
def test_output_that_cannot_be_written_is_told(shared: Database, form: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            command("birth-console", "matrix", "--dsn", shared.dsn("viewer1"), *form),
            env=environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 1
    assert b"No space left" in done.stderr
    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr


@pytest.mark.parametrize("told", [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C"}])
def test_a_terminal_without_unicode_gets_plain_signs_instead_of_an_error(
    shared: Database, told: dict[str, str]
) -> None:
    answer = run("status", "--dsn", shared.dsn("viewer1"), extra=told)
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.isascii()
    assert "x every REQUIRED identity is resolved" in answer.out
    assert "-> List them" in answer.out
    assert "\\u" not in answer.out


def test_an_argument_that_is_no_text_is_refused(shared: Database) -> None:
    done = subprocess.run(
        [*map(os.fsencode, command("birth-console", "classify", "--dsn", shared.dsn())), b"\xff", b"--column", b"x"],
        env=environment(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2
    assert b"error[bad_encoding]" in done.stderr


def test_status_loads_neither_the_formatter_of_sql_nor_the_guard_of_an_apply() -> None:
    unwanted = ("sqlparse", "core.db.connection.guard", "textual")
    script = f"import sys, core.cli.commands.status; print(*(set({unwanted}) & sys.modules.keys()))"
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert ended.stdout.strip() == ""

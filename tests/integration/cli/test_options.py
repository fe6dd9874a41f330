"""Options stand anywhere, also between a group and its command; `demo` means the demo; what is refused says why."""

import stat
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests import line
from tests.console import run, run_each
from tests.databases import Database


@pytest.mark.parametrize(
    "words", [["permit", "list"], ["people", "list"], ["ledger"], ["ledger", "show"]], ids=" ".join
)
def test_options_may_stand_between_any_two_words(shared: Database, words: Sequence[str]) -> None:
    options = ["--json", "--dsn", shared.dsn("viewer1")]
    answers = run_each(*([*words[:place], *options, *words[place:]] for place in range(len(words) + 1)))
    assert {(answer.status, answer.err) for answer in answers} == {(0, "")}
    assert len({answer.out for answer in answers}) == 1


def test_the_ledger_finds_its_run_and_its_command_behind_the_options(database: Database) -> None:
    with database.connect() as operator:
        number = str(line.make_plan(operator, "workflows"))
    dsn = ["--dsn", database.dsn("viewer1")]
    shown, listed, compared, again = run_each(
        ["ledger", "--json", *dsn, number],
        ["ledger", "--json", "--sql", number, *dsn],
        ["ledger", "--json", *dsn, "diff", number],
        ["ledger", *dsn, "diff", "--json", number],
    )
    assert (shown.document["run"], listed.document["run"]) == (int(number), int(number))
    assert listed.document["statements"]
    assert len(compared.document["rows"]) == 3
    assert compared.out == again.out


def test_the_option_nearest_to_the_command_holds(shared: Database) -> None:
    viewer, nowhere = shared.dsn("viewer1"), "host=127.0.0.1 port=1"
    assert run("permit", "--dsn", nowhere, "list", "--dsn", viewer).status == 0
    assert run("--dsn", nowhere, "permit", "--dsn", viewer, "list").status == 0
    assert run("permit", "--dsn", viewer, "list", "--dsn", nowhere).status == 1
    assert run("permit", "--as", "nobody", "list").status == 2
    assert run("permit", "--dsn", "", "list", "--json").error["code"] == "empty_option"


def test_demo_means_the_demo_whatever_the_environment_and_the_profiles_say(tmp_path: Path) -> None:
    folder = tmp_path / "birth-console"
    folder.mkdir()
    extra = {
        "XDG_CONFIG_HOME": str(tmp_path),
        "BIRTH_CONSOLE_HOME": str(tmp_path / "home"),
        "BIRTH_CONSOLE_DSN": "host=127.0.0.1 port=1",
    }
    for config in ("no TOML [", 'default = "there"\n[profile.there]\ndsn = "service=there"\n'):
        (folder / "config.toml").write_text(config, encoding="utf-8")
        answer = run("demo", "--json", "stop", "--as", "viewer1", extra=extra)
        assert (answer.status, answer.document["running"]) == (0, False), answer.err
    assert run("demo", "stop", "--as", "nobody", "--json", extra=extra).error["code"] == "unknown_login"


@pytest.mark.parametrize(
    ("dsn", "shown"),
    [
        ("postgresql://ana:sesame@db:5433/shop", "postgresql://ana:…@db:5433/shop"),
        ("host=db password=sesame user=ana", "host=db password=… user=ana"),
        (r"host=db password = 'open \' sesame' user=ana", "host=db password = … user=ana"),
    ],
)
def test_a_dsn_in_the_wrong_place_is_told_without_its_password(dsn: str, shown: str) -> None:
    for words in ((dsn,), ("status", dsn), ("permit", dsn)):
        answer = run(*words)
        assert (answer.status, shown in answer.err, "sesame" in answer.err) == (2, True, False), answer.err
        assert "hint: Name a database with --dsn." in answer.err


def test_a_dsn_that_means_nothing_is_usage_wherever_that_is_found_out(shared: Database) -> None:
    for dsn in ("service=nosuch", f"{shared.dsn('viewer1')} sslmode=nonsense", "nonsense"):
        answer = run("status", "--json", "--dsn", dsn)
        assert (answer.status, answer.error["code"]) == (2, "bad_dsn"), answer.err
        assert answer.error["hint"]


def test_an_exempt_collection_without_a_table_is_not_to_be_exempted_again(database: Database) -> None:
    dsn = database.dsn("gatekeeper1")
    name = "iu_staging_record"
    before = run("suggest", name, "--json", "--dsn", dsn).error
    assert "can exempt it" in before["hint"]
    assert run("classify", name, "--exempt", "--reason", "it has no table", "--dsn", dsn).status == 0
    after = run("suggest", name, "--json", "--dsn", dsn).error
    assert (after["code"], "can exempt it" in after["hint"], bool(after["hint"])) == ("no_table", False, True)


def test_who_keeps_going_is_not_told_to_keep_going(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "decisions.csv"
    file.write_text("collection,strategy,identity,reason\nagent_views,column,source_id,\n", encoding="utf-8")
    options = ["classify", "--from", str(file), "--json", "--dsn", database.dsn()]
    assert "--keep-going" in run(*options).error["hint"]
    kept = run(*options, "--keep-going")
    assert (kept.status, kept.error["hint"]) == (3, "Correct these rows.")


def test_a_log_file_keeps_what_stderr_says_of_quiet_commands_too(shared: Database, tmp_path: Path) -> None:
    log = tmp_path / "console.log"
    for words in (["status"], ["columns", "nowhere"]):
        run("--log-file", str(log), "-q", *words, "--dsn", shared.dsn("viewer1"))
    run("docs", "nowhere", "--log-file", str(log))
    lines = log.read_text().splitlines()
    assert [line.split()[2:4] for line in lines] == [
        ["ERROR", "error[unknown_collection]:"],
        ["ERROR", "error[no_such_topic]:"],
    ]
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert run("status", "--log-file", str(tmp_path), "--json").error["code"] == "usage"
    assert run("status", "--log-file", str(log / "x"), "--json").error["code"] == "file_unwritable"

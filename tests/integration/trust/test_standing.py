"""Figures for a monitor, and the databases of all profiles at a glance."""

import re
from pathlib import Path

from tests import small as small_database
from tests.console import run
from tests.databases import Database

_SAMPLE = re.compile(
    r'(birth_[a-z0-9_]+)(\{[a-z]+="(?:[^"\\\n]|\\.)*"(?:,[a-z]+="(?:[^"\\\n]|\\.)*")*\})? (-?[0-9.e+]+)'
)
HOSTILE = 'x"} 1\nbirth_open_permits 99\x1b[31m\\'


def samples(text: str) -> dict[str, float]:
    """The samples of an exposition; fails where a line is none, and where a metric has no HELP and TYPE before it."""
    found, known = {}, set()
    for line in text.splitlines():
        if line.startswith("# "):
            known.add(line.split(" ")[2])
            continue
        match = _SAMPLE.fullmatch(line)
        assert match, line
        assert match[1] in known
        found[match[1] + (match[2] or "")] = float(match[3])
    return found


def test_metrics_are_the_dashboard_the_missing_rows_the_runs_and_the_chain(small: Database, tmp_path: Path) -> None:
    small_database.done(small, small_database.a_run(small, "goods", goods=20))
    small_database.fill(small, notes=3)
    with small.psql("postgres") as root:
        root.execute("INSERT INTO birth.collection_registry (collection_name) VALUES (%s)", [HOSTILE])
        root.execute("INSERT INTO birth.birth_policy (collection_name) VALUES (%s)", [HOSTILE])
    extra = {"BIRTH_CONSOLE_HOME": str(tmp_path)}
    dsn = ("--dsn", small.dsn("viewer1"))
    before = run("metrics", *dsn, extra=extra)
    assert before.status == 0, before.err
    found = samples(before.out)
    assert "birth_anchor_age_seconds" not in found
    assert (found["birth_required_total"], found["birth_qt001_gate"]) == (4, 0)
    assert found['birth_missing_rows{collection="notes"}'] == 3
    assert found['birth_missing_rows{collection="goods"}'] == 0
    assert found['birth_runs{state="applied"}'] == 1
    assert found["birth_chain_head"] == small.value("SELECT seq FROM birth.birth_ledger_head")
    assert found["birth_open_permits"] == 1
    assert run("audit", "--write-anchor", str(tmp_path / "a.json"), *dsn, extra=extra).status == 0
    after = samples(run("metrics", "--no-counts", *dsn, extra=extra).out)
    assert 0 <= after["birth_anchor_age_seconds"] < 600
    assert not any(name.startswith("birth_missing_rows") for name in after)


def test_the_databases_of_all_profiles_are_told_although_one_is_not_there(small: Database, tmp_path: Path) -> None:
    small_database.done(small, small_database.a_run(small, "goods", goods=20))
    folder = tmp_path / "birth-console"
    folder.mkdir()
    (folder / "config.toml").write_text(
        f'[profile.here]\ndsn = "{small.dsn("viewer1")}"\n'
        '[profile.gone]\ndsn = "host=127.0.0.1 port=1 user=x dbname=x"\n'
        '[profile.wrong]\ndsn = "x"\ncounters = 0\n[profile.marks]\nword = "STAGING"\n'
    )
    # The environment names another database, and none of the profiles means that.
    extra = {"XDG_CONFIG_HOME": str(tmp_path), "BIRTH_CONSOLE_DSN": "host=127.0.0.1 port=2 user=x dbname=x"}
    answer = run("overview", "--json", extra=extra)
    assert answer.status == 0, answer.err
    here, gone, wrong = answer.document["databases"]
    assert (here["profile"], here["gate"], here["blockers"], here["missing"]) == ("here", "OPEN", 0, 0)
    assert (here["active"], here["certified"], here["error"]) == ([], None, None)
    assert (gone["profile"], gone["error"]["code"]) == ("gone", "server_unavailable")
    assert (wrong["profile"], wrong["error"]["code"]) == ("wrong", "bad_profile")

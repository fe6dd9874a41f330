"""The cluster that tests keep from run to run is never stale, and never half of one."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import kept
from tests.console import ROOT
from tests.databases import TestServer


class Stub:
    """Makes homes whose data say how many were made before; the server behind them is that of the run."""

    version = "stub"

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self.made = 0

    @contextmanager
    def serve(self, home: Path) -> Iterator[str]:
        (home / "data").mkdir()
        (home / "data" / "made").write_text(str(self.made))
        self.made += 1
        yield self.dsn


@pytest.fixture
def maker(server: TestServer) -> Stub:
    return Stub(server.dsn)


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that clusters are built from, in a project that has no other."""
    monkeypatch.setattr(kept, "BUILDERS", {})
    monkeypatch.setattr(kept, "_SETTINGS", ())
    monkeypatch.setattr(kept, "ROOT", tmp_path / "project")
    monkeypatch.setenv("BIRTH_TEST_CACHE", str(tmp_path / "cache"))
    file = tmp_path / "project" / "core" / "sql" / "schema" / "one.sql"
    file.parent.mkdir(parents=True)
    file.write_text("SELECT 1")
    return file


@pytest.fixture
def made(tmp_path: Path, maker: Stub) -> Callable[[], str]:
    """What the data of a new home say."""

    def copy() -> str:
        home = tmp_path / f"home {len(list(tmp_path.iterdir()))}"
        kept.copy(maker, home)
        return (home / "data" / "made").read_text()

    return copy


@pytest.mark.usefixtures("source")
def test_it_is_built_once(maker: Stub, made: Callable[[], str]) -> None:
    assert [made(), made(), maker.made] == ["0", "0", 1]


def test_it_is_built_anew_when_what_it_is_built_from_changes_and_the_old_one_goes(
    tmp_path: Path, source: Path, made: Callable[[], str]
) -> None:
    assert made() == "0"
    source.write_text("SELECT 2")
    assert made() == "1"
    source.rename(source.with_name("other.sql"))
    assert made() == "2"
    assert [each.name.partition("-")[0] for each in (tmp_path / "cache").iterdir() if each.is_dir()] == ["stub"]


@pytest.mark.usefixtures("source")
def test_what_a_killed_builder_left_is_taken_for_nothing(
    tmp_path: Path, made: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", killed)
        patch.setattr("tests.kept.shutil.rmtree", lambda *_, **__: None)  # kill -9 clears nothing away
        with pytest.raises(KeyboardInterrupt):
            made()
    assert (tmp_path / "cache" / "new" / "data" / "made").exists()
    assert made() == "1"
    assert not (tmp_path / "cache" / "new").exists()


@pytest.mark.parametrize(
    "name", ["core/sql/queries/permit.sql", "core/demo/census.csv", "core/db/rows/query.py", "core/settings.py"]
)
def test_whatever_builds_it_is_part_of_its_name(source: Path, maker: Stub, name: str) -> None:
    before = kept.name(maker)
    file = source.parents[3] / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("new")
    assert kept.name(maker) != before


def test_nothing_builds_it_that_is_not_part_of_its_name() -> None:
    program = "import sys, tests.templates; print(*(getattr(m, '__file__', None) or '' for m in sys.modules.values()))"
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    files = {Path(each) for each in ran.stdout.split() if Path(each).is_relative_to(ROOT / "core")}
    assert len(files) > 20
    assert files <= set(kept._sources())

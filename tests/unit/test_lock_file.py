"""Files that processes of one person lock."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.db import lock_file


@pytest.fixture(autouse=True)
def _an_open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.parametrize("mode", [None, 0o666, 0o640])
def test_a_lock_is_for_its_person_alone_also_where_an_older_version_made_it(tmp_path: Path, mode: int | None) -> None:
    path = tmp_path / "users.lock"
    if mode is not None:
        path.touch()
        path.chmod(mode)
    assert stat.S_IMODE(lock_file.own(path).stat().st_mode) == 0o600

import os
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest

from core.db.embedded.cluster import programs
from tests.console import environment
from tests.documents import DOCUMENTS, SavedFile, Shown, blocks
from tests.homes import a_demo_home

_PROGRAMS = (Path(sys.executable).parent, programs())


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_command_that_a_document_shows_does_what_it_says(name: str, tmp_path: Path) -> None:
    shown = list(blocks(DOCUMENTS[name]))
    with a_demo_home() if shown else nullcontext(tmp_path) as home:
        surroundings = environment(
            BIRTH_CONSOLE_HOME=str(home),
            HOME=str(tmp_path),
            COLUMNS="200",
            PATH=os.pathsep.join([*map(str, _PROGRAMS), os.environ["PATH"]]),
        )
        for block in shown:
            if isinstance(block, SavedFile):
                (tmp_path / block.name).write_text(block.text, encoding="utf-8")
            else:
                _must_answer_as_shown(block, tmp_path, surroundings)


def _must_answer_as_shown(shown: Shown, folder: Path, surroundings: dict[str, str]) -> None:
    done = subprocess.run(
        ["bash", "-c", shown.command],  # noqa: S607 - the shell that a reader has
        cwd=folder,
        env=surroundings,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    output = done.stdout + done.stderr
    assert done.returncode == shown.status, f"$ {shown.command}\n{output}"
    assert shown.is_answered_by(output), f"$ {shown.command}\nshown: {shown.answers}\n{output}"

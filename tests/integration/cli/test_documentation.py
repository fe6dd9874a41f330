import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from core.db.embedded.cluster import programs
from tests import forks
from tests.console import environment
from tests.documents import DOCUMENTS, SavedFile, Shown, blocks
from tests.homes import a_demo_home
from tests.makers import Embedded

_PROGRAMS = (Path(sys.executable).parent, programs())


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_command_that_a_document_shows_does_what_it_says(name: str, tmp_path: Path) -> None:
    shown = list(blocks(DOCUMENTS[name]))
    if not shown:
        return
    (stand_ins := tmp_path / "programs").mkdir()
    channel = forks.stand_ins(stand_ins)
    with ExitStack() as stack:
        home = stack.enter_context(a_demo_home())
        # A reader's server starts and stops with each command: see tests/integration/db/test_embedded.py.
        stack.enter_context(Embedded().serve(home))
        surroundings = environment(
            BIRTH_CONSOLE_HOME=str(home),
            HOME=str(tmp_path),
            COLUMNS="200",
            PATH=os.pathsep.join([*map(str, (stand_ins, *_PROGRAMS)), os.environ["PATH"]]),
        )
        for block in shown:
            if isinstance(block, SavedFile):
                (tmp_path / block.name).write_text(block.text, encoding="utf-8")
            else:
                _must_answer_as_shown(block, tmp_path, surroundings, channel)


def _must_answer_as_shown(shown: Shown, folder: Path, surroundings: dict[str, str], channel: int) -> None:
    done = subprocess.run(
        ["bash", "-c", shown.command],  # noqa: S607 - the shell that a reader has
        cwd=folder,
        env=surroundings,
        pass_fds=[channel],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    output = done.stdout + done.stderr
    assert done.returncode == shown.status, f"$ {shown.command}\n{output}"
    assert shown.is_answered_by(output), f"$ {shown.command}\nshown: {shown.answers}\n{output}"

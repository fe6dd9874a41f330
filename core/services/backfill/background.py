"""Applying in a process of its own: its own session and log, so that it survives the terminal that started it."""

import json
import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Thread
from typing import Any

import platformdirs

from core.errors import ConsoleError
from core.settings import APPLICATION, ON_EVENT, Settings, data_home

_POLL_SECONDS = 0.05
_BEGIN_SECONDS = 60.0
_FLAGS = {
    "batch_size": "--batch-size",
    "max_batches": "--max-batches",
    "workers": "--workers",
    "nice": "--nice",
    "max_active": "--max-active",
    "replicas": "--replicas",
    "patience": "--patience",
    "max_lag": "--max-lag",
    "max_wal_rate": "--max-wal-rate",
    "condition": "--while",
    "max_quarantined": "--max-quarantined",
    "max_vanished": "--max-vanished",
}


@dataclass(frozen=True, slots=True)
class Detached:
    """A process that applies a run by itself, and the file that holds its events, one per line."""

    pid: int
    log: Path


def start(program: Sequence[str], settings: Settings, run: int, options: Mapping[str, Any]) -> Detached:
    """Apply `run` in a new session by `program`, the argv that starts an apply; returns once it has begun.

    Raises what the process ended with when it could not begin: a closed gate, a stale plan, no server.
    """
    log = _log_file(run)
    arguments = [*program, str(run), "--json", "--schema", settings.schema]
    arguments += ["--as", settings.login] if settings.is_demo else []
    arguments += ["--read-only"] if settings.read_only else []
    wanted = {**asdict(settings.throttles), **{name: value for name, value in options.items() if value is not None}}
    for name, flag in _FLAGS.items():
        if wanted.get(name) is not None:
            arguments += [flag, str(wanted[name])]
    environment = dict(os.environ)
    if settings.dsn is not None:
        # By the environment: what stands in argv, every user of this machine can read.
        environment["BIRTH_CONSOLE_DSN"] = settings.dsn
    if settings.on_event:
        environment[ON_EVENT] = json.dumps(settings.on_event)
    with log.open("xb") as events, log.with_suffix(".err").open("xb") as errors:
        process = subprocess.Popen(
            arguments, stdin=subprocess.DEVNULL, stdout=events, stderr=errors, env=environment, start_new_session=True
        )
    _await_beginning(process, log)
    # A console that stays takes note of its end; one that leaves does not wait for it.
    Thread(target=process.wait, daemon=True).start()
    return Detached(process.pid, log)


def _log_file(run: int) -> Path:
    home = data_home() if "BIRTH_CONSOLE_HOME" in os.environ else Path(platformdirs.user_log_dir(APPLICATION))
    folder = home / "runs"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder / f"run-{run}-{time.strftime('%Y%m%dT%H%M%S')}-{os.getpid()}.ndjson"


def _await_beginning(process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + _BEGIN_SECONDS
    while time.monotonic() < deadline:
        if b'"started"' in log.read_bytes():
            return
        if process.poll() is not None:
            raise _failed(process.returncode, log.with_suffix(".err").read_text(encoding="utf-8", errors="replace"))
        time.sleep(_POLL_SECONDS)


def _failed(status: int, said: str) -> ConsoleError:
    """The error that the process printed, with its exit status."""
    kind = _kind(status)
    with suppress(ValueError):
        match json.loads(said[said.index("{") :]):
            case {"error": {"message": str(message), "code": str(code), "evidence": dict(evidence), "hint": str(hint)}}:
                return kind(message, code=code, evidence=evidence, hint=hint)
    return kind(said.strip() or "the background process ended at once", code="unexpected")


def _kind(status: int) -> type[ConsoleError]:
    kinds: list[type[ConsoleError]] = [ConsoleError, *ConsoleError.__subclasses__()]
    return next((kind for kind in kinds if kind.exit_status == status), ConsoleError)

# ruff: noqa: S311 - chance guards nothing here
"""Operators of a soak: each brings its collection through the line again and again, by the command line alone."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock
from typing import Any

from psycopg.conninfo import make_conninfo

PROGRAM = Path(sys.executable).with_name("birth-console")
_PATIENCE = 240  # seconds for one command
_AGAIN = 30  # times that an operator repeats what can be resumed
ALLOWED = "100000"
_NOT_VERIFIED = 5


@dataclass
class Tally:
    """What commands ended with, and what was done to them."""

    ends: Counter[str] = field(default_factory=Counter)
    kills: int = 0
    lost_batches: int = 0
    lost_rows: int = 0
    hit: int = 0  # batches of an apply at work that the failover took
    certified: list[int] = field(default_factory=list)
    not_verified: list[dict[str, Any]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)


@dataclass
class Operator:
    """One login at the command line."""

    dsn: str
    login: str
    home: Path
    tally: Tally

    def run(self, *arguments: str, kill_after: float | None = None) -> tuple[int, str, str]:
        """A command's exit status, stdout and stderr; -9 where it was killed."""
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
            "BIRTH_CONSOLE_DSN": make_conninfo(self.dsn, user=self.login),
            "BIRTH_CONSOLE_HOME": str(self.home),
            "XDG_CONFIG_HOME": str(self.home),
        }
        process = subprocess.Popen(
            [str(PROGRAM), *arguments, "--json"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            text=True,
            start_new_session=True,
        )
        try:
            out, said = process.communicate(timeout=_PATIENCE if kill_after is None else kill_after)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            out, said = process.communicate()
            with self.tally.lock:
                self.tally.kills += 1
                if kill_after is None:
                    self.tally.wrong.append(f"{arguments}: no end after {_PATIENCE} s")
        with self.tally.lock:
            self.tally.ends[f"{arguments[0]} {process.returncode}"] += 1
            if "Traceback" in said:
                self.tally.wrong.append(f"{arguments}: {said[-2000:]}")
        return process.returncode, out, said

    def line(self, collection: str, stop: Event) -> None:
        """Plan, reconcile, apply and verify, until told to stop."""
        while not stop.is_set():
            status, out, _ = self.run(
                "plan", collection, "--reconcile", "--note", "compared by an operator of the soak"
            )
            number = json.loads(out).get("run") if status == 0 and out else None
            if number is None:
                time.sleep(1)  # nothing is missing, or the server is on its way back
            elif self.applied(number, stop):
                status, _, said = self.run("verify", str(number))
                if status == _NOT_VERIFIED:
                    gates = json.loads(said)["error"]["evidence"]["gates"]
                    with self.tally.lock:
                        self.tally.not_verified.append({"run": number, "gates": gates})

    def applied(self, number: int, stop: Event) -> bool:
        """Apply a run, killed now and then, until it has ended."""
        for _ in range(_AGAIN):
            size, workers = random.choice(("50", "200", "1000")), random.choice(("1", "2"))
            kill = random.uniform(0.8, 4) if random.random() < 0.3 else None
            options = ("--batch-size", size, "--workers", workers, "--max-vanished", ALLOWED, "--patience", "60")
            status, out, _ = self.run("apply", str(number), *options, kill_after=kill)
            self._count_losses(out)
            if status in (0, 3, 4):
                return status == 0
            if stop.is_set():
                return False
        with self.tally.lock:
            self.tally.wrong.append(f"run {number} did not come to its end")
        return False

    def _count_losses(self, out: str) -> None:
        for text in out.splitlines():
            event: dict[str, Any] = json.loads(text) if text.endswith("}") else {}
            if event.get("event") == "history_lost":
                with self.tally.lock:
                    self.tally.lost_batches += event["batches"]
                    self.tally.lost_rows += event["rows"]

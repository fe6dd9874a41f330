"""An in-memory source: the packet's census as plain values, with failures and waits on demand."""

import csv
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import resources

from core.domain.overview.matrix import Counts, Facts, MatrixRow, judge
from core.domain.overview.readiness import METRICS, Census, Claim, FrozenScript, Readiness
from core.errors import ConsoleError, Unavailable
from core.services.backfill.background import Detached
from core.services.session import Server
from tests.gate import gate_text
from tui.runtime.poller import Clock
from tui.runtime.source import Link, Result

_LONGEST_WAIT = 60.0  # seconds: a thread whose test failed must not keep the run from ending
GONE = Unavailable("server closed the connection unexpectedly", hint="Check that the server runs and can be reached.")
CLAIMS = (
    Claim("trigger_gap", "stage 1 report 05", "5", "2", "superseded"),
    Claim(
        "metadata_compatibility",
        "script census",
        "14 compatible / 22 broken of 36",
        "31 compatible / 43 broken of 74",
        "superseded",
    ),
    Claim(
        "script_compatibility",
        "script census",
        "14 compatible / 22 broken of 36",
        "14 compatible / 22 broken of 36",
        "holds",
    ),
)


class StillClock(Clock):
    """A clock that goes one second per look at it, and a stopwatch that always shows 12 ms. Nothing ages."""

    step = 0.0

    def __init__(self) -> None:
        self._now = datetime(2026, 6, 6, 14, 2, 8, tzinfo=UTC)
        self._seconds = 0.0

    def now(self) -> datetime:
        self._now += timedelta(seconds=1)
        return self._now

    def seconds(self) -> float:
        self._seconds += 0.012
        return self._seconds


def census() -> Iterator[tuple[Facts, Counts]]:
    text = (resources.files("core.demo") / "census.csv").read_text(encoding="utf-8")
    for line in csv.DictReader(text.splitlines()):
        has_table = line["pg_table"] == "yes"
        classified = line["identity_strategy"] in ("column", "synthetic")
        rows, registered = int(line["source_rows"] or 0), int(line["registered_rows"] or 0)
        yield (
            Facts(
                collection=line["collection"],
                governance_role=line["governance_role"],
                requirement=line["requirement"],
                strategy=line["identity_strategy"] if classified else "unclassified",
                identity=line["identity"] if classified else None,
                native_status=line["native_status"] == "yes",
                table=f"public.{line['collection']}" if has_table else None,
                trigger=line["birth_trigger"] if has_table else "no_table",
            ),
            Counts(rows, registered, rows - registered if classified else None),
        )


def readiness(resolvable: int = 31, permits: int = 0, **metrics: int | str) -> Readiness:
    found: dict[str, int | str] = dict.fromkeys(METRICS, "present")
    found |= {
        "birth_required_total": 74,
        "identity_resolvable_now": resolvable,
        "identity_unclassified_blockers": 74 - resolvable,
        "open_permits": permits,
        **metrics,
    }
    found["qt001_gate"] = gate_text(found)
    return Readiness(
        found,
        Census(
            column=27,
            synthetic=4,
            unclassified=74 - resolvable,
            native_status=54,
            no_table=("iu_staging_payload", "iu_staging_record"),
            table_without_trigger=(),
            trigger_disabled=(),
            with_trigger=72,
            governed_required=35,
            governed_exempt=1,
            frozen_script=FrozenScript(14, 22),
            locked=(),
        ),
        CLAIMS,
    )


class FakeSource:
    """Holds what it answers with in public fields; a test changes them between two looks."""

    def __init__(self) -> None:
        found = {facts.collection: (facts, counts) for facts, counts in census()}
        self.rows: list[MatrixRow] = [judge(facts) for facts, _ in found.values()]
        self.counts: dict[str, Counts | ConsoleError] = {name: counts for name, (_, counts) in found.items()}
        self.dashboard = readiness()
        self.who = Server("operator1", "demo", "birth", "16.9", "DEMO", read_only=False)
        self.failure: Exception | None = None
        self.progress: list[str] = []
        self.open_gate = threading.Event()
        self.open_gate.set()
        self.count_gate = threading.Event()
        self.count_gate.set()
        self.room = 3
        self.slow: set[str] = set()
        self.slow_gate = threading.Event()
        self.looks = 0
        self.counted: list[str] = []

    def open(self, progress: Callable[[str], None]) -> Server:
        for line in self.progress:
            progress(line)
        self.open_gate.wait(_LONGEST_WAIT)
        self._fail()
        return self.who

    def readiness(self) -> Readiness:
        self._fail()
        self.looks += 1
        return self.dashboard

    def matrix(self) -> list[MatrixRow]:
        self._fail()
        return list(self.rows)

    @property
    def counters(self) -> int:
        return 3

    def ready(self, counter: int) -> bool:
        return counter >= 3 - self.room

    def rest(self, counter: int) -> None:
        """There is no connection that others could have."""

    def count(self, collection: str, counter: int) -> Counts:  # noqa: ARG002 - all read the same figures
        self.count_gate.wait(_LONGEST_WAIT)
        if collection in self.slow:
            self.slow_gate.wait(_LONGEST_WAIT)
        self._fail()
        self.counted.append(collection)
        found = self.counts.get(collection, Counts(0, 0, 0))
        if isinstance(found, ConsoleError):
            raise found
        return found

    def read(self, use: str, call: Callable[[Link], Result]) -> Result:  # noqa: ARG002 - no database here
        raise GONE

    def give_up(self, use: str) -> None:
        """Nothing is asked of a database here."""

    def write(self, call: Callable[[Link], Result]) -> Result:  # noqa: ARG002 - no database here
        raise GONE

    def detach(self, run: int, options: Mapping[str, int | None]) -> Detached:  # noqa: ARG002 - no database here
        raise GONE

    def switch(self, login: str) -> None:
        self.who = replace(self.who, login=login)

    def close(self) -> None:
        self.open_gate.set()
        self.count_gate.set()
        self.slow_gate.set()

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure


def many(total: int) -> list[MatrixRow]:
    """That many collections, no two alike."""
    strategies = ("column", "synthetic", "unclassified")
    return [
        judge(
            Facts(
                collection=f"collection_{index:05}",
                governance_role="governed",
                requirement="REQUIRED",
                strategy=strategies[index % 3],
                identity=None if index % 3 == 2 else f"code_{index % 7}",
                native_status=bool(index % 2),
                table=f"public.collection_{index:05}",
                trigger="enabled",
            )
        )
        for index in range(total)
    ]

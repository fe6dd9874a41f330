"""What the ledger pane reads, in threads: the services are imported here, when they are needed."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.domain.backfill.next_actions import Login, Standing
from core.domain.backfill.permit import admitted, open_for
from core.domain.backfill.progress import ApplyProgress
from core.domain.backfill.runs import Run
from tui.runtime.source import Link

if TYPE_CHECKING:
    from core.services.trust.certify import Certified


@dataclass(frozen=True, slots=True)
class Runs:
    """The latest runs, how those get on that are applied, and who asks."""

    runs: tuple[Run, ...]
    progress: tuple[ApplyProgress, ...]
    login: Login


@dataclass(frozen=True, slots=True)
class RunDetails:
    """Everything known of one run. `admitted`: how many of its rows to go the open permits admit at most."""

    run: Run
    progress: ApplyProgress
    standing: Standing | None
    certificate: "Certified | None"
    admitted: int = 0


def runs(link: Link) -> Runs:
    """Read the list."""
    from core.services.backfill import live_runs, next_actions  # noqa: PLC0415 - the first paint does not wait for the driver
    from core.services.backfill import runs as service  # noqa: PLC0415 - the first paint does not wait for the driver

    return Runs(tuple(service.runs(link)), tuple(live_runs.follow(link)), next_actions.login(link))


def one_run(link: Link, number: int) -> RunDetails:
    """Read one run."""
    from core.services.backfill import live_runs, next_actions, permits  # noqa: PLC0415 - the first paint does not wait for the driver
    from core.services.backfill import runs as service  # noqa: PLC0415 - the first paint does not wait for the driver
    from core.services.trust import certify  # noqa: PLC0415 - the first paint does not wait for the driver

    run = service.run(link, number)
    progress = next(each for each in live_runs.follow(link, [number]) if each.run == number)
    to_go = {name: outcome.open for name, outcome in progress.outcomes.items()}
    usable = open_for(permits.list_permits(link), number, withdraws=run.withdraws is not None)
    leave = admitted(usable, to_go)
    return RunDetails(run, progress, next_actions.standing(link, number), certify.read(link, number), leave)


def follow(link: Link, numbers: list[int]) -> list[ApplyProgress]:
    """Read the progress of runs."""
    from core.services.backfill import live_runs as service  # noqa: PLC0415 - the first paint does not wait for the driver

    return service.follow(link, numbers)


def previous(runs: list[Run], run: Run) -> Run | None:
    """The latest plan before `run` that planned one of its collections."""
    names = {entry.collection for entry in run.entries}
    earlier = [each for each in runs if each.run < run.run and names & {entry.collection for entry in each.entries}]
    return max(earlier, key=lambda each: each.run, default=None)

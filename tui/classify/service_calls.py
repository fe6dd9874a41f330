"""What the Classify pane asks of the services. Each call blocks, and runs in a thread; they are imported there."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from core.domain.classify.staged import StagedDecision
from core.errors import Stale
from tui.runtime.source import Link, Source

if TYPE_CHECKING:
    from core.domain.classify.blocker import Blocker, CandidateEvidence, Rights
    from core.domain.classify.column_statistics import SampledTable
    from core.services.classify.bulk_check import Result
    from core.services.classify.classify import Classification
    from core.services.classify.history import Version
    from core.services.local_state.staged_decisions import Found, StagedFile

TOGETHER = 8  # collections whose evidence is shown at once


def queue(source: Source) -> "tuple[list[Blocker], Rights]":
    """The blockers, and what this login may decide."""
    from core.services.classify import queue as service  # noqa: PLC0415 - as said

    return source.read("classify", lambda link: (service.listed(link), service.rights(link)))


def recall(source: Source, file: "StagedFile | None") -> "tuple[StagedFile, Found]":
    """What consoles that ended have staged here, and the file that keeps what this one stages."""
    from core.services.local_state.staged_decisions import StagedFile  # noqa: PLC0415 - as said

    ours = file or StagedFile()
    return ours, source.read("refresh", ours.recall)


def evidence(source: Source, names: Sequence[str], tell: "Callable[[tuple[CandidateEvidence, ...]], None]") -> None:
    """Tell the evidence of each collection, several at a time."""
    from core.services.classify import queue as service  # noqa: PLC0415 - as said

    def read(link: object) -> None:
        found: list[CandidateEvidence] = []
        for each in service.evidence(link, names):  # type: ignore[arg-type]  # the source hands the link on
            found.append(each)
            if len(found) == TOGETHER:
                tell(tuple(found))
                found.clear()
        tell(tuple(found))

    source.read("evidence", read)


def sample(source: Source, name: str) -> "SampledTable":
    """The columns and a sample of one collection."""
    from core.services.classify import queue as service  # noqa: PLC0415 - as said

    return source.read("classify", lambda link: service.table(link, name))


def classify(source: Source, choices: Sequence[StagedDecision]) -> "list[Result]":
    """Prove and save staged decisions, each with its own result."""
    from core.services.classify import bulk  # noqa: PLC0415 - as said

    return source.write(
        lambda link: bulk.classify_many(
            link,
            [each.decision() for each in choices],
            keep_going=True,
            told={each.collection: each.suggested for each in choices if each.suggested is not None},
            seen={each.collection: each.version for each in choices},
        )
    )


def undo(source: Source, seen: "Version") -> "Classification":
    """Undo the latest classification of this login, if it still is the one that was seen. Raises Stale if it is not."""
    from core.services.classify import history  # noqa: PLC0415 - as said

    def call(link: Link) -> "Classification":
        found = history.last_of_login(link)
        if found is None or (found.collection, found.version) != (seen.collection, seen.version):
            raise Stale(f"another session decided {seen.collection} since your last refresh", hint="Press u again.")
        return history.undo(link)

    return source.write(call)


def last_save(source: Source) -> "list[Version]":
    """What the latest save of this login recorded, as far as it still holds."""
    from core.services.classify import history  # noqa: PLC0415 - as said

    return source.read("classify", history.last_save_of_login)


def undo_all(source: Source, seen: "Sequence[Version]") -> "list[Classification]":
    """Undo the latest save of this login, if it still is the one that was seen. Raises Stale if it is not."""
    from core.services.classify import history  # noqa: PLC0415 - as said

    def call(link: Link) -> "list[Classification]":
        found = history.last_save_of_login(link)
        if [(each.collection, each.version) for each in found] != [(each.collection, each.version) for each in seen]:
            raise Stale("your latest save is not what it was at your last refresh", hint="Press u again.")
        return history.undo_all(link)

    return source.write(call)


def versions(source: Source, name: str) -> "list[Version]":
    """The history of one collection."""
    from core.services.classify import history  # noqa: PLC0415 - as said

    return source.read("classify", lambda link: history.history(link, name))

"""A collection that keeps the QT-001 gate closed, and what is known of it before anything is proven."""

from dataclasses import dataclass

from core.domain.classify.sample_check import Weighed
from core.domain.classify.suggestion import Suggestion


@dataclass(frozen=True, slots=True)
class Blocker:
    """A REQUIRED collection without an identity. `version` is what a decision about it rests on."""

    collection: str
    has_table: bool
    version: int


@dataclass(frozen=True, slots=True)
class CandidateEvidence:
    """What is known of a blocker before anything is proven: `weighed` has one entry for each candidate."""

    suggestion: Suggestion
    weighed: tuple[Weighed, ...]
    rows: int | None


@dataclass(frozen=True, slots=True)
class Rights:
    """What this login may decide: an identity, and whether a collection is exempt."""

    classify: bool
    exempt: bool

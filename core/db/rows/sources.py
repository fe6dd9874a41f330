"""Rows of the queries that core.db.sources composes over a collection's own table."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.errors import Json


@dataclass(frozen=True, slots=True)
class Rows:
    """How many rows a table holds."""

    rows: int


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows of a source: those whose code is registered for its collection, has none, or shares it with another row.

    `codes_registered` counts each registered code once.
    """

    source_rows: int
    registered: int
    codes_registered: int
    unidentifiable: int
    shared_codes: int


@dataclass(frozen=True, slots=True)
class Tally:
    """What is counted of one of several sources, none of whose rows share a code: its place among them, its rows."""

    place: int
    source_rows: int
    registered: int
    unidentifiable: int


@dataclass(frozen=True, slots=True)
class Joined:
    """As Counts. `doubtful`: that many missing rows may share a code; where it is 0, none does.

    Where a registered code is shared, `registered` is more than `codes_registered`.
    """

    source_rows: int
    registered: int
    codes_registered: int
    unidentifiable: int
    doubtful: int

    @property
    def shares_none(self) -> bool:
        """Whether it is proven that no two rows share a code."""
        return self.doubtful == 0 and self.registered == self.codes_registered


@dataclass(frozen=True, slots=True)
class Examined:
    """What one scan tells of a source's codes. `oddest`: 1 if one may look like another, 2 if it may be the same."""

    rows: int
    nulls: int
    empties: int
    oddest: int
    longest: int
    lookalikes: int

    @property
    def mixed(self) -> bool:
        """Whether codes may look alike."""
        return self.oddest > 0

    @property
    def suspects(self) -> bool:
        """Whether codes may be the same but for what no eye sees."""
        return self.oddest > 1


@dataclass(frozen=True, slots=True)
class Plain:
    """What one look tells of one of several sources, by its place: whether nothing speaks against its codes."""

    place: int
    rows: int
    longest: int
    plain: bool


@dataclass(frozen=True, slots=True)
class Different:
    """Whether it is known that all codes of a source are different."""

    every: bool


@dataclass(frozen=True, slots=True)
class Repeated:
    """How many rows have another row's code, with the codes that most rows have."""

    surplus: int
    examples: tuple[Json, ...]


@dataclass(frozen=True, slots=True)
class Twins:
    """How many codes are left over when those with one form are one, with examples: the codes of one form each."""

    twins: int
    examples: tuple[Json, ...]


@dataclass(frozen=True, slots=True)
class KeyExample:
    """A row by its key columns, as text."""

    example: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class CodeExample:
    """One code."""

    example: str


@dataclass(frozen=True, slots=True)
class Collision:
    """A code that another collection has, with how many there are in all."""

    code: str
    owner: str
    total: int


@dataclass(frozen=True, slots=True)
class Met:
    """A code of a collection that another one gives as well, with how many there are of that collection in all."""

    collection: str
    code: str
    owner: str
    total: int


@dataclass(frozen=True, slots=True)
class Taken:
    """A code, and the collection that has it."""

    code: str
    owner: str


@dataclass(frozen=True, slots=True)
class Sampled:
    """A row as texts, in the order in which its columns were asked for."""

    texts: list[str | None]


@dataclass(frozen=True, slots=True)
class Gathered:
    """One of several samples, by its place among them: its columns in one text; None without rows.

    `filled` counts the texts of those columns that may hold any text.
    """

    place: int
    rows: int
    filled: int
    texts: str | None


@dataclass(frozen=True, slots=True)
class Told:
    """Whether the rows of a table are told apart, and none lacks a part."""

    apart: bool


@dataclass(frozen=True, slots=True)
class Unidentified:
    """Rows of a source without a code of their own: without any, and with another row's."""

    without_code: int
    duplicates: int


@dataclass(frozen=True, slots=True)
class Drifted:
    """How a source differs from its plan, in rows, each with examples of their codes."""

    late: int
    gone: int
    registered_since: int
    late_examples: list[str]
    gone_examples: list[str]
    registered_examples: list[str]


@dataclass(frozen=True, slots=True)
class StillMissing:
    """Rows of an entry that are missing now: planned and not in quarantine, and not planned."""

    planned: int
    late: int


@dataclass(frozen=True, slots=True)
class LateCode:
    """The code of a row that is missing now and was not planned."""

    code: str


@dataclass(frozen=True, slots=True)
class Renamed:
    """Missing rows whose source key stands registered under another code; the codes are examples, side by side."""

    rows: int
    registered: tuple[str, ...]
    missing: tuple[str, ...]

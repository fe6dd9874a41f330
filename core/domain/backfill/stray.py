"""What left or changed: registry rows that no source row gives any more, and rows that came back under another code."""

from dataclasses import asdict, dataclass

from core.errors import Json


@dataclass(frozen=True, slots=True)
class Rename:
    """A code that stands registered, and the code that its row has now."""

    registered: str
    missing: str


@dataclass(frozen=True, slots=True)
class Stray:
    """One collection. `renamed` counts missing rows whose source key stands registered under another code.

    `phantoms` is None where the collection could not be counted.
    """

    collection: str
    phantoms: int | None
    renamed: int
    examples: tuple[Rename, ...]

    @property
    def text(self) -> str:
        """The finding in one line."""
        found = "?" if self.phantoms is None else f"{self.phantoms:,}"
        line = f"{self.collection}: {found} phantoms"
        shown = ", ".join(f"{each.registered} → {each.missing}" for each in self.examples)
        return f"{line}, {self.renamed:,} renamed: {shown}" if self.renamed else line

    def as_json(self) -> dict[str, Json]:
        """As the command line prints it."""
        return {**asdict(self), "examples": [asdict(each) for each in self.examples]}

"""What left or changed: registry rows that no source row gives any more, and rows that came back under another code."""

from dataclasses import asdict, dataclass

from core.domain.overview.renames import Rename
from core.errors import Json


@dataclass(frozen=True, slots=True)
class Stray:
    """One collection. `renamed` counts missing rows whose source key stands registered under another code.

    `phantoms` is None where the collection could not be counted. `possibly_renamed` more of them may be renames of rows
    that the gateway registered: the registry does not say which row it was.
    """

    collection: str
    phantoms: int | None
    renamed: int
    examples: tuple[Rename, ...]
    possibly_renamed: int = 0

    @property
    def text(self) -> str:
        """The finding in one line."""
        found = "?" if self.phantoms is None else f"{self.phantoms:,}"
        line = f"{self.collection}: {found} phantoms"
        if self.renamed:
            shown = ", ".join(f"{each.registered} → {each.missing}" for each in self.examples)
            line += f", {self.renamed:,} renamed: {shown}"
        if self.possibly_renamed:
            line += f", up to {self.possibly_renamed:,} possibly renamed: the registry names no source key"
        return line

    def as_json(self) -> dict[str, Json]:
        """As the command line prints it."""
        return {**asdict(self), "examples": [asdict(each) for each in self.examples]}

"""Each state as a glyph, a word and a tone: the colour is never the only sign."""

from typing import NamedTuple

from core.domain.text import visible


class Sign(NamedTuple):
    """How a state looks. Only what asks for attention has a tone."""

    glyph: str
    word: str
    tone: str = ""

    @property
    def text(self) -> str:
        """Glyph and word."""
        return f"{self.glyph} {self.word}"


SIGNS = {
    "compatible": Sign("✓", "compatible"),
    "broken": Sign("✗", "broken", "bad"),
    "exempt": Sign("-", "exempt"),
    "no_policy": Sign("-", "no policy"),
    "none": Sign("-", "none"),
    "column": Sign("▪", "column"),
    "synthetic": Sign("▫", "synthetic"),
    "unclassified": Sign("?", "unclassified", "bad"),
    "enabled": Sign("✓", "enabled"),
    "disabled": Sign("!", "disabled", "warn"),
    "missing": Sign("✗", "missing", "bad"),
    "never fires: distributed": Sign("✗", "never fires: distributed", "bad"),
    "no_table": Sign("✗", "no table", "bad"),
    "holds": Sign("=", "holds"),
    "superseded": Sign("≠", "superseded", "warn"),
    "unknown": Sign("?", "unknown", "warn"),
}
RUN_STATES = {
    "planned": Sign("·", "planned"),
    "reconciled": Sign("=", "reconciled"),
    "applying": Sign("▶", "applying", "warn"),
    "starting": Sign("▷", "starting", "warn"),
    "waiting": Sign("…", "waiting", "warn"),
    "stopped": Sign("■", "stopped", "bad"),
    "paused": Sign("‖", "paused", "warn"),
    "cancelled": Sign("✗", "cancelled", "bad"),
    "applied": Sign("✓", "applied"),
    "certified": Sign("★", "certified", "good"),
    "superseded": Sign("-", "superseded", "faint"),
}
REASONS = {
    "no_table": "PostgreSQL has no table of this name",
    "identity_unclassified": "its identity is not classified yet",
    "column_missing": "the identity names a column that the table no longer has",
    "trigger_missing": "new rows are not registered: the table has no birth trigger",
    "trigger_disabled": "new rows are not registered: the birth trigger is disabled",
    "trigger_never_fires": "new rows are not registered: no trigger fires on a distributed table",
}


def sign(state: str) -> Sign:
    """The sign of a state; one that is unknown here is shown as it is, and asks for attention."""
    return SIGNS.get(state) or Sign("?", visible(state), "warn")


def reason_sentence(code: str) -> str:
    """A verdict's reason in a sentence."""
    kind, _, detail = code.partition(":")
    sentence = REASONS.get(kind, kind)
    return f"{sentence}: {detail}" if detail else sentence


def count_of(count: int, noun: str) -> str:
    """So many things, in words."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def rows_of(count: int) -> str:
    """So many rows, in words."""
    return count_of(count, "row")


def number(value: int | None) -> str:
    """A count with thousands separated; a dash where there is none."""
    return "-" if value is None else f"{value:,}"

"""Sister tables, whose names end with the same word: what people decided of one speaks for the others."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from core.domain.classify.column_names import id_stem, joined_words, singular, words

Decisions = Mapping[str, Sequence[tuple[str, frozenset[str]]]]


def by_last_word(decisions: Iterable[tuple[str, tuple[str, ...]]]) -> Decisions:
    """What was decided of which table, by the word that sister tables' names end with."""
    found: defaultdict[str, list[tuple[str, frozenset[str]]]] = defaultdict(list)
    for name, columns in decisions:
        found[last_word(name)].append((name, _choice_shape(name, columns)))
    return found


def share_alike(collection: str, columns: Sequence[str], decisions: Decisions) -> float:
    """Of the sister tables that were decided: the share with a decision of this shape. One alone is not yet all."""
    if len(words(collection)) < 2:  # noqa: PLR2004 - a table of one word has no sisters
        return 0.0
    decided = decisions.get(last_word(collection))
    if not decided:
        return 0.0
    shape = _choice_shape(collection, columns)
    sisters: dict[str, bool] = {}
    for name, chosen in decided:
        if name != collection:
            sisters[name] = sisters.get(name, False) or chosen == shape
    return sum(sisters.values()) / (len(sisters) + 1)


def last_word(collection: str) -> str:
    """The word that sister tables share, in the singular."""
    return singular((words(collection) or ("",))[-1])


def _choice_shape(collection: str, columns: Sequence[str]) -> frozenset[str]:
    """The names of an identity's columns; what is called after the table itself is the same in every table."""
    own = joined_words(words(collection))
    stems = {name: id_stem(name) for name in columns}
    return frozenset(
        "its own" if stem and own.startswith(stem) else joined_words(words(name)) for name, stem in stems.items()
    )

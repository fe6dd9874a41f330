"""What a sample shows of an identity before it is proven: it may refute, never prove, unless it is the whole table."""

from collections import Counter
from dataclasses import dataclass

from core.domain.classify.column_statistics import EXACT, SAMPLE, SampledTable, unusable_because
from core.domain.classify.identity import LONGEST_CODE, Identity, entity_code
from core.domain.classify.same_code import is_blank, meet

EXAMPLES, PREVIEW = 3, 5


@dataclass(frozen=True, slots=True)
class Weighed:
    """Counts are rows of the sample.

    `repeated` rows share their code with an earlier row; `duplicates` are such codes with how many rows they have,
    `codes` the first codes that the identity gives. `exactness` is exact where every row was read, and empty where
    there was nothing to weigh.
    """

    rows: int
    unset: int
    repeated: int
    duplicates: tuple[tuple[str, int], ...]
    codes: tuple[str, ...]
    exactness: str
    refuted: str = ""


def weigh(table: SampledTable, identity: Identity) -> Weighed:
    """Look at an identity over the sample of `table`. A column that the table does not have refutes it."""
    unknown = [name for name in identity.columns if name not in table.by_name]
    if unknown:
        return Weighed(table.size, 0, 0, (), (), "", f"unknown column {', '.join(unknown)}")
    parts = list(zip(*(table.sample.get(name, ()) for name in identity.columns), strict=True))
    set_parts = [[text for text in each if text is not None and not is_blank(text)] for each in parts]
    codes = [entity_code(identity, each) for each in set_parts if len(each) == len(identity.columns)]
    counted = Counter(codes)
    unset, repeated = len(parts) - len(codes), len(codes) - len(counted)
    duplicates = tuple((code, rows) for code, rows in counted.most_common(EXAMPLES) if rows > 1)
    exactness = EXACT if table.whole else SAMPLE
    found = Weighed(len(parts), unset, repeated, duplicates, tuple(codes[:PREVIEW]), exactness)
    return _refuted(found, _because(table, identity, found, codes))


def _because(table: SampledTable, identity: Identity, found: Weighed, codes: list[str]) -> str:
    for name in identity.columns:
        if reason := unusable_because(table, name):
            return f"{name}: {reason}"
    if found.unset:
        return "some rows have no code"
    if any(len(code) > LONGEST_CODE for code in codes):
        return f"codes longer than {LONGEST_CODE} characters"
    if found.repeated:
        return "some rows share a code"
    return "some codes differ only in blanks, invisible characters or compatible forms" if meet(codes) else ""


def _refuted(found: Weighed, reason: str) -> Weighed:
    if not reason:
        return found
    return Weighed(found.rows, found.unset, found.repeated, found.duplicates, found.codes, found.exactness, reason)

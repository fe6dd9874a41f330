"""How often the suggester is right where the answer is known, and how sure it is when it is.

Each database is judged with points that were learned from the others (a product's databases count as one), so the
figures say what to expect of a database that nobody has seen; with one reserve: what is expected beforehand (EXPECTED
in train.py), and what is observed at all, was decided by people who had seen the public databases. Two lines bound
what that is worth: learned with nothing expected, and expected with nothing learned. Beside them stand the product as
it is, with all points, an independent baseline and what each kind of evidence is worth.
"""

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise

from core.domain.classify.column_statistics import SampledTable, unusable_because
from core.domain.classify.ranking import shares, total, weighed
from core.domain.classify.suggestion import SAFE, SURE, suggest
from core.domain.classify.surroundings import Surroundings, outline
from tests.bench.suggestions.cases import Case, keys_of
from tests.bench.suggestions.samples import Database
from tests.bench.suggestions.train import EXPECTED, Lesson, learn, rounded

_SEED = 20
_WIDEST = 3

Points = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was said of a table: the first choice, how likely it was held to be, and whether it was right.

    `considered` tells whether a right answer was among the candidates, `tier` what the product would say.
    """

    case: Case
    first: tuple[str, ...]
    probability: float
    right: bool
    considered: bool
    runner_up: tuple[str, ...] = ()


def family(database: str) -> str:
    """The databases of one product are one witness: they are held out together."""
    return database.split("_", maxsplit=1)[0]


def verdict(case: Case, points: Points) -> Verdict:
    """Judge a case with these points."""
    found = [(columns, total(weighed(seen, points))) for columns, seen in case.candidates()]
    found.sort(key=lambda each: (-each[1], len(each[0])))
    considered = any(frozenset(columns) in case.keys for columns, _ in found)
    if not found:
        return Verdict(case, (), 0.0, right=False, considered=False)
    first = found[0][0]
    likely = shares([score for _, score in found])[0]
    runner_up = found[1][0] if len(found) > 1 else ()
    return Verdict(case, first, likely, frozenset(first) in case.keys, considered, runner_up)


def lessons_of_others(taught: Sequence[Lesson], expected: Points = EXPECTED) -> dict[str, Points]:
    """For each family the points that all others teach, from what is expected."""
    return {
        name: rounded(learn([lesson for lesson in taught if family(lesson.database) != name], expected))
        for name in sorted({family(lesson.database) for lesson in taught})
    }


def left_out(known: Sequence[Case], points: Mapping[str, Points]) -> list[Verdict]:
    """Each case judged with what the other families teach."""
    return [verdict(case, points[family(case.database)]) for case in known]


def product(known: Iterable[Case]) -> list[Verdict]:
    """The product as it is shipped: its points have seen these tables."""
    found = []
    for case in known:
        suggestion = suggest(case.table, around=case.around)
        choices = [each.identity.columns for each in suggestion.candidates]
        first = choices[0] if choices else ()
        considered = any(frozenset(columns) in case.keys for columns in choices)
        sure = 1.0 if suggestion.tier == SAFE else 0.0
        found.append(Verdict(case, first, sure, frozenset(first) in case.keys, considered))
    return found


def first_unique(known: Iterable[Case]) -> list[Verdict]:
    """Baseline: the first column that is unique, else the first pair, else the first three; nothing of the product."""
    found = []
    for case in known:
        first = _first_unique(case.table)
        found.append(Verdict(case, first, 0.0, frozenset(first) in case.keys, considered=bool(first)))
    return found


def _first_unique(table: SampledTable) -> tuple[str, ...]:
    names = [name for name in table.by_name if unusable_because(table, name) is None]
    for width in range(1, _WIDEST + 1):
        for columns in combinations(names, width):
            if len(set(zip(*(table.sample[name] for name in columns), strict=True))) == table.size:
                return columns
    return ()


def alone(case: Case) -> Case:
    """The same table, and no other was looked at."""
    return replace(case, around=Surroundings())


def shuffled(case: Case) -> Case:
    """The same with its columns in another order."""
    columns = list(case.table.columns)
    random.Random(_SEED).shuffle(columns)  # noqa: S311 - the same order at every run is the point
    return replace(case, table=replace(case.table, columns=tuple(columns)))


def nameless(database: Database) -> Database:
    """The tables with every name replaced by a number."""
    return Database(database.name, tuple(_nameless(table, at) for at, table in enumerate(database.tables)))


def _nameless(table: SampledTable, at: int) -> SampledTable:
    told = {column.name: f"c{place}" for place, column in enumerate(table.columns)}
    return replace(
        table,
        collection=f"t{at}",
        columns=tuple(replace(column, name=told[column.name]) for column in table.columns),
        keys=tuple(replace(key, columns=tuple(told[name] for name in key.columns)) for key in table.keys),
        references=(),
        referenced=frozenset(),
        sample={told[name]: texts for name, texts in table.sample.items()},
        shared_names={},
        tables=frozenset(),
    )


def declared(found: Iterable[Database]) -> list[Verdict]:
    """The product with constraints in sight."""
    verdicts = []
    for database in found:
        around = Surroundings(tuple(map(outline, database.tables)))
        for table in database.tables:
            case = Case(database.name, table, keys_of(table), around)
            if case.keys and table.size > 1:
                verdicts += product([case])
    return verdicts


def coverage(verdicts: Sequence[Verdict]) -> str:
    """Of the tables whose constraints are seen: how many of each kind of key may be accepted unseen."""
    told = []
    for kind, composite in (("of one column", False), ("of several columns", True)):
        sure = [each.probability >= SURE for each in verdicts if each.case.composite is composite]
        told.append(f"{sum(sure)} of {len(sure)} ({share(sure):.0%}) {kind}")
    return f"  constraints in sight, in tier A: keys {', '.join(told)}"


def line(title: str, verdicts: Sequence[Verdict]) -> str:
    """One line of figures: tables, right first, by database, singles, composites, sure and right."""
    if not verdicts:
        return f"{title:<34} no tables"
    single, several = ([each.right for each in verdicts if each.case.composite is wanted] for wanted in (False, True))
    sure = [each.right for each in verdicts if each.probability >= SURE]
    recall, first = share([each.considered for each in verdicts]), share([each.right for each in verdicts])
    return (
        f"{title:<34}{len(verdicts):>5}{recall:>8.1%}{first:>8.1%}{macro(verdicts):>8.1%}"
        f"{_told(single):>8}{_told(several):>8}  {sum(sure)} of {len(sure)} ({len(sure) / len(verdicts):.0%})"
    )


def macro(verdicts: Sequence[Verdict]) -> float:
    """How often they are right, each database counted once."""
    by_database = defaultdict(list)
    for each in verdicts:
        by_database[each.case.database].append(each.right)
    return sum(map(share, by_database.values())) / len(by_database)


def _told(right: Sequence[bool]) -> str:
    """A share; where there is no such table, no figure."""
    return f"{share(right):.1%}" if right else "—"


HEADING = f"{'':<34}{'n':>5}{'recall':>8}{'top-1':>8}{'macro':>8}{'single':>8}{'several':>8}  sure and right (of all)"


def calibration(verdicts: Sequence[Verdict]) -> list[str]:
    """How likely the first was held to be, and how often it was right: equal where the probabilities are honest.

    The last line is the mean of both over all tables, and how far apart they are, each span weighed by its tables.
    """
    bounds = (0.0, 0.5, 0.7, 0.9, 0.95, SURE, 1.01)
    lines, apart = [f"{'how sure, each database left out':<34}{'n':>5}{'held':>8}{'right':>8}"], 0.0
    for low, high in pairwise(bounds):
        found = [each for each in verdicts if low <= each.probability < high]
        if found:
            held, right = _held_and_right(found)
            apart += abs(held - right) * len(found) / len(verdicts)
            span = f"  {low:.1%} to {min(high, 1):.1%}"
            lines.append(f"{span:<34}{len(found):>5}{held:>8.1%}{right:>8.1%}")
    if verdicts:
        held, right = _held_and_right(verdicts)
        lines.append(f"{'  all, and how far apart':<34}{len(verdicts):>5}{held:>8.1%}{right:>8.1%}{apart:>8.1%}")
    return lines


def _held_and_right(verdicts: Sequence[Verdict]) -> tuple[float, float]:
    return sum(each.probability for each in verdicts) / len(verdicts), share([each.right for each in verdicts])


def miss(each: Verdict) -> str:
    """One line about a table that was judged wrongly."""
    keys = " or ".join("/".join(sorted(key)) for key in each.case.keys)
    instead = "/".join(each.first) or "nothing"
    return (
        f"  {each.case.database}.{each.case.table.collection} ({each.case.table.size} rows): {keys};"
        f" said {instead} at {each.probability:.2f}, then {'/'.join(each.runner_up) or 'nothing'}"
    )


def share(values: Sequence[bool]) -> float:
    """How many of them are true, of one; 0 of none."""
    return sum(values) / len(values) if values else 0.0

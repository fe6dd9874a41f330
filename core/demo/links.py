"""Which row of another collection a row belongs to."""

from collections import Counter, defaultdict

from core.demo.shape import Choice, Draw, Fill, Value, Values


def anyone(draw: Draw, keys: Values) -> Values:
    """Any row of the other collection."""
    return draw.rng.choices(keys, k=draw.rows)


def some(share: float) -> Choice:
    """Any row of the other collection, or, in the rest of the rows, none."""
    return lambda draw, keys: [key if draw.rng.random() < share else None for key in anyone(draw, keys)]


def among(keys: Values, choice: Choice = anyone) -> Fill:
    """Choose from a list, the way a row of another collection is chosen."""
    return lambda draw: choice(draw, keys)


def in_turn(least: int = 1) -> Choice:
    """Rows of one parent stand together, and every parent has at least `least` (where there are rows enough)."""

    def choice(draw: Draw, keys: Values) -> Values:
        each = min(least, draw.rows // len(keys))
        more = draw.rng.choices(range(len(keys)), k=draw.rows - each * len(keys))
        return [keys[position] for position in sorted([*range(len(keys))] * each + more)]

    return choice


def partner(*others: str) -> Choice:
    """Any row of the other collection, but never the same one twice for equal values of the columns `others`."""

    def choice(draw: Draw, keys: Values) -> Values:
        taken: set[tuple[Value, ...]] = set()
        found = []
        for row in zip(*(draw.left[name] for name in others), strict=True):
            key = draw.rng.choice(keys)
            while (*row, key) in taken:
                key = draw.rng.choice(keys)
            taken.add((*row, key))
            found.append(key)
        return found

    return choice


def sibling(of: str, family: str) -> Choice:
    """Another row with the same `family` (a column of the other collection) as the row that column `of` names.

    No two rows name the same pair.
    """

    def choice(draw: Draw, keys: Values) -> Values:
        family_of = dict(zip(keys, draw.known[family].values, strict=True))
        members: defaultdict[Value, list[Value]] = defaultdict(list)
        for key, its_family in family_of.items():
            members[its_family].append(key)
        taken: set[tuple[Value, Value]] = set()
        found = []
        for key in draw.left[of]:
            free = [other for other in members[family_of[key]] if other != key and (key, other) not in taken]
            found.append(draw.rng.choice(free))
            taken.add((key, found[-1]))
        return found

    return choice


def looked_up(by: str, key: str, value: str) -> Choice:
    """The `value` of the row whose `key` (both are columns of a third collection) stands in column `by`."""

    def choice(draw: Draw, keys: Values) -> Values:  # noqa: ARG001 - the third collection's values are such keys
        found = dict(zip(draw.known[key].values, draw.known[value].values, strict=True))
        return [found[each] for each in draw.left[by]]

    return choice


def running(*within: str) -> Fill:
    """1, 2, 3… within each group of equal values of the columns `within`."""

    def fill(draw: Draw) -> Values:
        seen: Counter[tuple[Value, ...]] = Counter()
        numbers = []
        for group in zip(*(draw.left[name] for name in within), strict=True):
            seen[group] += 1
            numbers.append(seen[group])
        return numbers

    return fill


def earlier(share: float) -> Fill:
    """A row further up in the same table (its `id`), or, in the rest of the rows, none."""

    def fill(draw: Draw) -> Values:
        ids = draw.left["id"]
        return [
            ids[int(draw.rng.random() * position)] if position and draw.rng.random() < share else None
            for position in range(draw.rows)
        ]

    return fill

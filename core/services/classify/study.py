"""Many tables studied together, in two passes: what other tables show decides where nothing is declared.

A helper process may look at some of them. Which ones depends on who has time; what is found does not.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from core.db.connection.session import Connection
from core.db.rows.suggestion import CHOSEN, COLUMNS_OF, REJECTED
from core.domain.classify.column_statistics import SampledTable
from core.domain.classify.sister_tables import Decisions
from core.domain.classify.suggestion import OPEN, Suggestion, bare_values, suggest
from core.domain.classify.surroundings import Outline, Surroundings, outline, tables_named
from core.errors import ConsoleError
from core.services.classify import claimed_codes, taken_codes, whole_check
from core.services.classify.column_statistics import Catalogs, Place
from core.services.classify.helper import Around, Gone, Helper, Look, Rank, Seen
from core.services.classify.taken_codes import Asked
from core.services.classify.unsplit import Room, Unsplit

_RELATED = 12  # tables that are sampled beside those that were asked for
_AT_ONCE = 2  # portions that the helper is given: one to be at, and the next
_GIVEN = 100_000_000  # letters of tables that the helper holds

Studied = tuple[SampledTable | None, Suggestion]


@dataclass(slots=True)
class _Given:
    """Tables that the helper looks at, without their texts; and what it has seen of them, once it says so."""

    number: int
    portion: Sequence[Place]
    tables: Sequence[SampledTable]
    seen: Sequence[Seen | None] | None = None

    @property
    def unseen(self) -> list[Place]:
        """The tables that the helper said nothing of."""
        seen = self.seen or [None] * len(self.portion)
        return [place for place, each in zip(self.portion, seen, strict=True) if each is None]

    def asked(self) -> list[Asked]:
        """The values of the other ones that may be taken."""
        both = zip(self.tables, self.seen or (), strict=True)
        return [Asked(table.collection, table.tables, each.values) for table, each in both if each is not None]


class Study:
    """The tables of `wanted` among all that are `known`, and what is known before one of them is looked at."""

    def __init__(
        self, connection: Connection, wanted: Sequence[Place], known: Sequence[Place], helper: Helper | None = None
    ) -> None:
        """Read the catalogs."""
        self._connection, self._wanted, self._known, self._helper = connection, wanted, known, helper
        self._catalogs = Catalogs(connection, wanted, known)
        self._pending = claimed_codes.bare(connection)
        self._decided = Surroundings(decisions=_decisions(connection))
        self._compared = not all(self._catalogs.keys[place.relid] for place in wanted)
        self._outlines: dict[str, Outline] = {}
        self._waiting: dict[str, tuple[Place, SampledTable | Unsplit | None]] = {}
        self._unkeyed: dict[str, SampledTable] = {}  # without their samples
        self._given: list[_Given] = []
        self._room, self._letters = Room(), 0

    def told(self) -> Iterator[Studied]:
        """Each with the table as it was read; None where it could not be, or the helper did.

        A table with a declared key is told at once, unless the helper looks at it.
        """
        for portion in self._catalogs.portions(self._wanted):
            together: Sequence[Unsplit | None] = [None] * len(portion)
            if len(portion) > 1:
                together = self._catalogs.together(self._connection, portion)
            if not self._handed_over(portion, together):
                yield from self._looked_at(portion, together)
        self._hear(None)
        for given in self._given:
            for portion in self._catalogs.portions(given.unseen):
                yield from self._looked_at(portion, [None] * len(portion))
        around = replace(self._decided, outlines=tuple(self._all_outlines()))
        self._have_ranked(around)
        yield from self._ranked_here(around)
        yield from self._ranked_there(around)

    def _looked_at(self, portion: Sequence[Place], together: Sequence[Unsplit | None]) -> Iterator[Studied]:
        """Look at tables here, and rank those that need not wait."""
        told: list[tuple[Place, SampledTable | Suggestion]] = []
        read = self._catalogs.split(self._connection, portion, together)
        for (place, table), one in zip(map(_or_why, read), together, strict=True):
            if self._compared and isinstance(table, SampledTable):
                self._outlines[place.collection] = outline(table)
            if isinstance(table, Suggestion) or table.keys or not table.size:
                told.append((place, table))
            else:
                self._unkeyed[place.collection] = replace(table, sample={})
                self._waiting[place.collection] = place, self._room.kept(table, one)
        yield from self._ranked(told, self._decided)

    def _handed_over(self, portion: Sequence[Place], together: Sequence[Unsplit | None]) -> bool:
        """Have the helper look at tables, if it has time, and all of them could be read."""
        self._hear(0.0)
        if self._helper is None or len(portion) == 1:
            return False
        tables = [one for one in together if one is not None]
        busy = sum(given.seen is None for given in self._given) == _AT_ONCE
        if busy or len(tables) < len(portion) or self._letters > _GIVEN:
            return False
        self._letters += sum(one.letters for one in tables)
        self._given.append(_Given(len(self._given), portion, [one.table for one in tables]))
        self._unkeyed |= {one.table.collection: one.table for one in tables if one.rows and not one.table.keys}
        self._helper.give(Look(len(self._given) - 1, tables, self._compared))
        return True

    def _hear(self, seconds: float | None) -> None:
        """Note what the helper has seen, if it says so within that time; None is as long as it may take at all."""
        for given in self._given:
            if given.seen is None and self._helper is not None:
                try:
                    answer = self._helper.answer(seconds)
                except Gone:
                    self._helper = None
                    return
                if answer is None:
                    self._helper = None if seconds is None else self._helper
                    return
                given.seen = answer.seen
                found = (each.outline for each in answer.seen if each is not None)
                self._outlines |= {own.collection: own for own in found if own is not None}

    def _all_outlines(self) -> list[Outline]:
        """In the order of the tables, then those of a few more, which columns of these name."""
        own = [self._outlines[each.collection] for each in self._wanted if each.collection in self._outlines]
        unkeyed = [self._unkeyed[each.collection] for each in self._wanted if each.collection in self._unkeyed]
        return own + self._related(unkeyed)

    def _related(self, tables: Sequence[SampledTable]) -> list[Outline]:
        """Outlines of a few tables that were not asked for, and that columns of these name: they may be referred to."""
        seen = {place.collection for place in self._wanted}
        named = dict.fromkeys(name for table in tables for name in tables_named(table) if name not in seen)
        few = frozenset(list(named)[:_RELATED])
        wanted = [place for place in self._known if place.collection in few]
        found = Catalogs(self._connection, wanted, self._known).tables(self._connection, wanted) if wanted else ()
        return [outline(each) for _, each in found if isinstance(each, SampledTable)]

    def _have_ranked(self, around: Surroundings) -> None:
        """Have the helper rank what it has looked at, now that all outlines are known."""
        if self._helper is None:
            return
        theirs = {
            each.outline.collection for given in self._given for each in given.seen or () if each and each.outline
        }
        outlines = [own.collection if own.collection in theirs else own for own in around.outlines]
        self._helper.give(Around(outlines, around.decisions))
        for given in self._given:
            asked = given.asked()
            taken = taken_codes.looked_up(self._connection, asked, self._pending)
            found = [taken[each.collection] for each in asked]
            self._helper.give(Rank(given.number, [(each.examples, each.looked) for each in found]))

    def _ranked_here(self, around: Surroundings) -> Iterator[Studied]:
        for portion in self._catalogs.portions([place for place, _ in self._waiting.values()]):
            held = [self._waiting.pop(place.collection)[1] for place in portion]
            tables = [one.split() if isinstance(one, Unsplit) else one for one in held]
            again = self._sampled([place for place, table in zip(portion, tables, strict=True) if table is None])
            told = [(place, table) for place, table in zip(portion, tables, strict=True) if table is not None]
            del held, tables
            yield from self._ranked([*told, *again], around)

    def _ranked_there(self, around: Surroundings) -> Iterator[Studied]:
        """What the helper has ranked; what it cannot, is read again and ranked here."""
        for each in self._given:
            try:
                answer = None if self._helper is None else self._helper.answer()
            except Gone:
                answer = None
            if answer is None:
                self._helper = None
                places = [place for place in each.portion if place not in each.unseen]
                yield from self._ranked([*self._sampled(places)], around)
            else:
                yield from ((None, suggestion) for suggestion in answer.suggestions)

    def _sampled(self, portion: Sequence[Place]) -> Iterator[tuple[Place, SampledTable | Suggestion]]:
        """Each table with its sample, or what is said where it could not be read."""
        return map(_or_why, self._catalogs.tables(self._connection, portion))

    def _ranked(
        self, told: Sequence[tuple[Place, SampledTable | Suggestion]], around: Surroundings
    ) -> Iterator[Studied]:
        """Rank each; where only a sample was seen, check the first candidates on the whole table."""
        tables = [table for _, table in told if isinstance(table, SampledTable)]
        asked = [Asked(table.collection, table.tables, bare_values(table)) for table in tables]
        taken = taken_codes.looked_up(self._connection, asked, self._pending)
        for place, table in told:
            if isinstance(table, Suggestion):
                yield None, table
                continue
            met = taken[table.collection]
            suggestion = suggest(table, met.examples, probed=met.looked, around=around)
            checked = whole_check.checked(self._connection, place, table, suggestion)
            if checked:
                suggestion = suggest(table, met.examples, probed=met.looked, around=around, checked=checked)
            yield table, suggestion


def _or_why(found: tuple[Place, SampledTable | ConsoleError]) -> tuple[Place, SampledTable | Suggestion]:
    place, table = found
    if isinstance(table, SampledTable):
        return place, table
    return place, Suggestion(place.collection, OPEN, (), (f"{table.code}: {table.message}",))


def _decisions(connection: Connection) -> Decisions:
    chosen = {row.collection_name: row.columns for row in connection.rows(CHOSEN)}
    rejected = tuple((row.collection_name, row.columns) for row in connection.rows(REJECTED))
    tables = [*chosen, *(name for name, _ in rejected)]
    columns = connection.rows(COLUMNS_OF, {"collections": tables}) if tables else []
    return Decisions(chosen, rejected, {row.collection_name: row.columns for row in columns})

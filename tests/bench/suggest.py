"""How good the suggester is where the answer is known: declared keys are hidden, then looked for.

`python -m tests.bench.suggest [--dsn DSN]` reads every table of a database that has rows and a declared key, forgets
its constraints (keys, foreign keys, NOT NULL, sequences), ranks identities from data and names alone, and counts a
hit where the columns are those of a declared key. Without a DSN it takes three small schemas of its own. Next to the
suggester stand two baselines, and two ablations of it: without names, and with the columns shuffled.
"""

import argparse
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from core.db.connection.session import Connection
from core.db.rows.query import Reading
from core.domain.classify.candidates import candidates, shape_of
from core.domain.classify.suggestion import suggest
from core.domain.classify.table_profile import Reference, SampledTable
from core.errors import ConsoleError
from core.services.classify.profiling import Catalogs, Place
from tests.databases import TestServer, a_server

SCHEMAS = sorted((Path(__file__).parent / "schemas").glob("*.sql"))
Ranking = Sequence[frozenset[str]]
Method = Callable[[SampledTable], Ranking]
_TABLES = """
SELECT c.oid::bigint AS relid, n.nspname AS schema, c.relname AS name
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND n.nspname NOT IN ('information_schema', 'birth') AND n.nspname NOT LIKE 'pg\\_%' ORDER BY 2, 3
"""
_SEED = 20


@dataclass(frozen=True, slots=True)
class Declared:
    """A table of the bench's own."""

    relid: int
    schema: str
    name: str


@dataclass(frozen=True, slots=True)
class Case:
    """A table without its constraints, and the column sets that were declared: the primary key's first."""

    table: SampledTable
    keys: Sequence[frozenset[str]]

    def place(self, ranking: Ranking) -> int:
        """The place of the first declared key in a ranking, from 1; 0 where there is none."""
        return next((place for place, columns in enumerate(ranking, 1) if columns in self.keys), 0)


def cases(connection: Connection) -> Iterator[Case]:
    """Every table that has rows and a declared key whose columns the codec can read."""
    places = [
        Place(each.name, each.relid, sql.Identifier(each.schema, each.name))
        for each in connection.rows(Reading(sql.SQL(_TABLES).format(), Declared))
    ]
    catalogs = Catalogs(connection, places, known=places)
    for place in places:
        try:
            table = catalogs.table(connection, place)
        except ConsoleError as error:
            print(f"  left out: {place.collection}: {error.message}")  # noqa: T201 - a bench prints
            continue
        ordered = sorted(table.keys, key=lambda key: not key.primary)
        keys = [frozenset(key.columns) for key in ordered]
        if keys and table.size > 1 and all(table.by_name[name].usable for name in keys[0]):
            yield Case(hidden(table), keys)


def hidden(table: SampledTable) -> SampledTable:
    """The table as if nobody had declared anything."""
    columns = tuple(replace(column, not_null=False, generated=False) for column in table.columns)
    return replace(table, columns=columns, keys=(), references=(), referenced=frozenset())


def suggester(table: SampledTable) -> Ranking:
    """The suggester's own ranking."""
    return [frozenset(each.identity.columns) for each in suggest(table).candidates]


def without_names(table: SampledTable) -> Ranking:
    """The same with every name replaced by a number."""
    told = {column.name: f"c{at}" for at, column in enumerate(table.columns)}
    back = {new: old for old, new in told.items()}
    plain = replace(
        table,
        collection="t",
        columns=tuple(replace(column, name=told[column.name]) for column in table.columns),
        references=tuple(Reference(tuple(map(told.__getitem__, each.columns)), "u") for each in table.references),
        sample={told[name]: texts for name, texts in table.sample.items()},
        shared_names={},
        tables=frozenset(),
    )
    return [frozenset(back[name] for name in columns) for columns in suggester(plain)]


def shuffled(table: SampledTable) -> Ranking:
    """The same with the columns in another order."""
    columns = list(table.columns)
    random.Random(_SEED).shuffle(columns)  # noqa: S311 - the same order at every run is the point
    return suggester(replace(table, columns=tuple(columns)))


def first_unique(table: SampledTable) -> Ranking:
    """Baseline: the first column that is unique; else the first small combination."""
    return [frozenset(columns) for columns in sorted(_found(table), key=lambda each: _places(table, each))]


def by_length(table: SampledTable) -> Ranking:
    """Baseline: short keys of short values far left."""

    def points(columns: tuple[str, ...]) -> float:
        _, *places = _places(table, columns)
        longest = max((len(text or "") for name in columns for text in table.sample[name]), default=0)
        between = places[-1] - places[0] + 1 - len(columns)
        position = (1 / (places[0] + 1) + 1 / (between + 1)) / 2
        return (1 / len(columns) + 1 / max(1, longest - 7) + position) / 3

    return [frozenset(columns) for columns in sorted(_found(table), key=points, reverse=True)]


def _found(table: SampledTable) -> list[tuple[str, ...]]:
    return candidates(table, shape_of(table))


def _places(table: SampledTable, columns: tuple[str, ...]) -> tuple[int, ...]:
    names = list(table.by_name)
    return (len(columns), *sorted(names.index(name) for name in columns))


METHODS: Mapping[str, Method] = {
    "suggester": suggester,
    "first unique": first_unique,
    "length/value/position": by_length,
    "names hidden": without_names,
    "columns shuffled": shuffled,
}


def report(found: Sequence[Case]) -> list[str]:
    """The table that is printed: each method over all tables, those of one column and those of several."""
    single = [case for case in found if len(case.keys[0]) == 1]
    groups = {"all": found, "single": single, "composite": [case for case in found if case not in single]}
    lines = [f"{'':<24}{'keys':<11}{'tables':>7}{'top-1':>7}{'top-3':>7}{'MRR':>7}{'primary first':>15}"]
    for name, method in METHODS.items():
        rankings = {id(case): method(case.table) for case in found}
        for group, members in groups.items():
            places = [case.place(rankings[id(case)]) for case in members]
            primary = sum(list(rankings[id(case)][:1]) == [case.keys[0]] for case in members)
            mean = sum(1 / place for place in places if place) / len(places) if places else 0.0
            top = [sum(0 < place <= depth for place in places) for depth in (1, 3)]
            lines.append(f"{name:<24}{group:<11}{len(places):>7}{top[0]:>7}{top[1]:>7}{mean:>7.3f}{primary:>15}")
    return [*lines, *sure(found)]


def sure(found: Sequence[Case]) -> list[str]:
    """How often tier A was right, and where it was not."""
    suggestions = [(case, suggest(case.table)) for case in found]
    claims = [(case, each.first) for case, each in suggestions if each.tier == "A" and each.first is not None]
    wrong = [(case, first) for case, first in claims if frozenset(first.identity.columns) not in case.keys]
    right = len(claims) - len(wrong)
    share = f"{right / len(claims):.1%}" if claims else "none claimed"
    listed = [f"  wrong: {first.identity.text}, declared {[sorted(key) for key in case.keys]}" for case, first in wrong]
    return [f"tier A: {right} of {len(claims)} right ({share}), of {len(found)} tables", *listed]


@contextmanager
def own_databases(server: TestServer) -> Iterator[list[str]]:
    """The DSNs of the schemas beside this file, each loaded into a database of its own."""
    names = [f"bench_{file.stem}" for file in SCHEMAS]
    try:
        for name, file in zip(names, SCHEMAS, strict=True):
            server.create(name)
            with psycopg.connect(make_conninfo(server.dsn, dbname=name), autocommit=True) as loading:
                loading.execute(file.read_bytes())
        yield [make_conninfo(server.dsn, dbname=name) for name in names]
    finally:
        for name in names:
            server.drop(name)


def measure(dsns: Sequence[str]) -> list[Case]:
    """The cases of several databases."""
    found: list[Case] = []
    for dsn in dsns:
        with Connection.open(dsn, "birth") as connection:
            found += cases(connection)
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.suggest", description=__doc__)
    parser.add_argument("--dsn", help="any database with declared keys; it is only read")
    parser.add_argument("--misses", action="store_true", help="list the tables whose key is not first")
    given = parser.parse_args(arguments)
    if given.dsn:
        found = measure([given.dsn])
    else:
        with a_server() as server, own_databases(server) as dsns:
            found = measure(dsns)
    lines = report(found)
    if given.misses:
        lines += [_miss(case) for case in found if case.place(suggester(case.table)) != 1]
    print("\n".join(lines))  # noqa: T201 - a bench prints


def _miss(case: Case) -> str:
    best = [each.identity.text for each in suggest(case.table).candidates[:3]]
    return f"  missed: {case.table.collection} {[sorted(key) for key in case.keys]}: {best}"


if __name__ == "__main__":
    main()

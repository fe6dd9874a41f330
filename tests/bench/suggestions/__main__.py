"""`python -m tests.bench.suggestions [--dsn DSN] [--misses] [--quick]`: how good suggestions are where it is known.

Declared keys are hidden, then looked for, in the databases of BIRTH_BENCH_SCHEMAS (folders of tables as facts and
rows), else in the small schemas beside this file, or in one database that is only read. --quick: no ablations.
"""

import argparse
import os
from collections import defaultdict
from collections.abc import Sequence

from core.domain.classify.suggestion import SURE
from tests.bench.suggestions import judge
from tests.bench.suggestions.cases import Case, cases, held
from tests.bench.suggestions.judge import HEADING, Verdict, line
from tests.bench.suggestions.samples import FOLDERS, Database, databases, read
from tests.bench.suggestions.train import EXPECTED, lessons, rounded


def report(found: Sequence[Database], *, quick: bool = False) -> tuple[list[str], list[Verdict]]:
    """The lines that are printed, and the verdicts of the databases that were left out one by one."""
    everything = [case for database in found for case in cases(database)]
    known, keyless = [case for case in everything if case.keys], [case for case in everything if not case.keys]
    younger = [case for database in found for case in held(database) if case.keys and case.composite]
    taught = lessons(known) + lessons(younger, 0.5)
    points = judge.lessons_of_others(taught)
    expected = rounded(EXPECTED)
    verdicts, in_sight = judge.left_out(known, points), judge.declared(found)
    lines = [HEADING, line("each database left out", verdicts)]
    lines += [line(f"  {name}", each) for name, each in _by_database(verdicts).items()]
    lines += [
        line("nothing learned, as expected", [judge.verdict(case, expected) for case in known]),
        line("younger installations, left out", judge.left_out(younger, points)),
        line("the product as shipped", judge.product(known)),
        line("constraints in sight", in_sight),
        judge.coverage(in_sight),
        line("first unique column", judge.first_unique(known)),
    ]
    if not quick:
        plain = [case for database in found for case in cases(judge.nameless(database)) if case.keys]
        lines += [
            line("learned, nothing expected", judge.left_out(known, judge.lessons_of_others(taught, {}))),
            line("no other table looked at", judge.left_out([judge.alone(case) for case in known], points)),
            line("names hidden", judge.left_out(plain, points)),
            line("columns shuffled", judge.left_out([judge.shuffled(case) for case in known], points)),
        ]
    return [*lines, *judge.calibration(verdicts), _keyless(keyless)], verdicts


def _keyless(found: Sequence[Case]) -> str:
    claims = judge.product(found)
    sure = ["/".join((each.case.table.collection, *each.first)) for each in claims if each.probability >= SURE]
    return f"tables where nobody declared a key: {len(found)}, sure of {len(sure)}: {', '.join(sure) or 'none'}"


def _by_database(verdicts: Sequence[Verdict]) -> dict[str, list[Verdict]]:
    found = defaultdict(list)
    for each in verdicts:
        found[each.case.database].append(each)
    return dict(found)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.suggestions", description=__doc__)
    parser.add_argument("--dsn", help="any database with declared keys; it is only read")
    parser.add_argument("--misses", action="store_true", help="list the tables whose key is not first")
    parser.add_argument("--quick", action="store_true", help="leave the ablations out")
    given = parser.parse_args(arguments)
    if not given.dsn and not os.environ.get(FOLDERS):
        print(f"{FOLDERS} is not set: judged on the three small schemas beside this file, which prove little")  # noqa: T201
    found = [read(given.dsn, "database")] if given.dsn else databases()
    lines, verdicts = report(found, quick=given.quick)
    lines += [judge.miss(each) for each in verdicts if given.misses and not each.right]
    print("\n".join(lines))  # noqa: T201 - a bench prints


if __name__ == "__main__":
    main()

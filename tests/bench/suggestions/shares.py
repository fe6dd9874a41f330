"""The suggester's figures among the numbers to hold: each database left out, with what all others teach."""

import os

from core.domain.classify.suggestion import SURE
from tests.bench.setting import Setting
from tests.bench.suggestions import judge
from tests.bench.suggestions.cases import cases, held
from tests.bench.suggestions.samples import FOLDERS, databases
from tests.bench.suggestions.train import lessons
from tests.bench.table import Row


def measure(setting: Setting) -> list[Row]:
    """Right first, the same by database, and right where it is sure; in per cent."""
    if not os.environ.get(FOLDERS):
        setting.notes.append(f"suggestions: {FOLDERS} is not set, so three small schemas decide, which prove little")
    kept = databases()
    known = [case for database in kept for case in cases(database) if case.keys]
    younger = [case for database in kept for case in held(database) if case.keys and case.composite]
    found = judge.left_out(known, judge.lessons_of_others(lessons(known) + lessons(younger, 0.5)))
    plain = judge.first_unique(known)
    sure = [each.right for each in found if each.probability >= SURE]
    against = "first unique column"
    return [
        _share(f"suggestions for {len(found)} tables, right first", judge.share([e.right for e in found]), 93,
               f"{against}: {judge.share([e.right for e in plain]):.1%}"),
        _share("the same, each database counted once", judge.macro(found), 90, f"{against}: {judge.macro(plain):.1%}"),
        _share(f"the {len(sure)} of tier A, right", judge.share(sure), 99.5, "—"),
    ]  # fmt: skip


def _share(what: str, value: float, target: float, against: str) -> Row:
    return Row(what, value * 100, "%", target, against, at_most=False)

"""Which mutants a run tries: a random tenth, unless it is told otherwise, and what no test is on record for.

PART=20% takes more, SEED=… the same ones again; BIRTH_MUTANTS is the list of `make mutate`.
"""

import json
import os
import random
from collections.abc import Iterable, Mapping
from typing import Final

from tests.mutate.equivalent import EQUIVALENT
from tests.mutate.mutants import ROOT, of_text

LIST: Final = "BIRTH_MUTANTS"
SEED: Final = "BIRTH_SEED"
KILLERS: Final = ROOT / "tests" / "mutate" / "killers.json"
_A_TENTH: Final = 10


def seeded() -> None:
    """Settle the seed, before there are workers that must all draw the same."""
    os.environ.setdefault(SEED, os.environ.get("SEED") or str(random.SystemRandom().randrange(10**6)))


def killers() -> dict[str, str]:
    """The test that killed each mutant, where one is on record."""
    found: dict[str, str] = json.loads(KILLERS.read_text(encoding="utf-8"))
    return found


def remember(found: Mapping[str, str]) -> None:
    """Put these on record, instead of all that is."""
    KILLERS.write_text(json.dumps(dict(sorted(found.items())), indent=1) + "\n", encoding="utf-8")


def a_part(names: Iterable[str], percent: int) -> list[str]:
    """As many of these as the seed draws."""
    ordered = sorted(names)
    # Which tests run is no secret.
    return random.Random(os.environ[SEED]).sample(ordered, -(-len(ordered) * percent // 100))  # noqa: S311


def chosen() -> list[str]:
    """The names of those that this run tries."""
    if listed := os.environ.get(LIST):
        return [*json.loads(listed)]
    known, texts = killers(), {each.name for each in of_text()} - EQUIVALENT.keys()
    there = [name for name in known if name in texts or name.startswith("constraint ")]
    percent = int((os.environ.get("PART") or str(_A_TENTH)).removesuffix("%"))
    return [*a_part(there, percent), *sorted(texts - known.keys())] if percent else []

"""What can be turned off: refusals, gates and pins in the functions' text, constraints in the catalog.

A mutant of the text is made again from its identifier wherever it is needed: nothing is written to the sources.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from core.db.install.fragments import expanded
from tests.mutate.guards import GUARDS

ROOT: Final = Path(__file__).parents[2]
FUNCTIONS: Final = ROOT / "core" / "sql" / "functions"

_REFUSAL = re.compile(r"PERFORM \{S\}\.(?:birth_refuse|_birth_insist_on_text)\(")
_OWN = re.compile(r"FUNCTION \{S\}\.(\w+)\(")
_CODE = re.compile(r"'([a-z][a-z0-9]*(?:_[a-z0-9]*)*)'")
_CODE_GIVEN = re.compile(r"'([a-z]+_[a-z_]+)'(?:::text)?,\s")
_WORD = re.compile(r"[a-z][a-z0-9]+_[a-z0-9_]+\Z|timeout\Z|secret\Z|stale\Z")
_ACCEPTANCE = re.compile(r"^    \('(\w+)', ", re.MULTILINE)
_OBSTACLE = re.compile(r"^( *)SELECT '(\w+)'(?: AS gate)?, (?:true|false)[^\n]*\n +WHERE ", re.MULTILINE)
_PINS = re.compile(r"unnest\(ARRAY\[((?:'\w+'(?:, )?)+)\]\) AS pin")
# Refusals whose code is put together, or said elsewhere, by their functions: what tests call them by.
_SAID_ELSEWHERE: Final = {
    "_birth_alike_refuse": ("born_alike",),
    "_birth_backfill_held": ("run_paused", "run_cancelled"),
    "_birth_limit_held": ("canary_failed", "too_many_vanished"),
    "_birth_insist_on_text": ("reason_missing", "note_missing"),
}
# Where the list of acceptance gates begins and ends in acceptance.sql, and what makes one of them always pass.
_LIST = ("RETURN QUERY VALUES", "'late', v_reread.late));\nEND")
_LISTED = "RETURN QUERY SELECT v.gate, v.gate = '{}' OR v.passed, v.evidence FROM (VALUES"
_ENDED = "'late', v_reread.late))) AS v(gate, passed, evidence);\nEND"


@dataclass(frozen=True, slots=True)
class Mutant:
    """One thing turned off. `codes` are what tests call it by; `file` is the changed file of functions, or "".

    `function` is what it stands in, or what a test that asks for it is likely to say.
    """

    name: str
    codes: tuple[str, ...]
    file: str = ""
    function: str = ""
    text: str = ""
    statement: str = ""
    tests: tuple[str, ...] = ()  # where they are known

    @property
    def is_pin(self) -> bool:
        """Whether it is something that a plan pins: words such as `table`, which many tests say."""
        return " pin " in self.name


@cache
def of_text() -> tuple[Mutant, ...]:
    """Each refusal, gate and pin of the functions, turned off."""
    found: list[Mutant] = []
    for path in sorted(FUNCTIONS.rglob("*.sql")):
        name, text = path.relative_to(FUNCTIONS).as_posix(), expanded(path.read_text(encoding="utf-8"))
        found += [*_refusals(name, text)]
        if name == "trust/acceptance.sql":
            found += [*_gates(name, text)]
        if name == "backfill/gates.sql":
            found += [*_obstacles(name, text)]
        found += [*_guards(name, text)]
    return tuple(found)


def constraint(table: str, name: str) -> Mutant:
    """A constraint, dropped."""
    return Mutant(
        f"constraint {table}.{name}",
        (name,),
        function=table,
        statement=f'ALTER TABLE birth.{table} DROP CONSTRAINT "{name}"',
    )


def named(name: str) -> Mutant:
    """The mutant of this identifier."""
    if name.startswith("constraint "):
        return constraint(*name.removeprefix("constraint ").split(".", 1))
    return next(each for each in of_text() if each.name == name)


def refusal_codes() -> dict[str, str]:
    """Each code that a function of the database refuses with, and the file; one that ends with _ is a beginning."""
    return {code: each.file for each in of_text() if " refusal " in each.name for code in each.codes}


def _refusals(file: str, text: str) -> Iterator[Mutant]:
    seen: Counter[tuple[str, tuple[str, ...]]] = Counter()
    for match in _REFUSAL.finditer(text):
        # The arguments are still computed; nothing comes of them.
        changed = text[: match.start()] + "PERFORM concat(" + text[match.end() :]
        function = _OWN.findall(text[: match.start()])
        owner = function[-1] if function else file
        codes = _SAID_ELSEWHERE.get(owner) or _codes(text[match.end() :])
        codes = codes or tuple(_CODE_GIVEN.findall(text[match.end() :][:160]))
        seen[owner, codes] += 1  # a refusal's name stays when others come and go
        which = f" {seen[owner, codes]}" if seen[owner, codes] > 1 else ""
        yield Mutant(f"{file} refusal {owner} {'/'.join(codes)}{which}", codes, file, owner, changed)


def _guards(file: str, text: str) -> Iterator[Mutant]:
    for name, guard in GUARDS.items():
        if guard.file == file:
            assert text.count(guard.text) == 1, f"{file} has no such guard any more, or several: {guard.text}"
            changed = text.replace(guard.text, guard.off)
            yield Mutant(f"{file} guard {name}", (), file, text=changed, tests=guard.tests)


def _codes(arguments: str) -> tuple[str, ...]:
    """The code of a call: the second argument's words, before the message."""
    head = arguments[: arguments.find(";")]
    state = re.match(r"\s*(?:CASE .*? END|'BR\d+'|\w+),", head, re.DOTALL)
    second = head[state.end() :] if state else head
    end = re.search(r",\s*(?:format\(|concat\(|'|v_|p_|CASE)", second)
    words = _CODE.findall(second[: end.start()] if end and "CASE" not in second[: end.start()] else second[:160])
    return tuple(dict.fromkeys(word for word in words if _WORD.match(word) or word in second[:40]))[:2]


def _gates(file: str, text: str) -> Iterator[Mutant]:
    begin, end = _LIST
    for gate in _ACCEPTANCE.findall(text[text.index(begin) :]):
        changed = text.replace(begin, _LISTED.format(gate)).replace(end, _ENDED)
        yield Mutant(f"{file} gate {gate}", (gate,), file, "birth_backfill_certify", changed)


def _obstacles(file: str, text: str) -> Iterator[Mutant]:
    for match in _OBSTACLE.finditer(text):
        yield Mutant(
            f"{file} gate {match[2]}",
            (match[2],),
            file,
            "birth_backfill_insist",
            f"{text[: match.end()]}false AND {text[match.end() :]}",
        )
    for match in _PINS.finditer(text):
        pins = match[1].split(", ")
        for pin in pins:
            left = ", ".join(each for each in pins if each != pin)
            changed = text[: match.start(1)] + left + text[match.end(1) :]
            yield Mutant(f"{file} pin {pin.strip(chr(39))}", (pin.strip("'"),), file, "plan_stale", changed)
